//! The provider with a fake of the service, with recordings, and compared with octoDNS' own.

mod cases;
mod service;

use octodns_testkit::suite::Suite;
use serde_json::json;

const CLASS: &str = "octodns_easydns.EasyDnsProvider";
const ENDPOINT: &str = "https://rest.easydns.net";
const SANDBOX: &str = "https://sandbox.rest.easydns.net";

fn suite() -> Suite {
    let config = json!({
        "class": CLASS, "token": "my-token", "api_key": "hunter2", "user": "me",
        "domain_create_sleep": 0,
    });
    let suite = Suite::new(octodns_easydns::register, config);
    suite.endpoint("endpoint", ENDPOINT).fake(service::service())
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    suite()
        .read_cost(1)
        .thousand_changes(2, 1000)
        .cassettes("easydns")
        .playing(|cassettes| cassettes.options(json!({"domain_create_sleep": 0})))
        .reference("octodns-easydns")
        .reference_config(json!({"user": null}))
        .run()
        .await;
}
