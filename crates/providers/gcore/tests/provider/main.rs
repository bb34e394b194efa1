//! The provider with a fake of the service, with recordings, and compared with octoDNS' own.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod cases;
mod samples;
mod service;

use octodns_testkit::store::{Paging, Store};
use octodns_testkit::suite::Suite;
use serde_json::{Value as Json, json};

use samples::{checked, named};
use service::{recorded, service, with_login, with_token};

const CLASS: &str = "octodns_gcore.GCoreProvider";
const ENDPOINT: &str = "https://api.gcore.com/dns/v2";
const AUTH: &str = "https://api.gcore.com/id";

/// The order of the rules that octoDNS reads is not that of any record that it accepts.
const UNSETTLED: &str = "octoDNS reads the rule for the rest as the first, and never settles";

/// The service, which counts what it lists.
fn gcore() -> Store {
    service()
        .zones_paging(Paging::offset("offset", "limit", 100, 1000).total("total_amount"))
        .paging(Paging::whole().total("total_amount"))
}

/// A record as it is read again; one with options for its health check has no rule by place.
fn sample(feature: &str, mut record: Json) -> Json {
    let options = match feature {
        "health-check-own" => json!({"frequency": 60}),
        "health-check-own-changed" => json!({"frequency": 300, "tls": true, "regexp": "ok"}),
        _ => return named(record, &["other"]),
    };
    let rules = record["dynamic"]["rules"].as_array_mut();
    rules.unwrap().retain(|rule| rule.get("geos").is_none());
    checked(named(record, &["pool-0"]), ("gcore", "healthcheck"), &options)
}

fn suite() -> Suite {
    Suite::new(octodns_gcore::register, json!({"class": CLASS, "token": "hunter2"}))
        .endpoint("url", ENDPOINT)
        .endpoint("auth_url", AUTH)
        .fake(with_token(gcore()))
}

fn suite_with_login() -> Suite {
    let config = json!({"class": CLASS, "login": "me", "password": "hunter2"});
    Suite::new(octodns_gcore::register, config)
        .endpoint("url", ENDPOINT)
        .endpoint("auth_endpoint", AUTH)
        .fake(with_login(gcore(), "/id/auth/jwt/login"))
        .credential("password")
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    suite()
        .read_cost(1)
        .thousand_changes(1, 1000)
        .cassettes("gcore")
        .playing(|cassettes| {
            cassettes
                .replayed(|cassette| recorded(&gcore(), cassette))
                .differs("errors-delete-dynamic.json", "dynamic records can be deleted")
                .differs("errors-healthcheck-keys.json", "options of health checks have defaults")
        })
        .dynamic_sample(|feature, record| Some(sample(feature, record)))
        .dynamic_writes(1)
        .reference("octodns-gcore")
        .reference_except("dynamic-a", UNSETTLED)
        .reference_except("dynamic-aaaa", UNSETTLED)
        .reference_except("dynamic-cname", UNSETTLED)
        .run()
        .await;
}

#[tokio::test]
async fn a_login_does_what_every_provider_must() {
    suite_with_login().dynamic_sample(|feature, record| Some(sample(feature, record))).run().await;
}
