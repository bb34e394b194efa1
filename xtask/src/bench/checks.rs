//! `bench --validators`: the time that every validator and five processors add to planning.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::measure::{Usage, measure};
use super::plans;
use crate::run::target;

/// The compared settings: the name of a config, its description, its validators and its processors.
const CASES: [(&str, &str, &str, bool); 4] = [
    ("plain", "none", "validators: {enabled: []}", false),
    ("legacy", "legacy", "validators: {enabled: [legacy]}", false),
    ("validators", "all sets", "validators: {enabled: [legacy, strict, best-practice]}", false),
    (
        "all",
        "all sets, five processors",
        "validators: {enabled: [legacy, strict, best-practice]}",
        true,
    ),
];

/// Processors that look at every record and change none, so that all cases plan the same.
const PROCESSORS: &str = "\
processors:
  names: {class: name-rejectlist, rejectlist: [nowhere, '/^_nothing\\./', '/\\.invalid$/']}
  values: {class: value-rejectlist, rejectlist: [192.0.2.255, '/\\.invalid\\.$/']}
  networks: {class: network-value-rejectlist, rejectlist: [240.0.0.0/8, 'fd00::/8']}
  templates: {class: templating}
  ttls: {class: ttl-clamp, min_ttl: 60, max_ttl: 86400}
";

/// Measures zones with this many records and prints a table.
pub(super) fn run(ours: &Path, records: &[usize], runs: usize) -> io::Result<()> {
    println!("| records | validators | CPU s | wall s | peak MB | times the CPU of none |");
    println!("|--:|---|--:|--:|--:|--:|");
    for &records in records {
        let folder = workload(records)?;
        let program = ours.join("octodns-sync");
        let mut usages: [Vec<Usage>; CASES.len()] = Default::default();
        // In turn, so that a busy machine slows all of them. The first run has cold caches and is not
        // counted.
        for run in 0..=runs {
            for ((config, ..), usages) in CASES.iter().zip(&mut usages) {
                let config = format!("--config-file={config}.yaml");
                if run == 0 {
                    expect_no_changes(&program, &config, &folder)?;
                } else {
                    usages.push(measure(&program, &[&config], &folder)?);
                }
            }
        }
        let medians = usages.map(|usages| Usage::median(&usages));
        for ((_, name, ..), usage) in CASES.iter().zip(&medians) {
            if let (Some(usage), Some(plain)) = (usage, &medians[0]) {
                println!("{}", row(records, name, usage, plain));
            }
        }
    }
    Ok(())
}

fn row(records: usize, name: &str, usage: &Usage, plain: &Usage) -> String {
    let (cpu, wall) = (usage.cpu.as_secs_f64(), usage.wall.as_secs_f64());
    let times = cpu / plain.cpu.as_secs_f64().max(f64::MIN_POSITIVE);
    let peak = usage.peak_bytes / 1_000_000;
    format!("| {records} | {name} | {cpu:.3} | {wall:.3} | {peak} | {times:.2} |")
}

fn expect_no_changes(program: &Path, config: &str, folder: &Path) -> io::Result<()> {
    let plan = plans::plan(program, &[config], folder)?;
    if plan.contains("No changes were planned") {
        return Ok(());
    }
    Err(io::Error::other(format!("{} {config}: planned changes", folder.display())))
}

/// A zone without findings, in source and target, and the configs.
fn workload(records: usize) -> io::Result<PathBuf> {
    let folder = target().join("bench").join(format!("checks-{records}"));
    let zone = zone(records);
    for side in ["source", "target"] {
        fs::create_dir_all(folder.join(side))?;
        fs::write(folder.join(side).join("zone.example.yaml"), &zone)?;
    }
    for (name, _, validators, processed) in CASES {
        fs::write(folder.join(format!("{name}.yaml")), config(validators, processed))?;
    }
    Ok(folder)
}

fn config(validators: &str, processed: bool) -> String {
    let (made, used) = if processed {
        (PROCESSORS, "processors: [names, values, networks, templates, ttls], ")
    } else {
        ("", "")
    };
    format!(
        "manager:\n  {validators}\nproviders:\n  \
         config: {{class: yaml, directory: ./source}}\n  \
         target: {{class: yaml, directory: ./target}}\n\
         {made}zones:\n  zone.example.: {{sources: [config], {used}targets: [target]}}\n"
    )
}

/// A zone with this many records of the usual types; one in fifty is an SRV record, which come first.
fn zone(records: usize) -> String {
    let mut text = String::from("---\n");
    let services = records / 50;
    for number in 0..services {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "_sip._tcp.host-{number:07}:\n  type: SRV\n  value:\n    port: 5060\n    priority: 10\n    \
             target: sip{}.example.net.\n    weight: 20\n",
            number % 100
        );
    }
    let (mut left, mut number) = (records - services, 0);
    while left > 0 {
        // A host that receives mail has an SPF record.
        let both = number % 20 == 17 && left > 1;
        let _ = write!(text, "host-{number:07}:\n{}", host(number, both));
        left -= if both { 2 } else { 1 };
        number += 1;
    }
    text
}

/// The records of one host.
fn host(number: usize, takes_mail: bool) -> String {
    let (high, low) = (number >> 16 & 255, number & 0xffff);
    let (b, c) = (low >> 8, low & 255);
    match number % 20 {
        0..8 => {
            format!("  ttl: 300\n  type: A\n  values:\n  - 10.{high}.{b}.{c}\n  - 192.0.2.{c}\n")
        }
        8..10 => format!("  type: AAAA\n  value: 2001:db8::{:x}:{low:x}\n", high + 1),
        10..15 => format!("  ttl: 600\n  type: CNAME\n  value: edge-{b}.cdn.example.net.\n"),
        17 if takes_mail => {
            "- type: MX\n  values:\n  - exchange: mx1.example.net.\n    preference: 10\n  \
                             - exchange: mx2.example.net.\n    preference: 20\n\
                             - type: TXT\n  value: v=spf1 include:_spf.example.net ~all\n"
                .to_owned()
        }
        18 => "  type: CAA\n  values:\n  - flags: 0\n    tag: issue\n    value: ca.example.net\n  \
               - flags: 0\n    tag: issuewild\n    value: ca.example.net\n"
            .to_owned(),
        19 => "  type: NS\n  values:\n  - ns1.example.net.\n  - ns2.example.net.\n".to_owned(),
        _ => format!("  type: TXT\n  value: key={number} and some words of text\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zone_has_as_many_records_as_asked_for() {
        for records in [1, 18, 50, 1000] {
            assert_eq!(zone(records).matches("type: ").count(), records);
        }
    }
}
