//! The provider with a fake of the service, with recordings, and compared with octoDNS' own.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod service;

use std::time::Duration;

use octodns_core::{Outcome, Secret, ServiceErrorKind, Severity, ZoneName};
use octodns_dnsimple::{Dnsimple, Options};
use octodns_http::{Accounts, Host, ServiceOptions};
use octodns_kit::{Api, Connector};
use octodns_testkit::cassette::Cassettes;
use octodns_testkit::fake::{Fake, InjectedFault, Response};
use octodns_testkit::run::Harness;
use octodns_testkit::store::Store;
use octodns_testkit::suite::Suite;
use serde_json::{Value as Json, json};

use service::service;

const CLASS: &str = "octodns_dnsimple.DnsimpleProvider";
const ENDPOINT: &str = "https://api.dnsimple.com/v2";

fn suite(service: Store) -> Suite {
    let config = json!({"class": CLASS, "token": "hunter2", "account": 42});
    Suite::new(octodns_dnsimple::register, config).endpoint("endpoint", ENDPOINT).fake(service)
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    suite(service(false))
        .read_cost(1)
        .cassettes("dnsimple")
        .playing(|cassettes| {
            let sandbox = "https://api.sandbox.dnsimple.com/v2";
            let why =
                "octoDNS writes other NAPTR values, and deletes the text that came with an ALIAS";
            cassettes
                .options_of("invalid-content.json", json!({"endpoint": sandbox}))
                .differs("apply.json", why)
                .differs("populate.json", "it has 30 entries, and its second page names 32")
        })
        .reference("octodns-dnsimple")
        .reference_except("NAPTR", "octoDNS writes the preference and the flags in other places")
        .run()
        .await;
}

/// The recording of a whole zone names more entries than it has, which is a lost page. With the right number it
/// is read.
#[tokio::test]
async fn the_recorded_zone_is_read_with_its_right_total() {
    let Some(files) = Cassettes::raw("dnsimple") else { return };
    let (file, recording) = files.into_iter().find(|(file, _)| file == "populate.json").unwrap();
    let mut text = recording.to_string();
    for total in [29, 32] {
        let named = format!("\"total_entries\":{total}");
        assert!(text.contains(&named), "{named}");
        text = text.replace(&named, "\"total_entries\":30");
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(file), text).unwrap();
    Cassettes::in_folder(folder.path())
        .register(octodns_dnsimple::register)
        .endpoint("endpoint", ENDPOINT)
        .ignoring_query("per_page")
        .run()
        .await;
}

#[tokio::test]
async fn batches_do_what_every_provider_must() {
    suite(service(true)).read_cost(1).run().await;
}

/// A provider of the fake.
fn harness(fake: &Fake<Store>, options: Json) -> Harness {
    let mut config = json!({
        "token": "hunter2", "account": "42", "endpoint": format!("{}/v2", fake.url()),
        "root_ns_warnings": false, "http": {"requests_per_second": 100_000, "retry_wait": 0},
    });
    if let (Json::Object(config), Json::Object(options)) = (&mut config, options) {
        config.extend(options);
    }
    let built = Harness::build(octodns_dnsimple::register, CLASS, &config);
    built.unwrap_or_else(|error| panic!("{}", error.message))
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
    for (service, reads, writes) in [(service(false), 11, 1001), (service(true), 11, 10)] {
        let fake = Fake::start(service).await;
        let harness = harness(&fake, json!({}));
        converge(&harness, &addresses(1000, 0)).await;
        let desired = harness.zone(&zone(), &addresses(1000, 1));
        harness.begin_run();
        fake.control().measured().clear();
        let plan = harness.plan(&desired).await.unwrap().unwrap();
        harness.apply(&plan).await.result.unwrap();
        let seen = fake.control().measured().seen();
        let written = seen.iter().filter(|seen| seen.is_write()).count();
        assert_eq!((seen.len() - written, written), (reads, writes));
    }
}

/// The text next to an ALIAS is the service's; a text of the user next to it is not.
#[tokio::test]
async fn the_companion_of_an_alias_is_left_alone() {
    let fake = Fake::start(service(false)).await;
    let harness = harness(&fake, json!({}));
    let alias = |target: &str| json!({"name": "", "type": "ALIAS", "ttl": 300, "value": target});
    let text = json!({"name": "", "type": "TXT", "ttl": 300, "value": "v=spf1 -all"});
    converge(&harness, &[alias("a.example.net.")]).await;
    converge(&harness, &[alias("a.example.net."), text.clone()]).await;
    converge(&harness, &[alias("b.example.net.")]).await;
    assert_eq!(fake.api().count("unit.tests", "TXT"), 1);
    converge(&harness, &[text]).await;
    let held = fake.api().zone("unit.tests").unwrap().items.clone();
    assert!(held.iter().all(|item| item["parent_id"].is_null()), "{held:?}");

    let lookalike = json!({"name": "x", "type": "TXT", "ttl": 300, "value": "ALIAS for me"});
    let report = harness.plan(&harness.zone(&zone(), &[lookalike])).await.unwrap_err();
    let found = report.of(Severity::Error).next().unwrap();
    assert!(found.message.contains("texts that start with \"ALIAS for\""), "{found}");
}

