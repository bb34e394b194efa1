//! The reference's provider and ours write the same zones: the files are identical.

use std::io::Write as _;
use std::process::{Command, Stdio};

use octodns_testkit::server::python;
use serde_json::json;

use super::*;

/// Plans all zones, then applies them as octoDNS' manager does, the longest name first.
const DRIVE: &str = r"
import json, sys
from octodns.record import Record
from octodns.zone import Zone
from octodns_etchosts import EtcHostsProvider

task = json.load(sys.stdin)
provider = EtcHostsProvider('test', **task['config'])
plans = []
for name, records in task['zones'].items():
    zone = Zone(name, [])
    for record in records:
        data = {key: value for key, value in record.items() if key != 'name'}
        zone.add_record(Record.new(zone, record['name'], data, lenient=True))
    plans.append(provider.plan(zone))
for plan in sorted(plans, key=lambda plan: -len(plan.desired.name)):
    provider.apply(plan)
";

fn record(name: &str, of: &str, value: &str) -> Json {
    json!({"name": name, "type": of, "ttl": 60, "value": value})
}

fn zones() -> Json {
    let addresses = |name: &str, of: &str, values: &[&str]| json!({"name": name, "type": of, "ttl": 60, "values": values});
    json!({
        "a.example.": [
            record("", "ALIAS", "www.a.example."),
            addresses("www", "A", &["192.0.2.9", "192.0.2.10", "10.0.0.1"]),
            addresses("www", "AAAA", &["2001:db8::9"]),
            addresses("six", "AAAA", &["2001:DB8:0:0::B", "2001:db8::10", "::ffff:192.0.2.1"]),
            addresses("mapped", "AAAA", &["::ffff:192.0.2.1"]),
            record("10", "A", "192.0.2.10"),
            record("9", "A", "192.0.2.9"),
            record("b", "CNAME", "deep.b.a.example."),
            record("far", "CNAME", "through.other.example."),
            record("gone", "CNAME", "nowhere.test."),
            record("café", "A", "192.0.2.20"),
            record("tea", "CNAME", "café.a.example."),
            record("*.wild", "A", "192.0.2.30"),
            record("*.wild", "AAAA", "2001:db8::30"),
            record("*.more.wild", "CNAME", "www.other.example."),
            record("w1", "CNAME", "x.y.wild.a.example."),
            record("w2", "CNAME", "x.more.wild.a.example."),
            record("w3", "CNAME", "wild.a.example."),
            record("w4", "CNAME", "*.wild.a.example."),
            record("loop", "CNAME", "pool.other.example."),
        ],
        "b.a.example.": [
            record("deep", "CNAME", "six.a.example."),
            record("up", "CNAME", "a.example."),
        ],
        "other.example.": [
            record("through", "CNAME", "back.a.example."),
            record("www", "A", "198.51.100.1"),
            record("pool", "CNAME", "again.a.example."),
            record("*star", "A", "198.51.100.2"),
            record("stars", "CNAME", "superstar.other.example."),
            record("*", "AAAA", "2001:db8::40"),
            record("any", "CNAME", "a.b.c.other.example."),
        ],
    })
}

#[tokio::test]
async fn the_reference_writes_the_same_bytes() {
    let Some(python) = python() else { return };
    let zones = zones();
    for remove_trailing_dots in [true, false] {
        let config = json!({"remove_trailing_dots": remove_trailing_dots});
        let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let harness = harness(&config, ours.path());
        let mut plans = Vec::new();
        for (name, records) in zones.as_object().unwrap() {
            plans.push(plan(&harness, name, records).await.unwrap().unwrap());
        }
        apply(&harness, &plans).await;

        let mut config = config;
        config["directory"] = theirs.path().to_str().unwrap().into();
        let task = json!({"config": config, "zones": zones}).to_string();
        let mut command = Command::new(&python);
        let mut child = command.args(["-c", DRIVE]).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(task.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());

        let (ours, theirs) = (files(ours.path()), files(theirs.path()));
        assert_eq!(ours.len(), 3);
        for (name, text) in &theirs {
            assert_eq!(ours.get(name), Some(text), "{name}");
        }
        assert_eq!(ours.len(), theirs.len());
    }
}

/// Two zones may have a CNAME with the same name, one pointing to the other: octoDNS considers that a loop.
#[tokio::test]
async fn the_same_name_in_two_zones_is_not_a_loop() {
    let folder = tempfile::tempdir().unwrap();
    let harness = harness(&json!({}), folder.path());
    let mut plans = Vec::new();
    for (zone, records) in [
        ("a.example.", json!([record("www", "CNAME", "www.b.example.")])),
        (
            "b.example.",
            json!([record("www", "CNAME", "x.b.example."), record("x", "A", "192.0.2.1")]),
        ),
        ("2/25.example.", json!([record("x", "A", "192.0.2.2")])),
    ] {
        plans.push(plan(&harness, zone, &records).await.unwrap().unwrap());
    }
    apply(&harness, &plans).await;
    let files = files(folder.path());
    let expected = "# www.a.example. -> www.b.example.\n# www.b.example. -> x.b.example.\n192.0.2.1\twww.a.example\n\n";
    assert!(files["a.example.hosts"].ends_with(expected), "{files:?}");
    assert!(files["2-25.example.hosts"].ends_with("\n192.0.2.2\tx.2/25.example\n\n"), "{files:?}");
}

/// When a zone is planned again, the files of zones that refer to it use its new records.
#[tokio::test]
async fn the_last_plan_of_a_zone_counts() {
    let folder = tempfile::tempdir().unwrap();
    let harness = harness(&json!({}), folder.path());
    let alias = json!([record("www", "CNAME", "x.b.example.")]);
    let a = plan(&harness, "a.example.", &alias).await.unwrap().unwrap();
    for (address, written) in [
        (None, "# ** unavailable **"),
        (Some("192.0.2.1"), "192.0.2.1\twww.a.example"),
        (Some("192.0.2.2"), "192.0.2.2\twww.a.example"),
    ] {
        if let Some(address) = address {
            let records = json!([record("x", "A", address)]);
            plan(&harness, "b.example.", &records).await.unwrap().unwrap();
        }
        apply(&harness, std::slice::from_ref(&a)).await;
        let text = &files(folder.path())["a.example.hosts"];
        assert!(
            text.ends_with(&format!("# www.a.example. -> x.b.example.\n{written}\n\n")),
            "{text}"
        );
    }
}
