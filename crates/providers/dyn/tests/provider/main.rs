//! The provider with a fake of the service, and with recordings.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod calls;
mod director_service;
mod directors;
mod service;
mod sessions;

use octodns_core::ZoneName;
use octodns_testkit::fake::{Api, Fake};
use octodns_testkit::run::Harness;
use octodns_testkit::suite::Suite;
use serde_json::{Value as Json, json};

pub(crate) const CLASS: &str = "octodns_dyn.DynProvider";

pub(crate) fn config() -> Json {
    json!({"customer": "cust", "username": "user", "password": "hunter2"})
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    let mut config = config();
    config["class"] = CLASS.into();
    Suite::new(octodns_dyn::register, config)
        .endpoint("endpoint", service::REAL)
        .credential("username")
        .other_credential(json!(service::OTHER_USER))
        .fake(service::service())
        // The zone and its rows, and once the login.
        .read_cost(3)
        .cassettes("dyn")
        .playing(|cassettes| {
            cassettes
                .replayed(service::recorded)
                .differs("apply.json", "octoDNS sends SSHFP records without their TTL")
                .differs(
                    "dynamic.json",
                    "a ruleset gets its pools in one call, and labels are random",
                )
        })
        .run()
        .await;
}

/// The provider of the fake's account, with more options.
pub(crate) fn harness<A: Api>(fake: &Fake<A>, options: Json) -> Harness {
    let mut config = config();
    config["endpoint"] = format!("{}/REST", fake.url()).into();
    config["root_ns_warnings"] = false.into();
    config["http"] =
        json!({"requests_per_second": 100_000, "retry_wait": 0, "max_retry_after": 0.3});
    if let (Json::Object(config), Json::Object(options)) = (&mut config, options) {
        config.extend(options);
    }
    Harness::build(octodns_dyn::register, CLASS, &config).unwrap()
}

pub(crate) fn zone() -> ZoneName {
    ZoneName::new("unit.tests.").unwrap()
}

pub(crate) fn addresses(many: usize, shift: usize) -> Vec<Json> {
    let address = |index: usize| format!("192.0.{}.{}", index / 250, (index + shift) % 250);
    let record = |index| json!({"name": format!("host-{index}"), "type": "A", "ttl": 300, "value": address(index)});
    (0..many).map(record).collect()
}

/// Plans and applies, and plans again: then there is nothing to do.
pub(crate) async fn converge(harness: &Harness, records: &[Json]) {
    let desired = harness.zone(&zone(), records);
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    harness.apply(&plan).await.result.unwrap();
    assert!(harness.plan(&desired).await.unwrap().is_none());
}
