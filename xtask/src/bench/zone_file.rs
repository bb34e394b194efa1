//! `bench --zone-file`: reading one large zone file, compared with Knot's zone checker and the reference.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::measure::{Usage, measure};
use crate::dist;
use crate::run::{cargo, check, failed, succeeds, target};

const NAME: &str = "bench.test.";

/// The script for the reference: it prints the number of records in the zone, like our program.
const REFERENCE: &str = "\
import sys
from octodns.zone import Zone
from octodns_bind import ZoneFileSource
directory, name = sys.argv[1:]
zone = Zone(name, [])
ZoneFileSource('zones', directory).populate(zone)
print(len(zone.records), 'records')
";

/// A program and its arguments.
struct Contestant {
    name: &'static str,
    program: PathBuf,
    args: Vec<&'static str>,
    /// Whether it prints the number of records; a checker only says that it found no errors.
    counts: bool,
    /// Whether it is so slow that it runs once.
    slow: bool,
}

impl Contestant {
    /// Runs it once, without measuring: it must read all records.
    fn expect(&self, records: usize, folder: &Path) -> io::Result<()> {
        let mut command = Command::new(&self.program);
        let output = command.args(&self.args).current_dir(folder).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let all = !self.counts || text.trim() == format!("{records} records");
        if output.status.success() && all {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(failed(&command, &format!("read \"{}\" of {records}: {said}", text.trim())))
    }
}

/// Measures zones with this many records and prints a table.
pub(super) fn run(records: &[usize], runs: usize, python: Option<PathBuf>) -> io::Result<()> {
    let build = [
        "build",
        "--profile",
        dist::PROFILE,
        "--package",
        "octodns-bind",
        "--example",
        "read-zone",
    ];
    check(&mut cargo(&build))?;
    let contestants = contestants(python);
    println!("| records | who | CPU s | wall s | peak MB | to ours, CPU |");
    println!("|--:|---|--:|--:|--:|--:|");
    records.iter().try_for_each(|records| compare(*records, runs, &contestants))
}

fn contestants(python: Option<PathBuf>) -> Vec<Contestant> {
    let ours = target().join(dist::PROFILE).join("examples/read-zone");
    let mut all = vec![Contestant {
        name: "ours",
        program: ours,
        args: vec!["zones", NAME],
        counts: true,
        slow: false,
    }];
    if succeeds(Command::new("kzonecheck").arg("--version")) {
        all.push(Contestant {
            name: "kzonecheck",
            program: "kzonecheck".into(),
            args: vec!["-o", NAME, "zones/bench.test."],
            counts: false,
            slow: false,
        });
    }
    all.extend(python.map(|program| Contestant {
        name: "reference",
        program,
        args: vec!["-c", REFERENCE, "zones", NAME],
        counts: true,
        slow: true,
    }));
    all
}

/// Runs all in turn, so that a busy machine slows all of them.
fn compare(records: usize, runs: usize, contestants: &[Contestant]) -> io::Result<()> {
    let folder = target().join("bench").join(format!("zone-file-{records}"));
    fs::create_dir_all(folder.join("zones"))?;
    fs::write(folder.join("zones").join(NAME), zone(records))?;
    for contestant in contestants {
        contestant.expect(records, &folder)?;
    }
    let mut figures: Vec<Vec<Usage>> = contestants.iter().map(|_| Vec::new()).collect();
    for run in 0..runs {
        for (contestant, figures) in contestants.iter().zip(&mut figures) {
            if run == 0 || !contestant.slow {
                figures.push(measure(&contestant.program, &contestant.args, &folder)?);
            }
        }
    }
    let medians: Vec<_> = figures.iter().map(|figures| Usage::median(figures)).collect();
    let ours = medians.first().copied().flatten();
    for (contestant, usage) in contestants.iter().zip(medians) {
        if let (Some(usage), Some(ours)) = (usage, ours) {
            println!("{}", row(records, contestant.name, &usage, &ours));
        }
    }
    Ok(())
}

fn row(records: usize, name: &str, usage: &Usage, ours: &Usage) -> String {
    let (cpu, wall) = (usage.cpu.as_secs_f64(), usage.wall.as_secs_f64());
    let (times, peak) = (cpu / ours.cpu.as_secs_f64(), usage.peak_bytes / 1_000_000);
    format!("| {records} | {name} | {cpu:.3} | {wall:.3} | {peak} | {times:.1} |")
}

/// A zone with this many records (name and type) of the usual types, without the SOA.
fn zone(records: usize) -> String {
    let mut text = String::from(
        "$ORIGIN bench.test.\n$TTL 3600\n\
         @ IN SOA ns1.example.net. hostmaster.example.net. 1 3600 600 604800 3600\n\
         @ IN NS ns1.example.net.\n@ IN NS ns2.example.net.\n",
    );
    for number in 1..records {
        // Writing to a string cannot fail.
        let _ = text.write_str(&rows(number));
    }
    text
}

/// The rows of one record.
fn rows(number: usize) -> String {
    let (a, b, c) = (number >> 16 & 255, number >> 8 & 255, number & 255);
    let host = format!("host-{number:07}");
    match number % 20 {
        0..8 => format!("{host} 300 IN A 10.{a}.{b}.{c}\n{host} 300 IN A 192.0.2.{c}\n"),
        8..10 => format!("{host} IN AAAA 2001:db8::{a:x}:{b:x}:{c:x}\n"),
        10..15 => format!("{host} 600 IN CNAME edge-{b}.cdn.example.net.\n"),
        17 => format!("{host} IN MX 10 mx1.example.net.\n{host} IN MX 20 mx2.example.net.\n"),
        18 => format!("{host} IN CAA 0 issue \"ca.example.net\"\n"),
        19 => format!("_sip._tcp.{host} IN SRV 10 20 5060 sip{b}.example.net.\n"),
        _ => format!("{host} IN TXT \"key={number} and some words of text\"\n"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_zone_has_as_many_records_as_asked_for() {
        for records in [1, 20, 1000] {
            let zone = zone(records);
            let sets: HashSet<(&str, &str)> = zone
                .lines()
                .filter(|line| !line.starts_with('$') && !line.contains(" SOA "))
                .filter_map(|line| {
                    let (owner, rest) = line.split_once(' ')?;
                    Some((owner, rest.split_once("IN ")?.1.split(' ').next()?))
                })
                .collect();
            assert_eq!(sets.len(), records);
        }
    }
}
