//! Values at the service that are not valid for their type do not block the zone.

use octodns_core::Severity;
use octodns_kit::{Json, Shape, json};

use crate::memory::{
    Memory, MemoryChanges, MemoryRows, MemorySets, MemoryWhole, item, record, zone,
};

fn values(items: &[Json], name: &str, key: &str) -> Vec<Json> {
    items.iter().filter(|item| item["name"] == name).map(|item| item[key].clone()).collect()
}

/// They are reported and left alone, until a plan changes their record.
async fn reports<H: Shape<Api = Memory>>(key: &str) {
    let broken = || [item(7, "broken", "A", "not an address"), item(8, "mail", "MX", "10")];
    let held = [&broken()[..], &[item(1, "www", "A", "192.0.2.1")]].concat();
    let memory = Memory::new(&held);
    let harness = memory.harness::<H>();
    let read = harness.read(&zone()).await.unwrap();
    assert_eq!(read.zone.len(), 1);
    let found: Vec<_> = read.report.iter().collect();
    assert!(found.iter().all(|found| found.severity == Severity::Warning), "{found:?}");
    let subjects: Vec<_> = found.iter().map(|found| &*found.subject).collect();
    assert_eq!(subjects, ["broken.example.com. A", "mail.example.com. MX"]);
    assert!(found[1].message.contains("\"10\" is not valid"), "{}", found[1].message);

    let www = |last: &str| record("www", "A", last);
    let desired = harness.zone(&zone(), &[www("192.0.2.2"), record("new", "A", "192.0.2.3")]);
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    harness.apply(&plan).await.result.unwrap();
    for broken in broken() {
        assert!(memory.state().items.contains(&broken), "{broken}");
    }
    assert!(harness.plan(&desired).await.unwrap().is_none());

    let desired = [www("192.0.2.2"), record("broken", "A", "192.0.2.9")];
    let desired = harness.zone(&zone(), &desired);
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    harness.apply(&plan).await.result.unwrap();
    let now = values(&memory.state().items, "broken", key);
    assert!(now == [json!("192.0.2.9")] || now == [json!(["192.0.2.9"])], "{now:?}");
    assert!(memory.state().items.contains(&broken()[1]));
    assert!(harness.plan(&desired).await.unwrap().is_none());
}

#[tokio::test]
async fn an_unreadable_record_is_reported_and_replaced() {
    reports::<MemoryRows>("value").await;
    reports::<MemorySets>("values").await;
    reports::<MemoryChanges>("values").await;
    reports::<MemoryWhole>("value").await;
}

/// A set with an empty value is not whole.
#[tokio::test]
async fn a_set_without_a_value_is_an_error() {
    let memory = Memory::new(&[item(1, "www", "A", ""), item(2, "txt", "TXT", "")]);
    assert!(memory.harness::<MemorySets>().read(&zone()).await.is_err());
    memory.state().items.remove(0);
    assert_eq!(memory.harness::<MemorySets>().read(&zone()).await.unwrap().zone.len(), 1);
}

/// One value among others: the record has the others, and goes as a whole.
async fn goes_with_the_others<H: Shape<Api = Memory>>(held: &[Json]) {
    for records in [vec![record("www", "A", "192.0.2.2")], Vec::new()] {
        let memory = Memory::new(held);
        let harness = memory.harness::<H>();
        let read = harness.read(&zone()).await.unwrap();
        let www = read.zone.records().next().unwrap();
        assert_eq!(www.rdata_strings(), ["192.0.2.1"]);
        assert_eq!(read.report.len(), 1);
        // What is there already is no reason to change it.
        let same = harness.zone(&zone(), &[record("www", "A", "192.0.2.1")]);
        assert!(harness.plan(&same).await.unwrap().is_none());
        let desired = harness.zone(&zone(), &records);
        let plan = harness.plan(&desired).await.unwrap().unwrap();
        harness.apply(&plan).await.result.unwrap();
        assert_eq!(memory.state().items.len(), records.len());
        assert!(harness.plan(&desired).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn an_unreadable_value_goes_with_the_others() {
    let rows = [item(1, "www", "A", "192.0.2.1"), item(2, "www", "A", "oops")];
    goes_with_the_others::<MemoryRows>(&rows).await;
    goes_with_the_others::<MemoryWhole>(&rows).await;
    let mut set = item(1, "www", "A", "192.0.2.1");
    set["values"] = json!(["192.0.2.1", "oops"]);
    goes_with_the_others::<MemorySets>(std::slice::from_ref(&set)).await;
    goes_with_the_others::<MemoryChanges>(std::slice::from_ref(&set)).await;
}
