//! What the way through the pipe costs, in calls of functions: times depend on the machine.

use std::process::Command;

use crate::support::{Bridge, MODULE, option, options, python};

/// How many records are read.
const RECORDS: i64 = 2_000;

/// The class in octoDNS itself.
const ALONE: &str = "
import sys
sys.path.insert(0, sys.argv[1])
from octodns.record import Record
from octodns.zone import Zone
Record.enable_validators({'legacy'})
import bridge_classes
source = bridge_classes.Counted('x', count=int(sys.argv[2]))
source.populate(Zone('example.com.', set()))
print(*source.list_zones())
";

/// The number in what `Counted` says of its calls.
fn number(zones: &str) -> i64 {
    zones.trim().trim_end_matches(".calls.").parse().unwrap()
}

#[tokio::test]
async fn sending_records_takes_fewer_calls_than_making_them() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    drop(options(folder.path()));
    assert!(folder.path().join(format!("{MODULE}.py")).is_file());
    let mut alone = Command::new(&python.program);
    alone.args(["-c", ALONE]).arg(folder.path()).arg(RECORDS.to_string());
    let alone = number(&String::from_utf8(alone.output().unwrap().stdout).unwrap());

    let Some(bridge) = Bridge::start().await else { return };
    bridge.provider("source", "Counted", option("count", RECORDS)).await;
    let read = bridge.read("source").await.unwrap();
    assert_eq!(i64::try_from(read.records.len()), Ok(RECORDS));
    let through = number(&bridge.host.list_zones("source").await.unwrap().concat());

    // About 150 calls for a record in octoDNS itself, so both have counted.
    assert!(alone > 10 * RECORDS, "{alone}");
    assert!((alone..2 * alone).contains(&through), "{through} of {alone}");
}
