//! When the service fails, it must be known what was done, and a second run must do the rest.

use octodns_core::Outcome;
use octodns_testkit::server::ClosedPort;
use serde_json::{Value as Json, json};

use crate::fake::{Account, Fake, InjectedFault, Zone};
use crate::fixture::{Fixture, apply};

fn config() -> Json {
    json!({"access_key_id": "AKIDEXAMPLE", "secret_access_key": "example-secret"})
}

fn many(fixture: &Fixture, count: usize) -> octodns_core::Zone {
    let record = |index: usize| {
        let value = format!("192.0.{}.{}", index / 256, index % 256);
        json!({"name": format!("n{index}"), "type": "A", "ttl": 60, "value": value})
    };
    fixture.zone("unit.tests.", &(0..count).map(record).collect::<Vec<_>>())
}

/// One call in ten is refused temporarily, one in fifty is interrupted before or after it is carried out.
#[tokio::test]
async fn a_thousand_changes_survive_an_unreliable_service() {
    let account = Account { zones: vec![Zone::new("Z1", "unit.tests.")], ..Account::default() };
    let (fixture, fake) = (Fixture::new(), Fake::start(account).await);
    let mut config = config();
    config["max_changes"] = json!(20);
    let target = fixture.target(&fake.server.url, &config).unwrap();
    fake.set_faults(|call, number| match number % 50 {
        9 | 29 => Some(InjectedFault::Throttled),
        19 | 39 => Some(InjectedFault::Unavailable),
        45 if call == "ChangeResourceRecordSets" => Some(InjectedFault::AnswerLost),
        _ => None,
    });
    let desired = many(&fixture, 1000);
    assert_eq!(fixture.sync(&target, &desired).await, Ok(1000));
    let calls = fake.take_calls();
    assert!(calls.len() > 55, "faults were met: {}", calls.len());
    assert_eq!(fake.account().zones[0].sets.len(), 1000);
    fake.set_faults(|_, _| None);
    assert_eq!(fixture.sync(&target, &desired).await, Ok(0));
}

/// The service carries out a call, and the response is lost: the retry is refused, but that is not a failure.
#[tokio::test]
async fn a_lost_response_is_not_a_failure() {
    for (lost, fault) in [
        ("ChangeResourceRecordSets", InjectedFault::AnswerLost),
        ("ChangeResourceRecordSets", InjectedFault::Lost),
        ("CreateHostedZone", InjectedFault::AnswerLost),
        ("CreateHealthCheck", InjectedFault::AnswerLost),
        ("CreateCidrCollection", InjectedFault::AnswerLost),
        ("DeleteHealthCheck", InjectedFault::AnswerLost),
    ] {
        let (fixture, fake) = (Fixture::new(), Fake::start(Account::default()).await);
        let target = fixture.target(&fake.server.url, &config()).unwrap();
        let once = std::sync::atomic::AtomicBool::new(false);
        fake.set_faults(move |call, _| {
            let is_first = call == lost && !once.swap(true, std::sync::atomic::Ordering::Relaxed);
            is_first.then_some(fault)
        });
        let desired = fixture.zone("unit.tests.", &[crate::walk::subnets(0)]);
        assert_eq!(fixture.sync(&target, &desired).await, Ok(1), "{lost}");
        assert_eq!(fixture.sync(&target, &desired).await, Ok(0), "{lost}");
        let empty = fixture.zone("unit.tests.", &[]);
        assert_eq!(fixture.sync(&target, &empty).await, Ok(1), "{lost}");
        let account = fake.account();
        assert_eq!((account.zones.len(), account.checks.len()), (1, 0), "{lost}");
        assert_eq!(account.collections.len(), 1, "{lost}");
    }
}

