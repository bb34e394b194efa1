//! Plan files: written, read, held against targets that others have changed, applied.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

use std::path::Path;
use std::sync::Arc;

use octodns::{
    Conflicting, Failure, Manager, MemoryProvider, PlanFile, PlanFileOptions, PlanOptions,
    SyncOptions, ZoneOptions,
};
use octodns_core::{Record, RecordData, RecordName, Zone, ZoneName};
use proptest::prelude::*;

const ZONE: &str = "example.com.";

fn a(name: &str, last: u8) -> Record {
    let data = RecordData::A(vec![[192, 0, 2, last].into()]);
    Record::new(RecordName::new(name).unwrap(), 300, data)
}

fn zone_of(name: &str, records: impl IntoIterator<Item = Record>) -> Zone {
    let mut zone = Zone::new(ZoneName::new(name).unwrap());
    records.into_iter().for_each(|record| zone.set(record));
    zone
}

fn zone(records: impl IntoIterator<Item = Record>) -> Zone {
    zone_of(ZONE, records)
}

/// A source and a target in memory.
struct Setup {
    source: Arc<MemoryProvider>,
    target: Arc<MemoryProvider>,
    manager: Arc<Manager>,
}

impl Setup {
    fn new(desired: Zone, held: Option<Zone>) -> Self {
        Self::with(desired, held, &ZoneOptions::new(["source"], ["target"]))
    }

    fn with(desired: Zone, held: Option<Zone>, options: &ZoneOptions) -> Self {
        let source = Arc::new(MemoryProvider::new("source"));
        let target = Arc::new(MemoryProvider::new("target"));
        let manager = Manager::builder()
            .source(source.clone())
            .provider(target.clone())
            .zone(ZONE, options.clone())
            .build(&octodns::options());
        source.put(desired);
        if let Some(held) = held {
            target.put(held);
        }
        Self { source, target, manager: Arc::new(manager.unwrap()) }
    }

    async fn plan(&self) -> PlanFile {
        let plans = self.manager.plan(&PlanOptions::default()).await.unwrap();
        let file = self.manager.plan_file(&plans);
        // As another program reads it.
        PlanFile::from_text(file.to_text().as_bytes()).unwrap()
    }

    fn held(&self) -> Vec<String> {
        let held = self.target.zone(&ZoneName::new(ZONE).unwrap());
        let line = |record: &Arc<Record>| {
            format!("{} {}", record.name(), record.rdata_strings().join(", "))
        };
        held.iter().flat_map(Zone::records).map(line).collect()
    }
}

fn applying() -> PlanFileOptions {
    let mut options = PlanFileOptions::default();
    options.apply = true;
    options
}

