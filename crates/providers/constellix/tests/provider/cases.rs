//! What only this service does with plain records.

use std::time::{Duration, Instant, UNIX_EPOCH};

use octodns_constellix::{Constellix, Options};
use octodns_core::{Registry, Secret, ServiceErrorKind, Severity, ZoneName};
use octodns_http::{Accounts, Host, ServiceOptions};
use octodns_kit::{Api, Connector};
use octodns_testkit::fake::{Fake, InjectedFault, Request, Response};
use octodns_testkit::run::Harness;
use octodns_testkit::store::Store;
use serde_json::{Value as Json, json};

use crate::service::service;
use crate::{CLASS, ENDPOINT};

pub(crate) fn harness(fake: &Fake<Store>, options: Json) -> Harness {
    let mut config = json!({
        "api_key": "api-key", "secret_key": "hunter2",
        "endpoint": format!("{}/v1", fake.url()),
        "sonar_endpoint": format!("{}/rest/api", fake.url()),
        "http": {"requests_per_second": 100_000, "retry_wait": 0},
    });
    if let (Json::Object(config), Json::Object(options)) = (&mut config, options) {
        config.extend(options);
    }
    Harness::build(octodns_constellix::register, CLASS, &config).unwrap()
}

pub(crate) fn zone() -> ZoneName {
    ZoneName::new("unit.tests.").unwrap()
}

fn addresses(many: usize, shift: usize) -> Vec<Json> {
    let address = |index: usize| format!("192.0.{}.{}", index / 250, (index + shift) % 250);
    let record = |index| json!({"name": format!("host-{index}"), "type": "A", "ttl": 300, "value": address(index)});
    (0..many).map(record).collect()
}

/// Makes the service hold these records; a second plan must be empty.
pub(crate) async fn converge(harness: &Harness, records: &[Json]) {
    let desired = harness.zone(&zone(), records);
    harness.begin_run();
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    harness.apply(&plan).await.result.unwrap();
    harness.begin_run();
    let plan = harness.plan(&desired).await.unwrap();
    assert!(plan.is_none(), "{:#?}", plan.map(|plan| plan.changes));
}

/// The numbers on the provider's page.
#[tokio::test]
async fn a_thousand_changes_take_as_many_calls_as_the_page_says() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, json!({}));
    converge(&harness, &addresses(1000, 0)).await;
    let desired = harness.zone(&zone(), &addresses(1000, 1));
    harness.begin_run();
    fake.control().measured().clear();
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    harness.apply(&plan).await.result.unwrap();
    let seen = fake.control().measured().seen();
    let written = seen.iter().filter(|seen| seen.is_write()).count();
    assert_eq!((seen.len() - written, written), (2, 1000));
}

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
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, json!({}));
    converge(&harness, &addresses(1, 0)).await;
    let throttled = Response::json(429, json!({"errors": ["Rate limit exceeded"]}));
    let throttled = throttled.with_header("Requestlimitrate", "4");
    fake.control().faults().next(1, InjectedFault::Response(throttled));
    let start = Instant::now();
    harness.read(&zone()).await.unwrap();
    assert!(start.elapsed() > Duration::from_millis(240), "{:?}", start.elapsed());
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[tokio::test]
async fn it_pauses_after_each_request_if_asked_to() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, json!({"ratelimit_delay": 0.1, "http": {}}));
    let start = Instant::now();
    // The list of zones twice, the zone, three records, and a read.
    converge(&harness, &addresses(3, 0)).await;
    assert!(start.elapsed() > Duration::from_millis(600), "{:?}", start.elapsed());
}