#[tokio::test]
async fn a_failure_in_the_middle_says_what_was_done() {
    let account = Account { zones: vec![Zone::new("Z1", "unit.tests.")], ..Account::default() };
    let (fixture, fake) = (Fixture::new(), Fake::start(account).await);
    let mut config = config();
    config["max_changes"] = json!(10);
    let target = fixture.target(&fake.server.url, &config).unwrap();
    let desired = many(&fixture, 40);
    let plan = fixture.plan(&target, &desired).await.unwrap().unwrap();
    fake.set_faults(|_, number| (number == 2).then_some(InjectedFault::Denied));
    let (outcomes, result) = apply(&target, &plan).await;
    assert!(result.unwrap_err().contains("permission denied: not for you"));
    let count =
        |wanted: fn(&Outcome) -> bool| outcomes.iter().filter(|found| wanted(found)).count();
    assert_eq!(count(|outcome| *outcome == Outcome::Applied), 20);
    assert_eq!(count(|outcome| matches!(outcome, Outcome::Failed(_))), 10);
    assert_eq!(count(|outcome| *outcome == Outcome::NotSent), 10);
    assert_eq!(fake.account().zones[0].sets.len(), 20);
    fake.set_faults(|_, _| None);
    assert_eq!(fixture.sync(&target, &desired).await, Ok(20));
    assert_eq!(fixture.sync(&target, &desired).await, Ok(0));
}

/// The service refuses a batch as a whole: the refused change is named, and all changes before it are
/// applied.
#[tokio::test]
async fn a_refused_batch_is_halved_until_the_culprit_is_named() {
    let account = Account { zones: vec![Zone::new("Z1", "unit.tests.")], ..Account::default() };
    let (fixture, fake) = (Fixture::new(), Fake::start(account).await);
    let target = fixture.target(&fake.server.url, &config()).unwrap();
    let desired = many(&fixture, 10);
    let plan = fixture.plan(&target, &desired).await.unwrap().unwrap();
    // In the meantime, somebody else creates a record that conflicts with one of them.
    let theirs = [json!({"name": "n6", "type": "CNAME", "ttl": 60, "value": "x.tests."})];
    let other = fixture.target(&fake.server.url, &config()).unwrap();
    fixture.sync(&other, &fixture.zone("unit.tests.", &theirs)).await.unwrap();
    let (outcomes, result) = apply(&target, &plan).await;
    let said = result.unwrap_err();
    assert!(
        said.contains("n6.unit.tests. A") && said.contains("conflicts with other types"),
        "{said}"
    );
    let expected = |name: &str| match name {
        "n6" => "failed",
        "n7" | "n8" | "n9" => "not sent",
        _ => "applied",
    };
    for (change, outcome) in plan.changes.iter().zip(&outcomes) {
        let found = match outcome {
            Outcome::Applied => "applied",
            Outcome::NotSent => "not sent",
            Outcome::Failed(_) => "failed",
            other => panic!("{other:?}"),
        };
        assert_eq!(found, expected(change.record().name().as_str()));
    }
    // Including the deletion of their record.
    assert_eq!(fixture.sync(&target, &desired).await, Ok(5));
}

/// Each of them would make a zone look empty, so that all its records would be created again.
#[tokio::test]
async fn a_partly_failed_read_is_an_error() {
    let account = Account { zones: vec![Zone::new("Z1", "unit.tests.")], ..Account::default() };
    let (fixture, fake) = (Fixture::new(), Fake::start(account).await);
    let mut config = config();
    config["client_max_attempts"] = json!(0);
    let target = fixture.target(&fake.server.url, &config).unwrap();
    fixture.sync(&target, &many(&fixture, 30)).await.unwrap();
    fake.set_page(10);
    for (fault, said) in [
        (InjectedFault::Throttled, "still busy after retries"),
        (InjectedFault::Unavailable, "still busy after retries"),
        (InjectedFault::Lost, "no answer"),
        (InjectedFault::Garbled, "unexpected answer"),
        (InjectedFault::Denied, "permission denied"),
    ] {
        // A new provider lists the zones first; then the second page fails.
        let target = fixture.target(&fake.server.url, &config).unwrap();
        fake.set_faults(move |_, number| (number == 2).then_some(fault));
        let error = fixture.read(&target, "unit.tests.").await.unwrap_err();
        assert!(error.contains(said), "{fault:?}: {error}");
    }
}

