//! A manager of parts made in code, with a config and without.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

use std::path::Path;
use std::sync::Arc;

use octodns::{Failure, Manager, MemoryProvider, PlanOptions, SyncOptions, ZoneOptions};
use octodns_core::zone::AddOptions;
use octodns_core::{Record, RecordData, RecordName, Target, TargetOptions, Zone, ZoneName};

fn name() -> ZoneName {
    ZoneName::new("example.com.").unwrap()
}

/// A zone with as many records.
fn zone(count: usize) -> Zone {
    let mut zone = Zone::new(name());
    for index in 0..count {
        let data = RecordData::A(vec!["192.0.2.1".parse().unwrap()]);
        let record = Record::new(RecordName::new(&format!("r{index}")).unwrap(), 60, data);
        zone.add(record, AddOptions::default()).unwrap();
    }
    zone
}

fn memory(id: &str, zone: Option<Zone>) -> Arc<MemoryProvider> {
    let memory = Arc::new(MemoryProvider::new(id));
    if let Some(zone) = zone {
        memory.put(zone);
    }
    memory
}

fn messages(failure: &Failure) -> Vec<String> {
    failure.report.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn planning_changes_nothing_and_applying_takes_what_was_approved() {
    let target = memory("target", Some(zone(12)));
    let parts = Manager::builder().provider(memory("source", Some(zone(4))));
    let parts = parts.provider(Arc::clone(&target) as _);
    let parts = parts.zone("example.com.", ZoneOptions::new(["source"], ["target"]));
    let manager = Arc::new(parts.build(&octodns::options()).unwrap());

    let plans = manager.plan(&PlanOptions::default()).await.unwrap();
    assert_eq!((plans.iter().len(), plans.changes(), plans.checksum()), (1, 8, None));
    assert_eq!(target.zone(&name()).unwrap().len(), 12);
    assert_eq!(plans.safety().iter().count(), 1);
    let refused = plans.approve().unwrap_err();
    assert!(messages(&refused)[0].contains("too many deletes"), "{:?}", messages(&refused));

    let plans = manager.plan(&PlanOptions::default()).await.unwrap();
    let summary = manager.apply(plans.approve_by_force()).await.unwrap();
    assert_eq!(summary.total(), 8);
    assert_eq!(target.zone(&name()).unwrap().len(), 4);
    assert!(manager.plan(&PlanOptions::default()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_config_text_is_completed_by_parts() {
    let config = "manager: {max_workers: 2}\nproviders: {}\nzones:\n  example.com.:\n    sources: \
                  [source]\n    targets: [target]\n";
    let target = memory("target", None);
    let parts = Manager::builder().config_text("config.yaml", config);
    let parts = parts.source(memory("source", Some(zone(3)))).provider(Arc::clone(&target) as _);
    let manager = Arc::new(parts.build(&octodns::options()).unwrap());
    assert_eq!(manager.sync(&SyncOptions::applying()).await.unwrap().planned, 3);
    assert_eq!(target.zone(&name()).unwrap().len(), 3);
}

#[tokio::test]
async fn a_dynamic_zone_in_code_and_a_target_that_is_not_applied() {
    let target = memory("target", None);
    let mut options = TargetOptions::default();
    options.apply_disabled = true;
    let parts = Manager::builder().source(memory("source", Some(zone(3))));
    let parts = parts.target(Target::new(Arc::clone(&target) as _, options));
    let parts = parts.zone("*", ZoneOptions::new(["source"], ["target"]));
    let manager = Arc::new(parts.build(&octodns::options()).unwrap());
    let result = manager.sync(&SyncOptions::applying()).await.unwrap();
    assert_eq!((result.planned, result.applied.unwrap().total()), (3, 0));
    assert!(target.zone(&name()).is_none());
}

#[tokio::test]
async fn what_is_there_twice_is_refused() {
    let config = "providers:\n  one: {class: yaml, directory: here}\nzones: {}\n";
    let parts = Manager::builder().config_text("config.yaml", config);
    let twice = parts.provider(memory("one", None)).build(&octodns::options());
    let failure = twice.err().unwrap();
    assert!(messages(&failure)[0].contains("provider one"), "{:?}", messages(&failure));

    let zone = || ZoneOptions::new(["one"], ["two"]);
    let parts = Manager::builder().provider(memory("one", None)).provider(memory("two", None));
    let parts = parts.zone("example.com.", zone()).zone("Example.com.", zone());
    let manager = Arc::new(parts.build(&octodns::options()).unwrap());
    let failure = manager.plan(&PlanOptions::default()).await.unwrap_err();
    assert!(messages(&failure)[0].contains("configured twice"), "{:?}", messages(&failure));
}

#[test]
fn findings_of_a_config_text_name_its_path() {
    let config = "providers:\n  one: {class: nope}\nzones: {}\n";
    let path = Path::new("some/config.yaml");
    let failure = Manager::from_config_text(path, config, &octodns::options()).err();
    let report = failure.unwrap().report;
    let origin = report.iter().next().unwrap().origin.to_string();
    assert!(origin.starts_with("some/config.yaml:2"), "{origin}");
}
