//! Rows changed many at a time, by calls that create, change or delete.

use octodns_core::Outcome;
use octodns_kit::rows::Rows;
use octodns_kit::{Json, json};
use octodns_testkit::run::Harness;

use crate::batch::{converge, records};
use crate::memory::{Apart, Fate, record, zone};

fn apart() -> (Apart, Harness) {
    let memory = <Apart>::new(&[]);
    memory.state().has_batches = true;
    let harness = memory.harness::<Rows<Apart>>();
    (memory, harness)
}

#[tokio::test]
async fn each_call_has_rows_of_one_kind() {
    let (memory, harness) = apart();
    converge(&harness, &records(80, None)).await;
    assert_eq!(memory.state().calls, ["batch 32", "batch 32", "batch 16"]);
    let values = |many: usize, last: usize| -> Vec<Json> {
        let values: Vec<_> = (0..many).map(|index| format!("192.0.2.{}", last - index)).collect();
        let set = |index| json!({"name": format!("host-{index}"), "type": "A", "ttl": 60, "values": values});
        (0..40).map(set).collect()
    };
    // One row of each is updated, one more is created, and names go away; then one row of each is too much.
    for (many, calls) in
        [(2, &["batch 32", "batch 8"].repeat(3)), (1, &vec!["batch 32", "batch 8"])]
    {
        memory.state().calls.clear();
        converge(&harness, &values(many, 200 + many)).await;
        assert_eq!(memory.state().calls, *calls, "{many}");
    }
    // What is in the way goes first.
    memory.state().calls.clear();
    converge(&harness, &[record("host-0", "CNAME", "a.example.net.")]).await;
    let first = memory.state().history.iter().rev().nth(2).unwrap().len();
    assert_eq!(memory.state().calls, ["batch 1", "batch 1", "batch 32", "batch 7"]);
    assert_eq!(first, 40);
}

/// What a refused call has made is not made again, and what is refused is named.
#[tokio::test]
async fn a_refused_row_is_found() {
    for odd in [0, 7, 40, 79] {
        let (memory, harness) = apart();
        let desired = harness.zone(&zone(), &records(80, Some(odd)));
        let plan = harness.plan(&desired).await.unwrap().unwrap();
        let applied = harness.apply(&plan).await;
        let error = applied.result.unwrap_err().with_causes();
        assert!(error.contains(&format!("host-{odd}.example.com. A")), "{error}");
        let count = |is: fn(&Outcome) -> bool| applied.outcomes.iter().filter(|of| is(of)).count();
        let made = memory.state().items.len();
        assert_eq!(count(|outcome| *outcome == Outcome::Applied), made, "{odd}");
        assert_eq!(count(|outcome| matches!(outcome, Outcome::Failed(_))), 1, "{odd}");
        assert_eq!(count(|outcome| *outcome == Outcome::NotSent), 79 - made, "{odd}");
        converge(&harness, &records(80, None)).await;
        assert_eq!(memory.state().items.len(), 80, "{odd}");
    }
}

#[tokio::test]
async fn a_call_with_a_lost_answer_is_neither_lost_nor_doubled() {
    for fates in
        [[Fate::LostDone, Fate::Done], [Fate::Lost, Fate::Done], [Fate::Lost, Fate::LostDone]]
    {
        let (memory, harness) = apart();
        memory.state().fates.extend(fates);
        converge(&harness, &records(80, None)).await;
        assert_eq!(memory.state().items.len(), 80, "{fates:?}");
    }
}

/// A change of which only some rows are made is told as that.
#[tokio::test]
async fn half_a_change_is_told() {
    let (memory, harness) = apart();
    converge(&harness, &records(4, None)).await;
    let more = |name: &str| json!({"name": name, "type": "A", "ttl": 90, "values": ["192.0.2.0", "192.0.2.1"]});
    let desired = harness.zone(&zone(), &[more("host-0"), more("host-1")]);
    memory.state().fates.extend([Fate::Done, Fate::Dark]);
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    let applied = harness.apply(&plan).await;
    applied.result.unwrap_err();
    let half = |outcome: &Outcome| {
        matches!(outcome, Outcome::Partial { done: 1, of: 2, perhaps_one_more: true, .. })
    };
    assert_eq!(
        applied.outcomes.iter().filter(|outcome| half(outcome)).count(),
        2,
        "{:?}",
        applied.outcomes
    );
    assert_eq!(applied.outcomes.iter().filter(|of| **of == Outcome::NotSent).count(), 2);
}

/// Where the service says which rows it refuses, nothing is halved, and each change has its own error.
#[tokio::test]
async fn rows_that_are_refused_one_by_one_are_told_one_by_one() {
    for is_gone in [false, true] {
        let (memory, harness) = apart();
        converge(&harness, &records(40, None)).await;
        let plan = harness.plan(&harness.zone(&zone(), &records(1, None))).await.unwrap().unwrap();
        let mut locked: Vec<_> =
            [3, 30].iter().map(|index| memory.state().items[*index].clone()).collect();
        memory.state().locked = locked.iter().map(|row| row["id"].to_string()).collect();
        memory.state().calls.clear();
        if is_gone {
            // Somebody else deletes one of them.
            let gone = locked.remove(0);
            memory.state().items.retain(|row| *row != gone);
        }
        let applied = harness.apply(&plan).await;
        let error = applied.result.unwrap_err().with_causes();
        for row in &locked {
            let (name, id) = (row["name"].as_str().unwrap(), &row["id"]);
            let told = format!(
                "{name}.example.com. A: POST batch: the service gave up: row {id} is locked"
            );
            assert!(error.contains(&told), "{error}");
        }
        let failed = |outcome: &&Outcome| matches!(outcome, Outcome::Failed(_));
        assert_eq!(applied.outcomes.iter().filter(failed).count(), locked.len(), "{error}");
        assert_eq!(memory.state().calls, ["batch 32"]);
    }
}
