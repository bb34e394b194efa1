//! The provider with a fake of the service, with recordings, and compared with octoDNS' own.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod cases;
mod dynamic;
mod service;

use octodns_testkit::suite::{Bench, Suite};
use serde_json::json;

const CLASS: &str = "octodns_scaleway.ScalewayProvider";
const ENDPOINT: &str = "https://api.scaleway.com/domain/v2beta1";

fn suite() -> Suite {
    let config = json!({"class": CLASS, "token": "hunter2", "create_zone": true});
    let suite = Suite::new(octodns_scaleway::register, config);
    suite.endpoint("endpoint", ENDPOINT).fake(service::service())
}

async fn bench() -> Bench {
    suite().bench(&json!({})).await
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    suite()
        .read_cost(1)
        .thousand_changes(2, 1)
        .dynamic_sample(dynamic::sample)
        .dynamic_writes(1)
        .cassettes("scaleway")
        .differs(
            "errors-no-create.json",
            "that a zone is missing and must not be created is said when planning",
        )
        .reference("octodns-scaleway")
        .reference_except("TXT", "octoDNS reads the first of its values alone")
        .run()
        .await;
}
