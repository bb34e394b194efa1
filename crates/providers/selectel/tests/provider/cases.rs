//! What only this service does.

use octodns_core::{Outcome, ServiceErrorKind};
use octodns_testkit::fake::{InjectedFault, Response};
use octodns_testkit::run::Harness;
use octodns_testkit::suite::{Bench, addresses};
use serde_json::{Value as Json, json};

use crate::{CLASS, service, suite};

async fn bench() -> Bench {
    let config = json!({"class": CLASS, "token": "hunter2"});
    suite(config, service::with_token()).bench(&json!({})).await
}

/// Values that are not served are no part of a record, and stay.
#[tokio::test]
async fn disabled_values_are_kept() {
    let bench = bench().await;
    bench.converge(&addresses(1, 0)).await;
    let set = |name: &str, records: Json| json!({"name": format!("{name}.unit.tests."), "type": "A", "ttl": 300, "records": records});
    let value = |content: &str, disabled: bool| json!({"content": content, "disabled": disabled});
    let (off, on) = (value("192.0.2.9", true), value("192.0.2.1", false));
    bench.fake.api().plant("unit.tests", set("half", json!([off, on]))).unwrap();
    bench.fake.api().plant("unit.tests", set("off", json!([off]))).unwrap();
    let values = |name: &str| {
        let items = bench.fake.api().zone("unit.tests").unwrap().items.clone();
        let name = format!("{name}.unit.tests.");
        items.into_iter().find(|item| item["name"] == *name).map(|mut item| item["records"].take())
    };
    let record =
        |name: &str, value: &str| json!({"name": name, "type": "A", "ttl": 300, "value": value});
    let read = bench.harness.read(&bench.zone).await.unwrap();
    // With the name servers, and without "off".
    assert_eq!(read.zone.records().count(), 3);

    bench.converge(&[record("half", "192.0.2.2")]).await;
    assert_eq!(values("half"), Some(json!([{"content": "192.0.2.2"}, off])));
    bench.converge(&[]).await;
    assert_eq!(values("half"), Some(json!([off])));
    assert_eq!(values("off"), Some(json!([off])));
    // A record would have to take the place of the set.
    let desired = bench.harness.zone(&bench.zone, &[record("off", "192.0.2.3")]);
    let report = bench.harness.plan(&desired).await.unwrap_err();
    assert!(report.iter().any(|found| found.code == "hidden-record"));
}

/// octoDNS only logs a failed update, and reports success.
#[tokio::test]
async fn a_refused_update_is_an_error() {
    let bench = bench().await;
    bench.converge(&addresses(2, 0)).await;
    let refused = Response::json(422, json!({"error": "bad_value", "description": "not that"}));
    bench.fake.control().faults().writes_after(0, InjectedFault::Response(refused));
    let applied = bench.apply(&addresses(2, 1)).await;
    let error = applied.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Refused));
    assert!(error.to_string().contains("bad_value: not that"), "{error}");
    assert!(applied.outcomes.iter().all(|outcome| *outcome != Outcome::Applied));
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
