//! What only this service does.

use octodns_core::{Outcome, ServiceErrorKind, ZoneName};
use octodns_testkit::fake::{Fake, InjectedFault, Response};
use octodns_testkit::run::{Applied, Harness};
use octodns_testkit::store::{Pick, Store};
use serde_json::{Value as Json, json};

use crate::CLASS;
use crate::service::service;

fn config(fake: &Fake<Store>, options: &Json) -> Json {
    let mut config = json!({
        "endpoint": format!("{}/v5", fake.url()),
        "http": {"requests_per_second": 100_000, "retry_wait": 0},
    });
    config.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
    config
}

fn harness(fake: &Fake<Store>, options: &Json) -> Harness {
    let mut all = json!({"token": "hunter2"});
    all.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
    Harness::build(octodns_gandi::register, CLASS, &config(fake, &all)).unwrap()
}

fn zone(name: &str) -> ZoneName {
    ZoneName::new(name).unwrap()
}

fn record(name: &str, of: &str, value: &str) -> Json {
    json!({"name": name, "type": of, "ttl": 300, "value": value})
}

fn addresses(many: usize, shift: usize) -> Vec<Json> {
    let address = |index: usize| format!("192.0.{}.{}", index / 250, (index + shift) % 250);
    (0..many).map(|index| record(&format!("host-{index}"), "A", &address(index))).collect()
}

async fn apply(harness: &Harness, records: &[Json]) -> Applied {
    let desired = harness.zone(&zone("unit.tests."), records);
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    harness.apply(&plan).await
}

async fn converge(harness: &Harness, records: &[Json]) {
    apply(harness, records).await.result.unwrap();
    let desired = harness.zone(&zone("unit.tests."), records);
    assert!(harness.plan(&desired).await.unwrap().is_none());
}

/// The requests about records since the last call, as `METHOD PATH`, from the records on.
fn requests(fake: &Fake<Store>) -> Vec<String> {
    let seen = fake.control().measured().seen();
    fake.control().measured().clear();
    let path = |target: &str| {
        let path = target.split('?').next().unwrap_or_default();
        path.split_once("/records").map(|(_, path)| path.to_owned())
    };
    seen.iter()
        .filter_map(|seen| Some(format!("{} {}", seen.method, path(&seen.target)?)))
        .collect()
}

/// The numbers on the provider's page.
#[tokio::test]
async fn a_thousand_changes_take_as_many_calls_as_the_page_says() {
    for (replace, reads, writes) in [(true, 4, 1), (false, 2, 1000)] {
        let fake = Fake::start(service()).await;
        let harness = harness(&fake, &json!({"replace": replace}));
        converge(&harness, &addresses(1000, 0)).await;
        harness.begin_run();
        fake.control().measured().clear();
        apply(&harness, &addresses(1000, 1)).await.result.unwrap();
        let seen = fake.control().measured().seen();
        let written = seen.iter().filter(|seen| seen.is_write()).count();
        assert_eq!((seen.len() - written, written), (reads, writes));
    }
}

/// Each step by the calls that fit; what the service adds to sets is not sent back.
#[tokio::test]
async fn sets_names_and_zones_have_calls_of_their_own() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, &json!({}));
    let (www, alias) =
        (record("www", "A", "192.0.2.1"), record("www", "CNAME", "www.example.net."));
    converge(&harness, &[record("mail", "A", "192.0.2.1")]).await;
    let unknown = json!({
        "rrset_name": "www", "rrset_type": "WKS", "rrset_ttl": 300, "rrset_values": ["192.0.2.1 6 80"],
        "rrset_href": "https://api.gandi.net/v5/livedns/domains/unit.tests/records/www/WKS",
    });
    for (records, calls) in [
        (vec![www.clone(), record("mail", "A", "192.0.2.2")], &["POST ", "PUT /mail/A"][..]),
        (vec![www.clone()], &["DELETE /mail/A"]),
        (vec![alias], &["GET /www", "PUT /www"]),
        (vec![www.clone(), record("", "A", "192.0.2.1")], &["GET ", "PUT "]),
    ] {
        requests(&fake);
        apply(&harness, &records).await.result.unwrap();
        // The first is the read of the plan.
        assert_eq!(requests(&fake)[1..], *calls);
    }
    fake.api().plant("unit.tests", unknown.clone()).unwrap();
    let others = [record("www", "AAAA", "2001:db8::1"), record("www", "TXT", "x")];
    let records = [&[record("www", "A", "192.0.2.3")][..], &others].concat();
    apply(&harness, &records).await.result.unwrap();
    let kept = fake.api().item("unit.tests", Pick::Set("www", "WKS")).unwrap();
    assert_eq!(kept["rrset_values"], unknown["rrset_values"]);
    converge(&harness, &[]).await;
}

#[tokio::test]
async fn a_domain_of_somebody_else_is_told() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, &json!({}));
    let zone = zone("theirs.elsewhere.");
    let plan = harness.plan(&harness.zone(&zone, &addresses(1, 0))).await.unwrap().unwrap();
    let error = harness.apply(&plan).await.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::NotFound));
    assert!(error.to_string().contains("is no domain of this account"), "{error}");
}

/// What somebody else has created since the plan is not overwritten.
#[tokio::test]
async fn a_set_that_is_there_by_now_is_refused() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, &json!({}));
    converge(&harness, &addresses(1, 0)).await;
    let desired = harness.zone(&zone("unit.tests."), &addresses(2, 0));
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    let theirs = json!({
        "rrset_name": "host-1", "rrset_type": "A", "rrset_ttl": 300, "rrset_values": ["198.51.100.1"],
    });
    fake.api().plant("unit.tests", theirs.clone()).unwrap();
    let error = harness.apply(&plan).await.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Refused));
    assert_eq!(fake.api().item("unit.tests", Pick::Set("host-1", "A")).unwrap(), theirs);
}

/// The organization is named where domains are listed and created, and nowhere else.
#[tokio::test]
async fn an_organization_has_its_domains() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, &json!({"sharing_id": "org-1"}));
    harness.provider().list_zones().await.unwrap();
    converge(&harness, &addresses(1, 0)).await;
    for seen in fake.control().measured().seen() {
        let is_about_domains = seen.target.split('?').next() == Some("/v5/livedns/domains");
        assert_eq!(seen.target.contains("sharing_id=org-1"), is_about_domains, "{}", seen.target);
    }
}

/// A token that is revoked in the middle of a run.
#[tokio::test]
async fn a_token_that_ends_is_told() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, &json!({"replace": false}));
    converge(&harness, &addresses(1, 0)).await;
    let refused = Response::json(401, json!({"code": 401, "message": "expired hunter2"}));
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

#[tokio::test]
async fn credentials_are_a_token_or_a_key() {
    let fake = Fake::start(service()).await;
    for (options, is_valid) in [
        (json!({"token": "hunter2"}), true),
        (json!({"api_key": "hunter2"}), true),
        (json!({}), false),
        (json!({"token": "hunter2", "api_key": "hunter2"}), false),
    ] {
        let built = Harness::build(octodns_gandi::register, CLASS, &config(&fake, &options));
        assert_eq!(built.is_ok(), is_valid, "{options}");
        if let Ok(harness) = built {
            harness.provider().list_zones().await.unwrap();
        }
    }
    let sandbox = json!({"token": "hunter2", "endpoint": "sandbox"});
    assert!(Harness::build(octodns_gandi::register, CLASS, &sandbox).is_ok());
}
