//! Hosts files, compared with recordings of the reference and with the reference itself.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic in a function it calls")]

mod cassettes;
mod two_clients;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use octodns_core::{Plan, Report, ZoneName};
use octodns_testkit::run::Harness;
use serde_json::Value as Json;

/// The provider of a configuration, with its own folder.
fn harness(config: &Json, folder: &Path) -> Harness {
    let mut config = config.clone();
    config["directory"] = folder.to_str().unwrap().into();
    Harness::build(octodns_etchosts::register, "octodns_etchosts.EtcHostsProvider", &config)
        .unwrap()
}

/// Plans the desired records of a zone.
async fn plan(harness: &Harness, zone: &str, records: &Json) -> Result<Option<Plan>, Report> {
    let zone = ZoneName::new(zone).unwrap();
    let desired = harness.zone(&zone, records.as_array().unwrap());
    harness.plan(&desired).await
}

async fn apply(harness: &Harness, plans: &[Plan]) {
    for plan in plans {
        harness.apply(plan).await.result.unwrap();
    }
}

/// The files of a folder, by name; none if it does not exist.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeMap::new() };
    let read = |path: &Path| fs::read_to_string(path).unwrap();
    entries
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), read(&entry.path())))
        .collect()
}
