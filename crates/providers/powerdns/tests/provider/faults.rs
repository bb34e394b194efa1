//! A thousand changes with a server and connections that fail often.

use octodns_core::{Outcome, ZoneName};
use octodns_testkit::fake::{Control, Fake, InjectedFault, Request};
use octodns_testkit::run::render;
use serde_json::{Value as Json, json};

use crate::fake::PowerDns;
use crate::live::harness;

/// One response in ten is 429 or 503, and one connection in fifty breaks, with or without the request being
/// carried out.
fn storm(control: &Control, seed: u64) {
    for (number, percent, fault) in [
        (0, 5, InjectedFault::throttled()),
        (1, 3, InjectedFault::unavailable()),
        (2, 2, InjectedFault::unavailable_after()),
        (3, 1, InjectedFault::BreakBefore),
        (4, 1, InjectedFault::BreakAfter),
    ] {
        control.faults().share(percent, seed * 5 + number, fault);
    }
}

/// The desired records of a zone: new at first, then half of them changed and half deleted.
fn records(step: usize) -> Vec<Json> {
    let record = |index: usize| {
        let address = format!("192.0.2.{}", index + step);
        json!({"name": format!("host-{index}"), "type": "A", "ttl": 300, "value": address})
    };
    (0..if step == 0 { 50 } else { 25 }).map(record).collect()
}

/// The server accepts all changes of a zone in one request, so there are many zones. Each is created and
/// changed.
#[tokio::test]
async fn a_thousand_changes_survive_a_storm() {
    let fake = Fake::start(PowerDns::default()).await;
    let harness = harness(fake.url(), &json!({}));
    let mut changes = 0;
    for number in 0..10 {
        let zone = ZoneName::new(&format!("storm-{number}.example.")).unwrap();
        for step in 0..2 {
            storm(fake.control(), number * 2 + step as u64);
            let desired = harness.zone(&zone, &records(step));
            let plan =
                harness.plan(&desired).await.unwrap_or_else(|report| panic!("{}", render(&report)));
            let plan = plan.unwrap();
            let applied = harness.apply(&plan).await;
            fake.control().faults().clear();

            assert_eq!(applied.result.unwrap(), 50);
            assert!(applied.outcomes.iter().all(|outcome| *outcome == Outcome::Applied));
            assert!(harness.plan(&desired).await.unwrap().is_none(), "{zone}, step {step}");
            changes += plan.changes.len();
        }
    }
    assert_eq!(changes, 1000);
    // A request that failed without being carried out has no status.
    let failed = fake.seen().iter().filter(|seen| seen.status.is_none()).count();
    assert!(failed > 3, "only {failed} requests went wrong");
}

/// Without a retry: reading the zone shows whether it was done, for a creation and a change.
#[tokio::test]
async fn a_lost_response_is_looked_up() {
    let fake = Fake::start(PowerDns::default()).await;
    let http = json!({"attempts": 1, "retry_wait": 0.001});
    let harness = harness(fake.url(), &json!({"http": http}));
    let zone = ZoneName::new("lost.example.").unwrap();
    for (step, fault, is_done) in [
        (0, InjectedFault::BreakBefore, false),
        (0, InjectedFault::BreakAfter, true),
        (1, InjectedFault::unavailable(), false),
        (1, InjectedFault::unavailable_after(), true),
    ] {
        let desired = harness.zone(&zone, &records(step));
        let plan = harness.plan(&desired).await.unwrap().unwrap();
        fake.control().faults().next_of(Request::is_write, 1, fault);
        let applied = harness.apply(&plan).await;
        fake.control().faults().clear();

        let same = |outcome: &Outcome| match outcome {
            Outcome::Applied => is_done,
            Outcome::Failed(why) => !is_done && why.contains("not done"),
            _ => false,
        };
        assert!(applied.outcomes.iter().all(same), "{step}: {:?}", applied.outcomes);
        assert_eq!(applied.result.is_ok(), is_done);
        assert_eq!(harness.plan(&desired).await.unwrap().is_none(), is_done);
    }
}

