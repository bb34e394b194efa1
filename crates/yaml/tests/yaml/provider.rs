//! Zones in files: found, read and written, and never only half of one.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic in a function it calls")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use octodns_core::record::RecordTypes;
use octodns_core::validate::RecordValidators;
use octodns_core::value::{Map, from_value};
use octodns_core::zone::{AddOptions, SubZones};
use octodns_core::{
    ApplyLog, Change, Outcome, Plan, Provider, ProviderError, Registry, Source, State, Value, Zone,
    ZoneName, ZoneRead, ZoneRequest,
};
use octodns_yaml::{LoadOptions, YamlOptions, YamlProvider, load, register};

const ZONE: &str = "'':\n- type: A\n  value: 192.0.2.1\n- type: TXT\n  value: a;b\n\
                    www:\n  ttl: 60\n  type: CNAME\n  value: unit.test.\n";

/// The same, as the reference writes it.
const WRITTEN: &str = "---\n? ''\n: - type: A\n    value: 192.0.2.1\n  - type: TXT\n    value: a;b\n\
                       www:\n  ttl: 60\n  type: CNAME\n  value: unit.test.\n";

/// The defaults, for files in a folder.
fn options_of(folder: &Path) -> YamlOptions {
    let mut options = Map::new();
    options.insert("directory", folder.to_string_lossy().into_owned());
    from_value(&options.into()).unwrap()
}

async fn read(provider: &YamlProvider, target: bool) -> Result<Option<ZoneRead>, ProviderError> {
    let types = Arc::new(RecordTypes::default());
    let validators = Arc::new(RecordValidators::legacy(&types));
    let name = ZoneName::new("unit.test.").unwrap();
    let sub_zones = SubZones::default();
    let mut request = ZoneRequest::new(&name, &sub_zones, &validators, &types);
    request.target = target;
    request.lenient = true;
    provider.read(&request).await
}

async fn zone(provider: &YamlProvider) -> Zone {
    zone_and_state(provider).await.0
}

async fn zone_and_state(provider: &YamlProvider) -> (Zone, State) {
    let mut zone = Zone::new(ZoneName::new("unit.test.").unwrap());
    let read = read(provider, false).await.unwrap().unwrap();
    assert!(!read.report.has_errors(), "{:?}", read.report);
    for record in read.records {
        zone.add(record, AddOptions::default()).unwrap();
    }
    (zone, read.state)
}

async fn apply(
    provider: &YamlProvider,
    (existing, state): (Zone, State),
    changes: Vec<Change>,
) -> Vec<Outcome> {
    let exists = !state.is_empty();
    let mut desired = existing.clone();
    desired.apply(&changes);
    let plan = Plan::new(existing, desired, changes, exists).with_state(state).approve_by_force();
    let log = ApplyLog::new("target", &plan, &());
    let _ = provider.apply(&plan, &log).await;
    log.outcomes()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn what_is_written_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("unit.test.yaml"), ZONE).unwrap();
    let mut options = options_of(folder.path());
    options.escaped_semicolons = false;
    let source = YamlProvider::new("config", options.clone());
    let desired = zone(&source).await;
    assert_eq!(source.list_zones().await.unwrap(), [ZoneName::new("unit.test.").unwrap()]);

    let out = tempfile::tempdir().unwrap();
    options.directory = out.path().join("new");
    let target = YamlProvider::new("target", options);
    assert!(read(&target, true).await.unwrap().is_none());
    assert!(read(&target, false).await.is_err());
    let creates: Vec<_> = desired.records().map(|record| Change::Create(record.clone())).collect();
    let empty = Zone::new(desired.name().clone());
    assert_eq!(apply(&target, (empty, State::default()), creates).await, vec![Outcome::Applied; 3]);
    let text = fs::read_to_string(out.path().join("new/unit.test.yaml")).unwrap();
    assert_eq!(text, WRITTEN);
    assert_eq!(names(&out.path().join("new")), ["unit.test.yaml"]);
}

