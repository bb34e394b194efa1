//! What the service keeps for itself is neither shown nor changed.

use octodns_core::Severity;
use octodns_kit::{Json, Shape, json};

use crate::memory::{
    Memory, MemoryChanges, MemoryRows, MemorySets, MemoryWhole, item, record, zone,
};

fn owned(owner: &str, id: u64, name: &str, of: &str, value: &str) -> Json {
    let mut item = item(id, name, of, value);
    item["owner"] = json!(owner);
    item
}

/// What comes with another item is left alone, and does not stand in the way of the user's own.
async fn leaves_companions<H: Shape<Api = Memory>>(mut held: Vec<Json>) {
    let companion = owned("parent", 7, "www", "TXT", "of www");
    held.push(companion.clone());
    let memory = Memory::new(&held);
    let harness = memory.harness::<H>();
    for texts in [&["mine", "too"][..], &["mine"], &[]] {
        let mut records = vec![record("www", "A", "192.0.2.1")];
        if !texts.is_empty() {
            records.push(json!({"name": "www", "type": "TXT", "ttl": 60, "values": texts}));
        }
        let desired = harness.zone(&zone(), &records);
        if let Some(plan) = harness.plan(&desired).await.unwrap() {
            harness.apply(&plan).await.result.unwrap();
        }
        assert!(harness.plan(&desired).await.unwrap().is_none(), "{texts:?}");
        assert!(memory.state().items.contains(&companion), "{texts:?}");
    }
}

#[tokio::test]
async fn what_belongs_to_another_item_is_left_alone() {
    let www = || vec![item(1, "www", "A", "192.0.2.1")];
    leaves_companions::<MemoryRows>(www()).await;
    leaves_companions::<MemoryWhole>(www()).await;
}

/// A plan that creates what the service has is refused; everything else is not.
async fn guards<H: Shape<Api = Memory>>() {
    for (owner, by) in [
        ("service", "the service, which manages it itself"),
        ("odd", "its kind, which records cannot express"),
    ] {
        guards_from::<H>(owner, by).await;
    }
}

async fn guards_from<H: Shape<Api = Memory>>(owner: &str, by: &str) {
    let theirs = owned(owner, 7, "theirs", "A", "198.51.100.1");
    let memory = Memory::new(&[theirs.clone(), item(1, "www", "A", "192.0.2.1")]);
    let harness = memory.harness::<H>();
    let read = harness.read(&zone()).await.unwrap();
    assert_eq!(read.zone.len(), 1);
    // What the service manages is its own business.
    let told = usize::from(owner == "odd");
    assert_eq!(read.report.of(Severity::Warning).count(), told);
    let desired = harness.zone(&zone(), &[record("theirs", "A", "192.0.2.2")]);
    let report = harness.plan(&desired).await.unwrap_err();
    let found = report.of(Severity::Error).next().unwrap();
    assert_eq!(found.code, "hidden-record");
    assert!(found.message.contains(by), "{found}");
    assert!(memory.state().calls.is_empty());
    let desired = harness.zone(&zone(), &[record("new", "A", "192.0.2.2")]);
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    harness.apply(&plan).await.result.unwrap();
    assert!(memory.state().items.contains(&theirs));
}

#[tokio::test]
async fn what_the_service_manages_is_hidden() {
    guards::<MemoryRows>().await;
    guards::<MemorySets>().await;
    guards::<MemoryChanges>().await;
    guards::<MemoryWhole>().await;
}
