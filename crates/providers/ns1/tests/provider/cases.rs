//! What only this service does with plain records.

use std::time::Duration;

use octodns_core::{Secret, ServiceErrorKind, ZoneName};
use octodns_kit::base_url;
use octodns_ns1::{ClientConfig, Ns1, Options, Timeout};
use octodns_testkit::fake::{InjectedFault, Response};
use octodns_testkit::run::render;
use octodns_testkit::suite::{Bench, addresses};
use serde_json::{Value as Json, json};

use crate::{ENDPOINT, suite};

async fn bench() -> Bench {
    suite().bench(&json!({})).await
}

/// Answers the next request.
fn answer(bench: &Bench, status: u16, body: Json) {
    bench.faults().next(1, InjectedFault::json(status, body));
}

/// What is wrong when the key is not accepted, and what to check.
#[tokio::test]
async fn a_key_that_is_not_accepted_is_told() {
    let bench = bench().await;
    bench.converge(&addresses(1, 0)).await;
    let mut told = Vec::new();
    for (status, message) in [(401, "Unauthorized"), (403, "permission denied"), (401, "")] {
        answer(&bench, status, json!({"message": message}));
        told.push(bench.read_error().await);
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    unit.tests. (test): GET /v1/zones/unit.tests: 401: Unauthorized: the service does not accept api_key; check that the key is complete and was not deleted, and that it may be used from this address [target]; help: check the credentials and their permissions
    unit.tests. (test): GET /v1/zones/unit.tests: 403: permission denied: api_key has no permission for this; check the permissions of the key: zones and records, and for dynamic records monitors, notify lists and data sources [target]; help: check the credentials and their permissions
    unit.tests. (test): GET /v1/zones/unit.tests: 401: the service does not accept api_key; check that the key is complete and was not deleted, and that it may be used from this address [target]; help: check the credentials and their permissions
    ");
}

/// A key that is revoked in the middle of a run.
#[tokio::test]
async fn a_key_that_ends_is_told() {
    let bench = bench().await;
    bench.converge(&addresses(1, 0)).await;
    let refused = InjectedFault::json(401, json!({"message": "Unauthorized"}));
    bench.faults().writes_after(5, refused);
    let applied = bench.apply(&addresses(20, 0)).await;
    bench.faults().clear();
    let error = applied.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Unauthorized));
    assert!(error.with_causes().contains("check that the key"), "{}", error.with_causes());
    let made = applied.outcomes.iter().filter(|outcome| outcome.is_applied()).count();
    assert_eq!((made, bench.items("A").len()), (5, 6));
    bench.harness.begin_run();
    bench.converge(&addresses(20, 0)).await;
}

/// The service says in how many seconds its tokens are back.
#[tokio::test]
async fn it_waits_for_the_period_when_it_is_throttled() {
    let bench = bench().await;
    bench.converge(&addresses(1, 0)).await;
    let throttled = Response::json(429, json!({"message": "rate limit exceeded"}));
    let throttled = throttled.with_header("x-ratelimit-period", "1");
    let waited = bench.read_after(throttled).await;
    assert!(waited >= Duration::from_secs(1), "{waited:?}");
}

/// Each method has tokens of its own.
#[tokio::test]
async fn the_limits_of_each_method_are_learned() {
    let bench = bench().await;
    bench.converge(&addresses(3, 0)).await;
    let plan = bench.plan(&addresses(3, 1)).await.unwrap().unwrap();
    let listed = Response::json(200, json!([]));
    let listed = listed.with_header("x-ratelimit-limit", "2");
    let listed = listed.with_header("x-ratelimit-period", "600");
    let listed = listed.with_header("x-ratelimit-remaining", "0");
    bench.faults().next(1, InjectedFault::Response(listed));
    bench.harness.provider().list_zones().await.unwrap();
    bench.asked();
    // A token in five minutes for reads, and none is left: writes are done before one is read.
    let applied = tokio::select! {
        _ = bench.harness.read(&bench.zone) => panic!("a read did not wait"),
        applied = bench.harness.apply(&plan) => applied,
    };
    applied.result.unwrap();
    assert_eq!(bench.asked().len(), 3);
}