fn told(failure: &Failure) -> String {
    failure.report.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn exactly_what_was_reviewed_is_applied() {
    let setup = Setup::new(zone([a("a", 2), a("b", 2)]), Some(zone([a("a", 1), a("c", 1)])));
    let file = setup.plan().await;
    assert_eq!(file.changes(), 3);
    // Sources that change later do not matter, nor other names of the target.
    setup.source.put(zone([a("a", 3)]));
    setup.target.put(zone([a("a", 1), a("c", 1), a("theirs", 9)]));

    let checked = setup.manager.sync_file(&file, &PlanFileOptions::default()).await.unwrap();
    assert_eq!((checked.open, checked.planned, checked.already), (3, 3, 0));
    assert_eq!(checked.others, 1);
    assert!(checked.applied.is_none());
    assert_eq!(setup.held().len(), 3);

    let done = setup.manager.sync_file(&file, &applying()).await.unwrap();
    assert_eq!(done.applied.unwrap().total(), 3);
    assert_eq!(setup.held(), ["a 192.0.2.2", "b 192.0.2.2", "theirs 192.0.2.9"]);

    let again = setup.manager.sync_file(&file, &applying()).await.unwrap();
    assert_eq!((again.open, again.already), (0, 3));
    assert_eq!(again.applied.unwrap().total(), 0);
}

#[tokio::test]
async fn a_conflict_stops_everything_unless_it_is_left_out() {
    let setup = Setup::new(
        zone([a("a", 2), a("b", 2), a("c", 2)]),
        Some(zone([a("a", 1), a("b", 1), a("c", 1)])),
    );
    let file = setup.plan().await;
    setup.target.put(zone([a("a", 1), a("b", 9), a("c", 2)]));
    for options in [PlanFileOptions::default(), applying()] {
        let refused = setup.manager.sync_file(&file, &options).await.unwrap_err();
        let text = told(&refused);
        let conflict = "b.example.com. A (target): it was changed since it was planned; before: 300 192.0.2.1; \
                        planned: 300 192.0.2.2; live: 300 192.0.2.9 [conflict]";
        assert!(text.contains(conflict), "{text}");
        assert!(text.contains("1 change of 3 is in conflict"), "{text}");
        assert_eq!(setup.held(), ["a 192.0.2.1", "b 192.0.2.9", "c 192.0.2.2"]);
    }
    let mut options = applying();
    options.skip_conflicts = true;
    let done = setup.manager.sync_file(&file, &options).await.unwrap();
    assert_eq!((done.open, done.already, done.skipped.len()), (1, 1, 1));
    let Conflicting::Change { change, live } = &done.skipped[0].about else { panic!() };
    assert_eq!(change.verb(), "Update");
    assert_eq!(live.as_ref().unwrap().rdata_strings(), ["192.0.2.9"]);
    assert_eq!(setup.held(), ["a 192.0.2.2", "b 192.0.2.9", "c 192.0.2.2"]);
}

#[tokio::test]
async fn a_zone_is_created_once_and_a_zone_that_is_gone_is_told() {
    let setup = Setup::new(zone([a("a", 1)]), None);
    let file = setup.plan().await;
    assert!(!file.plans[0].exists);
    setup.manager.sync_file(&file, &applying()).await.unwrap();
    let again = setup.manager.sync_file(&file, &applying()).await.unwrap();
    assert_eq!((again.open, again.already), (0, 1));

    let setup = Setup::new(zone([a("a", 2)]), Some(zone([a("a", 1)])));
    let file = setup.plan().await;
    let other = Setup::new(zone([a("a", 2)]), None);
    let gone = other.manager.sync_file(&file, &applying()).await.unwrap_err();
    assert!(told(&gone).contains("has it no more"), "{}", told(&gone));
}

/// Force is asked for when the file is applied, whatever was asked for when it was made.
#[tokio::test]
async fn thresholds_hold_when_a_file_is_applied() {
    let many = || (0..10_u8).map(|number| a(&format!("r{number}"), 1));
    let setup = Setup::new(zone(many().take(5)), Some(zone(many())));
    let file = setup.plan().await;
    let refused = setup.manager.sync_file(&file, &applying()).await.unwrap_err();
    assert!(told(&refused).contains("unsafe-plan"), "{}", told(&refused));
    assert_eq!(setup.held().len(), 10);
    let mut forced = applying();
    forced.force = true;
    setup.manager.sync_file(&file, &forced).await.unwrap();
    assert_eq!(setup.held().len(), 5);
}

#[tokio::test]
async fn a_file_for_another_config_is_refused() {
    let file = Setup::new(zone([a("a", 2)]), Some(zone([a("a", 1)]))).plan().await;
    let manager = |zone: &str, target: &str, lenient: bool| {
        let mut options = ZoneOptions::new(["source"], [target]);
        options.lenient = lenient;
        let target = MemoryProvider::new(target);
        target.put(self::zone([a("a", 1)]));
        let manager = Manager::builder()
            .source(Arc::new(MemoryProvider::new("source")))
            .provider(Arc::new(target))
            .zone(zone, options)
            .build(&octodns::options());
        Arc::new(manager.unwrap())
    };
    for (manager, expected) in [
        (manager(ZONE, "target", false), None),
        (
            manager(ZONE, "target", true),
            Some("zone example.com.: the plan file is for another config"),
        ),
        (
            manager("example.org.", "target", false),
            Some("the zone of the plan file is not in the config"),
        ),
        (manager(ZONE, "other", false), Some("the target of the plan file is not in the config")),
    ] {
        let found = manager.rebase(&file).await;
        match expected {
            None => assert_eq!(found.unwrap().open, 1),
            Some(expected) => {
                let text = told(&found.unwrap_err());
                assert!(text.contains(expected), "{text}");
            }
        }
    }
}

/// What a config says of other zones, and what is secret in it, does not matter.
#[tokio::test]
async fn files_are_bound_to_their_zones_and_targets_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("zones")).unwrap();
    let record = "www: {ttl: 60, type: A, value: 192.0.2.1}\n";
    std::fs::write(folder.path().join("zones/example.com.yaml"), record).unwrap();
    let place = folder.path().display().to_string();
    let base = format!(
        "providers:\n  \
           zones: {{class: octodns.provider.yaml.YamlProvider, directory: {place}/zones, default_ttl: 60}}\n  \
           files: {{class: octodns.provider.yaml.YamlProvider, directory: {place}/files}}\n\
         processors:\n  \
           one: {{class: octodns.processor.filter.TypeRejectlistFilter, rejectlist: [TXT]}}\n  \
           all: {{class: octodns.processor.filter.TypeRejectlistFilter, rejectlist: [MX]}}\n  \
           other: {{class: octodns.processor.filter.TypeRejectlistFilter, rejectlist: [NS]}}\n\
         manager: {{processors: [all]}}\n\
         zones: {{'*': {{sources: [zones], targets: [files], processors: [one]}}}}\n"
    );
    let manager = |text: &str| {
        let made = Manager::from_config_text(Path::new("config.yaml"), text, &octodns::options());
        Arc::new(made.unwrap())
    };
    let planned = manager(&base);
    let plans = planned.plan(&PlanOptions::default()).await.unwrap();
    let file = planned.plan_file(&plans);
    assert_eq!(file.config.zones[ZONE].entry.as_deref(), Some("*"));
    // No source is asked which zones it has.
    std::fs::remove_dir_all(folder.path().join("zones")).unwrap();
    for (text, is_same) in [
        (base.clone(), true),
        (base.replace("default_ttl: 60", "default_ttl: 61"), true),
        (
            base.replace("{'*':", "{'other.example.': {sources: [zones], targets: [files]}, '*':"),
            true,
        ),
        (base.replace("/files}", "/files, default_ttl: 5}"), false),
        (base.replace("targets: [files]", "targets: [files], lenient: true"), false),
        // What processors made of a plan is in it; now they would make something else.
        (base.replace("[NS]", "[NS, PTR]"), true),
        (base.replace("[TXT]", "[TXT, PTR]"), false),
        (base.replace("[MX]", "[MX, PTR]"), false),
        (base.replace("processors: [all]", "processors: [all, other]"), false),
    ] {
        assert_eq!(manager(&text).rebase(&file).await.is_ok(), is_same, "{text}");
    }
}

