//! Rows changed many at a time, where the account has a call for that.

use octodns_core::Outcome;
use octodns_kit::{Json, json};
use octodns_testkit::run::Harness;

use crate::memory::{Fate, Memory, MemoryRows, record, zone};

/// `many` addresses, of which the one at `odd` is refused.
pub(crate) fn records(many: usize, odd: Option<usize>) -> Vec<Json> {
    let value = |index| if Some(index) == odd { 66 } else { index % 60 };
    let record =
        |index| record(&format!("host-{index}"), "A", &format!("192.0.2.{}", value(index)));
    (0..many).map(record).collect()
}

fn batches() -> Memory {
    let memory = <Memory>::new(&[]);
    memory.state().has_batches = true;
    memory
}

pub(crate) async fn converge(harness: &Harness, records: &[Json]) {
    let desired = harness.zone(&zone(), records);
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    let applied = harness.apply(&plan).await;
    applied.result.unwrap();
    assert!(applied.outcomes.iter().all(|outcome| *outcome == Outcome::Applied));
    assert!(harness.plan(&desired).await.unwrap().is_none());
}

#[tokio::test]
async fn a_large_plan_takes_few_calls() {
    let memory = batches();
    let harness = memory.harness::<MemoryRows>();
    converge(&harness, &records(80, None)).await;
    assert_eq!(memory.state().calls, ["batch 32", "batch 32", "batch 16"]);
    // Known to be there, so it is used for small plans as well: an update, a deletion and a creation.
    let mut next = records(80, None);
    next[7] = record("host-7", "A", "192.0.2.77");
    next[8] = json!({"name": "new", "type": "A", "ttl": 60, "values": ["192.0.2.1", "192.0.2.2"]});
    memory.state().calls.clear();
    converge(&harness, &next).await;
    assert_eq!(memory.state().calls, ["batch 4"]);
    // One call is one call.
    next.pop();
    memory.state().calls.clear();
    converge(&harness, &next).await;
    assert_eq!(memory.state().calls, ["delete"]);
}

#[tokio::test]
async fn an_account_without_batches_is_asked_once_a_run() {
    let memory = <Memory>::new(&[]);
    let harness = memory.harness::<MemoryRows>();
    converge(&harness, &records(60, None)).await;
    let first = std::mem::take(&mut memory.state().calls);
    assert_eq!(first.iter().filter(|call| *call == "batch?").count(), 1);
    assert_eq!(first.iter().filter(|call| *call == "create").count(), 60);
    converge(&harness, &records(120, None)).await;
    assert!(!memory.state().calls.contains(&"batch?".to_owned()));
    memory.state().calls.clear();
    harness.begin_run();
    converge(&harness, &records(60, None)).await;
    assert_eq!(memory.state().calls.first().map(String::as_str), Some("batch?"));
}

#[tokio::test]
async fn a_small_plan_does_not_ask() {
    let memory = batches();
    converge(&memory.harness::<MemoryRows>(), &records(40, None)).await;
    assert_eq!(memory.state().calls.len(), 40);
}

/// A refused batch is halved; what is refused is named, and what came before it is made.
#[tokio::test]
async fn a_refused_change_is_found() {
    for (odd, is_any_made) in [(Some(70), true), (Some(0), false)] {
        let memory = batches();
        let harness = memory.harness::<MemoryRows>();
        let desired = harness.zone(&zone(), &records(80, odd));
        let plan = harness.plan(&desired).await.unwrap().unwrap();
        let applied = harness.apply(&plan).await;
        let error = applied.result.unwrap_err().with_causes();
        let name = format!("host-{}.example.com. A", odd.unwrap_or_default());
        assert!(error.contains(&name) && error.contains("not this one"), "{error}");
        let made = memory.state().items.len();
        let told = applied.outcomes.iter().filter(|outcome| **outcome == Outcome::Applied);
        assert_eq!(told.count(), made);
        assert_eq!(made >= 32, is_any_made, "{made}");
        let failed =
            applied.outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Failed(_)));
        assert_eq!(failed.count(), 1);
    }
}

/// All values of a name are in one batch; if that is too many, the rest still goes in batches.
#[tokio::test]
async fn a_name_with_too_many_values_goes_by_rows() {
    let memory = batches();
    let harness = memory.harness::<MemoryRows>();
    let mut all = records(40, None);
    let values: Vec<_> = (0..35).map(|index| format!("198.51.100.{index}")).collect();
    all.push(json!({"name": "many", "type": "A", "ttl": 60, "values": values}));
    converge(&harness, &all).await;
    let calls = memory.state().calls.clone();
    assert_eq!(calls.iter().filter(|call| *call == "create").count(), 35);
    assert_eq!(calls.iter().filter(|call| call.starts_with("batch")).count(), 3, "{calls:?}");
}

#[tokio::test]
async fn a_batch_with_a_lost_answer_is_neither_lost_nor_doubled() {
    for fates in
        [[Fate::LostDone, Fate::Done], [Fate::Lost, Fate::Done], [Fate::Lost, Fate::LostDone]]
    {
        let memory = batches();
        memory.state().fates.extend(fates);
        converge(&memory.harness::<MemoryRows>(), &records(80, None)).await;
        assert_eq!(memory.state().items.len(), 80, "{fates:?}");
    }
    let memory = batches();
    let harness = memory.harness::<MemoryRows>();
    converge(&harness, &records(80, None)).await;
    memory.state().fates.push_back(Fate::LostToOthers);
    let mut next = records(80, None);
    next.insert(0, record("www", "A", "192.0.2.1"));
    next.truncate(70);
    let plan = harness.plan(&harness.zone(&zone(), &next)).await.unwrap().unwrap();
    let error = harness.apply(&plan).await.result.unwrap_err().to_string();
    assert!(error.contains("the target holds something else now"), "{error}");
}
