//! The provider with a fake of the service, with recordings, and compared with octoDNS' own.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod cases;
mod service;

use octodns_testkit::store::Store;
use octodns_testkit::suite::Suite;
use serde_json::{Value as Json, json};

const CLASS: &str = "octodns_rackspace.RackspaceProvider";
const IDENTITY: &str = "https://identity.api.rackspacecloud.com/v2.0";

fn suite(service: Store) -> Suite {
    let config = json!({"class": CLASS, "username": "me", "api_key": "hunter2"});
    Suite::new(octodns_rackspace::register, config)
        .endpoint("identity_endpoint", IDENTITY)
        .credential("api_key")
        .fake(service)
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    suite(service::service())
        .read_cost(2)
        // The lookup, ten pages of records, and a poll for each job.
        .thousand_changes(22, 10)
        .except("txt-quotes", "the service removes quotes, so planning refuses them")
        .except("txt-backslash", "the service removes backslashes, so planning refuses them")
        .cassettes("rackspace")
        .playing(|cassettes| {
            cassettes
                .ignoring_query("name")
                .zone_is_missing("errors.json (zone-not-listed)")
                // Two TTLs are too low.
                .options_of("apply.json", json!({"strict_supports": false}))
                .differs("apply.json", "the service has neither ALIAS nor PTR")
                .corrected("apply.json", without_other_types)
        })
        .reference("octodns-rackspace")
        .reference_needs_zones()
        .run()
        .await;
}

/// Takes out of a recording what is of types that the service does not have.
fn without_other_types(recording: &mut Json) {
    // Updates have an id with the type.
    let is_other = |item: &Json| {
        let pointer = item["id"].as_str().is_some_and(|id| id.starts_with("PTR"));
        pointer || matches!(item["type"].as_str(), Some("ALIAS" | "PTR"))
    };
    for part in ["populated", "desired", "changes"] {
        recording[part].as_array_mut().unwrap().retain(|item| !is_other(item));
    }
    for sent in recording["requests"].as_array_mut().unwrap() {
        if let Some(rows) = sent["body"]["records"].as_array_mut() {
            rows.retain(|row| !is_other(row));
        }
    }
}
