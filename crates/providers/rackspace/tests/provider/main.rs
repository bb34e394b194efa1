//! The provider with a fake of the service, with recordings, and compared with octoDNS' own.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod cases;
mod recorded;
mod service;

use octodns_testkit::store::Store;
use octodns_testkit::suite::Suite;
use serde_json::json;

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
                .differs(
                    "apply.json",
                    "ALIAS and PTR are refused when planning; the rest is a test of its own",
                )
        })
        .reference("octodns-rackspace")
        .reference_needs_zones()
        .run()
        .await;
}