/// What the API lets through and nobody can read.
#[tokio::test]
async fn broken_contents_do_not_block_a_zone() {
    let fake = Fake::start(service(false)).await;
    let harness = harness(&fake, json!({}));
    converge(&harness, &addresses(1, 0)).await;
    for (of, content) in [("NAPTR", ""), ("SSHFP", "1 1"), ("SRV", "20 a.example.net")] {
        let row =
            json!({"type": of, "name": "_b._tcp", "content": content, "ttl": 60, "priority": 10});
        fake.api().plant("unit.tests", row).unwrap();
    }
    let read = harness.read(&zone()).await.unwrap();
    assert_eq!((read.zone.records().count(), read.report.len()), (2, 3));
    converge(&harness, &addresses(2, 0)).await;
    let count = |of| fake.api().count("unit.tests", of);
    assert_eq!([count("NAPTR"), count("SSHFP"), count("SRV")], [1, 1, 1]);
    let value = json!({"priority": 1, "weight": 2, "port": 3, "target": "a.example.net."});
    let srv = json!({"name": "_b._tcp", "type": "SRV", "ttl": 60, "value": value});
    converge(&harness, &[srv]).await;
    let items = fake.api().zone("unit.tests").unwrap().items.clone();
    let srv: Vec<_> = items.iter().filter(|item| item["type"] == "SRV").collect();
    assert!(matches!(&*srv, [row] if row["content"] == "2 3 a.example.net"), "{srv:?}");
}

#[tokio::test]
async fn root_ns_records_are_managed_if_asked_for() {
    let fake = Fake::start(service(false)).await;
    let names = ["ns1.dnsimple.com.", "ns.example.net."];
    let ns = json!({"name": "", "type": "NS", "ttl": 3600, "values": names});
    let without = harness(&fake, json!({}));
    assert!(!without.provider().capabilities().root_ns);
    converge(&without, &addresses(1, 0)).await;
    let report = without.plan(&without.zone(&zone(), std::slice::from_ref(&ns))).await.unwrap_err();
    assert!(report.has_errors());

    let harness = harness(&fake, json!({"manage_root_ns": true}));
    let mut records = addresses(2, 0);
    records.push(ns);
    converge(&harness, &records).await;
    let read = harness.read(&zone()).await.unwrap();
    assert_eq!(read.zone.root_ns().unwrap().rdata_strings(), ["ns.example.net.", names[0]]);
}

/// The service says when the hour of its limit ends.
#[tokio::test]
async fn it_waits_until_the_quota_is_back() {
    let fake = Fake::start(service(false)).await;
    let harness = harness(&fake, json!({}));
    converge(&harness, &addresses(1, 0)).await;
    let second = Host::default().unix_seconds() + 2;
    let throttled = Response::json(429, json!({"message": "quota exceeded"}))
        .with_header("x-ratelimit-remaining", "0")
        .with_header("x-ratelimit-reset", &second.to_string());
    fake.control().faults().next(1, InjectedFault::Response(throttled));
    let start = std::time::Instant::now();
    harness.read(&zone()).await.unwrap();
    assert!(start.elapsed() > Duration::from_millis(900), "{:?}", start.elapsed());
}

/// A token that is revoked in the middle of a run.
#[tokio::test]
async fn a_token_that_ends_is_told() {
    let fake = Fake::start(service(false)).await;
    let harness = harness(&fake, json!({}));
    converge(&harness, &addresses(1, 0)).await;
    let desired = harness.zone(&zone(), &addresses(20, 0));
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    let refused = Response::json(401, json!({"message": "Authentication failed"}));
    fake.control().faults().writes_after(5, InjectedFault::Response(refused));
    let applied = harness.apply(&plan).await;
    fake.control().faults().clear();
    let error = applied.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Unauthorized));
    assert!(!error.with_causes().contains("hunter2"), "{error}");
    let made = applied.outcomes.iter().filter(|outcome| **outcome == Outcome::Applied).count();
    assert_eq!(fake.api().count("unit.tests", "A"), made + 1);
    converge(&harness, &addresses(20, 0)).await;
}

/// The account is the first part of every path, at whatever host.
#[test]
fn options_choose_the_host_and_the_account() {
    for (sandbox, endpoint, base) in [
        (false, None, "https://api.dnsimple.com/v2/42"),
        (true, None, "https://api.sandbox.dnsimple.com/v2/42"),
        (true, Some("http://127.0.0.1:8080/v2/"), "http://127.0.0.1:8080/v2/42"),
    ] {
        let mut own = Options::new(Secret::new("hunter2"), 42);
        own.sandbox = sandbox;
        let mut shared = ServiceOptions::default();
        shared.endpoint = endpoint.map(str::to_owned);
        let (accounts, host) = (Accounts::default(), Host::default());
        let connector = Connector::new(&Dnsimple::SERVICE, &shared, &accounts, &host);
        let connected = Dnsimple::connect(own, &connector).unwrap();
        assert_eq!(connected.client().base().as_str().trim_end_matches('/'), base);
    }
}
