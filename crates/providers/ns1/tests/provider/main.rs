//! The provider with a fake of the service, with recordings, and compared with octoDNS' own.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod cases;
mod dynamic;
mod recorded;
mod service;

use octodns_testkit::suite::Suite;
use serde_json::json;

const CLASS: &str = "octodns_ns1.Ns1Provider";
const ENDPOINT: &str = "https://api.nsone.net/v1";

fn suite() -> Suite {
    let config = json!({"class": CLASS, "api_key": "hunter2", "monitor_regions": ["lga", "sin"]});
    Suite::new(octodns_ns1::register, config)
        .endpoint("endpoint", ENDPOINT)
        .credential("api_key")
        .fake(service::service())
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    suite()
        .read_cost(1)
        .thousand_changes(1, 1000)
        .cassettes("ns1")
        .playing(|cassettes| {
            cassettes
                // In the order of the recordings, which decides the ids of what is created.
                .options(json!({"parallelism": 1}))
                .replayed(recorded::recorded)
                .differs(
                    "dynamic-to-http.json",
                    "a monitor of another type is created before the old one is deleted, and has its notify list",
                )
        })
        .dynamic_sample(|feature, mut record| {
            let frequency = match feature {
                "health-check-own" => 30,
                "health-check-own-changed" => 120,
                _ => return Some(record),
            };
            record["octodns"] = json!({"ns1": {"healthcheck": {"frequency": frequency}}});
            Some(record)
        })
        // Notify list, monitor and feed of the new value, the record, and those of the old one.
        .dynamic_writes(7)
        .reference("octodns-ns1")
        .run()
        .await;
}

/// A plain record.
fn plain() -> serde_json::Value {
    json!({"name": "plain", "type": "A", "ttl": 60, "value": "192.0.2.50"})
}
