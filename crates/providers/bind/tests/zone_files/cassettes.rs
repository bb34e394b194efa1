//! What octoDNS itself read from zone files, and wrote to them.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value as Json};

use crate::folder::{Folder, shown, zone};

/// Answers that differ on purpose, each with the heading in `docs/differences.md`.
const DIFFERENT: &[(&str, &str)] = &[
    ("zonefile-include", "zone-file-include"),
    ("zonefile-loc-short", "zone-file-spellings"),
    ("zonefile-syntax-features", "zone-file-types"),
    ("zonefile-write-options", "zone-file-mailbox"),
    ("zonefile-write-rfc2317", "zone-file-rfc2317"),
];

/// The recorded answers, by name.
fn cassettes() -> Option<BTreeMap<String, Json>> {
    let folder = std::env::var_os("OCTODNS_CASSETTES").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/cassettes")),
        PathBuf::from,
    );
    let Ok(entries) = fs::read_dir(folder.join("bind")) else {
        eprintln!("skipped: there are no recorded answers in {}", folder.display());
        return None;
    };
    let mut cassettes = BTreeMap::new();
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if name.starts_with("zonefile-") {
            cassettes.insert(name, serde_json::from_slice(&fs::read(path).unwrap()).unwrap());
        }
    }
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

/// What octoDNS reads as text and we as a number (`port`), in one form.
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
async fn files_are_read_as_octodns_reads_them() {
    let Some(cassettes) = cassettes() else { return };
    let mut read = 0;
    for (name, cassette) in cassettes.iter().filter(|(_, cassette)| cassette["desired"].is_null()) {
        if cassette["target"] == true {
            continue;
        }
        read += 1;
        let folder = Folder::new();
        for (file, text) in cassette["files"].as_object().unwrap_or(&Map::new()) {
            folder.write(file, text.as_str().unwrap());
        }
        let lenient = cassette["lenient"] == true;
        let zone = cassette["zone"].as_str().unwrap();
        let found = folder.read(&options(cassette), zone, lenient).await;
        let differs = DIFFERENT.iter().any(|(different, _)| different == name);
        match (&found, cassette.get("error")) {
            (Err(_), Some(_)) => assert!(!differs, "{name} does not differ"),
            (Ok(_), Some(_)) => assert!(differs, "{name}: read, and octoDNS did not"),
            (Err(error), None) => panic!("{name}: {error}"),
            (Ok(read), None) => {
                let mut records = shown(&read.records);
                if differs {
                    // Differs from octoDNS: these types are read as well.
                    let before = records.len();
                    records.retain(|record| record["type"] != "DNAME" && record["type"] != "URI");
                    assert_ne!(before, records.len(), "{name} does not differ");
                }
                assert_eq!(
                    Json::from(records),
                    Json::from(same_port(array(&cassette["populated"]))),
                    "{name}"
                );
            }
        }
        let listed = folder.provider(&options(cassette)).list_zones().await.unwrap();
        let listed: Vec<_> = listed.iter().map(|zone| zone.as_str().to_owned()).collect();
        let expected = array(&cassette["list_zones"]);
        if name != "zonefile-include" {
            assert_eq!(Json::from(listed), Json::from(expected), "{name}");
        }
    }
    assert!(read > 10, "only {read} answers were compared");
}

#[tokio::test]
async fn files_are_written_as_octodns_writes_them() {
    let Some(cassettes) = cassettes() else { return };
    let mut written = 0;
    for (name, cassette) in cassettes.iter().filter(|(_, cassette)| !cassette["desired"].is_null())
    {
        written += 1;
        let folder = Folder::new();
        let zone = zone(cassette["zone"].as_str().unwrap(), &array(&cassette["desired"]));
        let options = options(cassette);
        folder.apply(&options, &zone).await.unwrap();
        for (file, text) in cassette["files"].as_object().unwrap() {
            let mut text = text.as_str().unwrap().to_owned();
            if name == "zonefile-write-options" {
                text = text.replace("some\\.user.example.com (", "some\\.user.example.com. (");
            }
            assert_eq!(fs::read_to_string(folder.file(file)).unwrap(), text, "{name}");
        }
        // A zone without NS records is refused when it is read: what the cassette says too.
        if zone.root_ns().is_some() {
            let read = folder.read(&options, zone.name().as_str(), true).await.unwrap();
            let expected = shown(zone.records().map(AsRef::as_ref));
            assert_eq!(shown(&read.records), expected, "{name}");
        }
    }
    assert!(written > 3, "only {written} files were compared");
}
