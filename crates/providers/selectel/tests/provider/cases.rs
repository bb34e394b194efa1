//! What only this service does.

use octodns_core::{Outcome, ServiceErrorKind, ZoneName};
use octodns_testkit::fake::{Fake, InjectedFault, Response};
use octodns_testkit::run::{Applied, Harness};
use octodns_testkit::store::Store;
use serde_json::{Value as Json, json};

use crate::{CLASS, LEGACY, legacy, service};

/// A provider of a class at its fake, whose paths have this version.
fn harness(fake: &Fake<Store>, class: &str, version: &str) -> Harness {
    let config = json!({
        "token": "hunter2", "endpoint": format!("{}/domains/{version}", fake.url()),
        "http": {"requests_per_second": 100_000, "retry_wait": 0},
    });
    Harness::build(octodns_selectel::register, class, &config).unwrap()
}

fn zone() -> ZoneName {
    ZoneName::new("unit.tests.").unwrap()
}

fn addresses(many: usize, shift: usize) -> Vec<Json> {
    let address = |index: usize| format!("192.0.{}.{}", index / 250, (index + shift) % 250);
    let record = |index| json!({"name": format!("host-{index}"), "type": "A", "ttl": 300, "value": address(index)});
    (0..many).map(record).collect()
}

async fn apply(harness: &Harness, records: &[Json]) -> Applied {
    let plan = harness.plan(&harness.zone(&zone(), records)).await.unwrap().unwrap();
    harness.apply(&plan).await
}

async fn converge(harness: &Harness, records: &[Json]) {
    apply(harness, records).await.result.unwrap();
    assert!(harness.plan(&harness.zone(&zone(), records)).await.unwrap().is_none());
}

/// The numbers on the provider's page.
#[tokio::test]
async fn a_thousand_changes_take_as_many_calls_as_the_page_says() {
    for (class, version, service) in
        [(CLASS, "v2", service::with_token()), (LEGACY, "v1", legacy::service())]
    {
        let fake = Fake::start(service).await;
        let harness = harness(&fake, class, version);
        converge(&harness, &addresses(1000, 0)).await;
        harness.begin_run();
        fake.control().measured().clear();
        apply(&harness, &addresses(1000, 1)).await.result.unwrap();
        let seen = fake.control().measured().seen();
        let written = seen.iter().filter(|seen| seen.is_write()).count();
        assert_eq!((seen.len() - written, written), (3, 1000), "{class}");
    }
}

/// Values that are not served are no part of a record, and stay.
#[tokio::test]
async fn disabled_values_are_kept() {
    let fake = Fake::start(service::with_token()).await;
    let harness = harness(&fake, CLASS, "v2");
    converge(&harness, &addresses(1, 0)).await;
    let set = |name: &str, records: Json| json!({"name": format!("{name}.unit.tests."), "type": "A", "ttl": 300, "records": records});
    let value = |content: &str, disabled: bool| json!({"content": content, "disabled": disabled});
    let (off, on) = (value("192.0.2.9", true), value("192.0.2.1", false));
    fake.api().plant("unit.tests", set("half", json!([off, on]))).unwrap();
    fake.api().plant("unit.tests", set("off", json!([off]))).unwrap();
    let values = |fake: &Fake<Store>, name: &str| {
        let items = fake.api().zone("unit.tests").unwrap().items.clone();
        let name = format!("{name}.unit.tests.");
        items.into_iter().find(|item| item["name"] == *name).map(|mut item| item["records"].take())
    };
    let record =
        |name: &str, value: &str| json!({"name": name, "type": "A", "ttl": 300, "value": value});
    let read = harness.read(&zone()).await.unwrap();
    // With the name servers, and without "off".
    assert_eq!(read.zone.records().count(), 3);

    converge(&harness, &[record("half", "192.0.2.2")]).await;
    assert_eq!(values(&fake, "half"), Some(json!([{"content": "192.0.2.2"}, off])));
    converge(&harness, &[]).await;
    assert_eq!(values(&fake, "half"), Some(json!([off])));
    assert_eq!(values(&fake, "off"), Some(json!([off])));
    // A record would have to take the place of the set.
    let report = harness.plan(&harness.zone(&zone(), &[record("off", "192.0.2.3")])).await;
    assert!(report.unwrap_err().iter().any(|found| found.code == "hidden-record"));
}

/// octoDNS only logs a failed update, and reports success.
#[tokio::test]
async fn a_refused_update_is_an_error() {
    let fake = Fake::start(service::with_token()).await;
    let harness = harness(&fake, CLASS, "v2");
    converge(&harness, &addresses(2, 0)).await;
    let refused = Response::json(422, json!({"error": "bad_value", "description": "not that"}));
    fake.control().faults().writes_after(0, InjectedFault::Response(refused));
    let applied = apply(&harness, &addresses(2, 1)).await;
    let error = applied.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Refused));
    assert!(error.to_string().contains("bad_value: not that"), "{error}");
    assert!(applied.outcomes.iter().all(|outcome| *outcome != Outcome::Applied));
}

/// A token that ends in the middle of a run, where there is no login for another one.
#[tokio::test]
async fn a_token_that_ends_is_told() {
    let fake = Fake::start(service::with_token()).await;
    let harness = harness(&fake, CLASS, "v2");
    converge(&harness, &addresses(1, 0)).await;
    let refused = Response::text(401, "<html>hunter2</html>");
    fake.control().faults().writes_after(3, InjectedFault::Response(refused));
    let applied = apply(&harness, &addresses(9, 0)).await;
    fake.control().faults().clear();
    let error = applied.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Unauthorized));
    assert!(!error.with_causes().contains("hunter2"), "{error}");
    let made = applied.outcomes.iter().filter(|outcome| **outcome == Outcome::Applied).count();
    assert_eq!(fake.api().count("unit.tests", "A"), made + 1);
    converge(&harness, &addresses(9, 0)).await;
}

#[test]
fn credentials_are_a_token_or_a_login() {
    let login = json!({
        "username": "octodns", "password": "hunter2", "account_id": "123456", "project_id": "p",
    });
    for (change, is_valid) in [
        (json!({}), true),
        (json!({"account_id": 123_456}), true),
        (json!({"identity_endpoint": "http://127.0.0.1:5000/v3"}), true),
        (json!({"identity_endpoint": "identity.example/v3"}), false),
        (json!({"project_id": null}), false),
        (json!({"token": "hunter2"}), false),
    ] {
        let mut config = login.clone();
        for (key, value) in change.as_object().unwrap() {
            config[key] = value.clone();
        }
        config.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let built = Harness::build(octodns_selectel::register, CLASS, &config);
        assert_eq!(built.is_ok(), is_valid, "{change}");
    }
}
