//! What only this service does.

use std::time::Duration;

use octodns_core::{ServiceErrorKind, ZoneName};
use octodns_testkit::fake::{InjectedFault, Response};
use octodns_testkit::store::Pick;
use octodns_testkit::suite::record;
use serde_json::{Value as Json, json};

use crate::{bench, suite};

fn address(name: &str, value: &str) -> Json {
    record(name, "A", value)
}

/// An update is one step, and a zone that is missing is created by its first changes.
#[tokio::test]
async fn a_plan_is_one_call() {
    let bench = bench().await;
    bench.converge(&[address("", "192.0.2.1"), address("www", "192.0.2.1")]).await;
    bench.converge(&[address("", "192.0.2.2"), address("new", "192.0.2.1")]).await;
    let call = "PATCH /domain/v2beta1/dns-zones/unit.tests/records";
    assert_eq!(bench.writes(), [call, call]);
}

/// Of 1.2 million octets.
#[tokio::test]
async fn a_call_has_a_megabyte_at_most() {
    let bench = bench().await;
    let long = "x".repeat(2000);
    let records: Vec<_> =
        (0..600).map(|index| record(&format!("t{index}"), "TXT", &*long)).collect();
    bench.converge(&records).await;
    assert_eq!(bench.writes().len(), 2);
}

/// Without the option, the plan says what to do, and nothing is sent.
#[tokio::test]
async fn zones_are_created_if_the_option_says_so() {
    let bench = suite().bench(&json!({"create_zone": false})).await;
    let zone = ZoneName::new("missing.example.").unwrap();
    let bench = octodns_testkit::suite::Bench { zone, ..bench };
    let found = bench.plan(&[address("www", "192.0.2.1")]).await.unwrap_err();
    assert!(found.contains("needs the option create_zone"), "{found}");
    assert_eq!(bench.writes(), [] as [&str; 0]);
}

/// All of them are read; a value that stays keeps its comment.
#[tokio::test]
async fn a_text_may_have_several_values() {
    let bench = bench().await;
    let text = |values: &[&str]| record("txt", "TXT", values);
    bench.converge(&[text(&["one", "two", "v=DKIM1\\; k=rsa"])]).await;
    let id = bench.items("TXT")[0]["id"].as_str().unwrap().to_owned();
    let comment = json!({"comment": "the first"});
    bench.fake.api().patch("unit.tests", Pick::Id(&id), &comment).unwrap();
    bench.converge(&[text(&["one", "two"])]).await;
    let shown = |item: Json| (item["data"].clone(), item["comment"].clone());
    let held: Vec<_> = bench.items("TXT").into_iter().map(shown).collect();
    assert_eq!(held, [(json!("\"one\""), json!("the first")), (json!("\"two\""), Json::Null)]);
}

#[tokio::test]
async fn zones_are_listed_with_their_subdomains() {
    let bench = bench().await;
    for (name, subdomain) in [("unit.tests", ""), ("other.tests", "sub")] {
        bench.fake.api().provide_zone(name);
        bench.fake.api().set_zone(name, "subdomain", json!(subdomain)).unwrap();
    }
    let zones = bench.harness.provider().list_zones().await.unwrap();
    let zones: Vec<_> = zones.iter().map(ZoneName::as_str).collect();
    assert_eq!(zones, ["sub.other.tests.", "unit.tests."]);
}

/// A zone that may not be read is not an empty one, and refusals say why.
#[tokio::test]
async fn refusals_are_told_apart() {
    let bench = bench().await;
    bench.converge(&[address("www", "192.0.2.1")]).await;
    let answer = |status: u16, kind: &str, detail: Json| {
        let body = json!({"message": "no", "type": kind, "details": [detail]});
        Response::json(status, body)
    };
    let action = json!({"action": "read", "resource": "dns_zone"});
    let denied = answer(403, "permissions_denied", action);
    bench.faults().next(1, InjectedFault::Response(denied));
    let found = bench.read_error().await;
    assert!(found.contains("no (permissions_denied); read, dns_zone"), "{found}");

    let invalid =
        json!({"argument_name": "data", "help_message": "invalid ipv4", "reason": "constraint"});
    let full = json!({"resource": "records", "quota": 3});
    for (status, kind, detail, fault) in [
        (400, "invalid_arguments", invalid, ServiceErrorKind::Refused),
        (403, "quotas_exceeded", full, ServiceErrorKind::Refused),
        (403, "permissions_denied", json!({"action": "write"}), ServiceErrorKind::Unauthorized),
    ] {
        bench.faults().writes_after(0, InjectedFault::Response(answer(status, kind, detail)));
        let error = bench.apply(&[address("www", "192.0.2.2")]).await.result.unwrap_err();
        bench.faults().clear();
        assert_eq!(error.kind(), Some(fault), "{kind}");
        assert!(error.with_causes().contains(&format!("no ({kind}); ")), "{error}");
    }

    // It is over after a while.
    let waited = bench.read_after(answer(409, "transient_state", json!({}))).await;
    assert!(waited > Duration::from_millis(900), "{waited:?}");
}
