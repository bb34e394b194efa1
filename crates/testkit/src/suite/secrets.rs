//! The credentials of the options, and those of requests, are never shown.

use octodns_core::ZoneName;
use serde_json::{Value as Json, json};

use super::{Served, Suite, quick};
use crate::behaviour::Fixture;
use crate::run::{Harness, render};
use crate::secrets::{Trial, examine, found};

/// What an option says that takes a [`Secret`](octodns_core::Secret) and gets a truth value.
const IS_SECRET: &str = "a secret must be text";

/// The provider with a service that repeats what it was sent, and with credentials that are not valid.
pub(super) async fn hide(suite: Suite) -> Vec<String> {
    let served = suite.serve().await;
    let zone = match ZoneName::new("secrets.example.") {
        Ok(zone) => zone,
        Err(error) => return vec![error.to_string()],
    };
    served.provide(&zone);
    let desired = |address: &str| {
        let record = json!({"name": "www", "type": "A", "ttl": 300, "value": address});
        [served.default_records(&zone), vec![record]].concat()
    };
    if let Err(problem) = served.converge(&zone, &desired("192.0.2.1")).await {
        return vec![problem];
    }
    let mut problems = Vec::new();
    let mut secrets = Vec::new();
    for (option, value) in suite.config.as_object().into_iter().flatten() {
        let Some(text) = value.as_str() else { continue };
        if served.suite.is_secret(option) {
            secrets.push(text.to_owned());
            // As a list, a mapping, and as it is in a file that ends with a line feed.
            let others = [json!([text]), json!({"it": text}), json!(format!("{text}\n"))];
            let said = others.map(|other| served.refusal(option, other)).join("\n");
            problems.extend(found(&said, secrets.last().into_iter(), "in an error of the options"));
        }
    }
    if secrets.is_empty() {
        problems.push("no option takes a secret".to_owned());
    }
    let service = served.fake.api().clone();
    let build = |url: &str| served.suite.build(&served.suite.config_at(url, &quick()));
    let trial = Trial {
        service,
        build: &build,
        zone: zone.clone(),
        desired: desired("192.0.2.2"),
        secrets,
    };
    problems.extend(examine(&trial).await);
    problems
}

impl Suite {
    /// Whether an option takes a secret.
    pub(super) fn is_secret(&self, option: &str) -> bool {
        let mut config = self.config.clone();
        config[option] = json!(true);
        let built = Harness::build(&*self.register, &self.class, &config);
        built.err().is_some_and(|error| error.message.contains(IS_SECRET))
    }
}

impl Served {
    /// What building the provider says to another value of an option; empty if it takes it.
    fn refusal(&self, option: &str, value: Json) -> String {
        let mut config = self.suite.config_at(self.fake.url(), &quick());
        config[option] = value;
        let built = Harness::build(&*self.suite.register, &self.suite.class, &config);
        built.err().map(|error| format!("{} {error:?}", error.message)).unwrap_or_default()
    }

    /// Makes a zone hold these records.
    pub(super) async fn converge(&self, zone: &ZoneName, records: &[Json]) -> Result<(), String> {
        let harness = self.provider(&quick());
        let planned = harness.plan(&harness.zone(zone, records)).await;
        let Some(plan) = planned.map_err(|report| render(&report))? else { return Ok(()) };
        harness.apply(&plan).await.result.map(drop).map_err(|error| error.with_causes())
    }
}
