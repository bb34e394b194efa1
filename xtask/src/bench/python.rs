//! `bench --python`: records that a class in Python gives and takes, through the bridge and in octoDNS.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use super::measure::{Usage, measure};
use super::plans;
use crate::run::target;

/// The module of the classes, which both programs find by `PYTHONPATH`.
const CLASSES: &str = "\
import logging

from octodns.provider.base import BaseProvider
from octodns.record import Record


class Generated(BaseProvider):
    SUPPORTS_GEO = False
    SUPPORTS_DYNAMIC = False
    SUPPORTS = {'A'}

    def __init__(self, id, records=0, **kwargs):
        self.log = logging.getLogger(f'Generated[{id}]')
        super().__init__(id, **kwargs)
        self.records = records

    def populate(self, zone, target=False, lenient=False):
        for index in range(self.records):
            data = {'type': 'A', 'ttl': 300, 'value': f'192.0.2.{index % 250}'}
            record = Record.new(zone, f'host-{index:07}', data, source=self, lenient=lenient)
            zone.add_record(record, lenient=lenient)
        return False
";

/// The compared settings: the name of a config, its description, its source and its target.
const CASES: [(&str, &str, &str, &str); 3] = [
    ("source", "a file from a class", CLASS, FILE),
    ("target", "a class from a file", FILE, CLASS),
    ("both", "a class from a class", CLASS, CLASS),
];

const CLASS: &str = "bench_classes.Generated";
const FILE: &str = "octodns.provider.yaml.YamlProvider";

/// Measures zones with this many records and prints a table. `theirs` is the folder of octoDNS' programs, whose
/// interpreter runs the classes of ours as well.
pub(super) fn run(ours: &Path, theirs: &Path, records: &[usize], runs: usize) -> io::Result<()> {
    println!("| records | plan | CPU s | wall s | octoDNS CPU s | wall s | times its CPU |");
    println!("|--:|---|--:|--:|--:|--:|--:|");
    for &records in records {
        for case in &CASES {
            println!("{}", compare(ours, theirs, records, case, runs)?);
        }
    }
    Ok(())
}

/// Runs both in turn, so that a busy machine slows both.
fn compare(
    ours: &Path,
    theirs: &Path,
    records: usize,
    &(name, described, from, to): &(&str, &str, &str, &str),
    runs: usize,
) -> io::Result<String> {
    let folder = target().join("bench").join(format!("python-{records}"));
    for (side, text) in [("from", zone(records)), ("to", "{}\n".to_owned())] {
        fs::create_dir_all(folder.join(side))?;
        fs::write(folder.join(side).join("zone.example.yaml"), text)?;
    }
    fs::write(folder.join("bench_classes.py"), CLASSES)?;
    fs::write(folder.join(format!("{name}.yaml")), config(records, from, to))?;
    let path = format!("PYTHONPATH={}", folder.display());
    let config = format!("--config-file={name}.yaml");
    let python = format!("--python={}", theirs.join("python").display());
    let programs = [ours, theirs].map(|bin| bin.join("octodns-sync").display().to_string());
    let commands =
        [vec![&*path, &programs[0], &config, &python], vec![&*path, &programs[1], &config]];
    let mut usages: [Vec<Usage>; 2] = Default::default();
    for run in 0..=runs {
        for (command, usages) in commands.iter().zip(&mut usages) {
            if run > 0 {
                usages.push(measure(Path::new("env"), command, &folder)?);
            } else if plans::counts(&plans::plan(Path::new("env"), command, &folder)?)
                != [records, 0, 0]
            {
                return Err(io::Error::other(format!("{}: not all planned", command.join(" "))));
            }
        }
    }
    let [Some(mine), Some(theirs)] = usages.map(|usages| Usage::median(&usages)) else {
        return Err(io::Error::other("nothing was measured"));
    };
    let seconds = [mine.cpu, mine.wall, theirs.cpu, theirs.wall];
    let cells = seconds.map(|time| format!("{:.3}", time.as_secs_f64())).join(" | ");
    let times = mine.cpu.as_secs_f64() / theirs.cpu.as_secs_f64();
    Ok(format!("| {records} | {described} | {cells} | {times:.2} |"))
}

/// A file with the records that the class generates.
fn zone(records: usize) -> String {
    let mut text = String::from("---\n");
    for number in 0..records {
        let value = number % 250;
        // Writing to a string cannot fail.
        let _ =
            write!(text, "host-{number:07}:\n  ttl: 300\n  type: A\n  value: 192.0.2.{value}\n");
    }
    text
}

fn config(records: usize, from: &str, to: &str) -> String {
    let provider = |side: &str, class: &str, generated: usize| {
        let options = match class {
            CLASS => format!("records: {generated}"),
            _ => format!("directory: ./{side}"),
        };
        format!("  {side}: {{class: {class}, {options}}}\n")
    };
    let providers = [provider("from", from, records), provider("to", to, 0)].concat();
    format!("providers:\n{providers}zones:\n  zone.example.: {{sources: [from], targets: [to]}}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_generates_and_a_file_is_in_a_folder() {
        assert_eq!(
            config(7, CLASS, FILE),
            "providers:\n  from: {class: bench_classes.Generated, records: 7}\n  \
             to: {class: octodns.provider.yaml.YamlProvider, directory: ./to}\n\
             zones:\n  zone.example.: {sources: [from], targets: [to]}\n"
        );
        assert!(config(7, FILE, CLASS).contains("{class: bench_classes.Generated, records: 0}"));
        assert_eq!(zone(7).matches("type: A").count(), 7);
    }
}
