//! Both providers with fakes of the service, with recordings, and compared with octoDNS' own.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod cases;
mod credentials;
mod dynamic;
mod service;
mod two_clients;

use octodns_core::ZoneName;
use octodns_testkit::store::Store;
use octodns_testkit::suite::Suite;
use serde_json::{Value as Json, json};

use service::{
    CLIENT, DIRECTORY, KEY, OTHER_KEY, SUBSCRIPTION, private, recorded, service, trusting,
    with_discovery,
};

pub(crate) const CLASS: &str = "octodns_azure.AzureProvider";
pub(crate) const PRIVATE: &str = "octodns_azure.AzurePrivateProvider";
pub(crate) const MANAGEMENT: &str = "https://management.azure.com";
pub(crate) const LOGIN: &str = "https://login.microsoftonline.com";

pub(crate) fn config(class: &str) -> Json {
    json!({
        "class": class, "sub_id": SUBSCRIPTION, "resource_group": "test-rg",
        "client_id": CLIENT, "key": KEY, "directory_id": DIRECTORY,
    })
}

pub(crate) fn suite(class: &str, store: Store) -> Suite {
    Suite::new(octodns_azure::register, config(class))
        .endpoint("base_url", MANAGEMENT)
        .endpoint("authority", LOGIN)
        .credential("key")
        .other_credential(json!(OTHER_KEY))
        .fake(store)
}

pub(crate) fn a(name: &str, last: usize) -> Json {
    json!({"name": name, "type": "A", "ttl": 300, "value": format!("192.0.2.{last}")})
}

/// What the service puts in every public zone.
fn root_ns(_: &ZoneName) -> Vec<Json> {
    vec![json!({
        "name": "", "type": "NS", "ttl": 172_800,
        "values": [
            "ns1-01.azure-dns.com.", "ns2-01.azure-dns.net.", "ns3-01.azure-dns.org.",
            "ns4-01.azure-dns.info.",
        ],
    })]
}

/// A dynamic record as Azure can hold it.
pub(crate) fn sample(feature: &str, mut record: Json) -> Json {
    // Of a set of addresses, one value is beside the pools.
    if let Some(values) = record.get_mut("values").and_then(Json::as_array_mut) {
        values.truncate(1);
    }
    match feature {
        // Names of profiles have letters, digits and dashes.
        "names" => {
            let name = record["name"].as_str().unwrap_or_default();
            record["name"] = json!(name.replace('*', "star").replace('_', "low"));
        }
        "health-check-own" => {
            record["octodns"] = json!({"azuredns": {"healthcheck": {"interval": 10}}});
        }
        "health-check-own-changed" => {
            record["octodns"] = json!({"azuredns": {"healthcheck": {
                "interval": 30, "timeout": 7, "num_failures": 0,
            }}});
        }
        _ => {}
    }
    record
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    suite(CLASS, service())
        .served(with_discovery(trusting(service())))
        .read_cost(1)
        .thousand_changes(11, 1000)
        .default_records(root_ns)
        .dynamic_sample(|feature, record| Some(sample(feature, record)))
        .dynamic_writes(2)
        .cassettes("azure")
        .playing(|cassettes| {
            cassettes
                .replayed(|cassette| {
                    let is_private = cassette.class == PRIVATE;
                    recorded(&if is_private { private() } else { service() }, cassette)
                })
                .differs(
                    "errors-resource-group.json",
                    "a resource group that does not exist is an error, not a zone that does not exist",
                )
                .differs("private-new-zone.json", "the records of a new private zone are sent")
                .differs("apply.json", "a TTL of 0 is refused when planning, as the service would")
                .corrected("apply.json", with_ttl)
                .differs("errors-validation.json", "a TTL of 0 is refused when planning")
        })
        .run()
        .await;
}

/// The same with a TTL of 1 instead of 0.
fn with_ttl(recording: &mut Json) {
    match recording {
        Json::Object(map) => {
            for (key, value) in map {
                match key.as_str() {
                    "ttl" | "TTL" if *value == 0 => *value = json!(1),
                    _ => with_ttl(value),
                }
            }
        }
        Json::Array(list) => list.iter_mut().for_each(with_ttl),
        _ => {}
    }
}

#[tokio::test]
async fn private_zones_do_what_every_provider_must() {
    suite(PRIVATE, private()).read_cost(1).thousand_changes(11, 1000).run().await;
}
