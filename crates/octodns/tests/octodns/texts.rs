//! Texts of every kind through files: YAML, and zone files as servers load them. Services are held to the same
//! texts by the behaviour suite.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

use std::fs;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use octodns::{CompareOptions, Manager, ManagerOptions, SyncOptions};
use octodns_core::engine::read_sources;
use octodns_core::record::RecordTypes;
use octodns_core::registry::Host;
use octodns_core::validate::RecordValidators;
use octodns_core::value::OwnedValue;
use octodns_core::zone::ZoneValidators;
use octodns_core::{Context, RecordData, RecordName, Report, Zone, ZoneName};
use octodns_testkit::behaviour::text_samples;

const CONFIG: &str = "\
providers:
  config: {class: yaml, directory: DIR/config, enforce_order: false}
  yaml: {class: yaml, directory: DIR/yaml}
  bare: {class: yaml, directory: DIR/bare, escaped_semicolons: false}
  files: {class: octodns_bind.ZoneFileProvider, directory: DIR/files, file_extension: .}
zones:
  texts.test.: {sources: [config], targets: [yaml, bare, files], lenient: true}
";

/// What each of the targets is read back as has the same octets, and nothing is left to do.
#[tokio::test]
async fn every_text_is_held_by_files_and_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().display().to_string();
    let samples = text_samples();
    let mut zone = "'': {type: NS, ttl: 60, value: ns1.example.net.}\n".to_owned();
    for (index, (text, _)) in samples.iter().enumerate() {
        // JSON is YAML, and its strings have no escapes that YAML reads otherwise.
        let text = serde_json::to_string(text).unwrap();
        zone.extend([format!("t{index:03}: {{type: TXT, ttl: 60, value: {text}}}\n")]);
    }
    fs::create_dir(folder.path().join("config")).unwrap();
    fs::write(folder.path().join("config/texts.test.yaml"), zone).unwrap();
    let config = folder.path().join("config.yaml");
    fs::write(&config, CONFIG.replace("DIR", &dir)).unwrap();
    let options = options();
    let manager = Arc::new(Manager::from_config_file(&config, &options).unwrap());
    let everything = SyncOptions::forced();
    let sync = || manager.sync(&everything);
    sync().await.unwrap_or_else(|failure| panic!("{:?}", failure.report));

    for id in ["yaml", "bare", "files"] {
        let (a, b) = (vec!["config".to_owned()], vec![id.to_owned()]);
        let options = CompareOptions::new(a, b, "texts.test.");
        // It is told what is doubtful of texts, as nobody is lenient when comparing.
        if let Ok(compared) = manager.compare(&options).await {
            assert!(compared.changes.is_empty(), "{id}: {compared}");
        }
        let held = read(&options_of(id, &dir)).await;
        for (index, (text, octets)) in samples.iter().enumerate() {
            let name = RecordName::new(&format!("t{index:03}")).unwrap();
            let record = held.get(&name, octodns_core::RecordType::TXT);
            let record = record.unwrap_or_else(|| panic!("{id} lacks {text:?}"));
            let RecordData::Txt(texts) = record.data() else { panic!("{record:?}") };
            let found: Vec<_> = texts.iter().map(|text| text.octets().into_owned()).collect();
            assert_eq!(found, std::slice::from_ref(octets), "{id}: {text:?}");
        }
    }
    // Zone files are written anew each time; the others have nothing left to do.
    let planned = sync().await.unwrap().planned;
    assert_eq!(planned, samples.len() + 1);
}

/// With a clock, from which zone files take their serial.
fn options() -> ManagerOptions {
    let now = Arc::new(|| Some(UNIX_EPOCH + Duration::from_secs(1_767_323_045)));
    let mut host = Host::default();
    host.clock = now;
    let registry = octodns::registry(None, host);
    ManagerOptions::new(registry)
}

/// The options of a target, for reading it as a source.
fn options_of(id: &str, dir: &str) -> OwnedValue {
    let directory = ("directory", OwnedValue::from(format!("{dir}/{id}")));
    match id {
        "files" => [
            ("class", "octodns_bind.ZoneFileProvider".into()),
            directory,
            ("file_extension", ".".into()),
        ]
        .into(),
        "bare" => {
            [("class", "yaml".into()), directory, ("escaped_semicolons", false.into())].into()
        }
        _ => [("class", "yaml".into()), directory].into(),
    }
}

async fn read(written: &OwnedValue) -> Zone {
    let types = RecordTypes::default();
    let mut context = Context::new(
        Arc::new(RecordValidators::legacy(&types)),
        Arc::new(ZoneValidators::new(["legacy"])),
        Arc::new(types),
    );
    context.lenient = true;
    let registry = options().registry;
    let class = written.get("class").and_then(octodns_core::Value::as_str).unwrap();
    let mut own = written.clone();
    own.as_map_mut().unwrap().remove("class");
    let built = (registry.providers.get(class).unwrap().build)("held", &own);
    let empty = Zone::new(ZoneName::new("texts.test.").unwrap());
    let sources: [Arc<dyn octodns_core::Source>; 1] = [built.unwrap().as_source()];
    let mut report = Report::new();
    let read = read_sources(empty, &sources, &context, &mut report).await;
    read.unwrap_or_else(|report| panic!("{report:?}"))
}