/// A new zone has root NS records, so they are changed.
#[tokio::test]
async fn root_ns_of_a_new_zone_are_changed() {
    let bench = bench().await;
    let root = json!({"name": "", "type": "NS", "ttl": 600, "values": ["ns1.example.net.", "ns2.example.net."]});
    bench.converge(&[addresses(1, 0), vec![root]].concat()).await;
    let asked = bench.asked();
    assert!(asked.contains(&"POST /v1/zones/unit.tests/unit.tests/NS".to_owned()), "{asked:?}");
    assert_eq!(bench.items("NS").len(), 1);
}

/// Many zones and many records, a page at a time.
#[tokio::test]
async fn long_lists_are_read_to_their_end() {
    let bench = bench().await;
    for index in 0..10_000 {
        bench.fake.api().add_zone(&format!("zone-{index}.example"), None);
    }
    assert_eq!(bench.harness.provider().list_zones().await.unwrap().len(), 10_000);
    assert_eq!(bench.asked().len(), 4);
    for index in 0..20_000 {
        let value = format!("192.0.{}.{}", index / 250 % 250, index % 250);
        let record = json!({
            "domain": format!("host-{index}.zone-1.example"), "type": "A", "ttl": 60,
            "answers": [{"answer": [value], "short": value}],
        });
        bench.fake.api().plant("zone-1.example", record).unwrap();
    }
    let zone = ZoneName::new("zone-1.example.").unwrap();
    let read = bench.harness.read(&zone).await.unwrap();
    assert_eq!((read.zone.records().count(), bench.asked().len()), (20_000, 8));

    // A page that is not there is no end.
    let lost = InjectedFault::json(404, json!({"message": "zone not found"}));
    bench.faults().after(2, |_| true, lost);
    let told = render(&bench.harness.read(&zone).await.unwrap_err());
    assert!(told.contains("the next page"), "{told}");
}

/// Only the service's own words say that there is no zone.
#[tokio::test]
async fn another_404_is_no_empty_zone() {
    let bench = bench().await;
    answer(&bench, 404, json!({"message": "no such path"}));
    let told = bench.read_error().await;
    assert!(told.contains("404: no such path"), "{told}");
    assert!(!bench.harness.read(&bench.zone).await.unwrap().exists);
}

/// Records that octoDNS cannot read stay, until a plan has one of their name and type.
#[tokio::test]
async fn records_with_filters_of_others_are_left_alone_or_replaced() {
    let bench = bench().await;
    bench.converge(&addresses(1, 0)).await;
    for (of, value) in [("A", "192.0.2.1"), ("TXT", "text")] {
        let record = json!({
            "domain": "www.unit.tests", "type": of, "ttl": 60,
            "answers": [{"answer": [value], "short": value, "meta": {"up": true}}],
            "filters": [{"filter": "up", "config": {}}],
        });
        bench.plant(record);
    }
    let read = bench.harness.read(&bench.zone).await.unwrap();
    assert_eq!(read.report.iter().count(), 2, "{}", render(&read.report));
    bench.converge(&addresses(2, 0)).await;
    assert_eq!((bench.items("A").len(), bench.items("TXT").len()), (3, 1));
    let own = |of: &str, value: &str| json!({"name": "www", "type": of, "ttl": 60, "value": value});
    let records = [addresses(2, 0), vec![own("A", "192.0.2.7"), own("TXT", "mine")]].concat();
    bench.converge(&records).await;
    for of in ["A", "TXT"] {
        let items = bench.items(of);
        let www = items.iter().find(|item| item["domain"] == "www.unit.tests").unwrap();
        assert_eq!(www["filters"], json!([]), "{www}");
    }
}

#[tokio::test]
async fn links_are_left_alone() {
    let bench = bench().await;
    bench.converge(&addresses(1, 0)).await;
    let link = json!({
        "domain": "www.unit.tests", "type": "A", "ttl": 60, "tier": 1, "link": "a.example",
        "short_answers": [],
    });
    bench.plant(link);
    bench.converge(&addresses(2, 0)).await;
    let own = json!({"name": "www", "type": "A", "ttl": 60, "value": "192.0.2.7"});
    let problem = bench.plan(&[own]).await.unwrap_err();
    assert!(problem.contains("hidden-record"), "{problem}");
    answer(&bench, 200, json!({"zone": "unit.tests", "link": "a.example"}));
    let told = bench.read_error().await;
    assert!(told.contains("the zone is a link to a.example"), "{told}");
}

