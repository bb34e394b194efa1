//! Comma-separated values, as Python's `csv` writes them without quoting.

use crate::escape::csv;

use super::{LiveReport, is_consistent, words};

/// A row per record: name, type, TTL, the words of each server, and whether they are the same.
pub(super) fn write(report: &LiveReport) -> String {
    let mut text = String::new();
    let mut header: Vec<String> = ["Name", "Type", "TTL"].map(str::to_owned).into();
    header.extend(report.server_names());
    header.push("Consistent".to_owned());
    row(&mut text, header.iter().map(String::as_str));
    let mut answers = Vec::with_capacity(report.servers.len());
    for verified in &report.records {
        let (record, of) = (&verified.record, verified.record.record_type());
        answers.clear();
        answers.extend(verified.seen.iter().map(|seen| line(words(of, seen))));
        let consistent = if is_consistent(&answers) { "True" } else { "False" };
        let (name, ttl) = (record.decoded_fqdn(&report.zone), record.ttl().to_string());
        let before = [&*name, of.as_str(), &*ttl];
        row(
            &mut text,
            before.into_iter().chain(answers.iter().map(String::as_str)).chain([consistent]),
        );
    }
    text.push('\n');
    text
}

/// The words of an answer in one field.
fn line(mut words: Vec<String>) -> String {
    match words.pop() {
        Some(word) if words.is_empty() => word,
        Some(last) => {
            words.push(last);
            words.join(" ")
        }
        None => String::new(),
    }
}

fn row<'f>(text: &mut String, fields: impl Iterator<Item = &'f str>) {
    for (index, field) in fields.enumerate() {
        if index > 0 {
            text.push(',');
        }
        let field = csv(field);
        // Differs from octoDNS: such a field ends its report. Elsewhere quotes mean nothing, as in octoDNS.
        if field.contains(',') {
            text.push('"');
            text.push_str(&field.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(&field);
        }
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_would_break_a_row_is_quoted() {
        let mut text = String::new();
        row(&mut text, ["a", "\"b c\"", "\"d, e\"", ""].into_iter());
        assert_eq!(text, "a,\"b c\",\"\"\"d, e\"\"\",\r\n");
    }
}
