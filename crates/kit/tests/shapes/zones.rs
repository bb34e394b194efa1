//! Zones: ambiguous names, creations whose response is lost, names in Unicode.

use std::time::Duration;

use octodns_kit::http::Options;
use serde_json::json;
use tokio::time::Instant;

use crate::memory::{Fate, Memory, MemoryRows, MemorySets, item, kind, record, zone};

#[tokio::test]
async fn an_ambiguous_zone_name_is_an_error() {
    let memory = Memory::new(&[]);
    memory.state().zones.push(("example.com.", "18"));
    let harness = memory.harness::<MemoryRows>();
    let report = harness.read(&zone()).await.unwrap_err();
    let found = report.iter().next().unwrap().to_string();
    assert!(found.contains("the account has 2 zones named example.com. (ids 17, 18)"), "{found}");
    // The other zones still work.
    assert_eq!(harness.provider().list_zones().await.unwrap().len(), 1);
}

/// What the service would refuse is an error of the plan, if there is something to do.
#[tokio::test]
async fn changes_that_the_service_would_refuse_are_not_planned() {
    let memory = Memory::new(&[item(1, "fixed", "A", "192.0.2.1")]);
    let harness = memory.harness::<MemorySets>();
    let plan = async |name: &str, address: &str| {
        let records = [record("fixed", "A", "192.0.2.1"), record(name, "A", address)];
        let records = if name == "fixed" { &records[1..] } else { &records[..] };
        harness.plan(&harness.zone(&zone(), records)).await
    };
    assert!(plan("fixed", "192.0.2.1").await.unwrap().is_none());
    assert!(plan("www", "192.0.2.2").await.unwrap().is_some());
    let report = plan("fixed", "192.0.2.2").await.unwrap_err();
    let found = report.iter().next().unwrap().to_string();
    assert!(found.contains("example.com. has a fixed record"), "{found}");
}

#[tokio::test]
async fn a_zone_is_created_once_even_if_the_response_is_lost() {
    use Fate::{Dark, Lost, LostDone, Refused};
    for (fates, zones, calls, expected) in [
        (vec![], 1, 2, "applied"),
        (vec![LostDone], 1, 2, "applied"),
        (vec![Lost], 1, 3, "applied"),
        (vec![Lost; 3], 0, 3, "not sent"),
        (vec![Refused], 0, 1, "not sent"),
        (vec![Dark], 1, 1, "not sent"),
    ] {
        let memory = Memory::new(&[]);
        memory.state().zones.clear();
        let harness = memory.harness::<MemorySets>();
        let desired = harness.zone(&zone(), &[record("www", "A", "192.0.2.1")]);
        let plan = harness.plan(&desired).await.unwrap().unwrap();
        memory.state().fates.extend(&fates);
        let applied = harness.apply(&plan).await;
        let state = memory.state();
        let found = (state.zones.len(), state.calls.len(), kind(&applied.outcomes[0]));
        assert_eq!(found, (zones, calls, expected), "{fates:?}: {:?}", applied.result);
    }
}

/// Name servers, for example: if the desired ones were created next to them, they would be there twice.
#[tokio::test]
async fn default_rows_of_a_new_zone_become_the_desired_ones() {
    let memory = Memory::new(&[
        item(11, "www", "A", "192.0.2.1"),
        item(12, "www", "A", "192.0.2.9"),
        item(13, "parked", "A", "192.0.2.9"),
    ]);
    memory.state().zones.clear();
    let harness = memory.harness::<MemoryRows>();
    let mut www = record("www", "A", "192.0.2.1");
    www["values"] = json!(["192.0.2.1", "192.0.2.2"]);
    let desired = harness.zone(&zone(), &[www]);
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    assert!(harness.apply(&plan).await.result.is_ok());
    assert_eq!(memory.state().calls, ["create zone", "update"]);
    // The default rows that no plan has named are still there, and the next plan shows them.
    harness.begin_run();
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    let names: Vec<_> = plan.changes.iter().map(|change| change.record().name().as_str()).collect();
    assert_eq!(names, ["parked"]);
}

/// The zone of a plan no longer exists: it is not created again.
#[tokio::test]
async fn a_deleted_zone_is_not_created_again() {
    let memory = Memory::new(&[]);
    let harness = memory.harness::<MemoryRows>();
    let desired = harness.zone(&zone(), &[record("www", "A", "192.0.2.1")]);
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    memory.state().zones.clear();
    harness.begin_run();
    let error = harness.apply(&plan).await.result.unwrap_err();
    assert_eq!(error.to_string(), "example.com. no longer exists; plan again");
    assert!(memory.state().calls.is_empty());
}

/// Every retry comes after a growing pause.
#[tokio::test(start_paused = true)]
async fn an_interrupted_call_is_looked_up_after_a_backoff() {
    let mut slow = Options::default();
    slow.attempts = Some(4);
    slow.retry_wait = Some(8.0);
    let desired = [record("www", "A", "192.0.2.1")];
    let memory = Memory::with(&[], &slow);
    let (rows, sets) = (memory.harness::<MemoryRows>(), memory.harness::<MemorySets>());
    for harness in [rows, sets] {
        memory.state().items.clear();
        let plan = harness.plan(&harness.zone(&zone(), &desired)).await.unwrap().unwrap();
        memory.state().fates.extend([Fate::Lost, Fate::Lost]);
        let start = Instant::now();
        assert!(harness.apply(&plan).await.result.is_ok());
        // 4 to 8 seconds, then 8 to 16.
        let took = start.elapsed();
        assert!((Duration::from_secs(12)..=Duration::from_secs(24)).contains(&took), "{took:?}");
    }
}