/// A zone may have several views, of which each is listed.
#[tokio::test]
async fn zones_of_several_views_are_one() {
    let bench = bench().await;
    let listed = ["a.example", "unit.tests", "unit.tests"].map(|zone| json!({"zone": zone}));
    answer(&bench, 200, json!(listed));
    let zones = bench.harness.provider().list_zones().await.unwrap();
    assert_eq!(
        zones.iter().map(ZoneName::as_str).collect::<Vec<_>>(),
        ["a.example.", "unit.tests."]
    );
}

/// Redirects have texts with blanks nowhere, and NAPTR may have some in the middle.
#[tokio::test]
async fn fields_are_told_apart() {
    let bench = bench().await;
    bench
        .converge(&[
            json!({"name": "go", "type": "URLFWD", "ttl": 60, "values": [
                {"path": "/a;b", "target": "https://www.example.net/?q=1;2", "code": 301, "masking": 2, "query": 0},
            ]}),
            json!({"name": "n", "type": "NAPTR", "ttl": 60, "values": [
                {"order": 1, "preference": 2, "flags": "U", "service": "E2U+sip", "regexp": "!^(.*) x$!sip:a@b!", "replacement": "."},
                {"order": 2, "preference": 2, "flags": "", "service": "", "regexp": "", "replacement": "a.example.net."},
            ]}),
            json!({"name": "", "type": "CAA", "ttl": 60, "value": {"flags": 0, "tag": "issue", "value": "ca.example; a=b c=d"}}),
        ])
        .await;
}

/// The settings of octoDNS' client, as a configuration has them.
#[tokio::test]
async fn settings_of_the_client_are_read() {
    for config in [
        json!({"timeout": 5, "follow_pagination": true, "ignore-ssl-errors": false, "verbosity": 0}),
        json!({"timeout": [3.5, 10], "endpoint": "api.invalid", "rate_limit_strategy": "concurrent", "parallelism": 2}),
        Json::Null,
    ] {
        let bench = suite().bench(&json!({"client_config": config, "retry_count": 2})).await;
        bench.converge(&addresses(3, 0)).await;
    }
}

#[test]
fn options_choose_the_host_and_are_checked() {
    let options = |change: fn(&mut Options)| {
        let mut options = Options::new(Secret::new("key"));
        change(&mut options);
        options
    };
    let config = |change: fn(&mut ClientConfig)| {
        let mut config = ClientConfig::default();
        change(&mut config);
        let mut options = options(|_| {});
        options.client_config = Some(config);
        options
    };
    for (own, endpoint, base) in [
        (options(|_| {}), None, Some(ENDPOINT)),
        (options(|_| {}), Some("http://127.0.0.1:8080/v1"), Some("http://127.0.0.1:8080/v1")),
        (options(|own| own.parallelism = Some(0)), None, None),
        (options(|own| own.default_healthcheck_http_version = "2".to_owned()), None, None),
        (
            config(|own| {
                (own.endpoint, own.port) = (Some("dns.corp.example".to_owned()), Some(8443));
            }),
            None,
            Some("https://dns.corp.example:8443/v1"),
        ),
        (
            config(|own| own.endpoint = Some("dns.corp.example".to_owned())),
            Some("http://127.0.0.1:8080/v1"),
            Some("http://127.0.0.1:8080/v1"),
        ),
        (
            config(|own| own.api_version = Some("v2".to_owned())),
            None,
            Some("https://api.nsone.net/v2"),
        ),
        (config(|own| own.timeout = Some(Timeout::Whole(7.0))), None, Some(ENDPOINT)),
        (config(|own| own.timeout = Some(Timeout::ConnectAndRead([1.0, -7.0]))), None, None),
        (config(|own| own.follow_pagination = Some(true)), None, Some(ENDPOINT)),
        (config(|own| own.follow_pagination = Some(false)), None, None),
        (config(|own| own.ignore_ssl_errors = Some(true)), None, None),
        (config(|own| own.verify = Some(false)), None, None),
    ] {
        let shown = format!("{own:?}");
        assert_eq!(base_url::<Ns1>(own, endpoint).ok().as_deref(), base, "{shown}");
    }
}
