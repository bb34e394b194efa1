//! The state that was read, and what a plan assumes about it.

use octodns_core::{Change, Outcome, State};
use octodns_kit::{Json, Shape, json};

use crate::memory::{
    Memory, MemoryChanges, MemoryRows, MemorySets, MemoryWhole, item, record, zone,
};

/// Nothing is sent for a plan whose state of the target is lost.
async fn loses<H: Shape<Api = Memory>>(lost: State) {
    let memory = Memory::new(&[item(1, "www", "A", "192.0.2.1")]);
    let harness = memory.harness::<H>();
    let desired = harness.zone(&zone(), &[record("www", "A", "192.0.2.2")]);
    let mut plan = harness.plan(&desired).await.unwrap().unwrap();
    plan = plan.with_state(lost);
    let applied = harness.apply(&plan).await;
    let error = applied.result.unwrap_err().to_string();
    assert_eq!(error, "the state from reading example.com. is lost; plan again");
    assert_eq!(applied.outcomes, [Outcome::NotSent]);
    assert!(memory.state().calls.is_empty());
}

#[tokio::test]
async fn a_lost_state_is_an_error() {
    for lost in [State::default, || State::new("another")] {
        loses::<MemoryRows>(lost()).await;
        loses::<MemorySets>(lost()).await;
        loses::<MemoryChanges>(lost()).await;
        loses::<MemoryWhole>(lost()).await;
    }
}

/// A set without values is served as none, so that the record is created.
async fn creates_over_nothing<H: Shape<Api = Memory>>() {
    let nothing = json!({"id": 1, "name": "www", "type": "A", "ttl": 60, "values": []});
    let harness = Memory::new(&[nothing]).harness::<H>();
    let desired = harness.zone(&zone(), &[record("www", "A", "192.0.2.2")]);
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    assert!(matches!(&*plan.changes, [Change::Create(_)]), "{:?}", plan.changes);
    harness.apply(&plan).await.result.unwrap();
    assert!(harness.plan(&desired).await.unwrap().is_none());
}

#[tokio::test]
async fn a_set_without_values_is_none() {
    creates_over_nothing::<MemorySets>().await;
    creates_over_nothing::<MemoryChanges>().await;
}

/// A plan that creates an existing set would overwrite it, and one that updates a missing set is about
/// another zone. Neither is sent.
async fn supposes<H: Shape<Api = Memory>>() {
    let other = || item(2, "other", "A", "192.0.2.9");
    for (held, changes, expected) in [
        (
            vec![other()],
            vec![item(1, "www", "A", "192.0.2.1"), other()],
            "the target held it already",
        ),
        (vec![item(1, "www", "A", "192.0.2.1"), other()], vec![other()], "it was not read"),
    ] {
        let planned = Memory::new(&held).harness::<H>();
        let desired = [record("www", "A", "192.0.2.2"), record("other", "A", "192.0.2.9")];
        let desired = planned.zone(&zone(), &desired);
        let memory = Memory::new(&changes);
        let harness = memory.harness::<H>();
        let more = harness.zone(&zone(), &[record("new", "A", "192.0.2.2")]);
        let mut plan = harness.plan(&more).await.unwrap().unwrap();
        plan.changes = planned.plan(&desired).await.unwrap().unwrap().changes;
        let error = harness.apply(&plan).await.result.unwrap_err().with_causes();
        assert!(error.contains(expected), "{error}");
        assert!(memory.state().calls.is_empty());
    }
}

#[tokio::test]
async fn a_plan_about_another_state_is_refused() {
    supposes::<MemoryRows>().await;
    supposes::<MemorySets>().await;
    supposes::<MemoryChanges>().await;
    supposes::<MemoryWhole>().await;
}

#[tokio::test]
async fn a_whole_zone_that_others_have_changed_is_not_overwritten() {
    let unknown = || json!({"id": 3, "name": "odd", "type": "TYPE65280", "ttl": 5, "value": "x"});
    let held = [item(1, "www", "A", "192.0.2.1"), unknown()];
    let memory = Memory::new(&held);
    let harness = memory.harness::<MemoryWhole>();
    let plan = async |value| {
        let desired = harness.zone(&zone(), &[record("www", "A", value)]);
        harness.plan(&desired).await.unwrap().unwrap()
    };
    for change in [
        |items: &mut Vec<Json>| items.push(item(9, "theirs", "A", "192.0.2.9")),
        |items: &mut Vec<Json>| items[0]["ttl"] = 61.into(),
        |items: &mut Vec<Json>| items[1]["value"] = "y".into(),
        |items: &mut Vec<Json>| drop(items.pop()),
    ] {
        memory.state().items = held.to_vec();
        let plan = plan("192.0.2.2").await;
        change(&mut memory.state().items);
        let error = harness.apply(&plan).await.result.unwrap_err().to_string();
        assert!(error.contains("was changed by someone else"), "{error}");
        assert!(memory.state().calls.is_empty());
    }
    // Another order, other ids and other case are not changes.
    memory.state().items = held.to_vec();
    let plan = plan("192.0.2.2").await;
    memory.state().items = vec![
        json!({"id": 7, "name": "odd", "type": "TYPE65280", "ttl": 5, "value": "x"}),
        item(8, "WWW", "A", "192.0.2.1"),
    ];
    assert!(harness.apply(&plan).await.result.is_ok());
    let items = memory.state().items.clone();
    assert!(items.iter().any(|item| item["type"] == "TYPE65280"), "{items:?}");
    assert_eq!(items.len(), 2);
}

/// A list with two sets of the same name and type is ambiguous.
#[tokio::test]
async fn two_sets_of_one_name_and_type_are_an_error() {
    let memory = Memory::new(&[item(1, "www", "A", "192.0.2.1"), item(2, "www", "A", "192.0.2.2")]);
    let report = memory.harness::<MemorySets>().read(&zone()).await.unwrap_err();
    let found = report.iter().next().unwrap().to_string();
    assert!(found.contains("two RRsets of one name and type"), "{found}");
    // As rows, they are one record.
    assert_eq!(memory.harness::<MemoryRows>().read(&zone()).await.unwrap().zone.len(), 1);
}

/// A type that can have only one value, with two at the service.
#[tokio::test]
async fn several_values_of_a_single_value_type_are_reported() {
    let mut set = item(1, "www", "CNAME", "one.example.");
    set["values"] = json!(["one.example.", "two.example."]);
    let memory = Memory::new(&[set]);
    let report = memory.harness::<MemorySets>().read(&zone()).await.unwrap_err();
    let found = report.iter().next().unwrap().to_string();
    assert!(found.contains("www"), "{found}");
}
