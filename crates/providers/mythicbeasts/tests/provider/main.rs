//! The provider with a fake of the service, with recordings, and compared with octoDNS' own.

mod cases;
mod service;

use octodns_testkit::suite::Suite;
use serde_json::json;

const CLASS: &str = "octodns_mythicbeasts.MythicBeastsProvider";
const API: &str = "https://api.mythic-beasts.com/dns/v2";
const LOGIN: &str = "https://auth.mythic-beasts.com/login";

fn suite() -> Suite {
    let config = json!({"class": CLASS, "api_key": "my-key-id", "api_secret": "hunter2"});
    Suite::new(octodns_mythicbeasts::register, config)
        .endpoint("endpoint", API)
        .endpoint("auth_endpoint", LOGIN)
        .credential("api_secret")
        .other_credential(json!("hunter3"))
        .fake(service::service())
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    suite()
        // The zones, the records, and the records with those of the template.
        .read_cost(3)
        .thousand_changes(3, 6)
        .cassettes("mythicbeasts")
        .playing(|cassettes| cassettes.ignoring_query("exclude-template"))
        .reference("octodns-mythicbeasts")
        .run()
        .await;
}