/// A file of three plans of all kinds.
fn sample() -> PlanFile {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let many = (0..4_u8).map(|number| a(&format!("r{number}"), number));
        let setup = Setup::new(zone(many), Some(zone([a("r0", 9), a("gone", 1)])));
        setup.plan().await
    })
}

#[test]
fn files_that_are_none_are_refused_in_one_sentence() {
    let text = sample().to_text();
    let replaced = |from: &str, to: &str| {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        changed
    };
    for (text, expected) in [
        (String::new(), "the plan file is cut short"),
        ("{}".to_owned(), "this is not a plan file"),
        ("[]".to_owned(), "this is not a plan file"),
        ("www: {type: A}".to_owned(), "this is not a plan file"),
        (text[..text.len() / 2].to_owned(), "the plan file is cut short"),
        (text[..text.len() - 3].to_owned(), "the plan file is cut short"),
        (replaced("\"version\": 1", "\"version\": 2"), "knows those up to 1"),
        (replaced("\"version\": 1", "\"version\": \"1\""), "has no version that there is"),
        (replaced("\"version\": 1,", ""), "has no version that there is"),
        (replaced("octodns-plan", "terraform"), "this is not a plan file"),
        (replaced("192.0.2.2", "192.0.2.3"), "edited after it was written"),
        (
            replaced("\"target\": \"target\"", "\"target\": \"other\""),
            "edited after it was written",
        ),
        (replaced("\"exists\": true", "\"exists\": false"), "edited after it was written"),
        (replaced("\"update\": 0.3", "\"update\": 0.9"), "edited after it was written"),
        (replaced("\"name\": \"gone\"", "\"name\": \"r0\""), "edited after it was written"),
        (replaced("\"changes\"", "\"chagnes\""), "was edited or is damaged"),
        (replaced("\"exists\": true", "\"exists\": 1"), "was edited or is damaged"),
        // The digest is over one of two, and a reader may look at the other.
        (replaced("\"target\": \"", "\"target\": \"0\", \"target\": \""), "a key is there twice"),
    ] {
        let refused = PlanFile::from_text(text.as_bytes()).unwrap_err();
        assert_eq!(refused.len(), 1);
        let refused = refused.iter().next().unwrap();
        assert_eq!(refused.code, "plan-file");
        assert!(refused.message.contains(expected), "{expected}: {refused}");
        assert!(refused.help.is_some());
    }
    // Blanks are nobody's business, and the text is for any terminal.
    let compact: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(text.is_ascii());
    assert!(compact["digest"].as_str().unwrap().starts_with("sha256:"));
    assert!(PlanFile::from_text(text.replace("  ", "\t").as_bytes()).is_ok());
}

