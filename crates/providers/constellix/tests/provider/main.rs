//! The provider with a fake of the service, with recordings, and compared with octoDNS' own.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod cases;
mod dynamic;
mod service;

use octodns_core::Registry;
use octodns_testkit::suite::{Bench, Suite};
use serde_json::{Value as Json, json};

const CLASS: &str = "octodns_constellix.ConstellixProvider";
const ENDPOINT: &str = "https://api.dns.constellix.com/v1";
const SONAR: &str = "https://api.sonar.constellix.com/rest/api";

fn suite() -> Suite {
    suite_of(octodns_constellix::register)
}

fn suite_of(register: impl Fn(&mut Registry) + Send + Sync + 'static) -> Suite {
    let config = json!({"class": CLASS, "api_key": "api-key", "secret_key": "hunter2"});
    Suite::new(register, config)
        .endpoint("endpoint", ENDPOINT)
        .endpoint("sonar_endpoint", SONAR)
        .credential("api_key")
        .fake(service::service())
}

/// The service, and a provider with these options besides its own.
async fn bench(options: &Json) -> Bench {
    suite().bench(options).await
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    suite()
        .thousand_changes(2, 1000)
        // The list of zones is read once.
        .read_cost(2)
        .cassettes("constellix")
        .playing(|cassettes| {
            cassettes
                .differs("apply.json", "an SRV record is written once, not once for each value")
                .differs(
                    "dynamic.json",
                    "a fallback is in the list of its pool, not a record of its own",
                )
                .differs("dynamic-update.json", "pools, filters and records are changed in place")
        })
        .dynamic_sample(|feature, mut record| {
            let port = match feature {
                "fallbacks" | "health-check-own" => 443,
                "health-check-own-changed" => 8443,
                _ => return Some(record),
            };
            record["octodns"] = json!({"constellix": {"healthcheck": {"sonar_port": port}}});
            Some(record)
        })
        // The pool.
        .dynamic_writes(1)
        .reference("octodns-constellix")
        .reference_except("dynamic-cname", "octoDNS reads the first of its records alone")
        .run()
        .await;
}
