//! Every finding has a code, a place and advice: for all cases of the corpus, and for every option of every
//! class with something in it that cannot be meant.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]
#![expect(clippy::disallowed_methods, reason = "the environment tells where the corpus is")]
#![expect(clippy::print_stderr, reason = "that a test did not run must be said")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use octodns::core::record::{LoadContext, RecordTypes};
use octodns::core::registry::{Classes, OptionsSchema};
use octodns::core::validate::RecordValidators;
use octodns::core::{Diagnostic, Record, Report, ZoneName};
use octodns::yaml::LoadOptions;
use octodns::{CompareOptions, Manager, ValidateOptions};
use schemars::SchemaGenerator;
use serde_json::Value as Json;

/// The folder with what octoDNS itself made of many inputs; nothing where that is not at hand.
fn corpus() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let folder = std::env::var_os("OCTODNS_CORPUS").map_or_else(beside, Into::into);
    if !folder.is_dir() {
        eprintln!("{} is not there, its cases are not run", folder.display());
        return None;
    }
    Some(folder)
}

/// The cases of every file of a folder of the corpus.
fn cases(folder: &str) -> Vec<Json> {
    let Some(corpus) = corpus() else { return Vec::new() };
    let mut files: Vec<_> =
        fs::read_dir(corpus.join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let texts = files.iter().map(|file| fs::read_to_string(file).unwrap());
    let lines = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
    lines.map(|line| serde_json::from_str(&line).unwrap()).collect()
}

/// A folder with a config, in which files can be written.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.0.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// What is found with a config, in which FOLDER stands for the folder.
    async fn found(&self, config: &str) -> Report {
        self.write("config.yaml", &config.replace("FOLDER", &self.0.path().to_string_lossy()));
        let path = self.0.path().join("config.yaml");
        let mut options = octodns::options();
        options.log_warnings = false;
        let manager = match Manager::from_config_file(&path, &options) {
            Ok(manager) => manager,
            Err(failure) => return failure.report,
        };
        let mut report = manager.warnings().clone();
        report.merge(match manager.validate(ValidateOptions::default()).await {
            Ok(found) => found,
            Err(failure) => failure.report,
        });
        report
    }

    /// What is found when a zone is read from a source that validating does not read.
    async fn read(&self, class: &str, zone: &str) -> Report {
        let text = config(class, &zone.into(), false);
        self.write("config.yaml", &text.replace("FOLDER", &self.0.path().to_string_lossy()));
        let path = self.0.path().join("config.yaml");
        let manager = Manager::from_config_file(&path, &octodns::options()).unwrap();
        let (a, b) = (vec!["in".to_owned()], vec!["in".to_owned()]);
        let options = CompareOptions::new(a, b, zone);
        manager.compare(&options).await.err().map(|failure| failure.report).unwrap_or_default()
    }
}

/// What a finding lacks.
fn lacks(found: &Diagnostic) -> Option<&'static str> {
    let help = found.help.as_deref().unwrap_or_default().trim();
    if help.is_empty() {
        return Some("advice");
    }
    if found.message.contains(help) || help.contains(&found.message) {
        return Some("advice other than its message");
    }
    if found.code.is_empty() {
        return Some("a code");
    }
    found.origin.file.is_none().then_some("a place")
}

/// Findings that lack something, by their message without what differs from case to case.
#[derive(Default)]
struct Tally {
    seen: usize,
    lacking: BTreeMap<String, String>,
}

impl Tally {
    fn add(&mut self, case: &str, report: &Report) {
        for found in report {
            self.seen += 1;
            if let Some(what) = lacks(found) {
                let key = format!("{what} [{}]", found.code);
                self.lacking.entry(key).or_insert_with(|| format!("{case}: {found}"));
            }
        }
    }

    fn check(&self, least: usize) {
        assert!(self.lacking.is_empty(), "{:#?}", self.lacking);
        assert!(self.seen >= least || corpus().is_none(), "only {} were seen", self.seen);
    }
}