/// The order of plans and changes is what was reviewed as well.
#[test]
fn the_digest_binds_the_order() {
    let file = sample();
    let mut other = file.clone();
    other.plans[0].changes.swap(0, 1);
    assert_ne!(other.digest(), file.digest());
    let mut other = file.clone();
    other.selection.zones.push(ZONE.to_owned());
    assert_ne!(other.digest(), file.digest());
}

/// A place in the JSON tree, changed somehow.
fn mutate(value: &mut serde_json::Value, place: usize, with: &serde_json::Value) -> bool {
    fn walk(value: &mut serde_json::Value, left: &mut usize, with: &serde_json::Value) -> bool {
        if *left == 0 {
            *value = with.clone();
            return true;
        }
        *left -= 1;
        match value {
            serde_json::Value::Array(items) => items.iter_mut().any(|item| walk(item, left, with)),
            serde_json::Value::Object(map) => map.values_mut().any(|item| walk(item, left, with)),
            _ => false,
        }
    }
    walk(value, &mut { place }, with)
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    prop_oneof![
        Just(serde_json::json!(null)),
        Just(serde_json::json!([])),
        Just(serde_json::json!({})),
        Just(serde_json::json!([[], {"data": {}}, null])),
        Just(serde_json::json!({"data": {"ttl": -1, "values": []}})),
        Just(serde_json::json!({"$octodns": "map", "value": [[1, 2]]})),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<bool>().prop_map(Into::into),
        "\\PC{0,20}".prop_map(Into::into),
        "[a-z.*\\\\0-9]{0,20}".prop_map(Into::into),
    ]
}

/// A file as somebody hostile makes it, who knows how digests are made.
fn with_digest(value: &serde_json::Value) -> Option<PlanFile> {
    let mut content = value.as_object()?.clone();
    for key in ["format", "version", "digest"] {
        content.remove(key);
    }
    serde_json::from_value(content.into()).ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever is in a file, it is refused or checked, and nothing breaks.
    #[test]
    fn hostile_files_are_errors(place in 0_usize..200, with in json(), cut in 0_usize..4000) {
        let text = sample().to_text();
        let end = cut.min(text.len());
        prop_assert_eq!(PlanFile::from_text(&text.as_bytes()[..end]).is_ok(), end + 1 >= text.len());
        let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
        if !mutate(&mut value, place, &with) {
            return Ok(());
        }
        let _ = PlanFile::from_text(value.to_string().as_bytes());
        let Some(file) = with_digest(&value) else { return Ok(()) };
        let file = PlanFile::from_text(file.to_text().as_bytes()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let setup = Setup::new(zone([]), Some(zone([a("r0", 9), a("gone", 1)])));
        let _ = runtime.block_on(setup.manager.sync_file(&file, &applying()));
    }
}

#[tokio::test]
async fn a_dry_run_writes_the_file_though_the_plan_is_unsafe() {
    let many = || (0..10_u8).map(|number| a(&format!("r{number}"), 1));
    let setup = Setup::new(zone(many().take(5)), Some(zone(many())));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    let mut options = SyncOptions::default();
    options.plan_out = Some(path.clone());
    let refused = setup.manager.sync(&options).await.unwrap_err();
    assert!(told(&refused).contains("unsafe-plan"));
    assert_eq!(PlanFile::read(&path).unwrap().changes(), 5);
    options.plan_out = Some(folder.path().join("gone/plan.json"));
    let unwritten = setup.manager.sync(&options).await.unwrap_err();
    assert!(told(&unwritten).contains("cannot write the plan file"), "{}", told(&unwritten));
    let unread = PlanFile::read(&folder.path().join("nothing")).unwrap_err();
    assert!(told(&unread).contains("cannot read the plan file"), "{}", told(&unread));
}

#[tokio::test]
async fn plans_that_are_never_applied_are_not_applied_from_files() {
    let mut options = ZoneOptions::new(["source"], ["target"]);
    options.always_dry_run = true;
    let setup = Setup::with(zone([a("a", 2)]), Some(zone([a("a", 1)])), &options);
    let file = setup.plan().await;
    let done = setup.manager.sync_file(&file, &applying()).await.unwrap();
    assert_eq!(done.applied.unwrap().total(), 0);
    assert_eq!(setup.held(), ["a 192.0.2.1"]);
}
