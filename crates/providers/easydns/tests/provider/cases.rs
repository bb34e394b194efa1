//! What only this service does.

use std::time::{Duration, Instant};

use octodns_core::{Secret, ServiceErrorKind, ZoneName};
use octodns_easydns::{EasyDns, Options};
use octodns_http::{Accounts, Host, ServiceOptions};
use octodns_kit::{Api, Connector};
use octodns_testkit::fake::{Fake, InjectedFault, Response};
use octodns_testkit::run::{Harness, render};
use octodns_testkit::store::Store;
use serde_json::{Value as Json, json};

use crate::service::service;
use crate::{CLASS, ENDPOINT, SANDBOX};

fn harness(fake: &Fake<Store>) -> Harness {
    let config = json!({
        "token": "user", "api_key": "hunter2", "endpoint": fake.url(), "domain_create_sleep": 0,
        "root_ns_warnings": false,
        "http": {"requests_per_second": 100_000, "retry_wait": 0, "max_retry_after": 0.2},
    });
    Harness::build(octodns_easydns::register, CLASS, &config).unwrap()
}

fn zone() -> ZoneName {
    ZoneName::new("unit.tests.").unwrap()
}

fn addresses(many: usize, shift: usize) -> Vec<Json> {
    let address = |index: usize| format!("192.0.{}.{}", index / 250, (index + shift) % 250);
    let record = |index| json!({"name": format!("host-{index}"), "type": "A", "ttl": 300, "value": address(index)});
    (0..many).map(record).collect()
}

async fn converge(harness: &Harness, records: &[Json]) {
    let desired = harness.zone(&zone(), records);
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    harness.apply(&plan).await.result.unwrap();
    assert!(harness.plan(&desired).await.unwrap().is_none());
}

fn calm() -> InjectedFault {
    let message = "Enhance Your Calm. Rate limit exceeded (too many requests)";
    InjectedFault::Response(Response::json(
        420,
        json!({"error": {"code": 420, "message": message}}),
    ))
}

/// The numbers on the provider's page.
#[tokio::test]
async fn a_thousand_changes_take_as_many_calls_as_the_page_says() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake);
    converge(&harness, &addresses(1000, 0)).await;
    let desired = harness.zone(&zone(), &addresses(1000, 1));
    fake.control().measured().clear();
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    harness.apply(&plan).await.result.unwrap();
    let seen = fake.control().measured().seen();
    let written = seen.iter().filter(|seen| seen.is_write()).count();
    assert_eq!((seen.len() - written, written), (2, 1000));
}

/// The same answer for too many requests and for wrong credentials.
#[tokio::test]
async fn throttling_is_told_apart_from_wrong_credentials() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake);
    fake.control().faults().next(9, calm());
    let error = render(&harness.read(&zone()).await.unwrap_err());
    assert!(error.contains("Enhance Your Calm") && error.contains("wrong credentials"), "{error}");
    assert_eq!(fake.control().measured().seen().len(), 2);
    fake.control().faults().clear();

    converge(&harness, &addresses(1, 0)).await;
    fake.control().faults().next(2, calm());
    let start = Instant::now();
    harness.read(&zone()).await.unwrap();
    assert!(start.elapsed() > Duration::from_millis(300), "{:?}", start.elapsed());
}

/// What the service puts into a new zone goes, even if the answer to its creation is lost.
#[tokio::test]
async fn default_records_of_a_new_zone_are_removed() {
    for fault in [None, Some(InjectedFault::BreakAfter), Some(InjectedFault::BreakBefore)] {
        let fake = Fake::start(service()).await;
        let harness = harness(&fake);
        let desired = harness.zone(&zone(), &addresses(2, 0));
        let plan = harness.plan(&desired).await.unwrap().unwrap();
        fault.clone().into_iter().for_each(|fault| fake.control().faults().next(1, fault));
        harness.apply(&plan).await.result.unwrap();
        assert!(harness.plan(&desired).await.unwrap().is_none());
        let count = |of| fake.api().count("unit.tests", of);
        assert_eq!(["A", "MX", "CNAME", "NS"].map(count), [2, 0, 0, 2], "{fault:?}");
    }
}

/// A key that is revoked in the middle of a run.
#[tokio::test]
async fn a_key_that_ends_is_told() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake);
    converge(&harness, &addresses(1, 0)).await;
    let plan = harness.plan(&harness.zone(&zone(), &addresses(20, 0))).await.unwrap().unwrap();
    let refused = json!({"error": {"code": 401, "message": "Unauthorized"}});
    let refused = InjectedFault::Response(Response::json(401, refused));
    fake.control().faults().writes_after(5, refused);
    let applied = harness.apply(&plan).await;
    fake.control().faults().clear();
    let error = applied.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Unauthorized));
    let made = applied.outcomes.iter().filter(|outcome| outcome.is_applied()).count();
    assert_eq!(fake.api().count("unit.tests", "A"), made + 1);
    converge(&harness, &addresses(20, 0)).await;
}

/// Texts that CAA values may have come back as they were, though nothing is around them.
#[tokio::test]
async fn values_of_caa_are_bare() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake);
    let value = json!({"flags": 0, "tag": "issue", "value": r"ca.example\; policy=e\\v"});
    converge(&harness, &[json!({"name": "a", "type": "CAA", "ttl": 300, "value": value})]).await;
    let items = fake.api().zone("unit.tests").unwrap().items.clone();
    let caa = items.iter().find(|item| item["type"] == "CAA").unwrap();
    assert!(!caa["rdata"].as_str().unwrap().contains('"'), "{caa}");
}

#[tokio::test]
async fn options_choose_the_host_and_are_checked() {
    for (sandbox, sleep, endpoint, base) in [
        (false, 0.0, None, Some(ENDPOINT)),
        (true, 1.0, None, Some(SANDBOX)),
        (true, 0.0, Some("http://127.0.0.1:8080"), Some("http://127.0.0.1:8080")),
        (false, -1.0, None, None),
    ] {
        let mut own = Options::new(Secret::new("user"), Secret::new("hunter2"));
        (own.sandbox, own.domain_create_sleep) = (sandbox, sleep);
        let mut shared = ServiceOptions::default();
        shared.endpoint = endpoint.map(str::to_owned);
        let (accounts, host) = (Accounts::default(), Host::default());
        let connector = Connector::new(&EasyDns::SERVICE, &shared, &accounts, &host);
        let connected = EasyDns::connect(own, &connector).ok();
        let found = connected
            .as_ref()
            .map(|api| api.client().base().as_str().trim_end_matches('/').to_owned());
        assert_eq!(found.as_deref(), base, "{sandbox} {sleep}");
        if let Some(api) = connected {
            assert!(api.zones().await.unwrap_err().to_string().contains("`user`"));
        }
    }
}
