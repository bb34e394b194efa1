//! The provider with a fake of the service, with recordings, and compared with octoDNS' own.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod cases;
mod service;

use octodns_testkit::suite::Suite;
use serde_json::json;

const CLASS: &str = "octodns_easydns.EasyDnsProvider";
const ENDPOINT: &str = "https://rest.easydns.net";
const SANDBOX: &str = "https://sandbox.rest.easydns.net";

#[tokio::test]
async fn it_does_what_every_provider_must() {
    let config = json!({
        "class": CLASS, "token": "user", "api_key": "hunter2", "user": "me",
        "domain_create_sleep": 0,
    });
    Suite::new(octodns_easydns::register, config)
        .endpoint("endpoint", ENDPOINT)
        .fake(service::service())
        .read_cost(1)
        .cassettes("easydns")
        .playing(|cassettes| {
            let sandbox = json!({"endpoint": SANDBOX, "domain_create_sleep": 0});
            cassettes.options_of("new-zone.json", sandbox)
        })
        .reference("octodns-easydns")
        .reference_config(json!({"user": null}))
        .run()
        .await;
}
