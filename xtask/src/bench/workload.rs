//! Generated zones: a source, and a target with a known number of differences.

mod generator;

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr;

use serde_json::Value;

use super::plans::Counts;
use crate::run::{check, shared, target};

/// The number of zones and of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) zones: usize,
    pub(super) records: usize,
}

impl Shape {
    pub(super) const fn new(zones: usize, records: usize) -> Self {
        Self { zones, records }
    }

    /// The number of records in all zones.
    pub(super) fn total(self) -> usize {
        self.zones * self.records
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} x {}", self.zones, self.records)
    }
}

/// `ZONESxRECORDS`.
impl FromStr for Shape {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('x').and_then(|(zones, records)| {
            Some(Self { zones: zones.parse().ok()?, records: records.parse().ok()? })
        });
        let shape = numbers.filter(|shape| shape.total() > 0);
        shape.ok_or_else(|| format!("`{text}` is no shape: write ZONESxRECORDS, such as 10x1000"))
    }
}

/// A folder with configs, zones and the facts about them.
pub(super) struct Workload {
    pub(super) shape: Shape,
    pub(super) folder: PathBuf,
    /// The size of the source and target zone files.
    pub(super) bytes: u64,
    changes: Counts,
}

impl Workload {
    /// Generates the workload, unless an earlier run did.
    pub(super) fn make(shape: Shape, changes: u32) -> io::Result<Self> {
        let name = format!("{}x{}-c{changes}", shape.zones, shape.records);
        let folder = target().join("bench").join(name);
        if !folder.join("manifest.json").exists() {
            generate(shape, changes, &folder)?;
        }
        let text = fs::read_to_string(folder.join("manifest.json"))?;
        let manifest: Value = serde_json::from_str(&text)?;
        let number =
            |pointer: &str| manifest.pointer(pointer).and_then(Value::as_u64).unwrap_or_default();
        let count =
            |kind: &str| usize::try_from(number(&format!("/changes/{kind}"))).unwrap_or(usize::MAX);
        Ok(Self {
            shape,
            bytes: number("/bytes/source") + number("/bytes/target"),
            changes: ["create", "update", "delete"].map(count),
            folder,
        })
    }

    /// Refuses a plan that does not have the generated changes.
    pub(super) fn expect(&self, counts: Counts) -> io::Result<()> {
        if counts == self.changes {
            return Ok(());
        }
        let (folder, expected) = (self.folder.display(), self.changes);
        Err(io::Error::other(format!("{folder}: planned {counts:?}, expected {expected:?}")))
    }
}

/// Zones with only A, AAAA, CNAME, TXT and MX records, which every service supports: `source` and `target` in
/// `folder`.
pub(super) fn generate_ours(shape: Shape, changes: u32, folder: &Path) -> io::Result<()> {
    generator::generate(shape, changes, folder)
}

/// Uses the generator that octoDNS itself was measured with, if it exists, or else our own.
fn generate(shape: Shape, changes: u32, folder: &Path) -> io::Result<()> {
    let script = shared().join("bench/generate.py");
    if !script.is_file() {
        return generator::generate(shape, changes, folder);
    }
    let mut command = Command::new("python3");
    command.arg(script);
    for (flag, number) in [("--zones", shape.zones), ("--records", shape.records)] {
        command.arg(flag).arg(number.to_string());
    }
    command.arg("--changes").arg(changes.to_string()).arg("--out").arg(folder);
    check(command.stdout(Stdio::null()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_is_two_numbers() {
        assert_eq!("10x1000".parse(), Ok(Shape::new(10, 1000)));
        for bad in ["", "10", "x5", "0x5", "10x"] {
            assert!(bad.parse::<Shape>().is_err(), "{bad}");
        }
    }

    #[test]
    fn our_generator_writes_what_its_manifest_says() {
        let folder = tempfile::tempdir().unwrap();
        generator::generate(Shape::new(2, 100), 5, folder.path()).unwrap();
        let source = fs::read_to_string(folder.path().join("source/zone-0.example.yaml")).unwrap();
        assert_eq!(source.matches("type: ").count(), 100);
        let manifest = fs::read_to_string(folder.path().join("manifest.json")).unwrap();
        let manifest: Value = serde_json::from_str(&manifest).unwrap();
        assert_eq!(manifest["changes"], serde_json::json!({"create": 4, "update": 4, "delete": 2}));
    }
}
