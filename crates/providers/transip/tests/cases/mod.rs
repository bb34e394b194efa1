//! What only this service has.

mod account;
mod domains;

use std::collections::BTreeSet;

use octodns_core::{Registry, ZoneName};
use octodns_testkit::fake::Fake;
use octodns_testkit::run::{Harness, render};
use octodns_testkit::store::Store;
use serde_json::{Value as Json, json};

use crate::service::{KEY, service};

const CLASS: &str = "octodns_transip.TransipProvider";

/// The service with one domain.
struct Bench {
    fake: Fake<Store>,
    harness: Harness,
    zone: ZoneName,
}

impl Bench {
    async fn new() -> Self {
        Self::with(&json!({})).await
    }

    /// With these options besides the usual ones.
    async fn with(options: &Json) -> Self {
        let mut store = service();
        store.provide_zone("example.com");
        let fake = Fake::start(store).await;
        let harness = Harness::build(octodns_transip::register, CLASS, &config(&fake, options));
        let zone = ZoneName::new("example.com.").unwrap();
        Self { harness: harness.unwrap(), fake, zone }
    }

    /// Plans these records; what stands against it is an error. Returns the messages as well.
    async fn plan(&self, records: &[Json]) -> Result<Option<octodns_core::Plan>, String> {
        let desired = self.harness.zone(&self.zone, records);
        self.harness.plan(&desired).await.map_err(|report| render(&report))
    }

    /// Plans and applies.
    async fn apply(&self, records: &[Json]) -> Result<(), String> {
        let Some(plan) = self.plan(records).await? else { return Ok(()) };
        let applied = self.harness.apply(&plan).await;
        applied.result.map(drop).map_err(|error| error.with_causes())
    }

    /// The requests since the last call, by method and path.
    fn asked(&self) -> Vec<String> {
        let seen = self.fake.control().measured().seen();
        self.fake.control().measured().clear();
        seen.into_iter().map(|seen| format!("{} {}", seen.method, seen.target)).collect()
    }

    /// The names and values of items of a type.
    fn items(&self, of: &str) -> BTreeSet<String> {
        let api = self.fake.api();
        let items = &api.zone("example.com").unwrap().items;
        let items = items.iter().filter(|item| item["type"] == of);
        items.map(|item| format!("{} {}", item["name"], item["content"]).replace('"', "")).collect()
    }
}

/// The configuration for a fake, with these options.
fn config(fake: &Fake<Store>, options: &Json) -> Json {
    let mut config = json!({
        "account": "octodns", "key": KEY, "endpoint": format!("{}/v6", fake.url()),
        "http": {"retry_wait": 0}, "root_ns_warnings": false,
    });
    for (key, value) in options.as_object().into_iter().flatten() {
        config[key] = value.clone();
        if value.is_null() {
            config.as_object_mut().unwrap().remove(key);
        }
    }
    config
}

/// Why these options are refused.
fn refusal(options: &Json) -> String {
    let build = |registry: &mut Registry| octodns_transip::register(registry);
    Harness::build(build, CLASS, options).err().map(|error| error.message).unwrap_or_default()
}

fn a(name: &str, address: &str) -> Json {
    json!({"name": name, "type": "A", "ttl": 300, "value": address})
}

fn root_ns(ttl: i64, names: &[&str]) -> Json {
    json!({"name": "", "type": "NS", "ttl": ttl, "values": names})
}
