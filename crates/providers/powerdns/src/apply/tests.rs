use std::sync::Arc;

use octodns_core::record::{RecordData, Txt};
use octodns_core::{RecordName, Zone, ZoneName};

use super::{Change, Disabled, LIMITS, Plan, Record, batches, in_order, patches, weight};

fn text(name: &str, text: &str) -> Arc<Record> {
    let data = RecordData::Txt(vec![Txt::new(text)]);
    Arc::new(Record::new(RecordName::new(name).unwrap(), 60, data))
}

fn address(name: &str) -> Arc<Record> {
    let data = RecordData::A(vec!["192.0.2.1".parse().unwrap()]);
    Arc::new(Record::new(RecordName::new(name).unwrap(), 60, data))
}

#[test]
fn parts_hold_whole_names_and_start_with_deletions() {
    let zone = ZoneName::new("unit.tests.").unwrap();
    let long = "x".repeat(1_000_000);
    let changes = vec![
        Change::Delete(text("a", "old")),
        Change::Delete(text("b", "old")),
        Change::Create(address("a")),
        Change::Create(text("b", &long)),
        Change::Create(text("c", &long)),
    ];
    let none = Disabled::default();
    let patches: Vec<_> =
        changes.iter().map(|change| patches(&zone, change, &none).unwrap()).collect();
    let empty = Zone::new(zone);
    let plan = Plan::new(empty.clone(), empty, changes, true);
    let parts = batches(&plan, LIMITS, |index| weight(patches.get(index)));
    let shown: Vec<Vec<_>> = parts
        .iter()
        .map(|part| {
            in_order(&patches, &part.concat())
                .iter()
                .map(|patch| format!("{} {} {}", patch.changetype, patch.name, patch.record_type))
                .collect()
        })
        .collect();
    assert_eq!(
        shown,
        [
            vec![
                "DELETE a.unit.tests. TXT",
                "DELETE b.unit.tests. TXT",
                "REPLACE a.unit.tests. A",
                "REPLACE b.unit.tests. TXT",
            ],
            vec!["REPLACE c.unit.tests. TXT"],
        ]
    );
    assert_eq!(parts[0].concat(), [0, 2, 1, 3]);
}
