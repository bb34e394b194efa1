//! `bench --render`: showing a plan of many changes, in every way there is.

use std::fs;
use std::io;
use std::path::Path;

use super::measure::{Usage, measure};
use super::plans;
use super::workload::{Shape, Workload};

/// The share of the records that differ, in percent.
const CHANGES: u32 = 20;

/// The ways to show a plan: the class of an output of the config, or a format of the command line.
const WAYS: [(&str, &[&str]); 6] = [
    ("PlanLogger", &[]),
    ("PlanJson", &[]),
    ("PlanMarkdown", &[]),
    ("PlanHtml", &[]),
    ("PlanPage", &[]),
    ("diff", &["--plan-format=diff"]),
];

/// Measures zones with this many records and prints a table.
pub(super) fn run(ours: &Path, records: &[usize], runs: usize) -> io::Result<()> {
    println!("| changes | shown by | CPU s | wall s | peak MB |");
    println!("|--:|---|--:|--:|--:|");
    records.iter().try_for_each(|records| show(ours, *records, runs))
}

/// Runs all in turn, so that a busy machine slows all of them.
fn show(ours: &Path, records: usize, runs: usize) -> io::Result<()> {
    let workload = Workload::make(Shape::new(1, records), CHANGES)?;
    let program = ours.join("octodns-sync");
    let plan = plans::plan(&program, &["--config-file=config.yaml"], &workload.folder)?;
    let counts = plans::counts(&plan);
    workload.expect(counts)?;
    let changes: usize = counts.iter().sum();
    let given = fs::read_to_string(workload.folder.join("config.yaml"))?;
    let mut usages: [Vec<Usage>; WAYS.len()] = Default::default();
    for _ in 0..runs {
        for ((way, flags), usages) in WAYS.iter().zip(&mut usages) {
            let file = format!("config-{way}.yaml");
            fs::write(workload.folder.join(&file), config(&given, way, flags))?;
            let file = format!("--config-file={file}");
            let args: Vec<_> = std::iter::once(&*file).chain(flags.iter().copied()).collect();
            usages.push(measure(&program, &args, &workload.folder)?);
        }
    }
    for ((way, _), usages) in WAYS.iter().zip(&usages) {
        let Some(usage) = Usage::median(usages) else { continue };
        let (cpu, wall) = (usage.cpu.as_secs_f64(), usage.wall.as_secs_f64());
        let peak = usage.peak_bytes / 1_000_000;
        println!("| {changes} | {way} | {cpu:.3} | {wall:.3} | {peak} |");
    }
    Ok(())
}

/// The config of the workload, with an output of this class unless flags of the program say how to show the plan.
fn config(plain: &str, class: &str, flags: &[&str]) -> String {
    if !flags.is_empty() {
        return plain.to_owned();
    }
    let outputs =
        format!("  plan_outputs:\n    shown:\n      class: octodns.provider.plan.{class}\n");
    match plain.split_once("manager:\n") {
        Some((before, after)) => format!("{before}manager:\n{outputs}{after}"),
        None => format!("manager:\n{outputs}{plain}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_goes_below_the_manager() {
        let outputs = "  plan_outputs:\n    shown:\n      class: octodns.provider.plan.PlanPage\n";
        for (plain, before, after) in [
            ("---\nmanager:\n  max_workers: 1\n", "---\nmanager:\n", "  max_workers: 1\n"),
            ("providers: {}\n", "manager:\n", "providers: {}\n"),
        ] {
            assert_eq!(config(plain, "PlanPage", &[]), format!("{before}{outputs}{after}"));
            assert_eq!(config(plain, "diff", &["--plan-format=diff"]), plain);
        }
    }
}
