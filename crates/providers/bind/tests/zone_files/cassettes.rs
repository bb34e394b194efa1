//! Recordings of octoDNS reading and writing zone files.

use std::fs;

use octodns_core::ZoneName;
use octodns_testkit::cassette::{Cassettes, Verdicts};
use octodns_testkit::run::Harness;
use serde_json::{Map, Value as Json};

use crate::folder::{Folder, canonical_texts, shown, zone};

/// Intentional differences, each with the heading in `docs/differences.md`.
const DIFFERENT: &[(&str, &str)] = &[
    ("zonefile-include.json", "zone-file-include"),
    ("zonefile-loc-short.json", "zone-file-spellings"),
    ("zonefile-syntax-features.json", "zone-file-types"),
    ("zonefile-write-options.json", "zone-file-mailbox"),
    ("zonefile-write-rfc2317.json", "zone-file-rfc2317"),
];

/// The recordings about writing zone files, or about reading them.
fn cassettes(is_written: bool) -> Option<Vec<(String, Json)>> {
    let mut cassettes = Cassettes::raw("bind")?;
    let is_zone_file = |class: &Json| class.as_str().is_some_and(|of| of.contains("ZoneFile"));
    cassettes.retain(|(_, cassette)| {
        is_zone_file(&cassette["class"]) && cassette["desired"].is_null() != is_written
    });
    Some(cassettes)
}

fn options(cassette: &Json) -> Json {
    let mut options = cassette["config"].as_object().cloned().unwrap_or_default();
    options.remove("directory");
    Json::Object(options)
}

fn array(json: &Json) -> Vec<Json> {
    json.as_array().cloned().unwrap_or_default()
}

/// Normalizes `port`, which octoDNS reads as a string and we as a number.
fn same_port(mut records: Vec<Json>) -> Vec<Json> {
    for record in &mut records {
        if let Some(params) = record.pointer_mut("/value/svcparams").and_then(Json::as_object_mut)
            && let Some(port) = params.get_mut("port")
            && let Some(number) = port.as_str().and_then(|text| text.parse::<u16>().ok())
        {
            *port = number.into();
        }
    }
    records
}

#[tokio::test]
async fn recorded_files_are_read_as_octodns_reads_them() {
    let Some(cassettes) = cassettes(false) else { return };
    let mut verdicts = Verdicts::default();
    for (name, cassette) in cassettes {
        verdicts.check(&name.clone(), is_read(name, cassette)).await;
    }
    verdicts.end();
}

async fn is_read(name: String, cassette: Json) {
    let folder = Folder::new();
    for (file, text) in cassette["files"].as_object().unwrap_or(&Map::new()) {
        folder.write(file, text.as_str().unwrap());
    }
    if cassette["target"] == true {
        // A target is not read: every run writes the whole file.
        let harness = Harness::new(folder.provider(&options(&cassette)));
        let zone = ZoneName::new(cassette["zone"].as_str().unwrap()).unwrap();
        return assert_eq!(Json::from(harness.read_raw(&zone).await.unwrap()), cassette["exists"]);
    }
    let lenient = cassette["lenient"] == true;
    let zone = cassette["zone"].as_str().unwrap();
    let found = folder.read(&options(&cassette), zone, lenient).await;
    let differs = DIFFERENT.iter().any(|(different, _)| *different == name);
    match (&found, cassette.get("error")) {
        (Err(_), Some(_)) => assert!(!differs, "it does not differ"),
        (Ok(_), Some(_)) => assert!(differs, "read, and octoDNS did not"),
        (Err(error), None) => panic!("{error}"),
        (Ok(read), None) => {
            let mut records = shown(&read.records);
            if differs {
                // Differs from octoDNS: these types are supported as well.
                let before = records.len();
                records.retain(|record| record["type"] != "DNAME" && record["type"] != "URI");
                assert_ne!(before, records.len(), "it does not differ");
            }
            let expected = canonical_texts(same_port(array(&cassette["populated"])));
            assert_eq!(Json::from(records), Json::from(expected));
        }
    }
    let listed = folder.provider(&options(&cassette)).list_zones().await.unwrap();
    let listed: Vec<_> = listed.iter().map(|zone| zone.as_str().to_owned()).collect();
    let expected = array(&cassette["list_zones"]);
    if name != "zonefile-include.json" {
        assert_eq!(Json::from(listed), Json::from(expected));
    }
}

#[tokio::test]
async fn recorded_files_are_written_as_octodns_writes_them() {
    let Some(cassettes) = cassettes(true) else { return };
    let mut verdicts = Verdicts::default();
    for (name, cassette) in cassettes {
        verdicts.check(&name.clone(), is_written(name, cassette)).await;
    }
    verdicts.end();
}

async fn is_written(name: String, cassette: Json) {
    let folder = Folder::new();
    let zone = zone(cassette["zone"].as_str().unwrap(), &array(&cassette["desired"]));
    let options = options(&cassette);
    folder.apply(&options, &zone).await.unwrap();
    for (file, text) in cassette["files"].as_object().unwrap() {
        let mut text = text.as_str().unwrap().to_owned();
        if name == "zonefile-write-options.json" {
            text = text.replace("some\\.user.example.com (", "some\\.user.example.com. (");
        }
        assert_eq!(fs::read_to_string(folder.file(file)).unwrap(), text);
    }
    // A zone without NS records is refused when it is read, also in the cassette.
    if zone.root_ns().is_some() {
        let read = folder.read(&options, zone.name().as_str(), true).await.unwrap();
        let expected = shown(zone.records());
        assert_eq!(shown(&read.records), expected);
    }
}
