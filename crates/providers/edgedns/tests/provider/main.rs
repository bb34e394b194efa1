//! The provider with a fake of the service, with recordings, and compared with octoDNS' own.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod change_lists;
mod credentials;
mod service;
mod zones;

use std::sync::atomic::{AtomicUsize, Ordering};

use octodns_core::ZoneName;
use octodns_testkit::fake::{Api, Fake, InjectedFault, Request};
use octodns_testkit::run::{Applied, Harness};
use octodns_testkit::suite::Suite;
use serde_json::{Value as Json, json};

pub(crate) const CLASS: &str = "octodns_edgedns.AkamaiProvider";

/// The options of the fake's API client.
pub(crate) fn config() -> Json {
    json!({
        "client_secret": service::CLIENT_SECRET,
        "host": service::HOST,
        "access_token": service::ACCESS_TOKEN,
        "client_token": service::CLIENT_TOKEN,
        "contract_id": service::CONTRACT,
    })
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    let mut config = config();
    config["class"] = CLASS.into();
    Suite::new(octodns_edgedns::register, config)
        .endpoint("endpoint", &format!("https://{}/config-dns/v2", service::HOST))
        .credential("client_secret")
        .fake(service::service())
        .default_records(|_| {
            let servers = ["ns1.akam.net.", "ns2.akam.net."];
            vec![json!({"name": "", "type": "NS", "ttl": 86400, "values": servers})]
        })
        .read_cost(1)
        .except("txt-quotes", "texts with quotes are refused when planning")
        .except("txt-backslash", "texts with backslashes are refused when planning")
        .cassettes("edgedns")
        // The zone, and its record sets in the change list.
        .thousand_changes(2, 3)
        .reference("octodns-edgedns")
        .run()
        .await;
}

/// The provider of the fake's API client, with other options.
pub(crate) fn harness<A: Api>(fake: &Fake<A>, more: &Json) -> Harness {
    let mut config = config();
    config["endpoint"] = format!("{}/config-dns/v2", fake.url()).into();
    config["http"] = json!({"requests_per_second": 100_000, "retry_wait": 0});
    for (key, value) in more.as_object().into_iter().flatten() {
        config[key] = value.clone();
    }
    Harness::build(octodns_edgedns::register, CLASS, &config).unwrap()
}

pub(crate) fn zone() -> ZoneName {
    ZoneName::new("unit.tests.").unwrap()
}

/// An address.
pub(crate) fn a(name: &str, last: usize) -> Json {
    json!({"name": name, "type": "A", "ttl": 300, "value": format!("192.0.2.{last}")})
}

/// Plans and applies, with something else in between.
pub(crate) async fn apply_after(
    harness: &Harness,
    records: &[Json],
    meanwhile: impl FnOnce(),
) -> Applied {
    let plan = harness.plan(&harness.zone(&zone(), records)).await.unwrap().unwrap();
    meanwhile();
    harness.apply(&plan).await
}

/// Makes the zone have these records.
pub(crate) async fn converge(harness: &Harness, records: &[Json]) {
    apply_after(harness, records, || {}).await.result.unwrap();
    assert!(harness.plan(&harness.zone(&zone(), records)).await.unwrap().is_none());
}

/// Injects a fault into the write with this number, from 0.
pub(crate) fn break_write<A: Api>(fake: &Fake<A>, number: usize, fault: InjectedFault) {
    let writes = AtomicUsize::new(0);
    let is_it = move |request: &Request| {
        request.is_write() && writes.fetch_add(1, Ordering::Relaxed) == number
    };
    fake.control().faults().next_of(is_it, 1, fault);
}

/// The requests since the last time, without the part of the path that all have, and without queries.
pub(crate) fn requests<A: Api>(fake: &Fake<A>) -> Vec<String> {
    let seen = fake.seen();
    fake.control().measured().clear();
    let short = |target: &str| {
        let path = target.split('?').next().unwrap_or_default();
        path.trim_start_matches("/config-dns/v2/").replace("unit.tests", "Z")
    };
    seen.iter().map(|seen| format!("{} {}", seen.method, short(&seen.target))).collect()
}
