//! Recordings of octoDNS' own provider. This one sends less: deletions without the records, and a missing
//! zone is created without trying to change it first; so the final states are compared.

use octodns_core::ServiceErrorKind;
use octodns_testkit::cassette::Cassettes;
use serde_json::json;

use crate::fake::PowerDns;

#[tokio::test]
async fn recordings() {
    let Some(cassettes) = Cassettes::of("powerdns") else { return };
    cassettes
        .register(octodns_powerdns::register)
        .endpoint("endpoint", "http://non.existent:8081")
        .options(json!({"http": {"attempts": 1}}))
        .skip("populate-options.json", "of another origin; its URL is tested beside the options")
        .fault("errors.json", ServiceErrorKind::Unauthorized)
        .fault("errors-422.json", ServiceErrorKind::Refused)
        .fault("errors-server.json", ServiceErrorKind::Unreachable)
        .fault("errors-validation.json", ServiceErrorKind::Refused)
        .replayed(PowerDns::of)
        .run()
        .await;
}