/// The reference keeps the file, and so finds the record again in the next run.
#[tokio::test]
async fn a_deleted_name_loses_its_split_file() {
    let folder = tempfile::tempdir().unwrap();
    let split = folder.path().join("unit.test.");
    fs::create_dir(&split).unwrap();
    fs::write(split.join("$unit.test.yaml"), "'':\n  type: A\n  value: 192.0.2.1\n").unwrap();
    fs::write(split.join("www.yaml"), "www:\n  type: A\n  value: 192.0.2.1\n").unwrap();
    let mut options = options_of(folder.path());
    options.split_extension = Some(".".into());
    let provider = YamlProvider::new("target", options);
    let existing = zone_and_state(&provider).await;
    let www = existing.0.records().find(|record| record.name().as_str() == "www").unwrap().clone();
    assert_eq!(apply(&provider, existing, vec![Change::Delete(www)]).await, [Outcome::Applied]);
    assert_eq!(names(&split), ["$unit.test.yaml"]);
}

#[tokio::test]
async fn a_zone_that_cannot_be_read_as_a_whole_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("unit.test.yaml");
    let provider = YamlProvider::new("config", options_of(folder.path()));
    for text in ["www: !include missing.yaml\n", "www: [\n", "b: 1\na: 1\n", "- www\n"] {
        fs::write(&path, text).unwrap();
        let read = read(&provider, false).await.unwrap().unwrap();
        assert!(read.report.has_errors(), "{text}");
        assert!(read.report.iter().all(|found| found.origin.is_known()), "{text}");
    }
}

#[tokio::test]
async fn a_file_without_content_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let provider = YamlProvider::new("files", options_of(folder.path()));
    for (text, is_reported) in
        [("", true), ("---\n# nothing\n", true), ("--- {}\n", false), (ZONE, false)]
    {
        fs::write(folder.path().join("unit.test.yaml"), text).unwrap();
        let found = read(&provider, false).await.unwrap().unwrap().report;
        assert!(!found.has_errors(), "{text:?}: {found:?}");
        assert_eq!(found.iter().any(|found| found.code == "yaml-empty"), is_reported, "{text:?}");
        // A target may be emptied.
        let found = read(&provider, true).await.unwrap().unwrap().report;
        assert!(found.iter().all(|found| found.code != "yaml-empty"), "{text:?}");
    }
}

#[tokio::test]
async fn scalars_that_become_another_text_or_number_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let provider = YamlProvider::new("files", options_of(folder.path()));
    let caa =
        |value: &str| format!("{{type: CAA, value: {{flags: 0, tag: issue, value: {value}}}}}");
    for (record, expected) in [
        (caa("no"), "no is the truth value false, so it becomes the text \"False\""),
        (caa("1.10"), "1.10 is the number 1.1, so it becomes the text \"1.1\""),
        (caa("1_000"), "1_000 is the number 1000, so it becomes the text \"1000\""),
        (caa("&a +5"), "+5 is the number 5, so it becomes the text \"5\""),
        (caa("010"), "010 is the number 8"),
        (caa("'no'"), ""),
        (caa("1.5"), ""),
        (caa("10"), ""),
        ("{type: CAA, values: [{flags: 1.5, tag: issue, value: a}, {flags: 1, tag: issue, value: b}]}".into(),
         "1.5 is the number 1.5, so it becomes 1"),
        ("{type: CAA, value: {flags: off, tag: issue, value: a}}".into(),
         "off is the truth value false, so it becomes 0"),
        ("{type: CAA, value: {flags: 1_0, tag: issue, value: a}}".into(), ""),
        ("{type: MX, value: {priority: 10.5, value: a.b.}}".into(), "so it becomes 10"),
        ("{type: MX, value: {preference: 10.0, exchange: a.b.}}".into(), ""),
        ("{type: NAPTR, value: {order: 1, preference: 1, flags: U, service: no, regexp: 'b', replacement: a.}}".into(),
         "becomes the text \"False\""),
        // TXT refuses what is not text.
("{type: TXT, value: yes}".into(), ""),
                ("{type: TXT, value: 1.10}".into(), ""),
        ("\n  type: CAA\n  values:\n  - flags: 0\n    tag: issue\n    value: 1.20 # x".into(), "1.20 is the number 1.2"),
        ("{type: TXT, value: 2024-01-02}".into(), ""),
        ("{type: TLSA, value: {certificate_usage: 1.5, selector: 1, matching_type: 0, certificate_association_data: 1_0}}".into(),
         "1_0 is the number 10"),
        ("{type: LOC, value: {lat_degrees: 31, lat_minutes: 58, lat_seconds: 52.10, lat_direction: S, long_degrees: 115, \
          long_minutes: 49, long_seconds: 11.70, long_direction: E, altitude: 20, size: 10.0, precision_horz: 10.50, \
          precision_vert: 2.0}}".into(), ""),
    ] {
        fs::write(folder.path().join("unit.test.yaml"), format!("www: {record}\n")).unwrap();
        let read_zone = read(&provider, false).await.unwrap().unwrap();
        let said: Vec<_> = read_zone.report.iter().map(ToString::to_string).collect();
        let spelled: Vec<_> = said.iter().filter(|found| found.contains("yaml-spelling")).collect();
        assert_eq!(spelled.is_empty(), expected.is_empty(), "{record}: {said:?}");
        assert!(spelled.is_empty() || spelled.iter().any(|found| found.contains(expected)), "{record}: {said:?}");
        let found = read(&provider, true).await.unwrap().unwrap().report;
        assert!(!expected.contains("so it") || found.iter().all(|found| found.code != "yaml-spelling"), "{record}");
    }
}

