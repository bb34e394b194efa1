//! The provider with a fake of the service, and with recordings.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod calls;
mod director_service;
mod directors;
mod service;
mod sessions;

use octodns_testkit::suite::Suite;
use serde_json::{Value as Json, json};

/// With Traffic Directors, which are made for dynamic records alone.
pub(crate) fn suite() -> Suite {
    let config = json!({
        "class": "octodns_dyn.DynProvider", "customer": "cust", "username": "user",
        "password": "hunter2", "traffic_directors_enabled": true,
    });
    Suite::new(octodns_dyn::register, config)
        .endpoint("endpoint", service::REAL)
        .credential("username")
        .other_credential(json!(service::OTHER_USER))
        .fake(service::service())
}

/// Addresses have smaller weights than other values.
fn lighter(_: &str, mut record: Json) -> Option<Json> {
    if record["type"] != "CNAME" {
        for pool in record["dynamic"]["pools"].as_object_mut()?.values_mut() {
            for value in pool["values"].as_array_mut()? {
                if value["weight"].as_i64() > Some(15) {
                    value["weight"] = 15.into();
                }
            }
        }
    }
    Some(record)
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    suite()
        // The zone and its rows, and once the login and the list of Traffic Directors.
        .read_cost(3)
        .thousand_changes(3, 1001)
        .dynamic_sample(lighter)
        // The new pool, the ruleset that gets it, the old pool, and the zone.
        .dynamic_writes(4)
        .cassettes("dyn")
        .playing(|cassettes| cassettes.replayed(service::recorded))
        .differs("apply.json", "octoDNS sends SSHFP records without their TTL")
        .differs("dynamic.json", "a ruleset gets its pools in one call, and labels are random")
        .run()
        .await;
}
