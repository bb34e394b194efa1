//! What only this service does.

use std::time::{Duration, Instant, UNIX_EPOCH};

use octodns_core::Secret;
use octodns_dnsmadeeasy::{DnsMadeEasy, Options, register_with};
use octodns_http::Host;
use octodns_kit::base_url;
use octodns_testkit::fake::{InjectedFault, Response};
use octodns_testkit::suite::addresses;
use serde_json::json;

use crate::{ENDPOINT, SANDBOX, suite, suite_of};

/// The time is signed, and its text is the one that the service knows. The signature is Python's.
#[tokio::test]
async fn requests_are_signed() {
    let host = Host::fixed(UNIX_EPOCH + Duration::from_secs(1_297_544_344));
    let bench = suite_of(move |registry| register_with(registry, &host)).bench(&json!({})).await;
    bench.harness.provider().list_zones().await.unwrap();
    let seen = bench.fake.seen();
    let header = |name| seen[0].header(name).unwrap_or_default();
    assert_eq!(header("x-dnsme-requestdate"), "Sat, 12 Feb 2011 20:59:04 +0000");
    assert_eq!(header("x-dnsme-hmac"), "af3d4f9601f094ecfb5b8b43adc59429f459cd71");
}

/// A bad request that is none, and quota headers that say when it would come.
#[tokio::test]
async fn it_waits_when_it_is_throttled() {
    let http = json!({"requests_per_second": 100_000, "retry_wait": 0, "max_retry_after": 0.3});
    let bench = suite().bench(&json!({"http": http})).await;
    bench.converge(&addresses(1, 0)).await;
    let throttled = Response::json(400, json!({"error": ["Rate limit exceeded"]}));
    let waited = bench.read_after(throttled.clone()).await;
    assert!(waited > Duration::from_millis(250), "{waited:?}");

    let last = throttled.with_header("x-dnsme-requestsRemaining", "0");
    bench.faults().next(1, InjectedFault::Response(last));
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
    let writes = bench.writes();
    assert_eq!(writes.iter().filter(|asked| asked.ends_with("createMulti")).count(), 3);
}

#[test]
fn options_choose_the_host_and_are_checked() {
    let local = "http://127.0.0.1:8080";
    for (sandbox, delay, endpoint, base) in [
        (false, 0.0, None, Some(ENDPOINT)),
        (true, 0.5, None, Some(SANDBOX)),
        (true, 0.0, Some(local), Some(local)),
        (false, -1.0, None, None),
    ] {
        let mut own = Options::new(Secret::new("key"), Secret::new("hunter2"));
        (own.sandbox, own.ratelimit_delay) = (sandbox, delay);
        let found = base_url::<DnsMadeEasy>(own, endpoint).ok();
        assert_eq!(found.as_deref(), base, "{sandbox} {delay}");
    }
}