/// Keys that are revoked in the middle of a run.
#[tokio::test]
async fn keys_that_end_are_told() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, json!({}));
    converge(&harness, &addresses(1, 0)).await;
    let plan = harness.plan(&harness.zone(&zone(), &addresses(20, 0))).await.unwrap().unwrap();
    let refused = Response::json(401, json!({"errors": ["Unable to authenticate token"]}));
    fake.control().faults().writes_after(5, InjectedFault::Response(refused));
    let applied = harness.apply(&plan).await;
    fake.control().faults().clear();
    let error = applied.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Unauthorized));
    assert!(!error.with_causes().contains("hunter2"), "{error}");
    let made = applied.outcomes.iter().filter(|outcome| outcome.is_applied()).count();
    assert_eq!((made, fake.api().count("unit.tests", "A")), (5, 6));
    converge(&harness, &addresses(20, 0)).await;
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
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, json!({}));
    converge(&harness, &addresses(1, 0)).await;
    let values = json!([{"value": "192.0.2.1", "sortOrder": 1}]);
    let failover =
        json!({"name": "www", "type": "A", "ttl": 60, "recordOption": "failover", "value": values});
    fake.api().plant("unit.tests", failover).unwrap();
    converge(&harness, &addresses(2, 0)).await;
    let own = json!({"name": "www", "type": "A", "ttl": 60, "value": "192.0.2.2"});
    let report = harness.plan(&harness.zone(&zone(), &[own])).await.unwrap_err();
    let found = report.of(Severity::Error).next().unwrap();
    assert_eq!(found.code, "hidden-record", "{found}");
    assert!(found.message.contains("its kind, which records cannot express"), "{found}");
}

/// A record without pools for a part of the world blocks a strict target, and is ignored by another.
#[tokio::test]
async fn what_records_cannot_express_is_told() {
    let fake = Fake::start(service()).await;
    let strict = harness(&fake, json!({}));
    converge(&strict, &addresses(1, 0)).await;
    for (id, filter) in [(91, 7), (92, 1)] {
        let row = json!({
            "id": id, "name": "www", "type": "A", "ttl": 60, "recordOption": "roundRobin",
            "value": [format!("192.0.2.{filter}")], "geolocation": {"geoipFilter": filter},
        });
        fake.api().plant("unit.tests", row).unwrap();
    }
    let report = strict.read(&zone()).await.unwrap_err();
    let found = report.of(Severity::Error).next().unwrap();
    assert!(found.message.contains("the geo filter 7 of a record without pools"), "{found}");
    let lenient = harness(&fake, json!({"strict_supports": false}));
    let read = lenient.read(&zone()).await.unwrap();
    let www = read.zone.records().find(|record| record.name().as_str() == "www").unwrap();
    assert_eq!(www.rdata_strings(), ["192.0.2.1"]);
    converge(&lenient, &addresses(2, 0)).await;
    assert_eq!(fake.api().count("unit.tests", "A"), 2);
}

/// octoDNS' own provider makes an SRV record once for each of its values.
#[tokio::test]
async fn repeated_records_are_one() {
    let fake = Fake::start(service()).await;
    let harness = harness(&fake, json!({}));
    converge(&harness, &addresses(1, 0)).await;
    let value =
        |port: u16| json!({"value": "sip.example.net.", "priority": 1, "weight": 2, "port": port});
    for id in [91, 92] {
        let row = json!({
            "id": id, "name": "_sip._tcp", "type": "SRV", "ttl": 60, "recordOption": "roundRobin",
            "value": [value(5060), value(5061)],
        });
        fake.api().plant("unit.tests", row).unwrap();
    }
    let value =
        |port: u16| json!({"target": "sip.example.net.", "priority": 1, "weight": 2, "port": port});
    let srv = |ports: [u16; 2]| json!({"name": "_sip._tcp", "type": "SRV", "ttl": 60, "values": ports.map(value)});
    let mut records = addresses(1, 0);
    records.push(srv([5060, 5061]));
    let plan = harness.plan(&harness.zone(&zone(), &records)).await.unwrap();
    assert!(plan.is_none(), "{plan:?}");
    records[1] = srv([5060, 5062]);
    converge(&harness, &records).await;
    assert_eq!(fake.api().count("unit.tests", "SRV"), 1);
}
