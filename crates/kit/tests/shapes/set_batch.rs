//! Sets changed many at a time, where the account has a call for that.

use octodns_core::Outcome;
use octodns_kit::json;

use crate::batch::{converge, records};
use crate::memory::{Fate, Memory, MemorySets, item, record, zone};

fn batches() -> Memory {
    let memory = <Memory>::new(&[]);
    memory.state().has_batches = true;
    memory
}

#[tokio::test]
async fn a_large_plan_takes_few_calls() {
    let memory = batches();
    let harness = memory.harness::<MemorySets>();
    converge(&harness, &records(80, None)).await;
    assert_eq!(memory.state().calls, ["batch 32", "batch 32", "batch 16"]);
    memory.state().calls.clear();
    converge(&harness, &records(40, None)).await;
    assert_eq!(memory.state().calls.len(), 40);
}

#[tokio::test]
async fn an_account_without_batches_is_asked_once_a_run() {
    let memory = <Memory>::new(&[]);
    let harness = memory.harness::<MemorySets>();
    converge(&harness, &records(60, None)).await;
    converge(&harness, &records(120, None)).await;
    let calls = std::mem::take(&mut memory.state().calls);
    assert_eq!(calls.iter().filter(|call| *call == "batch?").count(), 1);
    assert_eq!(calls.iter().filter(|call| *call == "put").count(), 120);
    harness.begin_run();
    converge(&harness, &records(60, None)).await;
    assert_eq!(memory.state().calls.first().map(String::as_str), Some("batch?"));
}

/// A refused batch is halved; what is refused is named, and what came before it is made.
#[tokio::test]
async fn a_refused_change_is_found() {
    for (odd, is_any_made) in [(70, true), (0, false)] {
        let memory = batches();
        let harness = memory.harness::<MemorySets>();
        let desired = harness.zone(&zone(), &records(80, Some(odd)));
        let plan = harness.plan(&desired).await.unwrap().unwrap();
        let applied = harness.apply(&plan).await;
        let error = applied.result.unwrap_err().with_causes();
        let name = format!("host-{odd}.example.com. A");
        assert!(error.contains(&name) && error.contains("not this one"), "{error}");
        let made = memory.state().items.len();
        let of = |is: fn(&Outcome) -> bool| applied.outcomes.iter().filter(|it| is(it)).count();
        assert_eq!(of(Outcome::is_applied), made);
        assert_eq!(made >= 32, is_any_made, "{made}");
        assert_eq!(of(|outcome| matches!(outcome, Outcome::Failed(_))), 1);
    }
}

#[tokio::test]
async fn a_batch_with_a_lost_answer_is_neither_lost_nor_doubled() {
    for fates in
        [[Fate::LostDone, Fate::Done], [Fate::Lost, Fate::Done], [Fate::Lost, Fate::LostDone]]
    {
        let memory = batches();
        memory.state().fates.extend(fates);
        converge(&memory.harness::<MemorySets>(), &records(80, None)).await;
        assert_eq!(memory.state().items.len(), 80, "{fates:?}");
    }
    let memory = batches();
    let harness = memory.harness::<MemorySets>();
    memory.state().fates.extend([Fate::Done, Fate::LostToOthers]);
    let next = [vec![record("www", "A", "192.0.2.1")], records(60, None)].concat();
    let plan = harness.plan(&harness.zone(&zone(), &next)).await.unwrap().unwrap();
    let error = harness.apply(&plan).await.result.unwrap_err().to_string();
    assert!(error.contains("the target holds something else now"), "{error}");
}

/// A new zone has NS records of its own, which are replaced, also after a lost answer.
#[tokio::test]
async fn root_ns_of_a_new_zone_may_be_there() {
    let memory = <Memory>::new(&[item(1, "", "NS", "ns1.example.net.")]);
    memory.state().has_batches = true;
    memory.state().zones.clear();
    memory.state().fates.extend([Fate::Done, Fate::Lost, Fate::Done]);
    let harness = memory.harness::<MemorySets>();
    let servers = json!({"name": "", "type": "NS", "ttl": 60, "values": ["ns9.example.net."]});
    let all = [vec![servers], records(60, None)].concat();
    let plan = harness.plan(&harness.zone(&zone(), &all)).await.unwrap().unwrap();
    harness.apply(&plan).await.result.unwrap();
}