/// A config of one zone that is read by `class`, with all validators at work.
fn config(class: &str, zone: &Json, lenient: bool) -> String {
    format!(
        "manager: {{validators: {{enabled: [legacy, strict, best-practice]}}}}\nproviders:\n  \
         in: {{class: {class}, directory: FOLDER/zones}}\nzones:\n  {zone}:\n    sources: [in]\n    \
         lenient: {lenient}\n"
    )
}

/// A zone file of records by their names. JSON is YAML.
fn zone_file<'c>(records: impl IntoIterator<Item = (&'c Json, &'c Json)>) -> String {
    let mut by_name: BTreeMap<String, Vec<&Json>> = BTreeMap::new();
    for (name, data) in records {
        let name = name.as_str().map_or_else(|| name.to_string(), str::to_owned);
        by_name.entry(name).or_default().push(data);
    }
    serde_json::to_string_pretty(&by_name).unwrap()
}

#[test]
fn findings_about_records_have_advice() {
    let types = RecordTypes::default();
    let mut validators = RecordValidators::new(&types);
    validators.enable_sets(&["legacy", "strict", "best-practice"]);
    let mut tally = Tally::default();
    for case in cases("records") {
        let (Some(zone), false) = (case["zone"].as_str(), case["data"].is_null()) else { continue };
        let Ok(zone) = ZoneName::new(zone) else { continue };
        let text = zone_file([(&case["name"], &case["data"])]);
        let options = LoadOptions::new("zone.yaml");
        let document = octodns::yaml::load(&text, &options).unwrap();
        for lenient in [false, true] {
            let mut context = LoadContext::new(&zone, &validators, &types);
            context.files = &document.files;
            context.lenient = lenient;
            let mut report = Report::new();
            for (name, list) in document.root.as_map().unwrap() {
                for data in list.as_list().unwrap() {
                    Record::load(name, data, &context, &mut report);
                }
            }
            tally.add(&case["id"].to_string(), &report);
        }
    }
    tally.check(2000);
}

#[tokio::test]
async fn findings_about_zones_have_advice() {
    let mut tally = Tally::default();
    for case in cases("zones") {
        let folder = Folder::new();
        let records = case["records"].as_array().unwrap();
        let text = zone_file(records.iter().map(|record| (&record["name"], &record["data"])));
        folder.write(&format!("zones/{}yaml", case["zone"].as_str().unwrap()), &text);
        let report = folder.found(&config("yaml", &case["zone"], false)).await;
        tally.add(&case["id"].to_string(), &report);
    }
    tally.check(100);
}

#[tokio::test]
async fn findings_about_yaml_have_advice() {
    let mut tally = Tally::default();
    for case in cases("yaml") {
        let folder = Folder::new();
        for (file, text) in case["files"].as_object().unwrap() {
            folder.write(&format!("zones/{file}"), text.as_str().unwrap());
        }
        let report = folder.found(&config("yaml", &"main.".into(), false)).await;
        tally.add(&case["id"].to_string(), &report);
    }
    tally.check(100);
}

#[tokio::test]
async fn findings_about_tinydns_data_have_advice() {
    let mut tally = Tally::default();
    for case in cases("tinydns") {
        let folder = Folder::new();
        for (file, text) in case["files"].as_object().unwrap() {
            folder.write(&format!("zones/{file}"), text.as_str().unwrap());
        }
        let report = folder.read("tinydns", case["zone"].as_str().unwrap()).await;
        tally.add(&case["id"].to_string(), &report);
    }
    // Lines that the corpus has none of.
    for line in [
        "+www.x.test",
        "3www.x.test:1",
        "6www.x.test:1",
        ".x.test:192.0.2.1",
        "Cwww.x.test",
        "@x.test:",
        "'www.x.test",
        "'www.x.test:\\\\999",
        "Swww.x.test:::",
        "Swww.x.test::a.b.",
        ":www.x.test",
        ":www.x.test:CNAMEE:x",
        ":www.x.test:MX:x",
        "Cwww.x.test:a\nCwww.x.test:b",
        "+www.x.test:192.0.2.256",
        "^1.2.0.192.in-addr.arpa",
    ] {
        let folder = Folder::new();
        // Only what fails is told whole, with what else was found.
        folder.write("zones/data", &format!("{line}\n+bad.x.test\n^1.2.0.192.in-addr.arpa\n"));
        for zone in ["x.test.", "2.0.192.in-addr.arpa."] {
            tally.add(line, &folder.read("tinydns", zone).await);
        }
    }
    tally.check(20);
}

