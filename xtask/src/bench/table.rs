//! The figures as a Markdown table.

use std::fmt::Write as _;
use std::time::Duration;

use super::measure::Figures;
use super::workload::Shape;

/// One command on one workload.
pub(super) struct Row {
    pub(super) shape: Option<Shape>,
    pub(super) task: &'static str,
    /// The size of the zone files that the command reads.
    pub(super) bytes: u64,
    pub(super) figures: Figures,
}

const HEADER: &str = "\
| zones x records | command | CPU s | wall s | peak MB | bytes/record | \
reference CPU s | wall s | peak MB | times less CPU | less wall | less memory |
|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
";

/// All rows, with the header.
pub(super) fn table(rows: &[Row]) -> String {
    let mut text = HEADER.to_owned();
    for row in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", line(row));
    }
    text
}

/// One row of the table.
pub(super) fn line(row: &Row) -> String {
    let shape = row.shape.map_or_else(String::new, |shape| shape.to_string());
    let Some(ours) = row.figures.ours else { return format!("| {shape} | {} |", row.task) };
    let mut cells = vec![
        shape,
        row.task.to_owned(),
        seconds(ours.cpu),
        seconds(ours.wall),
        megabytes(ours.peak_bytes),
    ];
    cells.push(
        row.shape.map_or_else(String::new, |shape| per_record(row.bytes, ours.peak_bytes, shape)),
    );
    match row.figures.reference {
        Some(theirs) => cells.extend([
            seconds(theirs.cpu),
            seconds(theirs.wall),
            megabytes(theirs.peak_bytes),
            ratio(theirs.cpu.as_secs_f64(), ours.cpu.as_secs_f64()),
            ratio(theirs.wall.as_secs_f64(), ours.wall.as_secs_f64()),
            ratio(float(theirs.peak_bytes), float(ours.peak_bytes)),
        ]),
        None => cells.resize(12, String::new()),
    }
    format!("| {} |", cells.join(" | "))
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1}", float(bytes) / 1e6)
}

/// The memory per record, without the text that is read.
fn per_record(text: u64, peak: u64, shape: Shape) -> String {
    let records = u64::try_from(shape.total()).unwrap_or(u64::MAX).max(1);
    format!("{}", peak.saturating_sub(text) / records)
}

fn ratio(theirs: f64, ours: f64) -> String {
    if ours > 0.0 { format!("{:.0}", theirs / ours) } else { "-".to_owned() }
}

#[expect(clippy::cast_precision_loss, reason = "figures for people: three digits are enough")]
fn float(bytes: u64) -> f64 {
    bytes as f64
}
