//! Lost responses: a call that was carried out is found, one that was not is sent again, and an unknown
//! outcome is reported.

use octodns_core::{Change, Outcome};
use octodns_kit::{Json, Shape};

use crate::memory::{
    Fate, Memory, MemoryChanges, MemoryRows, MemorySets, MemoryWhole, MemoryWide, item, kind,
    record, zone,
};

/// A change: the state before and after.
type Step = (&'static str, Vec<Json>, Vec<Json>);

fn steps() -> Vec<Step> {
    let held = || vec![item(1, "www", "A", "192.0.2.1")];
    vec![
        ("create", vec![], vec![record("www", "A", "192.0.2.2")]),
        ("update", held(), vec![record("www", "A", "192.0.2.2")]),
        ("delete", held(), vec![]),
    ]
}

/// The outcome of a change whose calls have these fates, and how often it was sent.
async fn outcome<H: Shape<Api = Memory>>(step: &Step, fates: &[Fate]) -> (Outcome, usize) {
    let (_, held, desired) = step;
    let memory = Memory::new(held);
    let harness = memory.harness::<H>();
    let plan = harness.plan(&harness.zone(&zone(), desired)).await.unwrap().unwrap();
    memory.state().fates.extend(fates);
    let applied = harness.apply(&plan).await;
    let sent = memory.state().calls.len();
    assert_eq!(applied.result.is_ok(), applied.outcomes.iter().all(Outcome::is_applied));
    (applied.outcomes[0].clone(), sent)
}

async fn check<H: Shape<Api = Memory>>(shape: &str) {
    use Fate::{Dark, Lost, LostDone, LostToOthers, Refused};
    for step in steps() {
        for (fates, expected, sends) in [
            (vec![LostDone], "applied", 1),
            (vec![Lost], "applied", 2),
            (vec![Lost, LostDone], "applied", 2),
            (vec![Lost; 9], "failed", 3),
            (vec![Lost, Refused], "failed", 2),
            (vec![Refused], "failed", 1),
            (vec![Dark], "unknown", 1),
            (vec![LostToOthers], "unknown", 1),
        ] {
            let is_other_row = step.0 == "create" && shape == "rows";
            if is_other_row && fates == [LostToOthers] {
                // A new row is independent of the rows of others.
                continue;
            }
            let (outcome, sent) = outcome::<H>(&step, &fates).await;
            let what = format!("{shape}, {}, {fates:?}: {outcome:?}", step.0);
            assert_eq!((kind(&outcome), sent), (expected, sends), "{what}");
        }
    }
}

#[tokio::test]
async fn every_shape_looks_up_a_lost_response() {
    check::<MemoryRows>("rows").await;
    check::<MemorySets>("sets").await;
    check::<MemoryWide>("wide").await;
    check::<MemoryChanges>("changes").await;
    check::<MemoryWhole>("whole").await;
}

#[tokio::test]
async fn an_existing_row_is_not_mistaken_for_the_new_one() {
    // The same row twice; one of the two gets another TTL.
    let (first, mut second) = (item(1, "www", "A", "192.0.2.1"), item(2, "www", "A", "192.0.2.2"));
    second["ttl"] = 60.into();
    let memory = Memory::new(&[first, second]);
    let harness = memory.harness::<MemoryRows>();
    let three = octodns_kit::json!({"name": "www", "type": "A", "ttl": 60,
        "values": ["192.0.2.1", "192.0.2.2", "192.0.2.3"]});
    let plan = harness.plan(&harness.zone(&zone(), &[three])).await.unwrap().unwrap();
    memory.state().fates.extend([Fate::LostDone]);
    assert!(harness.apply(&plan).await.result.is_ok());
    let state = memory.state();
    assert_eq!((state.calls.len(), state.items.len()), (1, 3));
}

/// Part of a batch leaves its RRset as it is: the lookup is judged by the rest.
#[tokio::test]
async fn a_change_without_effect_does_not_hide_the_outcome_of_others() {
    for (fate, sends) in [(Fate::LostDone, 1), (Fate::Lost, 2)] {
        let memory =
            Memory::new(&[item(1, "www", "A", "192.0.2.1"), item(2, "same", "A", "192.0.2.9")]);
        let harness = memory.harness::<MemoryChanges>();
        let desired = [record("www", "A", "192.0.2.2"), record("same", "A", "192.0.2.9")];
        let mut plan = harness.plan(&harness.zone(&zone(), &desired)).await.unwrap().unwrap();
        let name = octodns_core::RecordName::new("same").unwrap();
        let same = plan.desired.get(&name, octodns_core::RecordType::A).unwrap().clone();
        plan.changes.push(Change::Update { existing: same.clone(), new: same });
        memory.state().fates.extend([fate]);
        let applied = harness.apply(&plan).await;
        assert!(applied.result.is_ok(), "{fate:?}: {:?}", applied.outcomes);
        assert_eq!(memory.state().calls, vec!["send 2"; sends]);
    }
}

#[tokio::test]
async fn a_refused_batch_is_halved_and_what_was_applied_is_reported() {
    let memory = Memory::new(&[]);
    let harness = memory.harness::<MemoryChanges>();
    let desired = ["a", "b", "c", "d"].map(|name| record(name, "A", "192.0.2.1"));
    let plan = harness.plan(&harness.zone(&zone(), &desired)).await.unwrap().unwrap();
    memory.state().fates.extend([Fate::Refused, Fate::Done, Fate::Refused, Fate::Refused]);
    let applied = harness.apply(&plan).await;
    assert_eq!(memory.state().calls, ["send 4", "send 2", "send 2", "send 1"]);
    let kinds: Vec<_> = applied.outcomes.iter().map(kind).collect();
    assert_eq!(kinds, ["applied", "applied", "failed", "not sent"]);
    assert_eq!(memory.state().items.len(), 2);
}

/// A list in any order and case is recognized as what was written.
#[tokio::test]
async fn a_lookup_ignores_order_and_case() {
    let memory = Memory::new(&[]);
    let harness = memory.harness::<MemorySets>();
    let two = octodns_kit::json!({"name": "www", "type": "A", "ttl": 60,
        "values": ["192.0.2.1", "192.0.2.2"]});
    let plan = harness.plan(&harness.zone(&zone(), &[two])).await.unwrap().unwrap();
    let mut spelled = item(1, "WWW", "A", "192.0.2.2");
    spelled["values"] = octodns_kit::json!(["192.0.2.2", "192.0.2.1"]);
    memory.state().items.push(spelled);
    memory.state().fates.extend([Fate::Lost]);
    assert!(harness.apply(&plan).await.result.is_ok());
    assert_eq!(memory.state().calls.len(), 1);
}
