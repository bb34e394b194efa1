//! What only this service does.

use std::time::{Duration, Instant};

use octodns_core::ServiceErrorKind;
use octodns_http::Host;
use octodns_testkit::fake::{InjectedFault, Request, Response};
use octodns_testkit::store::Pick;
use octodns_testkit::suite::{Bench, addresses};
use serde_json::{Value as Json, json};

use crate::service::{cloud, dnsapi, slow_cloud};
use crate::suite;

async fn bench() -> Bench {
    suite("hcloud", cloud()).bench(&json!({})).await
}

fn www(ttl: u32, values: &[&str]) -> [Json; 1] {
    [json!({"name": "www", "type": "A", "ttl": ttl, "values": values})]
}

/// The ends of the paths of the calls that a change makes, in order, without those that read.
async fn calls(bench: &Bench, records: &[Json]) -> Vec<String> {
    bench.writes();
    bench.apply(records).await.result.unwrap();
    bench.writes().iter().map(|call| call.rsplit('/').next().unwrap().to_owned()).collect()
}

/// Only what is different is sent, and comments stay with their values.
#[tokio::test]
async fn values_and_ttl_are_changed_apart() {
    let bench = bench().await;
    bench.converge(&www(300, &["192.0.2.1", "192.0.2.2"])).await;
    let commented = json!({"records": [
        {"value": "192.0.2.1", "comment": "the first"}, {"value": "192.0.2.2", "comment": "gone"},
    ]});
    assert!(bench.fake.api().patch("unit.tests", Pick::Set("www", "A"), &commented).is_ok());
    let changed = calls(&bench, &www(600, &["192.0.2.1", "192.0.2.2"])).await;
    assert_eq!(changed, ["change_ttl"]);
    let changed = calls(&bench, &www(600, &["192.0.2.1", "192.0.2.3"])).await;
    assert_eq!(changed, ["set_records"]);
    let expected = json!([{"value": "192.0.2.1", "comment": "the first"}, {"value": "192.0.2.3"}]);
    assert_eq!(bench.set("www", "A")["records"], expected);
    let changed = calls(&bench, &www(60, &["192.0.2.4"])).await;
    assert_eq!(changed, ["set_records", "change_ttl"]);
    // What was done before the second call was refused is not forgotten.
    let is_ttl = |request: &Request| request.segments.last().is_some_and(|of| of == "change_ttl");
    bench.faults().after(0, is_ttl, InjectedFault::refused());
    let applied = bench.apply(&www(90, &["192.0.2.5"])).await;
    assert!(applied.outcomes[0].is_unknown(), "{applied:?}");
}

/// Many actions are polled by one call, and nothing is done before they have ended.
#[tokio::test]
async fn actions_are_waited_for_together() {
    let bench = suite("hcloud", slow_cloud()).bench(&json!({})).await;
    bench.converge(&addresses(60, 0)).await;
    let asked = bench.asked();
    let polls = asked.iter().filter(|asked| asked.starts_with("GET /v1/actions")).count();
    // At least two for each 16 changes at a time.
    assert!((8..=30).contains(&polls), "{polls}");
    bench.converge(&addresses(30, 1)).await;

    // The service finds out later that it does not take a change.
    let desired = [addresses(30, 1).as_slice(), &www(300, &["192.0.2.1"])].concat();
    let other = json!({"name": "www", "type": "A", "records": [{"value": "192.0.2.9"}]});
    let meanwhile = || drop(bench.fake.api().create("unit.tests", &other).unwrap());
    let error = bench.apply_after(&desired, meanwhile).await.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Refused));
    let message = error.with_causes();
    assert!(message.contains("there are such records already (invalid_input)"), "{message}");
}

/// Refusals that are no matter of time or of credentials, and one that is over after a while.
#[tokio::test]
async fn refusals_are_told_apart() {
    let bench = bench().await;
    bench.converge(&addresses(1, 0)).await;
    let refusal = |status: u16, code: &str| {
        let fields = json!([{"name": "records", "messages": ["is bad", "is long"]}]);
        let error = json!({"code": code, "message": "no", "details": {"fields": fields}});
        Response::json(status, json!({"error": error}))
    };
    for (status, code, kind) in [
        (403, "protected", ServiceErrorKind::Refused),
        (403, "token_readonly", ServiceErrorKind::Unauthorized),
        (422, "incorrect_zone_mode", ServiceErrorKind::Refused),
    ] {
        bench.faults().writes_after(0, InjectedFault::Response(refusal(status, code)));
        let error = bench.apply(&addresses(1, 1)).await.result.unwrap_err();
        bench.faults().clear();
        assert_eq!(error.kind(), Some(kind), "{code}");
        let message = error.with_causes();
        assert!(message.contains(&format!("no ({code}); records: is bad, is long")), "{message}");
    }
    let failure = json!({"code": "action_failed", "message": "not now"});
    let failed = json!({"action": {"id": 7, "status": "error", "error": failure}});
    bench.faults().next_of(Request::is_write, 1, InjectedFault::json(201, failed));
    let error = bench.apply(&addresses(1, 1)).await.result.unwrap_err().with_causes();
    assert!(error.contains("the service gave up: not now (action_failed)"), "{error}");

    let waited = bench.read_after(refusal(409, "conflict")).await;
    assert!(waited > Duration::from_millis(900), "{waited:?}");
}

/// When none are left, requests are sent as fast as they are refilled: one of ten in half a second.
#[tokio::test]
async fn the_pace_is_that_of_the_headers() {
    let bench = bench().await;
    bench.converge(&addresses(1, 0)).await;
    let reset = Host::default().unix_seconds() + 5;
    let none_left = Response::json(200, json!({"rrsets": [], "meta": {"pagination": {}}}))
        .with_header("RateLimit-Limit", "10")
        .with_header("RateLimit-Remaining", "0")
        .with_header("RateLimit-Reset", &reset.to_string());
    bench.read_after(none_left).await;
    let start = Instant::now();
    bench.harness.read(&bench.zone).await.unwrap();
    let waited = start.elapsed();
    assert!(waited > Duration::from_millis(250), "{waited:?}");
}

/// All that the old API still does, and what the provider says of it.
#[tokio::test]
async fn an_api_that_is_gone_says_what_to_do() {
    let bench = suite("dnsapi", dnsapi()).bench(&json!({})).await;
    let gone = Response::empty(301).with_header("location", "https://console.hetzner.com/");
    bench.faults().next(9, InjectedFault::Response(gone));
    let found = bench.read_error().await;
    assert!(
        found.contains("set `backend: hcloud`: it leads to https://console.hetzner.com/"),
        "{found}"
    );
}
