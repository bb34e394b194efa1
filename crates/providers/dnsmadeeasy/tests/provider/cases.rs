//! What only this service does.

use std::time::{Duration, Instant, UNIX_EPOCH};

use octodns_core::{Registry, Secret, ServiceErrorKind, ZoneName};
use octodns_dnsmadeeasy::{DnsMadeEasy, Options};
use octodns_http::{Accounts, Host, ServiceOptions};
use octodns_kit::{Api, Connector};
use octodns_testkit::fake::{Fake, InjectedFault, Request, Response};
use octodns_testkit::run::Harness;
use octodns_testkit::store::Store;
use serde_json::{Value as Json, json};

use crate::service::service;
use crate::{CLASS, ENDPOINT, SANDBOX};

fn harness(fake: &Fake<Store>, options: Json, http: &Json) -> Harness {
    let endpoint = format!("{}/V2.0/dns/managed", fake.url());
    let mut config = json!({
        "api_key": "key", "secret_key": "hunter2", "endpoint": endpoint, "http": http,
    });
    if let (Json::Object(config), Json::Object(options)) = (&mut config, options) {
        config.extend(options);
    }
    Harness::build(octodns_dnsmadeeasy::register, CLASS, &config).unwrap()
}

fn quick() -> Json {
    json!({"requests_per_second": 100_000, "retry_wait": 0})
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

/// The numbers on the provider's page.
#[tokio::test]
async fn a_thousand_changes_take_as_many_calls_as_the_page_says() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, json!({}), &quick());
    converge(&harness, &addresses(1000, 0)).await;
    let desired = harness.zone(&zone(), &addresses(1000, 1));
    harness.begin_run();
    fake.control().measured().clear();
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    harness.apply(&plan).await.result.unwrap();
    let seen = fake.control().measured().seen();
    let written = seen.iter().filter(|seen| seen.is_write()).count();
    // The fake has 400 records a page.
    assert_eq!((seen.len() - written, written), (1 + 3, 5));
}

/// The time is signed, and its text is the one that the service knows. The signature is Python's.
#[tokio::test]
async fn requests_are_signed() {
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let kept = std::sync::Arc::clone(&seen);
    let fake = Fake::start(move |request: &Request| {
        let header = |name| request.header(name).unwrap_or_default().to_owned();
        let names = ["x-dnsme-apikey", "x-dnsme-requestdate", "x-dnsme-hmac"];
        kept.lock().unwrap().push(names.map(header));
        Response::json(200, json!({"data": [], "page": 0, "totalPages": 1, "totalRecords": 0}))
    })
    .await;
    let mut registry = Registry::default();
    let host = Host::fixed(UNIX_EPOCH + Duration::from_secs(1_297_544_344));
    octodns_dnsmadeeasy::register_with(&mut registry, &host);
    let config = json!({"api_key": "key", "secret_key": "hunter2", "endpoint": fake.url()});
    let harness = Harness::of(&registry, CLASS, &config).unwrap();
    harness.provider().list_zones().await.unwrap();
    let [key, date] = ["key", "Sat, 12 Feb 2011 20:59:04 +0000"];
    let signature = "af3d4f9601f094ecfb5b8b43adc59429f459cd71";
    assert_eq!(*seen.lock().unwrap(), [[key, date, signature].map(str::to_owned)]);
}

/// A bad request that is none, and quota headers that say when it would come.
#[tokio::test]
async fn it_waits_when_it_is_throttled() {
    let fake = Fake::start(service()).await;
    let options = json!({"requests_per_second": 100_000, "retry_wait": 0, "max_retry_after": 0.3});
    let harness = harness(&fake, json!({}), &options);
    converge(&harness, &addresses(1, 0)).await;
    let words = json!({"error": ["Rate limit exceeded"]});
    let throttled = Response::json(400, words.clone());
    fake.control().faults().next(1, InjectedFault::Response(throttled));
    let start = Instant::now();
    harness.read(&zone()).await.unwrap();
    assert!(start.elapsed() > Duration::from_millis(250), "{:?}", start.elapsed());

    let last = Response::json(400, words).with_header("x-dnsme-requestsRemaining", "0");
    fake.control().faults().next(1, InjectedFault::Response(last));
    let read = tokio::time::timeout(Duration::from_secs(1), harness.read(&zone())).await;
    assert!(read.is_err(), "it does not wait for the end of the window");
}

#[tokio::test]
async fn it_pauses_after_each_request_if_asked_to() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, json!({"ratelimit_delay": 0.1, "batch_size": 2}), &json!({}));
    let start = Instant::now();
    // The list of zones, the zone, three calls, and a read.
    converge(&harness, &addresses(5, 0)).await;
    assert!(start.elapsed() > Duration::from_millis(500), "{:?}", start.elapsed());
    let seen = fake.control().measured().seen();
    assert_eq!(seen.iter().filter(|seen| seen.target.ends_with("createMulti")).count(), 3);
}

/// A key that is revoked in the middle of a run.
#[tokio::test]
async fn a_key_that_ends_is_told() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, json!({"batch_size": 2}), &quick());
    converge(&harness, &addresses(1, 0)).await;
    let plan = harness.plan(&harness.zone(&zone(), &addresses(9, 0))).await.unwrap().unwrap();
    let refused = Response::json(403, json!({"error": ["API key not found"]}));
    fake.control().faults().writes_after(2, InjectedFault::Response(refused));
    let applied = harness.apply(&plan).await;
    fake.control().faults().clear();
    let error = applied.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Unauthorized));
    assert!(!error.with_causes().contains("hunter2"), "{error}");
    let made = applied.outcomes.iter().filter(|outcome| outcome.is_applied()).count();
    assert_eq!((made, fake.api().count("unit.tests", "A")), (4, 5));
    converge(&harness, &addresses(9, 0)).await;
}

#[test]
fn options_choose_the_host_and_are_checked() {
    for (sandbox, delay, endpoint, base) in [
        (false, 0.0, None, Some(ENDPOINT)),
        (true, 0.5, None, Some(SANDBOX)),
        (true, 0.0, Some("http://127.0.0.1:8080"), Some("http://127.0.0.1:8080")),
        (false, -1.0, None, None),
    ] {
        let mut own = Options::new(Secret::new("key"), Secret::new("hunter2"));
        (own.sandbox, own.ratelimit_delay) = (sandbox, delay);
        let mut shared = ServiceOptions::default();
        shared.endpoint = endpoint.map(str::to_owned);
        let (accounts, host) = (Accounts::default(), Host::default());
        let connector = Connector::new(&DnsMadeEasy::SERVICE, &shared, &accounts, &host);
        let connected = DnsMadeEasy::connect(own, &connector).ok();
        let found =
            connected.map(|api| api.client().base().as_str().trim_end_matches('/').to_owned());
        assert_eq!(found.as_deref(), base, "{sandbox} {delay}");
    }
}
