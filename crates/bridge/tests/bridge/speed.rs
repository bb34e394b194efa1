//! What the way through the pipe costs.

use std::process::Command;

use octodns_core::Value;

use crate::support::{Bridge, MODULE, option, options, python};

/// How many records are read.
const RECORDS: i64 = 20_000;

/// The class in octoDNS itself: its processor time in seconds.
const ALONE: &str = "
import logging, sys, time
sys.path.insert(0, sys.argv[1])
logging.basicConfig(level=logging.INFO)
from octodns.record import Record
from octodns.zone import Zone
Record.enable_validators({'legacy'})
import bridge_classes
source = bridge_classes.Source('x', count=int(sys.argv[2]))
begun = time.process_time()
source.populate(Zone('example.com.', set()))
print(time.process_time() - begun)
";

/// The processor time of a process, in seconds.
fn used(pid: u32) -> f64 {
    // In hundredths of a second, on every system that Linux runs on.
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks = |field: usize| fields[field].parse::<u32>().unwrap();
    f64::from(ticks(11) + ticks(12)) / 100.0
}

/// Processor time, as the time that passes depends on what else runs. The best of several, for the same reason.
#[tokio::test]
async fn reading_costs_at_most_half_more_than_in_octodns() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    drop(options(folder.path()));
    assert!(folder.path().join(format!("{MODULE}.py")).is_file());
    let mut ratios = Vec::new();
    for _ in 0..3 {
        let mut alone = Command::new(&python.program);
        alone.args(["-c", ALONE]).arg(folder.path()).arg(RECORDS.to_string());
        let alone = String::from_utf8(alone.output().unwrap().stdout).unwrap();
        let alone: f64 = alone.trim().parse().unwrap();
        let Some(bridge) = Bridge::start().await else { return };
        bridge.provider("source", "Source", option("count", RECORDS)).await;
        let pid = bridge.host.hello().pid;
        let before = used(pid);
        let read = bridge.read("source").await.unwrap();
        assert_eq!(i64::try_from(read.records.len()), Ok(RECORDS));
        ratios.push((used(pid) - before) / alone);
        if ratios.last().is_some_and(|ratio| *ratio <= 1.5) {
            return;
        }
    }
    panic!("{ratios:?}");
}

#[tokio::test]
async fn starting_takes_less_than_half_a_second() {
    let Some(bridge) = Bridge::start().await else { return };
    bridge.provider("source", "Source", Value::NULL).await;
    let used = used(bridge.host.hello().pid);
    assert!(used < 0.5, "{used} s");
}
