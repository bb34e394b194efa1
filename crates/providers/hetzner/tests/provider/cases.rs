//! What only this service does.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use octodns_core::{ServiceErrorKind, Severity, ZoneName};
use octodns_testkit::cassette::Cassettes;
use octodns_testkit::fake::{Fake, InjectedFault, Request, Response, Seen};
use octodns_testkit::run::Harness;
use octodns_testkit::store::{Pick, Store};
use serde_json::{Value as Json, json};

use crate::service::{cloud, slow_cloud};
use crate::{CLASS, config};

fn harness(url: &str, backend: &str) -> Harness {
    let mut config = config(backend);
    config.as_object_mut().unwrap().remove("class");
    config["endpoint"] = json!(url);
    config["http"] = json!({"requests_per_second": 100_000, "retry_wait": 0, "attempts": 3});
    Harness::build(octodns_hetzner::register, CLASS, &config).unwrap()
}

fn of_cloud(fake: &Fake<Store>) -> Harness {
    harness(&format!("{}/v1", fake.url()), "hcloud")
}

fn zone() -> ZoneName {
    ZoneName::new("unit.tests.").unwrap()
}

fn address(name: &str, ttl: u32, values: &[&str]) -> Json {
    json!({"name": name, "type": "A", "ttl": ttl, "values": values})
}

fn addresses(many: usize, shift: usize) -> Vec<Json> {
    let value = |index: usize| format!("192.0.{}.{}", index / 250, (index + shift) % 250);
    (0..many).map(|index| address(&format!("host-{index}"), 300, &[&value(index)])).collect()
}

async fn converge(harness: &Harness, records: &[Json]) {
    let desired = harness.zone(&zone(), records);
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    harness.apply(&plan).await.result.unwrap();
    assert!(harness.plan(&desired).await.unwrap().is_none());
}

/// The calls that a change makes, in order, without those that read.
async fn calls(fake: &Fake<Store>, harness: &Harness, records: &[Json]) -> Vec<String> {
    let plan = harness.plan(&harness.zone(&zone(), records)).await.unwrap().unwrap();
    fake.control().measured().clear();
    harness.apply(&plan).await.result.unwrap();
    let seen = fake.control().measured().seen().into_iter().filter(Seen::is_write);
    seen.map(|seen| seen.target.rsplit('/').next().unwrap().to_owned()).collect()
}

/// The numbers on the provider's page.
#[tokio::test]
async fn a_thousand_changes_take_as_many_calls_as_the_page_says() {
    let fake = Fake::start(cloud()).await;
    let harness = of_cloud(&fake);
    converge(&harness, &addresses(1000, 0)).await;
    let desired = harness.zone(&zone(), &addresses(1000, 1));
    harness.begin_run();
    fake.control().measured().clear();
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    harness.apply(&plan).await.result.unwrap();
    let seen = fake.control().measured().seen();
    let written = seen.iter().filter(|seen| seen.is_write()).count();
    // 1,000 sets and those of the apex.
    assert_eq!((seen.len() - written, written), (1 + 21, 1000));
}

/// Only what is different is sent, and comments stay with their values.
#[tokio::test]
async fn values_and_ttl_are_changed_apart() {
    let fake = Fake::start(cloud()).await;
    let harness = of_cloud(&fake);
    let www = |ttl, values: &[&str]| [address("www", ttl, values)];
    converge(&harness, &www(300, &["192.0.2.1", "192.0.2.2"])).await;
    let commented = json!({"records": [
        {"value": "192.0.2.1", "comment": "the first"}, {"value": "192.0.2.2", "comment": "gone"},
    ]});
    let www_set = Pick::Set("www", "A");
    assert!(fake.api().patch("unit.tests", www_set, &commented).is_ok());
    let changed = calls(&fake, &harness, &www(600, &["192.0.2.1", "192.0.2.2"])).await;
    assert_eq!(changed, ["change_ttl"]);
    let changed = calls(&fake, &harness, &www(600, &["192.0.2.1", "192.0.2.3"])).await;
    assert_eq!(changed, ["set_records"]);
    let held = fake.api().item("unit.tests", www_set).unwrap()["records"].clone();
    let expected = json!([{"value": "192.0.2.1", "comment": "the first"}, {"value": "192.0.2.3"}]);
    assert_eq!(held, expected);
    let changed = calls(&fake, &harness, &www(60, &["192.0.2.4"])).await;
    assert_eq!(changed, ["set_records", "change_ttl"]);
    // What was done before the second call was refused is not forgotten.
    let plan = harness.plan(&harness.zone(&zone(), &www(90, &["192.0.2.5"]))).await;
    let is_ttl = |request: &Request| request.segments.last().is_some_and(|of| of == "change_ttl");
    fake.control().faults().after(0, is_ttl, InjectedFault::refused());
    let applied = harness.apply(&plan.unwrap().unwrap()).await;
    assert!(applied.outcomes[0].is_unknown(), "{applied:?}");
}

