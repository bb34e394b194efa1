//! What only this service does.

use octodns_core::{Outcome, ServiceErrorKind};
use octodns_testkit::fake::InjectedFault;
use octodns_testkit::suite::{Bench, addresses, record};
use serde_json::{Value as Json, json};

use crate::{CLASS, login, service, suite};

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
    bench.plant(set("half", json!([off, on])));
    bench.plant(set("off", json!([off])));
    let values = |name: &str| {
        let (mut items, name) = (bench.items("A").into_iter(), format!("{name}.unit.tests."));
        items.find(|item| item["name"] == *name).map(|mut item| item["records"].take())
    };
    let read = bench.harness.read(&bench.zone).await.unwrap();
    // With the name servers, and without "off".
    assert_eq!(read.zone.records().count(), 3);

    bench.converge(&[record("half", "A", "192.0.2.2")]).await;
    assert_eq!(values("half"), Some(json!([{"content": "192.0.2.2"}, off])));
    bench.converge(&[]).await;
    assert_eq!(values("half"), Some(json!([off])));
    assert_eq!(values("off"), Some(json!([off])));
    // A record would have to take the place of the set.
    bench.is_refused(&[record("off", "A", "192.0.2.3")], "hidden-record").await;
}

/// octoDNS only logs a failed update, and reports success.
#[tokio::test]
async fn a_refused_update_is_an_error() {
    let bench = bench().await;
    bench.converge(&addresses(2, 0)).await;
    let refused = json!({"error": "bad_value", "description": "not that"});
    bench.faults().writes_after(0, InjectedFault::json(422, refused));
    let applied = bench.apply(&addresses(2, 1)).await;
    let error = applied.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Refused));
    assert!(error.to_string().contains("bad_value: not that"), "{error}");
    assert!(applied.outcomes.iter().all(|outcome| *outcome != Outcome::Applied));
}

#[test]
fn credentials_are_a_token_or_a_login() {
    let either =
        Some("set either `token`, or `username`, `password`, `account_id` and `project_id`");
    suite(login::config(), login::service()).check_options(&[
        (json!({}), None),
        (json!({"account_id": 123_456}), None),
        (json!({"identity_endpoint": "http://127.0.0.1:5000/v3"}), None),
        (json!({"identity_endpoint": "identity.example/v3"}), Some("identity.example/v3")),
        (json!({"project_id": null}), either),
        (json!({"token": "hunter2"}), either),
    ]);
}