#[tokio::test]
async fn both_spellings_of_a_name_are_an_error() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["bücher.test.yaml", "xn--bcher-kva.test.yaml"] {
        fs::write(folder.path().join(name), "{}\n").unwrap();
    }
    let provider = YamlProvider::new("config", options_of(folder.path()));
    let types = Arc::new(RecordTypes::default());
    let validators = Arc::new(RecordValidators::legacy(&types));
    let name = ZoneName::new("bücher.test.").unwrap();
    let sub_zones = SubZones::default();
    let request = ZoneRequest::new(&name, &sub_zones, &validators, &types);
    let error = provider.read(&request).await.unwrap_err();
    assert!(error.to_string().contains("keep one"), "{error}");
    assert_eq!(provider.list_zones().await.unwrap(), [name]);
}

#[tokio::test]
async fn a_failed_write_leaves_the_folder_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    // A folder where the file should be cannot be replaced by it.
    fs::create_dir(folder.path().join("unit.test.yaml")).unwrap();
    let provider = YamlProvider::new("target", options_of(folder.path()));
    let record = octodns_core::Record::new(
        octodns_core::RecordName::new("www").unwrap(),
        60,
        octodns_core::RecordData::A(vec!["192.0.2.1".parse().unwrap()]),
    );
    let empty = Zone::new(ZoneName::new("unit.test.").unwrap());
    let outcomes =
        apply(&provider, (empty, State::default()), vec![Change::Create(Arc::new(record))]).await;
    assert!(matches!(outcomes[..], [Outcome::Failed(_)]), "{outcomes:?}");
    assert_eq!(names(folder.path()), ["unit.test.yaml"]);
}

#[cfg(unix)]
#[tokio::test]
async fn permissions_of_a_file_are_kept() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("unit.test.yaml");
    fs::write(&path, ZONE).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let provider = YamlProvider::new("target", options_of(folder.path()));
    let existing = zone_and_state(&provider).await;
    let gone = existing.0.records().next().unwrap().clone();
    apply(&provider, existing, vec![Change::Delete(gone)]).await;
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn a_mistyped_option_suggests_the_right_one() {
    let mut registry = Registry::default();
    register(&mut registry);
    for (class, text, help) in [
        ("yaml", "directory: x\nenforce_ordr: no\n", "enforce_order"),
        ("octodns.provider.yaml.SplitYamlProvider", "directory: x\nextensio: y\n", "extension"),
    ] {
        let options = load(text, &LoadOptions::new("config.yaml")).unwrap().root.into_owned();
        let class = registry.providers.get(class).unwrap();
        let error = (class.build)("config", &options).err().unwrap();
        assert_eq!(error.position.line, 2);
        assert!(error.help.unwrap().contains(help));
        let good: Value<'static> =
            load("directory: x\n", &LoadOptions::new("config.yaml")).unwrap().root.into_owned();
        assert!((class.build)("config", &good).is_ok());
    }
}
