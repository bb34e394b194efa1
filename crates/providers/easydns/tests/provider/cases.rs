//! What only this service does.

use std::time::Duration;

use octodns_core::Secret;
use octodns_easydns::{EasyDns, Options};
use octodns_kit::base_url;
use octodns_testkit::fake::{InjectedFault, Response};
use octodns_testkit::suite::{Bench, addresses, record};
use serde_json::json;

use crate::{ENDPOINT, SANDBOX, suite};

/// Waits are short, but there are some.
async fn bench() -> Bench {
    let http = json!({"requests_per_second": 100_000, "retry_wait": 0, "max_retry_after": 0.2});
    suite().bench(&json!({"http": http})).await
}

/// The same answer for too many requests and for wrong credentials.
#[tokio::test]
async fn throttling_is_told_apart_from_wrong_credentials() {
    let bench = bench().await;
    let message = "Enhance Your Calm. Rate limit exceeded (too many requests)";
    let calm = Response::json(420, json!({"error": {"code": 420, "message": message}}));
    bench.faults().next(9, InjectedFault::Response(calm.clone()));
    let error = bench.read_error().await;
    assert!(error.contains("Enhance Your Calm") && error.contains("wrong credentials"), "{error}");
    assert_eq!(bench.asked().len(), 2);
    bench.faults().clear();

    bench.converge(&addresses(1, 0)).await;
    bench.faults().next(1, InjectedFault::Response(calm.clone()));
    let waited = bench.read_after(calm).await;
    assert!(waited > Duration::from_millis(300), "{waited:?}");
}

/// A zone that the token may not see is read as missing, and nothing is planned for it.
#[tokio::test]
async fn a_forbidden_zone_is_told_when_planning() {
    let bench = bench().await;
    let forbidden = json!({"error": {"code": 403, "message": "Forbidden"}});
    bench.faults().next(usize::MAX, InjectedFault::json(403, forbidden));
    assert!(!bench.harness.read(&bench.zone).await.unwrap().exists);
    let words = "does not show unit.tests. to this token (403)";
    bench.is_refused(&addresses(1, 0), words).await;
    bench.faults().clear();
    bench.converge(&addresses(1, 0)).await;
}

/// What the service puts into a new zone goes, even if the answer to its creation is lost.
#[tokio::test]
async fn default_records_of_a_new_zone_are_removed() {
    for fault in [None, Some(InjectedFault::BreakAfter), Some(InjectedFault::BreakBefore)] {
        let bench = bench().await;
        let inject = || fault.clone().into_iter().for_each(|fault| bench.faults().next(1, fault));
        bench.apply_after(&addresses(2, 0), inject).await.result.unwrap();
        bench.is_settled(&addresses(2, 0)).await;
        let count = |of| bench.fake.api().count("unit.tests", of);
        assert_eq!(["A", "MX", "CNAME", "NS"].map(count), [2, 0, 0, 2], "{fault:?}");
    }
}

/// Texts that CAA values may have come back as they were, though nothing is around them.
#[tokio::test]
async fn values_of_caa_are_bare() {
    let bench = bench().await;
    let value = json!({"flags": 0, "tag": "issue", "value": r"ca.example\; policy=e\\v"});
    bench.converge(&[record("a", "CAA", value)]).await;
    let items = bench.items("CAA");
    assert!(!items[0]["rdata"].as_str().unwrap().contains('"'), "{items:?}");
}

#[test]
fn options_choose_the_host_and_are_checked() {
    let local = "http://127.0.0.1:8080";
    for (sandbox, sleep, endpoint, base) in [
        (false, 0.0, None, Some(ENDPOINT)),
        (true, 1.0, None, Some(SANDBOX)),
        (true, 0.0, Some(local), Some(local)),
        (false, -1.0, None, None),
    ] {
        let mut own = Options::new(Secret::new("user"), Secret::new("hunter2"));
        (own.sandbox, own.domain_create_sleep) = (sandbox, sleep);
        let found = base_url::<EasyDns>(own, endpoint).ok();
        assert_eq!(found.as_deref(), base, "{sandbox} {sleep}");
    }
}

#[tokio::test]
async fn zones_are_listed_by_user() {
    let bench = suite().bench(&json!({"user": null})).await;
    let error = bench.harness.provider().list_zones().await.unwrap_err();
    assert!(error.to_string().contains("`user`"), "{error}");
}
