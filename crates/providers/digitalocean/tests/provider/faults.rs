//! A thousand changes through a service that fails often, and one that fails for good.

use octodns_core::Outcome;
use octodns_testkit::fake::{Fake, Fault};
use serde_json::json;

use crate::fake::Service;
use crate::support::{bench, zone};

/// One in ten answers is 429 or 503, one in fifty connections breaks; requests were carried out before
/// that, or were not.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_changes_come_through_a_storm() {
    let fake = Fake::start(Service::new()).await;
    let bench = bench(&fake, &json!({"requests_per_second": 100_000, "retry_wait": 0}));
    // Half of the changes are updates of what there is, half are new.
    let before = zone(&bench, "storm.example.", 500, 0);
    let plan = bench.plan(&before).await.unwrap().unwrap();
    assert!(bench.apply(&plan).await.result.is_ok());

    let desired = zone(&bench, "storm.example.", 1000, 1);
    let plan = bench.plan(&desired).await.unwrap().unwrap();
    // The service's own three NS rows go as well, as nothing of them is desired.
    let faults = fake.control().faults();
    faults.share(5, 11, Fault::throttled());
    faults.share(3, 12, Fault::unavailable());
    faults.share(2, 13, Fault::unavailable_after());
    faults.share(1, 14, Fault::BreakBefore);
    faults.share(1, 15, Fault::BreakAfter);
    fake.control().measured().clear();
    let applied = bench.apply(&plan).await;
    faults.clear();

    assert!(applied.result.is_ok(), "{:?}", applied.result);
    assert!(plan.changes.len() >= 1000, "{}", plan.changes.len());
    assert!(applied.outcomes.iter().all(|outcome| *outcome == Outcome::Applied));
    let failed = fake.seen().iter().filter(|seen| seen.status.is_none()).count();
    assert!(failed > 50, "only {failed} requests went wrong");
    // As many rows as values: nothing is lost, and nothing is there twice.
    assert!(bench.plan(&desired).await.unwrap().is_none());
    let rows = fake.api().rows("storm.example");
    assert_eq!(rows.iter().filter(|row| row["type"] == "A").count(), 1000);
}

/// What was done and what was not is told for each change, and is true; a second run does the rest.
#[tokio::test]
async fn a_failure_in_the_middle_is_told_and_mended() {
    let fake = Fake::start(Service::new()).await;
    let bench = bench(&fake, &json!({"requests_per_second": 100_000, "retry_wait": 0}));
    let desired = zone(&bench, "half.example.", 300, 0);
    let plan = bench.plan(&desired).await.unwrap().unwrap();
    fake.control().faults().writes_after(100, Fault::refused());
    let applied = bench.apply(&plan).await;
    fake.control().faults().clear();

    let error = applied.result.unwrap_err().to_string();
    assert!(
        error.ends_with("POST /v2/domains/half.example/records: 422: injected: refused"),
        "{error}"
    );
    let rows = fake.api().rows("half.example");
    for (change, outcome) in plan.changes.iter().zip(&applied.outcomes) {
        let name = change.record().name().as_str();
        let is_there = rows.iter().any(|row| row["name"] == name);
        assert_eq!(is_there, *outcome == Outcome::Applied, "{name}: {outcome:?}");
    }
    let count =
        |wanted: fn(&Outcome) -> bool| applied.outcomes.iter().filter(|of| wanted(of)).count();
    assert!(count(|of| *of == Outcome::Applied) >= 95);
    assert!((1..=4).contains(&count(|of| matches!(of, Outcome::Failed(_)))));
    assert!(count(|of| *of == Outcome::NotSent) > 150);

    let plan = bench.plan(&desired).await.unwrap().unwrap();
    assert!(bench.apply(&plan).await.result.is_ok());
    assert!(bench.plan(&desired).await.unwrap().is_none());
}
