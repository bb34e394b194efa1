//! Services break: what was done must be known, and a second run must complete it.

use octodns_core::Outcome;
use serde_json::{Value as Json, json};

use crate::fake::{Account, Fake, Fault, Zone};
use crate::lab::{Lab, apply};

fn config() -> Json {
    json!({"access_key_id": "AKIDEXAMPLE", "secret_access_key": "example-secret"})
}

fn many(lab: &Lab, count: usize) -> octodns_core::Zone {
    let record = |index: usize| {
        let value = format!("192.0.{}.{}", index / 256, index % 256);
        json!({"name": format!("n{index}"), "type": "A", "ttl": 60, "value": value})
    };
    lab.zone("unit.tests.", &(0..count).map(record).collect::<Vec<_>>())
}

/// One call in ten is refused for now, one in fifty breaks off: before it is made, or after.
#[tokio::test]
async fn a_thousand_changes_survive_a_shaky_service() {
    let account = Account { zones: vec![Zone::new("Z1", "unit.tests.")], ..Account::default() };
    let (lab, fake) = (Lab::new(), Fake::start(account).await);
    let mut config = config();
    config["max_changes"] = json!(20);
    let target = lab.target(&fake.server.url, &config).unwrap();
    fake.set_faults(|call, number| match number % 50 {
        9 | 29 => Some(Fault::Throttled),
        19 | 39 => Some(Fault::Unavailable),
        45 if call == "ChangeResourceRecordSets" => Some(Fault::AnswerLost),
        _ => None,
    });
    let desired = many(&lab, 1000);
    assert_eq!(lab.sync(&target, &desired).await, Ok(1000));
    let calls = fake.take_calls();
    assert!(calls.len() > 55, "faults were met: {}", calls.len());
    assert_eq!(fake.account().zones[0].sets.len(), 1000);
    fake.set_faults(|_, _| None);
    assert_eq!(lab.sync(&target, &desired).await, Ok(0));
}

/// The service has done it, and the answer is lost: doing it again is refused, and that is no failure.
#[tokio::test]
async fn a_lost_answer_is_no_failure() {
    for (lost, fault) in [
        ("ChangeResourceRecordSets", Fault::AnswerLost),
        ("ChangeResourceRecordSets", Fault::Lost),
        ("CreateHostedZone", Fault::AnswerLost),
        ("CreateHealthCheck", Fault::AnswerLost),
        ("CreateCidrCollection", Fault::AnswerLost),
        ("DeleteHealthCheck", Fault::AnswerLost),
    ] {
        let (lab, fake) = (Lab::new(), Fake::start(Account::default()).await);
        let target = lab.target(&fake.server.url, &config()).unwrap();
        let once = std::sync::atomic::AtomicBool::new(false);
        fake.set_faults(move |call, _| {
            let is_first = call == lost && !once.swap(true, std::sync::atomic::Ordering::Relaxed);
            is_first.then_some(fault)
        });
        let desired = lab.zone("unit.tests.", &[crate::walk::subnets(0)]);
        assert_eq!(lab.sync(&target, &desired).await, Ok(1), "{lost}");
        assert_eq!(lab.sync(&target, &desired).await, Ok(0), "{lost}");
        let empty = lab.zone("unit.tests.", &[]);
        assert_eq!(lab.sync(&target, &empty).await, Ok(1), "{lost}");
        let account = fake.account();
        assert_eq!((account.zones.len(), account.checks.len()), (1, 0), "{lost}");
        assert_eq!(account.collections.len(), 1, "{lost}");
    }
}

