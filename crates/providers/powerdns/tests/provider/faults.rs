//! A thousand changes through a server, or a way to it, that fails often.

use octodns_core::{Outcome, ZoneName};
use octodns_testkit::fake::{Control, Fake, Fault};
use octodns_testkit::run::told;
use serde_json::{Value as Json, json};

use crate::fake::PowerDns;
use crate::live::bench;

/// One in ten answers is 429 or 503, one in fifty connections breaks; requests were carried out before
/// that, or were not.
fn storm(control: &Control, seed: u64) {
    for (number, percent, fault) in [
        (0, 5, Fault::throttled()),
        (1, 3, Fault::unavailable()),
        (2, 2, Fault::unavailable_after()),
        (3, 1, Fault::BreakBefore),
        (4, 1, Fault::BreakAfter),
    ] {
        control.faults().share(percent, seed * 5 + number, fault);
    }
}

/// What a zone is to hold: new at first, then half of it changed and half gone.
fn records(step: usize) -> Vec<Json> {
    let record = |index: usize| {
        let address = format!("192.0.2.{}", index + step);
        json!({"name": format!("host-{index}"), "type": "A", "ttl": 300, "value": address})
    };
    (0..if step == 0 { 50 } else { 25 }).map(record).collect()
}

/// A server takes a zone's changes in one request, so there are many zones. Each is made, and changed.
#[tokio::test]
async fn a_thousand_changes_come_through_a_storm() {
    let fake = Fake::start(PowerDns::default()).await;
    let bench = bench(fake.url(), &json!({}));
    let mut changes = 0;
    for number in 0..10 {
        let zone = ZoneName::new(&format!("storm-{number}.example.")).unwrap();
        for step in 0..2 {
            storm(fake.control(), number * 2 + step as u64);
            let desired = bench.zone(&zone, &records(step));
            let plan =
                bench.plan(&desired).await.unwrap_or_else(|report| panic!("{}", told(&report)));
            let plan = plan.unwrap();
            let applied = bench.apply(&plan).await;
            fake.control().faults().clear();

            assert_eq!(applied.result.unwrap(), 50);
            assert!(applied.outcomes.iter().all(|outcome| *outcome == Outcome::Applied));
            assert!(bench.plan(&desired).await.unwrap().is_none(), "{zone}, step {step}");
            changes += plan.changes.len();
        }
    }
    assert_eq!(changes, 1000);
    // A request that something went wrong with, and was not carried out, has no status.
    let failed = fake.seen().iter().filter(|seen| seen.status.is_none()).count();
    assert!(failed > 3, "only {failed} requests went wrong");
}