/// It would be read forever.
#[tokio::test]
async fn a_list_that_repeats_is_an_error() {
    let account = Account { zones: vec![Zone::new("Z1", "unit.tests.")], ..Account::default() };
    let (fixture, fake) = (Fixture::new(), Fake::start(account).await);
    let target = fixture.target(&fake.server.url, &config()).unwrap();
    fixture.sync(&target, &many(&fixture, 30)).await.unwrap();
    fake.change(|account| {
        account.zones.extend((2..9).map(|number| Zone::new(&format!("Z{number}"), "x.tests.")));
    });
    fake.set_page(5);
    for list in ["ListHostedZones", "ListResourceRecordSets"] {
        let target = fixture.target(&fake.server.url, &config()).unwrap();
        fake.set_faults(move |call, _| (call == list).then_some(InjectedFault::FirstPage));
        let error = fixture.read(&target, "unit.tests.").await.unwrap_err();
        assert!(error.contains(&format!("{list}: unexpected answer: ")), "{error}");
        assert!(error.contains("before"), "{error}");
        assert!(fake.take_calls().len() < 5);
    }
}

/// The service says no to the repetition, or nobody may look: only what was read counts.
#[tokio::test]
async fn a_refusal_after_a_lost_response_is_no_proof() {
    let account = Account { zones: vec![Zone::new("Z1", "unit.tests.")], ..Account::default() };
    for (first, can_read, done, unknown) in [
        (InjectedFault::AnswerLost, true, true, false),
        (InjectedFault::Lost, true, false, false),
        (InjectedFault::AnswerLost, false, false, true),
    ] {
        let (fixture, fake) = (Fixture::new(), Fake::start(account.clone()).await);
        let target = fixture.target(&fake.server.url, &config()).unwrap();
        let plan = fixture.plan(&target, &many(&fixture, 3)).await.unwrap().unwrap();
        fake.set_faults(move |call, number| match (call, number) {
            ("ChangeResourceRecordSets", 0) => Some(first),
            ("ChangeResourceRecordSets", _) => Some(InjectedFault::Denied),
            _ => (!can_read).then_some(InjectedFault::Denied),
        });
        let (outcomes, result) = apply(&target, &plan).await;
        assert_eq!(result.is_ok(), done, "{first:?}: {result:?}");
        let is_unknown = |outcome: &Outcome| *outcome == Outcome::Unknown;
        assert_eq!(outcomes.iter().all(is_unknown), unknown, "{first:?}: {outcomes:?}");
    }
}

/// Another attempt does not help.
#[tokio::test]
async fn a_refused_connection_is_not_tried_again() {
    let fixture = Fixture::new();
    let closed = ClosedPort::hold().unwrap();
    let mut config = config();
    config["client_max_attempts"] = json!(40);
    let target = fixture.target(&format!("http://{}", closed.address()), &config).unwrap();
    // With pauses, so many attempts take many minutes.
    let read = fixture.read(&target, "unit.tests.");
    let error =
        tokio::time::timeout(std::time::Duration::from_mins(1), read).await.unwrap().unwrap_err();
    assert!(error.contains("ListHostedZones: cannot connect: "), "{error}");
}

/// The recordings show what the user sees after the default number of retries; this test shows that there are
/// several.
#[tokio::test]
async fn calls_are_repeated() {
    let account = Account { zones: vec![Zone::new("Z1", "unit.tests.")], ..Account::default() };
    let (fixture, fake) = (Fixture::new(), Fake::start(account).await);
    for (retries, attempts) in [(0, 1), (2, 3)] {
        let mut config = config();
        config["client_max_attempts"] = json!(retries);
        let target = fixture.target(&fake.server.url, &config).unwrap();
        fake.set_faults(|_, _| Some(InjectedFault::Throttled));
        fixture.read(&target, "unit.tests.").await.unwrap_err();
        assert_eq!(fake.take_calls().len(), attempts);
    }
}
