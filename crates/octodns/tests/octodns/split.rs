//! A record in two files of a split zone.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

use std::fs;
use std::sync::Arc;

use octodns::{CompareOptions, Manager, SyncOptions, ValidateOptions};
use octodns_core::{Report, Severity};

const CONFIG: &str = "\
providers:
  split: {class: yaml, directory: DIR/split, split_extension: ., disable_zonefile: true}
  target: {class: yaml, directory: DIR/target}
zones:
  '*': {sources: [split], targets: [target]MORE}
";

fn manager(folder: &tempfile::TempDir, more: &str) -> Arc<Manager> {
    let dir = folder.path().to_string_lossy();
    let config = folder.path().join("config.yaml");
    fs::write(&config, CONFIG.replace("DIR", &dir).replace("MORE", more)).unwrap();
    Arc::new(Manager::from_config_file(&config, &octodns::options()).unwrap())
}

/// The severity, and the names of the files of both places.
fn places(report: &Report) -> Vec<(Severity, String, String)> {
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let found = report.iter().filter(|found| found.code == "duplicate-record");
    let row = |found: &octodns_core::Diagnostic| {
        let (here, there) = (&found.origin.file, &found.related[0].1.file);
        (found.severity, name(here.as_ref().unwrap()), name(there.as_ref().unwrap()))
    };
    found.map(row).collect()
}

#[tokio::test]
async fn both_places_are_told_and_in_a_lenient_zone_the_later_counts() {
    let folder = tempfile::tempdir().unwrap();
    let zone = folder.path().join("split/a.test.");
    fs::create_dir_all(&zone).unwrap();
    fs::write(zone.join("a.yaml"), "www: {type: A, value: 192.0.2.1}\n").unwrap();
    fs::write(zone.join("b.yaml"), "www: {type: A, value: 192.0.2.2}\n").unwrap();

    let report = manager(&folder, "").validate(ValidateOptions::default()).await.unwrap();
    let (here, there) = ("b.yaml".to_owned(), "a.yaml".to_owned());
    assert_eq!(places(&report), [(Severity::Error, here.clone(), there.clone())]);
    assert!(manager(&folder, "").sync(&SyncOptions::forced()).await.is_err());

    let lenient = manager(&folder, ", lenient: true");
    let report = lenient.validate(ValidateOptions::default()).await.unwrap();
    assert_eq!(places(&report), [(Severity::Warning, here, there)]);
    assert_eq!(lenient.sync(&SyncOptions::forced()).await.unwrap().planned, 1);
    let written = fs::read_to_string(folder.path().join("target/a.test.yaml")).unwrap();
    assert!(written.contains("192.0.2.2") && !written.contains("192.0.2.1"), "{written}");

    // Twice in one file is no matter of leniency.
    let twice = "ftp:\n- {type: A, value: 192.0.2.1}\n- {type: A, value: 192.0.2.2}\n";
    fs::write(zone.join("c.yaml"), twice).unwrap();
    let report = lenient.validate(ValidateOptions::default()).await.unwrap();
    let c = || "c.yaml".to_owned();
    assert!(places(&report).contains(&(Severity::Error, c(), c())), "{report:?}");
    fs::remove_file(zone.join("c.yaml")).unwrap();

    // A zone that a dynamic entry finds can be compared.
    let (a, b) = (vec!["target".to_owned()], vec!["target".to_owned()]);
    let compared = lenient.compare(&CompareOptions::new(a, b, "a.test.")).await.unwrap();
    assert!(compared.changes.is_empty());
}
