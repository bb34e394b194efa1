//! What the service was recorded to answer, and what the reference made of it.

use octodns_core::ServiceFault;
use octodns_testkit::cassette::Cassettes;
use serde_json::json;

use crate::fake;

#[tokio::test]
async fn recordings_are_read_and_written_alike() {
    let Some(cassettes) = Cassettes::of("digitalocean") else { return };
    cassettes
        .register(octodns_digitalocean::register)
        .endpoint("endpoint", "https://api.digitalocean.com/v2")
        // Ten times as many rows a page as without it.
        .ignoring_query("per_page")
        .options(json!({"http": {"attempts": 1}}))
        .fault("errors.json", ServiceFault::Unauthorized)
        .fault("errors-rate-limit.json", ServiceFault::Throttled)
        .fault("errors-server.json", ServiceFault::Unreachable)
        .fault("errors-validation.json", ServiceFault::Refused)
        // Rows are updated in place, where the reference deletes and creates them.
        .replayed(fake::Service::of)
        .run()
        .await;
}