#[tokio::test]
async fn a_failure_in_the_middle_says_what_was_done() {
    let account = Account { zones: vec![Zone::new("Z1", "unit.tests.")], ..Account::default() };
    let (lab, fake) = (Lab::new(), Fake::start(account).await);
    let mut config = config();
    config["max_changes"] = json!(10);
    let target = lab.target(&fake.server.url, &config).unwrap();
    let desired = many(&lab, 40);
    let plan = lab.plan(&target, &desired).await.unwrap().unwrap();
    fake.set_faults(|_, number| (number == 2).then_some(Fault::Denied));
    let (outcomes, result) = apply(&target, &plan).await;
    assert!(result.unwrap_err().contains("permission denied: not for you"));
    let count =
        |wanted: fn(&Outcome) -> bool| outcomes.iter().filter(|found| wanted(found)).count();
    assert_eq!(count(|outcome| *outcome == Outcome::Applied), 20);
    assert_eq!(count(|outcome| matches!(outcome, Outcome::Failed(_))), 10);
    assert_eq!(count(|outcome| *outcome == Outcome::NotSent), 10);
    assert_eq!(fake.account().zones[0].sets.len(), 20);
    fake.set_faults(|_, _| None);
    assert_eq!(lab.sync(&target, &desired).await, Ok(20));
    assert_eq!(lab.sync(&target, &desired).await, Ok(0));
}

/// The service says no to a batch as a whole: what it objects to is named, and all before it is made.
#[tokio::test]
async fn a_refused_batch_is_halved_until_the_culprit_is_named() {
    let account = Account { zones: vec![Zone::new("Z1", "unit.tests.")], ..Account::default() };
    let (lab, fake) = (Lab::new(), Fake::start(account).await);
    let target = lab.target(&fake.server.url, &config()).unwrap();
    let desired = many(&lab, 10);
    let plan = lab.plan(&target, &desired).await.unwrap().unwrap();
    // Somebody else makes a record in between that one of them cannot stand beside.
    let theirs = [json!({"name": "n6", "type": "CNAME", "ttl": 60, "value": "x.tests."})];
    let other = lab.target(&fake.server.url, &config()).unwrap();
    lab.sync(&other, &lab.zone("unit.tests.", &theirs)).await.unwrap();
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
    // With the deletion of theirs.
    assert_eq!(lab.sync(&target, &desired).await, Ok(5));
}

/// Each of them would make a zone look empty, and everything in it be created again.
#[tokio::test]
async fn a_read_that_fails_in_part_fails() {
    let account = Account { zones: vec![Zone::new("Z1", "unit.tests.")], ..Account::default() };
    let (lab, fake) = (Lab::new(), Fake::start(account).await);
    let mut config = config();
    config["client_max_attempts"] = json!(0);
    let target = lab.target(&fake.server.url, &config).unwrap();
    lab.sync(&target, &many(&lab, 30)).await.unwrap();
    fake.set_page(10);
    for (fault, said) in [
        (Fault::Throttled, "busy, also after repeating"),
        (Fault::Unavailable, "busy, also after repeating"),
        (Fault::Lost, "no answer"),
        (Fault::Garbled, "unexpected answer"),
        (Fault::Denied, "permission denied"),
    ] {
        // A fresh provider asks for the zones first; then the second page fails.
        let target = lab.target(&fake.server.url, &config).unwrap();
        fake.set_faults(move |_, number| (number == 2).then_some(fault));
        let error = lab.read(&target, "unit.tests.").await.unwrap_err();
        assert!(error.contains(said), "{fault:?}: {error}");
    }
}

/// What the user sees when the retries that there are by default are used up is shown by the recordings; here
/// it is shown that there are several.
#[tokio::test]
async fn calls_are_repeated() {
    let account = Account { zones: vec![Zone::new("Z1", "unit.tests.")], ..Account::default() };
    let (lab, fake) = (Lab::new(), Fake::start(account).await);
    for (retries, attempts) in [(0, 1), (2, 3)] {
        let mut config = config();
        config["client_max_attempts"] = json!(retries);
        let target = lab.target(&fake.server.url, &config).unwrap();
        fake.set_faults(|_, _| Some(Fault::Throttled));
        lab.read(&target, "unit.tests.").await.unwrap_err();
        assert_eq!(fake.take_calls().len(), attempts);
    }
}
