//! The provider with a fake of the service, with recordings, and compared with octoDNS' own.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod changes;
mod credentials;
mod federation;
mod service;
mod zones;

use std::path::PathBuf;

use octodns_core::Registry;
use octodns_testkit::store::Store;
use octodns_testkit::suite::{Bench, Suite};
use serde_json::{Value as Json, json};
use service::{ACCOUNT, OTHER_ACCOUNT, service};

pub(crate) const CLASS: &str = "octodns_googlecloud.GoogleCloudProvider";

/// A key in one line.
pub(crate) fn key(text: &str) -> String {
    serde_json::from_str::<Json>(text).unwrap().to_string()
}

pub(crate) fn suite(store: Store) -> Suite {
    suite_of(octodns_googlecloud::register, store)
}

pub(crate) fn suite_of(
    register: impl Fn(&mut Registry) + Send + Sync + 'static,
    store: Store,
) -> Suite {
    let config = json!({"class": CLASS, "project": "test-project", "credentials": key(ACCOUNT)});
    Suite::new(register, config)
        .endpoint("endpoint", "https://dns.googleapis.com/dns/v1")
        .endpoint("token_endpoint", "https://oauth2.googleapis.com/token")
        .endpoint("impersonation_endpoint", "https://iamcredentials.googleapis.com")
        .fake(store)
}

/// The service with `unit.tests.`, and a provider with these options besides the usual ones.
pub(crate) async fn bench(options: Json) -> Bench {
    suite(service()).bench(&options).await
}

pub(crate) fn a(name: &str, last: usize) -> Json {
    json!({"name": name, "type": "A", "ttl": 300, "value": format!("192.0.2.{last}")})
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/service-account.json");
    suite(service())
        .credential("credentials")
        .other_credential(json!(key(OTHER_ACCOUNT)))
        .read_cost(2)
        // The zones, two pages of sets, and a poll; all changes in one call.
        .thousand_changes(4, 1)
        .cassettes("googlecloud")
        .reference("octodns-googlecloud")
        .reference_config(json!({"credentials": null, "credentials_file": file}))
        .run()
        .await;
}
