//! Settings of zones besides their records.

use octodns_core::Outcome;

use crate::memory::{Fate, Memory, MemorySets, record, zone};

#[tokio::test]
async fn settings_are_changed_before_records() {
    let memory = <Memory>::new(&[]);
    let harness = memory.harness::<MemorySets>();
    let with = |name: &str| harness.zone(&zone(), &[record(name, "A", "192.0.2.1")]);
    memory.state().colour = Some(("red", "blue"));
    let plan = harness.plan(&with("www")).await.unwrap().unwrap();
    assert!(plan.meta.is_some());
    harness.apply(&plan).await.result.unwrap();
    assert_eq!(memory.state().calls, ["colour", "put"]);
    assert!(harness.plan(&with("www")).await.unwrap().is_none());
    // A plan may have nothing else.
    memory.state().colour = Some(("red", "blue"));
    let plan = harness.plan(&with("www")).await.unwrap().unwrap();
    assert!(plan.changes.is_empty());
    harness.apply(&plan).await.result.unwrap();
    // If they are refused, nothing else is sent.
    memory.state().colour = Some(("red", "blue"));
    memory.state().fates.push_back(Fate::Refused);
    let plan = harness.plan(&with("mail")).await.unwrap().unwrap();
    memory.state().calls.clear();
    let applied = harness.apply(&plan).await;
    assert!(applied.result.is_err());
    assert_eq!(memory.state().calls, ["colour"]);
    assert!(applied.outcomes.iter().all(|outcome| *outcome == Outcome::NotSent));
}

/// A new zone has no settings to change.
#[tokio::test]
async fn a_new_zone_is_created_as_it_has_to_be() {
    let memory = <Memory>::new(&[]);
    memory.state().zones.clear();
    memory.state().colour = Some(("red", "blue"));
    let harness = memory.harness::<MemorySets>();
    let desired = harness.zone(&zone(), &[record("www", "A", "192.0.2.1")]);
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    assert!(plan.meta.is_none());
    harness.apply(&plan).await.result.unwrap();
    assert_eq!(memory.state().calls, ["create zone", "put"]);
}
