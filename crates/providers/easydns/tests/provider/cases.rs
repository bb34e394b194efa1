//! What only this service does.

use std::time::{Duration, Instant};

use octodns_core::Secret;
use octodns_easydns::{EasyDns, Options};
use octodns_http::{Accounts, Host, ServiceOptions};
use octodns_kit::{Api, Connector};
use octodns_testkit::fake::{InjectedFault, Response};
use octodns_testkit::run::render;
use octodns_testkit::suite::{Bench, addresses};
use serde_json::json;

use crate::{ENDPOINT, SANDBOX, suite};

/// Waits are short, but there are some.
async fn bench() -> Bench {
    let http = json!({"requests_per_second": 100_000, "retry_wait": 0, "max_retry_after": 0.2});
    suite().bench(&json!({"http": http})).await
}

fn calm() -> InjectedFault {
    let message = "Enhance Your Calm. Rate limit exceeded (too many requests)";
    InjectedFault::Response(Response::json(
        420,
        json!({"error": {"code": 420, "message": message}}),
    ))
}

/// The same answer for too many requests and for wrong credentials.
#[tokio::test]
async fn throttling_is_told_apart_from_wrong_credentials() {
    let bench = bench().await;
    bench.fake.control().faults().next(9, calm());
    let error = render(&bench.harness.read(&bench.zone).await.unwrap_err());
    assert!(error.contains("Enhance Your Calm") && error.contains("wrong credentials"), "{error}");
    assert_eq!(bench.fake.control().measured().seen().len(), 2);
    bench.fake.control().faults().clear();

    bench.converge(&addresses(1, 0)).await;
    bench.fake.control().faults().next(2, calm());
    let start = Instant::now();
    bench.harness.read(&bench.zone).await.unwrap();
    assert!(start.elapsed() > Duration::from_millis(300), "{:?}", start.elapsed());
}

/// A zone that the token may not see is read as missing, and nothing is planned for it.
#[tokio::test]
async fn a_forbidden_zone_is_told_when_planning() {
    let bench = bench().await;
    let forbidden = json!({"error": {"code": 403, "message": "Forbidden"}});
    let forbidden = InjectedFault::Response(Response::json(403, forbidden));
    bench.fake.control().faults().next(usize::MAX, forbidden);
    assert!(!bench.harness.read(&bench.zone).await.unwrap().exists);
    let told = bench.plan(&addresses(1, 0)).await.unwrap_err();
    assert!(told.contains("does not show unit.tests. to this token (403)"), "{told}");
    bench.fake.control().faults().clear();
    bench.converge(&addresses(1, 0)).await;
}

/// What the service puts into a new zone goes, even if the answer to its creation is lost.
#[tokio::test]
async fn default_records_of_a_new_zone_are_removed() {
    for fault in [None, Some(InjectedFault::BreakAfter), Some(InjectedFault::BreakBefore)] {
        let bench = bench().await;
        let plan = bench.plan(&addresses(2, 0)).await.unwrap().unwrap();
        fault.clone().into_iter().for_each(|fault| bench.fake.control().faults().next(1, fault));
        bench.harness.apply(&plan).await.result.unwrap();
        assert!(bench.plan(&addresses(2, 0)).await.unwrap().is_none());
        let count = |of| bench.fake.api().count("unit.tests", of);
        assert_eq!(["A", "MX", "CNAME", "NS"].map(count), [2, 0, 0, 2], "{fault:?}");
    }
}

/// Texts that CAA values may have come back as they were, though nothing is around them.
#[tokio::test]
async fn values_of_caa_are_bare() {
    let bench = bench().await;
    let value = json!({"flags": 0, "tag": "issue", "value": r"ca.example\; policy=e\\v"});
    bench.converge(&[json!({"name": "a", "type": "CAA", "ttl": 300, "value": value})]).await;
    let items = bench.items("CAA");
    assert!(!items[0]["rdata"].as_str().unwrap().contains('"'), "{items:?}");
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