/// Many actions are polled by one call, and nothing is done before they have ended.
#[tokio::test]
async fn actions_are_waited_for_together() {
    let fake = Fake::start(slow_cloud()).await;
    let harness = of_cloud(&fake);
    converge(&harness, &addresses(60, 0)).await;
    let polls = fake.seen().iter().filter(|seen| seen.target.starts_with("/v1/actions")).count();
    // At least two for each 16 changes at a time.
    assert!((8..=30).contains(&polls), "{polls}");
    converge(&harness, &addresses(30, 1)).await;

    // The service finds out later that it does not take a change.
    let desired = [addresses(30, 1), vec![address("new", 300, &["192.0.2.1"])]].concat();
    let plan = harness.plan(&harness.zone(&zone(), &desired)).await.unwrap().unwrap();
    let other = json!({"name": "new", "type": "A", "records": [{"value": "192.0.2.9"}]});
    fake.api().create("unit.tests", &other).unwrap();
    let error = harness.apply(&plan).await.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Refused));
    let message = error.with_causes();
    assert!(message.contains("there are such records already (invalid_input)"), "{message}");
}

/// Refusals that are no matter of time or of credentials, and one that is over after a while.
#[tokio::test]
async fn refusals_are_told_apart() {
    let fake = Fake::start(cloud()).await;
    let harness = of_cloud(&fake);
    converge(&harness, &addresses(1, 0)).await;
    let refusal = |status: u16, code: &str| {
        let fields = json!([{"name": "records", "messages": ["is bad", "is long"]}]);
        let error = json!({"code": code, "message": "no", "details": {"fields": fields}});
        InjectedFault::Response(Response::json(status, json!({"error": error})))
    };
    for (status, code, kind) in [
        (403, "protected", ServiceErrorKind::Refused),
        (403, "token_readonly", ServiceErrorKind::Unauthorized),
        (422, "incorrect_zone_mode", ServiceErrorKind::Refused),
    ] {
        let plan = harness.plan(&harness.zone(&zone(), &addresses(1, 1))).await.unwrap().unwrap();
        fake.control().faults().writes_after(0, refusal(status, code));
        let error = harness.apply(&plan).await.result.unwrap_err();
        fake.control().faults().clear();
        assert_eq!(error.kind(), Some(kind), "{code}");
        let message = error.with_causes();
        assert!(message.contains(&format!("no ({code}); records: is bad, is long")), "{message}");
    }
    let failure = json!({"code": "action_failed", "message": "not now"});
    let failed = json!({"action": {"id": 7, "status": "error", "error": failure}});
    let plan = harness.plan(&harness.zone(&zone(), &addresses(1, 1))).await.unwrap().unwrap();
    fake.control().faults().next(1, InjectedFault::Response(Response::json(201, failed)));
    let error = harness.apply(&plan).await.result.unwrap_err().with_causes();
    assert!(error.contains("the service gave up: not now (action_failed)"), "{error}");

    let start = Instant::now();
    fake.control().faults().next(1, refusal(409, "conflict"));
    harness.read(&zone()).await.unwrap();
    assert!(start.elapsed() > Duration::from_millis(900), "{:?}", start.elapsed());
}

/// When none are left, requests are sent as fast as they are refilled: one of ten in half a second.
#[tokio::test]
async fn the_pace_is_that_of_the_headers() {
    let fake = Fake::start(cloud()).await;
    let harness = of_cloud(&fake);
    converge(&harness, &addresses(1, 0)).await;
    #[expect(clippy::disallowed_methods, reason = "the fake has the same clock")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let none_left = Response::json(200, json!({"rrsets": [], "meta": {"pagination": {}}}))
        .with_header("RateLimit-Limit", "10")
        .with_header("RateLimit-Remaining", "0")
        .with_header("RateLimit-Reset", &(now.as_secs() + 5).to_string());
    fake.control().faults().next(1, InjectedFault::Response(none_left));
    harness.read(&zone()).await.unwrap();
    let start = Instant::now();
    harness.read(&zone()).await.unwrap();
    let waited = start.elapsed();
    assert!((Duration::from_millis(250)..Duration::from_secs(3)).contains(&waited), "{waited:?}");
}

/// All that the old API still does, and what the provider says of it.
#[tokio::test]
async fn an_api_that_is_gone_says_what_to_do() {
    let gone = Fake::start(|_: &Request| {
        Response::empty(301).with_header("location", "https://console.hetzner.com/")
    })
    .await;
    let report = harness(gone.url(), "dnsapi").read(&zone()).await.unwrap_err();
    let found = report.of(Severity::Error).next().unwrap().to_string();
    assert!(
        found.contains("set `backend: hcloud`: it leads to https://console.hetzner.com/"),
        "{found}"
    );
}

/// The recording that octoDNS reads otherwise, with the values of its two records put right.
#[tokio::test]
async fn loose_values_are_read_as_what_they_are() {
    let Some(files) = Cassettes::raw("hetzner") else { return };
    let (file, mut recording) =
        files.into_iter().find(|(file, _)| file == "loose-values.json").unwrap();
    let populated = recording["populated"].as_array_mut().unwrap();
    populated.retain(|record| record["value"]["value"] != "garbage");
    let own = populated.iter_mut().find(|record| record["value"] == "@").unwrap();
    own["value"] = json!("unit.tests.");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(file), recording.to_string()).unwrap();
    Cassettes::in_folder(folder.path())
        .register(octodns_hetzner::register)
        .endpoint("endpoint", crate::DNSAPI)
        .run()
        .await;
}