/// Lines of the data are values of the record, each with a place of its own.
#[tokio::test]
async fn findings_about_zones_point_at_the_line_of_the_value() {
    let folder = Folder::new();
    folder.write(
        "zones/data",
        "Cmail.x.test:mx.other.test\n@x.test::mx.other.test:10\n@x.test::mail.x.test.:5\n",
    );
    let report = folder.read("tinydns", "x.test.").await;
    let found = report.iter().find(|found| found.code == "mx-target-not-cname").unwrap();
    assert_eq!((found.origin.line, found.origin.column), (3, 10), "{found}");
}

#[tokio::test]
async fn findings_about_master_files_have_advice() {
    let mut tally = Tally::default();
    for lines in [
        "www A",
        "www A 192.0.2.256",
        "www AAAAA 192.0.2.1",
        "www FOO 192.0.2.1",
        "www MX x",
        "www CH TXT x",
        "www 99999999999 A 192.0.2.1",
        "www TXT \"x",
        "www TXT x\\",
        "www ( A 192.0.2.1",
        "www ) A 192.0.2.1",
        "$TTL soon",
        "$TTL 1 2",
        "$NOTHING",
        "$ORIGIN",
        "$ORIGIN a..b",
        "$INCLUDE",
        "$INCLUDE nothing",
        "$GENERATE x a A 192.0.2.1",
        "$GENERATE 1-2 a$ A 192.0.2.${x}",
        "$GENERATE 1-999999999 a$ A 192.0.2.1",
        "other.test. A 192.0.2.1",
        "www TYPE65280 \\# 1 00",
        "www CNAME a.\nwww A 192.0.2.1",
        "@ SOA a. b. 1 2 3 4 5",
        "www DS 1 8 2 00",
        "www SSHFP 1 1 00",
    ] {
        for start in ["$TTL 60\n@ SOA a. b. 1 2 3 4 5\n@ NS ns1.x.test.\n", ""] {
            let folder = Folder::new();
            folder.write("zones/x.test.", &format!("{start}{lines}\nbad MX 1 192.0.2.1\n"));
            tally.add(lines, &folder.read("zone-file", "x.test.").await);
        }
    }
    tally.check(40);
}

/// The options that a class describes.
fn options(describe: OptionsSchema) -> Vec<String> {
    let schema = describe(&mut SchemaGenerator::default()).to_value();
    let keys = schema["properties"].as_object().into_iter().flat_map(|map| map.keys().cloned());
    keys.collect()
}

/// The classes of a section, by their paths, and what describes their options.
fn described<T: Clone>(
    section: &'static str,
    classes: &Classes<T>,
) -> Vec<(&'static str, &'static str, OptionsSchema)> {
    let by_path = classes.iter().filter(|(name, class)| *name == class.path);
    by_path.map(|(name, class)| (section, name, class.options)).collect()
}

#[tokio::test]
async fn findings_about_options_have_advice() {
    let registry = octodns::options().registry;
    let classes = [
        described("providers", &registry.providers),
        described("processors", &registry.processors),
        described("validators", &registry.validators),
    ];
    let mut tally = Tally::default();
    for (section, name, describe) in classes.into_iter().flatten() {
        let mut wrong = vec!["nothing: 1".to_owned(), String::new()];
        for option in options(describe) {
            for value in ["{x: [1]}", "[[1]]", "[x, ')(']", "'not meant ('", "-1"] {
                wrong.push(format!("{option}: {value}"));
            }
        }
        for wrong in wrong {
            let sections = match section {
                "providers" => format!("providers:\n  x: {{class: {name}, {wrong}}}\n"),
                _ => format!("providers: {{}}\n{section}:\n  x: {{class: {name}, {wrong}}}\n"),
            };
            let report = Folder::new().found(&format!("{sections}zones: {{}}\n")).await;
            tally.add(&format!("{name}: {wrong}"), &report);
        }
    }
    tally.check(1000);
}
