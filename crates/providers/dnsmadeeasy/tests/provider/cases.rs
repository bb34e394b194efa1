//! What only this service does.

use std::time::{Duration, Instant, UNIX_EPOCH};

use octodns_core::{Registry, Secret};
use octodns_dnsmadeeasy::{DnsMadeEasy, Options};
use octodns_http::{Accounts, Host, ServiceOptions};
use octodns_kit::{Api, Connector};
use octodns_testkit::fake::{Fake, InjectedFault, Request, Response};
use octodns_testkit::run::Harness;
use octodns_testkit::suite::addresses;
use serde_json::json;

use crate::{CLASS, ENDPOINT, SANDBOX, suite};

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
    let http = json!({"requests_per_second": 100_000, "retry_wait": 0, "max_retry_after": 0.3});
    let bench = suite().bench(&json!({"http": http})).await;
    bench.converge(&addresses(1, 0)).await;
    let words = json!({"error": ["Rate limit exceeded"]});
    let throttled = Response::json(400, words.clone());
    bench.fake.control().faults().next(1, InjectedFault::Response(throttled));
    let start = Instant::now();
    bench.harness.read(&bench.zone).await.unwrap();
    assert!(start.elapsed() > Duration::from_millis(250), "{:?}", start.elapsed());

    let last = Response::json(400, words).with_header("x-dnsme-requestsRemaining", "0");
    bench.fake.control().faults().next(1, InjectedFault::Response(last));
    let read = tokio::time::timeout(Duration::from_secs(1), bench.harness.read(&bench.zone)).await;
    assert!(read.is_err(), "it does not wait for the end of the window");
}

#[tokio::test]
async fn it_pauses_after_each_request_if_asked_to() {
    let options = json!({"ratelimit_delay": 0.1, "batch_size": 2, "http": {}});
    let bench = suite().bench(&options).await;
    let start = Instant::now();
    // The list of zones, the zone, three calls, and a read.
    bench.converge(&addresses(5, 0)).await;
    assert!(start.elapsed() > Duration::from_millis(500), "{:?}", start.elapsed());
    let asked = bench.asked();
    assert_eq!(asked.iter().filter(|asked| asked.ends_with("createMulti")).count(), 3);
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
