//! The provider with a fake of the service, with recordings, and compared with octoDNS' own.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod cases;
mod service;

use octodns_core::{Registry, ServiceErrorKind};
use octodns_testkit::suite::Suite;
use serde_json::json;

const CLASS: &str = "octodns_dnsmadeeasy.DnsMadeEasyProvider";
const ENDPOINT: &str = "https://api.dnsmadeeasy.com/V2.0/dns/managed";
const SANDBOX: &str = "https://api.sandbox.dnsmadeeasy.com/V2.0/dns/managed";

fn suite() -> Suite {
    suite_of(octodns_dnsmadeeasy::register)
}

fn suite_of(register: impl Fn(&mut Registry) + Send + Sync + 'static) -> Suite {
    let config = json!({"class": CLASS, "api_key": "api-key", "secret_key": "hunter2"});
    Suite::new(register, config)
        .endpoint("endpoint", ENDPOINT)
        .credential("api_key")
        .fake(service::service())
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    suite()
        // The list of zones is read once.
        .read_cost(2)
        // The fake has 400 records a page.
        .thousand_changes(1 + 3, 5)
        .except("txt-quotes", "the service refuses quotes in texts")
        .cassettes("dnsmadeeasy")
        .fault("errors-validation.json", ServiceErrorKind::Throttled)
        .zone_is_missing("new-zone.json")
        .differs("apply.json", "rows that stay are updated in place, by one call more")
        .differs("txt-quotes.json", "octoDNS writes another text than was asked for")
        .reference("octodns-dnsmadeeasy")
        .run()
        .await;
}