/// Somebody else creates the zone in the meantime: their records are not mistaken for ours.
#[tokio::test]
async fn a_zone_of_somebody_else_is_not_mistaken_for_ours() {
    let fake = Fake::start(PowerDns::default()).await;
    let harness = harness(fake.url(), &json!({}));
    let zone = ZoneName::new("taken.example.").unwrap();
    let plan = harness.plan(&harness.zone(&zone, &records(0))).await.unwrap().unwrap();
    let theirs = harness.plan(&harness.zone(&zone, &records(1))).await.unwrap().unwrap();
    harness.apply(&theirs).await.result.unwrap();
    fake.control().faults().next_of(Request::is_write, 1, InjectedFault::BreakBefore);
    let applied = harness.apply(&plan).await;
    assert!(applied.result.is_err());
    assert!(applied.outcomes.iter().all(Outcome::is_unknown), "{:?}", applied.outcomes);
}

/// The response to a request of many changes is lost, and somebody else changed one of them: what is known of
/// the others is told.
#[tokio::test]
async fn each_change_of_a_lost_request_is_looked_up() {
    for (fault, done) in [(InjectedFault::BreakAfter, true), (InjectedFault::BreakBefore, false)] {
        let fake = Fake::start(PowerDns::default()).await;
        let harness = harness(fake.url(), &json!({}));
        let zone = ZoneName::new("many.example.").unwrap();
        let (before, after) = (harness.zone(&zone, &records(1)), harness.zone(&zone, &records(2)));
        let plan = harness.plan(&before).await.unwrap().unwrap();
        harness.apply(&plan).await.result.unwrap();
        let plan = harness.plan(&after).await.unwrap().unwrap();
        fake.control().faults().next_of(Request::is_write, 1, fault);
        // After the lost request, before the look at the zone.
        let url = fake.url().to_owned();
        let somebody_else = async {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            let theirs = crate::live::harness(&url, &json!({}));
            let mut desired = theirs.read(&zone).await.unwrap().zone;
            let other = json!({"name": "host-3", "type": "A", "ttl": 300, "value": "203.0.113.1"});
            let changed = theirs.zone(&zone, &[other]);
            desired.set(octodns_core::Record::clone(changed.records().next().unwrap()));
            let plan = theirs.plan(&desired).await.unwrap().unwrap();
            theirs.apply(&plan).await.result.unwrap();
        };
        let slow = crate::live::harness(fake.url(), &json!({"http": {"retry_wait": 2.0}}));
        let (applied, ()) = tokio::join!(slow.apply(&plan), somebody_else);
        assert!(applied.result.is_err());
        for (change, outcome) in plan.changes.iter().zip(&applied.outcomes) {
            let expected = match (change.record().name().as_str(), done) {
                ("host-3", _) => Outcome::Unknown,
                (_, true) => Outcome::Applied,
                (_, false) => Outcome::NotSent,
            };
            assert_eq!(*outcome, expected, "{}", change.record().name());
        }
    }
}

/// The server reports the first error of a request, and applies nothing of it.
#[tokio::test]
async fn a_refused_change_is_named_and_those_before_it_are_applied() {
    let fake = Fake::start(PowerDns::default()).await;
    let harness = harness(fake.url(), &json!({}));
    let zone = ZoneName::new("picky.example.").unwrap();
    let desired = harness.zone(&zone, &records(1));
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    let has_it = |request: &Request| String::from_utf8_lossy(&request.body).contains("host-7.");
    fake.control().faults().after(0, has_it, InjectedFault::refused());
    let applied = harness.apply(&plan).await;
    fake.control().faults().clear();

    let error = applied.result.unwrap_err().to_string();
    assert!(error.starts_with("host-7.picky.example. A: "), "{error}");
    for (change, outcome) in plan.changes.iter().zip(&applied.outcomes) {
        match change.record().name().as_str() {
            "host-7" => assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}"),
            "host-8" | "host-9" => assert_eq!(*outcome, Outcome::NotSent),
            name => assert_eq!(*outcome, Outcome::Applied, "{name}"),
        }
    }
    let rest = harness.plan(&desired).await.unwrap().unwrap();
    assert_eq!(rest.changes.len(), 3);
}
