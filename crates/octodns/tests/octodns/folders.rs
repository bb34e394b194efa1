//! Names as paths and as lines: whatever a zone or a record is called, files stay in the folder of their provider, and
//! lines of hosts files are about one name each.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use octodns_core::registry::Host;
use octodns_core::value::Map;
use octodns_core::{OwnedValue, Provider, Registry, ZoneName};
use octodns_testkit::run::Harness;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn registry() -> Registry {
    let mut host = Host::default();
    // Zone files take their serial from it.
    host.clock = Arc::new(|| Some(UNIX_EPOCH + Duration::from_secs(1_767_323_045)));
    octodns::registry(None, host)
}

/// Every provider that writes files to a folder, with the folder as its option.
fn of_folders(folder: &Path) -> Vec<(&'static str, Arc<dyn Provider>)> {
    let directory = OwnedValue::from(folder.to_string_lossy().into_owned());
    let options: Map<'static> = [("directory", directory)].into_iter().collect();
    let registry = registry();
    let build = |(name, class): (&'static str, &octodns_core::registry::Class<_>)| {
        let built: octodns_core::registry::Component =
            (class.build)("out", &OwnedValue::from(options.clone())).ok()?;
        let provider = Arc::clone(built.as_provider()?);
        provider.files().is_some().then_some((name, provider))
    };
    let found: Vec<_> = registry.providers.iter().filter_map(build).collect();
    assert!(found.len() >= 4, "{}", found.len());
    found
}

/// All files and folders below a folder.
fn all(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(all(&path));
        }
        found.push(path);
    }
    found
}

/// Writes a zone with these records by every provider; gives what it wrote.
fn written(zone: &ZoneName, records: &[Json]) -> Vec<(&'static str, Result<Vec<PathBuf>, String>)> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut results = Vec::new();
    let outer = tempfile::tempdir().unwrap();
    let names: Vec<_> = of_folders(outer.path()).into_iter().map(|(name, _)| name).collect();
    for (index, name) in names.into_iter().enumerate() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("a/b/c");
        fs::create_dir_all(&folder).unwrap();
        let (_, provider) = of_folders(&folder).swap_remove(index);
        let harness = Harness::new(provider);
        let desired = harness.zone(zone, records);
        let applied: Result<(), String> = runtime.block_on(async {
            let plan = harness.plan(&desired).await.map_err(|report| format!("{report:?}"))?;
            let Some(plan) = plan else { return Ok(()) };
            harness.apply(&plan).await.result.map(drop).map_err(|error| error.to_string())
        });
        let folders = [outer.path().join("a"), outer.path().join("a/b"), folder.clone()];
        let files = all(outer.path());
        for path in files.iter().filter(|path| !folders.contains(path)) {
            assert!(path.starts_with(&folder), "{name}, {zone:?}: {}", path.display());
        }
        let lines = |path: &PathBuf| fs::read_to_string(path).unwrap_or_default();
        if name == "etchosts" {
            for line in files.iter().map(lines).collect::<String>().lines() {
                let is_host = line.split_once('\t').is_some_and(|(address, name)| {
                    address == "192.0.2.1"
                        && !name.contains(|c: char| c.is_whitespace() || c == '#')
                });
                let is_other = line.is_empty() || line.starts_with('#');
                assert!(is_host || is_other, "{records:?}: {line:?}");
            }
        }
        let files = files.into_iter().filter(|path| path.is_file()).collect();
        results.push((name, applied.map(|()| files)));
    }
    results
}

fn address(name: &str) -> Json {
    json!({"name": name, "type": "A", "ttl": 300, "value": "192.0.2.1"})
}

#[test]
fn a_usual_zone_is_written_by_all() {
    let zone = ZoneName::new("example.com.").unwrap();
    let ns = json!({"name": "", "type": "NS", "ttl": 300, "value": "ns.example.net."});
    for (name, files) in written(&zone, &[ns, address("www")]) {
        assert_eq!(files.as_ref().map(Vec::is_empty), Ok(false), "{name}: {files:?}");
    }
}

#[test]
fn names_that_are_paths_are_no_zones() {
    for name in [
        "../x.",
        "a/../../x..",
        "/etc/x.",
        "..",
        "a..b.",
        ".a.",
        "a\nb.",
        "a\0.",
        "a b.",
        "x",
        "a\u{85}.",
    ] {
        assert!(ZoneName::new(name).is_err(), "{name:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Of whatever characters the name of a zone is made, nothing is written outside.
    #[test]
    fn files_stay_in_their_folder(
        name in r"([./\\a-]|\.\.|\./|/\.|%2e|~|\$|:|é|\x00|\n| ){0,12}\.",
        record in r"([./\\a-]|\.\.|%2f|~|\$|:|é| ){0,8}",
    ) {
        let Ok(zone) = ZoneName::new(&name) else { return Ok(()) };
        prop_assert!(!zone.as_str().contains("..") && !zone.as_str().starts_with('/'));
        prop_assert!(!zone.as_str().contains(|c: char| c.is_control() || c.is_whitespace()));
        let is_name = octodns_core::RecordName::new(&record).is_ok();
        let records = if is_name { vec![address(&record)] } else { Vec::new() };
        written(&zone, &records);
    }

    /// No name makes two lines, or two names of a line.
    #[test]
    fn lines_are_about_one_name(record in r#"([a-z0-9*_.#"\\; -]|\t|\\010|\\032|é){1,12}"#) {
        let zone = ZoneName::new("example.com.").unwrap();
        if octodns_core::RecordName::new(&record).is_ok() {
            written(&zone, &[address(&record)]);
        }
    }
}
