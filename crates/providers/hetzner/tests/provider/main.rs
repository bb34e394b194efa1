//! The provider with fakes of both APIs, with recordings, and compared with octoDNS' own.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod cases;
mod service;

use octodns_testkit::cassette::Cassettes;
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

fn config(backend: &str) -> Json {
    json!({"class": CLASS, "token": "hunter2", "backend": backend})
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    Suite::new(octodns_hetzner::register, config("hcloud"))
        .endpoint("endpoint", CLOUD)
        .fake(cloud())
        // With the list of zones, which has a page for all of them.
        .read_cost(2)
        .cassettes("hetzner")
        .playing(|cassettes| {
            let of_old = |played: Cassettes, file: &&str| {
                played.options_of(file, json!({"endpoint": DNSAPI}))
            };
            OF_DNSAPI.iter().fold(cassettes, of_old).replayed(recorded)
        })
        .reference("octodns-hetzner")
        .run()
        .await;
}

#[tokio::test]
async fn the_old_api_does_what_every_provider_must() {
    Suite::new(octodns_hetzner::register, config("dnsapi"))
        .endpoint("endpoint", DNSAPI)
        .fake(dnsapi())
        .reference("octodns-hetzner")
        .run()
        .await;
}
