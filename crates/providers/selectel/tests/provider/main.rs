//! The provider with a fake of the service, with recordings, and compared with octoDNS' own.

mod cases;
mod legacy;
mod login;
mod service;

use octodns_testkit::store::Store;
use octodns_testkit::suite::{Suite, record};
use serde_json::{Value as Json, json};

const CLASS: &str = "octodns_selectel.SelectelProvider";
const LEGACY: &str = "octodns_selectel.SelectelProviderLegacy";
const ENDPOINT: &str = "https://api.selectel.ru/domains/v2";
const LEGACY_ENDPOINT: &str = "https://api.selectel.ru/domains/v1";

fn suite(config: Json, service: Store) -> Suite {
    let endpoint = if config["class"] == LEGACY { LEGACY_ENDPOINT } else { ENDPOINT };
    // The list of zones is read once.
    Suite::new(octodns_selectel::register, config)
        .endpoint("endpoint", endpoint)
        .fake(service)
        .read_cost(2)
        .thousand_changes(3, 1000)
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    suite(json!({"class": CLASS, "token": "hunter2"}), service::with_token())
        .cassettes("selectel")
        .playing(|cassettes| {
            let endpoint = json!({"endpoint": LEGACY_ENDPOINT});
            let clamping = json!({"endpoint": LEGACY_ENDPOINT, "strict_supports": false});
            cassettes
                .options_of("legacy-populate.json", endpoint.clone())
                .options_of("legacy-new-zone.json", endpoint)
                .options_of("legacy-apply.json", clamping)
                .replayed(|cassette| match &*cassette.class {
                    LEGACY => legacy::service().recorded(cassette),
                    _ => service::with_token().recorded(cassette),
                })
                .differs("min-ttl.json", "TTLs that the service refuses are refused when planning")
                .differs("legacy-apply.json", "octoDNS never deletes a row whose name has a dot")
                .corrected("legacy-apply.json", with_dot)
        })
        .reference("octodns-selectel")
        .run()
        .await;
}

/// Makes the row that octoDNS cannot delete one that stays.
fn with_dot(recording: &mut Json) {
    if let Some(desired) = recording["desired"].as_array_mut() {
        desired.push(record("wwwdot", "CNAME", "unit.tests."));
    }
    if let Some(changes) = recording["changes"].as_array_mut() {
        changes.retain(|change| change["name"] != "wwwdot");
    }
}

#[tokio::test]
async fn a_login_does_what_every_provider_must() {
    suite(login::config(), login::service())
        .endpoint("identity_endpoint", ENDPOINT)
        .credential("password")
        .run()
        .await;
}

#[tokio::test]
async fn the_legacy_class_does_what_every_provider_must() {
    suite(json!({"class": LEGACY, "token": "hunter2"}), legacy::service())
        .reference("octodns-selectel")
        .run()
        .await;
}
