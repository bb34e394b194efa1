//! The provider with a fake of the service, with recordings, and compared with octoDNS' own.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod batches;
mod fake;
mod rows;
mod signing;

use octodns_core::Registry;
use octodns_testkit::store::Store;
use octodns_testkit::suite::{Bench, Suite};
use serde_json::json;

const CLASS: &str = "octodns_ovh.OvhProvider";

pub(crate) fn suite() -> Suite {
    suite_of(octodns_ovh::register, fake::service())
}

pub(crate) fn suite_of(
    register: impl Fn(&mut Registry) + Send + Sync + 'static,
    service: Store,
) -> Suite {
    let config = json!({
        "class": CLASS, "endpoint": "ovh-eu", "application_key": fake::KEY,
        "application_secret": fake::SECRET, "consumer_key": fake::CONSUMER,
    });
    let suite = Suite::new(register, config).endpoint("endpoint", fake::REAL);
    suite.credential("consumer_key").fake(service)
}

pub(crate) async fn bench() -> Bench {
    suite().bench(&json!({})).await
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    suite()
        // The list and the only row, and the time of the service.
        .read_cost(3)
        // The time, the list, batches of 50 rows; publishing.
        .thousand_changes(22, 1001)
        .cassettes("ovh")
        .differs(
            "errors-missing-zone.json",
            "a zone that cannot be created is told before anything is sent",
        )
        .reference("octodns-ovh")
        .reference_config(json!({"endpoint": "ovh-eu"}))
        .run()
        .await;
}
