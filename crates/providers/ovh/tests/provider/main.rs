//! The provider with a fake of the service, with recordings, and compared with octoDNS' own.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod batches;
mod fake;
mod rows;
mod signing;

use octodns_core::ZoneName;
use octodns_testkit::fake::Fake;
use octodns_testkit::run::Harness;
use octodns_testkit::store::Store;
use octodns_testkit::suite::Suite;
use serde_json::{Value as Json, json};

pub(crate) const CLASS: &str = "octodns_ovh.OvhProvider";

/// The options of the fake's account.
pub(crate) fn config() -> Json {
    json!({
        "endpoint": "ovh-eu",
        "application_key": fake::KEY,
        "application_secret": fake::SECRET,
        "consumer_key": fake::CONSUMER,
    })
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    let mut config = config();
    config["class"] = CLASS.into();
    Suite::new(octodns_ovh::register, config)
        .endpoint("endpoint", fake::REAL)
        .credential("consumer_key")
        .fake(fake::service())
        // The list and the only row, and the time of the service.
        .read_cost(3)
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

/// The provider of the fake's account, at this URL.
pub(crate) fn harness(url: &str) -> Harness {
    let mut config = config();
    config["endpoint"] = format!("{url}/1.0").into();
    config["http"] = json!({"requests_per_second": 100_000, "retry_wait": 0});
    Harness::build(octodns_ovh::register, CLASS, &config).unwrap()
}

/// A zone of the tests that are not the suite's.
pub(crate) fn zone() -> ZoneName {
    ZoneName::new("unit.tests.").unwrap()
}

/// The service with rows in the zone, each with a name, type, and target.
pub(crate) fn service_with(rows: &[(&str, &str, &str)]) -> Store {
    let mut store = fake::service();
    store.provide_zone("unit.tests");
    for (name, of, target) in rows {
        let row = json!({"subDomain": name, "fieldType": of, "target": target, "ttl": 60});
        store.plant("unit.tests", row).unwrap();
    }
    store
}

/// The rows of the zone, without their ids: name, type, target.
pub(crate) fn rows(fake: &Fake<Store>) -> Vec<[String; 3]> {
    let store = fake.api();
    let items = &store.zone("unit.tests").unwrap().items;
    let text = |row: &Json, key: &str| row[key].as_str().unwrap().to_owned();
    let mut rows: Vec<_> = items
        .iter()
        .map(|row| ["subDomain", "fieldType", "target"].map(|key| text(row, key)))
        .collect();
    rows.sort();
    rows
}

/// Plans and applies, and plans again: then there is nothing to do.
pub(crate) async fn converge(harness: &Harness, records: &[Json]) {
    let desired = harness.zone(&zone(), records);
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    harness.apply(&plan).await.result.unwrap();
    assert!(harness.plan(&desired).await.unwrap().is_none());
}
