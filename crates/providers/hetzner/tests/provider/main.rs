//! The provider with fakes of both APIs, with recordings, and compared with octoDNS' own.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod cases;
mod service;

use octodns_testkit::cassette::Cassettes;
use octodns_testkit::store::Store;
use octodns_testkit::suite::Suite;
use serde_json::{Value as Json, json};

use service::{cloud, dnsapi, recorded};

const CLASS: &str = "octodns_hetzner.HetznerProvider";
const CLOUD: &str = "https://api.hetzner.cloud/v1";
const DNSAPI: &str = "https://dns.hetzner.com/api/v1";

/// The recordings of the old API.
const OF_DNSAPI: &[&str] = &[
    "apply.json",
    "errors-not-found.json",
    "errors-rate-limit.json",
    "errors-server.json",
    "errors.json",
    "list-zones.json",
    "loose-values.json",
    "new-zone.json",
    "populate.json",
];

fn suite(backend: &str, service: Store) -> Suite {
    let config = json!({"class": CLASS, "token": "hunter2", "backend": backend});
    let endpoint = if backend == "hcloud" { CLOUD } else { DNSAPI };
    Suite::new(octodns_hetzner::register, config).endpoint("endpoint", endpoint).fake(service)
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    suite("hcloud", cloud())
        // With the list of zones, which has a page for all of them.
        .read_cost(2)
        // 1,000 sets and those of the apex.
        .thousand_changes(1 + 21, 1000)
        .cassettes("hetzner")
        .playing(|cassettes| {
            let of_old = |played: Cassettes, file: &&str| {
                played.options_of(file, json!({"endpoint": DNSAPI}))
            };
            let cassettes = cassettes.corrected("loose-values.json", as_they_are);
            OF_DNSAPI.iter().fold(cassettes, of_old).replayed(recorded)
        })
        .reference("octodns-hetzner")
        .run()
        .await;
}

#[tokio::test]
async fn the_old_api_does_what_every_provider_must() {
    suite("dnsapi", dnsapi()).reference("octodns-hetzner").run().await;
}

/// Puts the values of the two records right that octoDNS reads otherwise.
fn as_they_are(recording: &mut Json) {
    let Some(populated) = recording["populated"].as_array_mut() else { return };
    populated.retain(|record| record["value"]["value"] != "garbage");
    for own in populated.iter_mut().filter(|record| record["value"] == "@") {
        own["value"] = json!("unit.tests.");
    }
}
