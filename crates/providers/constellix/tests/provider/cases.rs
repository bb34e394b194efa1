//! What only this service does with plain records.

use std::time::{Duration, Instant, UNIX_EPOCH};

use octodns_constellix::{Constellix, Options, register_with};
use octodns_core::Secret;
use octodns_http::Host;
use octodns_kit::base_url;
use octodns_testkit::fake::Response;
use octodns_testkit::suite::addresses;
use serde_json::json;

use crate::{ENDPOINT, bench, suite_of};

/// The time is signed in milliseconds. The signature is Python's.
#[tokio::test]
async fn requests_are_signed() {
    let host = Host::fixed(UNIX_EPOCH + Duration::from_millis(1_297_544_344_123));
    let bench = suite_of(move |registry| register_with(registry, &host)).bench(&json!({})).await;
    bench.harness.provider().list_zones().await.unwrap();
    let token = bench.fake.seen()[0].header("x-cns-security-token").map(str::to_owned);
    let expected = "api-key:wo3YUfhGAAoP19lPtpciv7piMeY=:1297544344123";
    assert_eq!(token.as_deref(), Some(expected));
}

/// The service says how many requests a second it allows.
#[tokio::test]
async fn it_waits_when_it_is_throttled() {
    let bench = bench(&json!({})).await;
    bench.converge(&addresses(1, 0)).await;
    let throttled = Response::json(429, json!({"errors": ["Rate limit exceeded"]}));
    let waited = bench.read_after(throttled.with_header("Requestlimitrate", "4")).await;
    assert!(waited > Duration::from_millis(240), "{waited:?}");
}

#[tokio::test]
async fn it_pauses_after_each_request_if_asked_to() {
    let bench = bench(&json!({"ratelimit_delay": 0.1, "http": {}})).await;
    let start = Instant::now();
    // The list of zones, the zone, three records, and a read.
    bench.converge(&addresses(3, 0)).await;
    assert!(start.elapsed() > Duration::from_millis(450), "{:?}", start.elapsed());
}

#[test]
fn options_choose_the_host_and_are_checked() {
    for (delay, endpoint, sonar, base) in [
        (0.0, None, None, Some(ENDPOINT)),
        (0.5, Some("http://127.0.0.1:8080/v1"), None, Some("http://127.0.0.1:8080/v1")),
        (0.0, None, Some("http://127.0.0.1:8080/rest/api"), Some(ENDPOINT)),
        (0.0, None, Some("no url"), None),
        (-1.0, None, None, None),
    ] {
        let mut own = Options::new(Secret::new("key"), Secret::new("hunter2"));
        (own.ratelimit_delay, own.sonar_endpoint) = (delay, sonar.map(str::to_owned));
        let found = base_url::<Constellix>(own, endpoint).ok();
        assert_eq!(found.as_deref(), base, "{delay} {sonar:?}");
    }
}

/// A record of a kind that cannot be expressed is nobody's business.
#[tokio::test]
async fn failovers_are_left_alone() {
    let bench = bench(&json!({})).await;
    bench.converge(&addresses(1, 0)).await;
    let values = json!([{"value": "192.0.2.1", "sortOrder": 1}]);
    let failover =
        json!({"name": "www", "type": "A", "ttl": 60, "recordOption": "failover", "value": values});
    bench.plant(failover);
    bench.converge(&addresses(2, 0)).await;
    let own = json!({"name": "www", "type": "A", "ttl": 60, "value": "192.0.2.2"});
    let found = bench.plan(&[own]).await.unwrap_err();
    assert!(found.contains("hidden-record"), "{found}");
    assert!(found.contains("its kind, which records cannot express"), "{found}");
}

/// A record without pools for a part of the world blocks a strict target, and is ignored by another.
#[tokio::test]
async fn what_records_cannot_express_is_told() {
    let bench = bench(&json!({})).await;
    bench.converge(&addresses(1, 0)).await;
    for (id, filter) in [(91, 7), (92, 1)] {
        let row = json!({
            "id": id, "name": "www", "type": "A", "ttl": 60, "recordOption": "roundRobin",
            "value": [format!("192.0.2.{filter}")], "geolocation": {"geoipFilter": filter},
        });
        bench.plant(row);
    }
    let found = bench.read_error().await;
    assert!(found.contains("the geo filter 7 of a record without pools"), "{found}");
    let lenient = bench.lenient();
    let read = lenient.harness.read(&lenient.zone).await.unwrap();
    let www = read.zone.records().find(|record| record.name().as_str() == "www").unwrap();
    assert_eq!(www.rdata_strings(), ["192.0.2.1"]);
    lenient.converge(&addresses(2, 0)).await;
    assert_eq!(lenient.fake.api().count("unit.tests", "A"), 2);
}

/// octoDNS' own provider makes an SRV record once for each of its values.
#[tokio::test]
async fn repeated_records_are_one() {
    let bench = bench(&json!({})).await;
    bench.converge(&addresses(1, 0)).await;
    let value =
        |port: u16| json!({"value": "sip.example.net.", "priority": 1, "weight": 2, "port": port});
    for id in [91, 92] {
        let row = json!({
            "id": id, "name": "_sip._tcp", "type": "SRV", "ttl": 60, "recordOption": "roundRobin",
            "value": [value(5060), value(5061)],
        });
        bench.plant(row);
    }
    let value =
        |port: u16| json!({"target": "sip.example.net.", "priority": 1, "weight": 2, "port": port});
    let srv = |ports: [u16; 2]| json!({"name": "_sip._tcp", "type": "SRV", "ttl": 60, "values": ports.map(value)});
    let mut records = addresses(1, 0);
    records.push(srv([5060, 5061]));
    bench.is_settled(&records).await;
    records[1] = srv([5060, 5062]);
    bench.converge(&records).await;
    assert_eq!(bench.fake.api().count("unit.tests", "SRV"), 1);
}
