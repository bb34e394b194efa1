//! What only this service does.

use std::time::{Duration, Instant};

use octodns_core::{ServiceErrorKind, ZoneName};
use octodns_testkit::fake::{Fake, InjectedFault, Response, Seen};
use octodns_testkit::run::Harness;
use octodns_testkit::store::{Pick, Store};
use serde_json::{Value as Json, json};

use crate::CLASS;
use crate::service::service;

/// The provider of the fake's account, which creates zones unless the options say otherwise.
pub(crate) fn harness(fake: &Fake<Store>, options: &Json) -> Harness {
    let mut config = json!({
        "token": "hunter2", "create_zone": true, "root_ns_warnings": false,
        "endpoint": format!("{}/domain/v2beta1", fake.url()), "http": {"retry_wait": 0, "attempts": 3},
    });
    config.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
    Harness::build(octodns_scaleway::register, CLASS, &config).unwrap()
}

pub(crate) fn zone() -> ZoneName {
    ZoneName::new("unit.tests.").unwrap()
}

pub(crate) async fn converge(harness: &Harness, records: &[Json]) {
    let desired = harness.zone(&zone(), records);
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    harness.apply(&plan).await.result.unwrap();
    let again = harness.plan(&desired).await.unwrap();
    assert!(again.is_none(), "{:?}", again.unwrap().changes);
}

fn address(name: &str, values: &[&str]) -> Json {
    json!({"name": name, "type": "A", "ttl": 300, "values": values})
}

fn text(values: &[&str]) -> Json {
    json!({"name": "txt", "type": "TXT", "ttl": 300, "values": values})
}

fn writes(fake: &Fake<Store>) -> Vec<Seen> {
    fake.seen().into_iter().filter(Seen::is_write).collect()
}

/// An update is one step, and a zone that is missing is created by its first changes.
#[tokio::test]
async fn a_plan_is_one_call() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, &json!({}));
    converge(&harness, &[address("", &["192.0.2.1"]), address("www", &["192.0.2.1"])]).await;
    converge(&harness, &[address("", &["192.0.2.2"]), address("new", &["192.0.2.1"])]).await;
    let [first, second] = &*writes(&fake) else { panic!("{:?}", fake.seen()) };
    assert_eq!((&*first.method, &*second.method), ("PATCH", "PATCH"));
}

/// Of 1.2 million octets.
#[tokio::test]
async fn a_call_has_a_megabyte_at_most() {
    let fake = Fake::start(service()).await;
    let long = "x".repeat(2000);
    let record =
        |index| json!({"name": format!("t{index}"), "type": "TXT", "ttl": 300, "value": long});
    let records: Vec<_> = (0..600).map(record).collect();
    converge(&harness(&fake, &json!({})), &records).await;
    assert_eq!(writes(&fake).len(), 2);
}

/// Without the option, the plan says what to do, and nothing is sent.
#[tokio::test]
async fn zones_are_created_if_the_option_says_so() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, &json!({"create_zone": false}));
    let desired = harness.zone(&zone(), &[address("www", &["192.0.2.1"])]);
    let report = harness.plan(&desired).await.unwrap_err();
    let found = octodns_testkit::run::render(&report);
    assert!(found.contains("needs the option create_zone"), "{found}");
    assert!(writes(&fake).is_empty());
}

/// All of them are read; a value that stays keeps its comment.
#[tokio::test]
async fn a_text_may_have_several_values() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, &json!({}));
    converge(&harness, &[text(&["one", "two", "v=DKIM1\\; k=rsa"])]).await;
    let first = fake
        .api()
        .zone("unit.tests")
        .unwrap()
        .items
        .iter()
        .find(|item| item["type"] == "TXT")
        .cloned();
    let id = first.unwrap()["id"].as_str().unwrap().to_owned();
    fake.api().patch("unit.tests", Pick::Id(&id), &json!({"comment": "the first"})).unwrap();
    converge(&harness, &[text(&["one", "two"])]).await;
    let held = fake.api().zone("unit.tests").unwrap().items.clone();
    let held: Vec<_> = held.iter().filter(|item| item["type"] == "TXT").collect();
    let shown = |item: &Json| (item["data"].clone(), item["comment"].clone());
    let held: Vec<_> = held.into_iter().map(shown).collect();
    assert_eq!(held, [(json!("\"one\""), json!("the first")), (json!("\"two\""), Json::Null)]);
}

#[tokio::test]
async fn zones_are_listed_with_their_subdomains() {
    let fake = Fake::start(service()).await;
    for (name, subdomain) in [("unit.tests", ""), ("other.tests", "sub")] {
        fake.api().provide_zone(name);
        fake.api().set_zone(name, "subdomain", json!(subdomain)).unwrap();
    }
    let zones = harness(&fake, &json!({})).provider().list_zones().await.unwrap();
    let zones: Vec<_> = zones.iter().map(ZoneName::as_str).collect();
    assert_eq!(zones, ["sub.other.tests.", "unit.tests."]);
}

/// A zone that may not be read is not an empty one, and refusals say why.
#[tokio::test]
async fn refusals_are_told_apart() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, &json!({}));
    converge(&harness, &[address("www", &["192.0.2.1"])]).await;
    let answer = |status: u16, kind: &str, detail: Json| {
        let body = json!({"message": "no", "type": kind, "details": [detail]});
        InjectedFault::Response(Response::json(status, body))
    };
    let denied =
        answer(403, "permissions_denied", json!({"action": "read", "resource": "dns_zone"}));
    fake.control().faults().next(1, denied);
    let report = harness.read(&zone()).await.unwrap_err();
    let found = octodns_testkit::run::render(&report);
    assert!(found.contains("no (permissions_denied); read, dns_zone"), "{found}");

    let invalid =
        json!({"argument_name": "data", "help_message": "invalid ipv4", "reason": "constraint"});
    for (status, kind, detail, fault) in [
        (400, "invalid_arguments", invalid, ServiceErrorKind::Refused),
        (
            403,
            "quotas_exceeded",
            json!({"resource": "records", "quota": 3}),
            ServiceErrorKind::Refused,
        ),
        (403, "permissions_denied", json!({"action": "write"}), ServiceErrorKind::Unauthorized),
    ] {
        let desired = harness.zone(&zone(), &[address("www", &["192.0.2.2"])]);
        let plan = harness.plan(&desired).await.unwrap().unwrap();
        fake.control().faults().writes_after(0, answer(status, kind, detail));
        let error = harness.apply(&plan).await.result.unwrap_err();
        fake.control().faults().clear();
        assert_eq!(error.kind(), Some(fault), "{kind}");
        assert!(error.with_causes().contains(&format!("no ({kind}); ")), "{error}");
    }

    // It is over after a while.
    let start = Instant::now();
    fake.control().faults().next(1, answer(409, "transient_state", json!({})));
    harness.read(&zone()).await.unwrap();
    assert!(start.elapsed() > Duration::from_millis(900), "{:?}", start.elapsed());
}
