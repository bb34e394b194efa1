//! What only this service does with plain records.

use std::time::{Duration, Instant, UNIX_EPOCH};

use octodns_constellix::{Constellix, Options};
use octodns_core::{Registry, Secret, Severity};
use octodns_http::{Accounts, Host, ServiceOptions};
use octodns_kit::{Api, Connector};
use octodns_testkit::fake::{Fake, InjectedFault, Request, Response};
use octodns_testkit::run::Harness;
use octodns_testkit::suite::{Bench, addresses};
use serde_json::json;

use crate::{CLASS, ENDPOINT, bench};

/// The time is signed in milliseconds. The signature is Python's.
#[tokio::test]
async fn requests_are_signed() {
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let kept = std::sync::Arc::clone(&seen);
    let fake = Fake::start(move |request: &Request| {
        let header = request.header("x-cns-security-token").unwrap_or_default().to_owned();
        kept.lock().unwrap().push(header);
        Response::json(200, json!([]))
    })
    .await;
    let mut registry = Registry::default();
    let host = Host::fixed(UNIX_EPOCH + Duration::from_millis(1_297_544_344_123));
    octodns_constellix::register_with(&mut registry, &host);
    let config = json!({"api_key": "key", "secret_key": "hunter2", "endpoint": fake.url()});
    let harness = Harness::of(&registry, CLASS, &config).unwrap();
    harness.provider().list_zones().await.unwrap();
    assert_eq!(*seen.lock().unwrap(), ["key:wo3YUfhGAAoP19lPtpciv7piMeY=:1297544344123"]);
}

/// The service says how many requests a second it allows.
#[tokio::test]
async fn it_waits_when_it_is_throttled() {
    let bench = bench(&json!({})).await;
    bench.converge(&addresses(1, 0)).await;
    let throttled = Response::json(429, json!({"errors": ["Rate limit exceeded"]}));
    let throttled = throttled.with_header("Requestlimitrate", "4");
    bench.fake.control().faults().next(1, InjectedFault::Response(throttled));
    let start = Instant::now();
    bench.harness.read(&bench.zone).await.unwrap();
    assert!(start.elapsed() > Duration::from_millis(240), "{:?}", start.elapsed());
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
        let mut shared = ServiceOptions::default();
        shared.endpoint = endpoint.map(str::to_owned);
        let (accounts, host) = (Accounts::default(), Host::default());
        let connector = Connector::new(&Constellix::SERVICE, &shared, &accounts, &host);
        let connected = Constellix::connect(own, &connector).ok();
        let found =
            connected.map(|api| api.client().base().as_str().trim_end_matches('/').to_owned());
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
    bench.fake.api().plant("unit.tests", failover).unwrap();
    bench.converge(&addresses(2, 0)).await;
    let own = json!({"name": "www", "type": "A", "ttl": 60, "value": "192.0.2.2"});
    let desired = bench.harness.zone(&bench.zone, &[own]);
    let report = bench.harness.plan(&desired).await.unwrap_err();
    let found = report.of(Severity::Error).next().unwrap();
    assert_eq!(found.code, "hidden-record", "{found}");
    assert!(found.message.contains("its kind, which records cannot express"), "{found}");
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
        bench.fake.api().plant("unit.tests", row).unwrap();
    }
    let report = bench.harness.read(&bench.zone).await.unwrap_err();
    let found = report.of(Severity::Error).next().unwrap();
    assert!(found.message.contains("the geo filter 7 of a record without pools"), "{found}");
    let lenient = Bench { harness: bench.harness.lenient_supports(), ..bench };
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
        bench.fake.api().plant("unit.tests", row).unwrap();
    }
    let value =
        |port: u16| json!({"target": "sip.example.net.", "priority": 1, "weight": 2, "port": port});
    let srv = |ports: [u16; 2]| json!({"name": "_sip._tcp", "type": "SRV", "ttl": 60, "values": ports.map(value)});
    let mut records = addresses(1, 0);
    records.push(srv([5060, 5061]));
    assert!(bench.plan(&records).await.unwrap().is_none());
    records[1] = srv([5060, 5062]);
    bench.converge(&records).await;
    assert_eq!(bench.fake.api().count("unit.tests", "SRV"), 1);
}
