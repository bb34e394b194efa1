//! `tinydns/`: the records that the source reads from the files of a folder.

use std::io;
use std::sync::Arc;

use octodns_core::record::RecordTypes;
use octodns_core::validate::RecordValidators;
use octodns_core::value::from_value;
use octodns_core::zone::{AddOptions, SubZones, ZoneSettings};
use octodns_core::{Record, Source, Zone, ZoneName, ZoneRequest};
use octodns_tinydns::TinyDnsFileSource;
use serde_json::{Value as Json, json};

use crate::{Options, Outcome, corpus, json, records};

/// Compares every case.
pub(crate) fn compare(options: &Options, outcome: &mut Outcome) -> io::Result<()> {
    // Files are read on threads that may block.
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    corpus::for_each_case(&options.corpus.join("tinydns/cases.jsonl"), |id, case| {
        let expected = &case["records"];
        let difference = match runtime.block_on(read(case)) {
            Err(_) if case.get("error").is_some() => None,
            Ok(found) if records::same(expected, &found) => None,
            Ok(found) => Some(format!("expected {expected}, got {found}")),
            Err(error) => Some(error.to_string()),
        };
        outcome.case(id, difference);
    })
}

async fn read(case: &Json) -> Result<Json, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    for (name, text) in case["files"].as_object().into_iter().flatten() {
        std::fs::write(folder.path().join(name), text.as_str().unwrap_or_default())?;
    }
    let mut given = json::value_of(&case.get("options").cloned().unwrap_or_else(|| json!({})));
    if let Some(map) = given.as_map_mut() {
        map.insert("directory", folder.path().to_string_lossy().into_owned());
    }
    let source = TinyDnsFileSource::new("tiny", from_value(&given)?);
    let name = ZoneName::new(case["zone"].as_str().unwrap_or_default())?;
    let sub_zones = case["sub_zones"].as_array().into_iter().flatten().filter_map(Json::as_str);
    let sub_zones: SubZones = sub_zones.collect();
    let (types, lenient) = (Arc::new(RecordTypes::default()), case["lenient"] == true);
    let validators = Arc::new(RecordValidators::legacy(&types));
    let mut request = ZoneRequest::new(&name, &sub_zones, &validators, &types);
    request.lenient = lenient;
    let read = source.read(&request).await?.ok_or("no such zone")?;
    if read.report.has_errors() {
        return Err(read.report.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
    }
    let mut settings = ZoneSettings::default();
    settings.sub_zones = sub_zones.clone();
    let mut zone = Zone::with_settings(name.clone(), Arc::new(settings));
    let mut how = AddOptions::default();
    how.lenient = lenient;
    for record in read.records {
        zone.add(record, how)?;
    }
    let mut records: Vec<&Arc<Record>> = zone.records().collect();
    records.sort_by_key(|record| (record.name().as_str(), record.record_type().as_str()));
    Ok(records.into_iter().map(|record| row(record)).collect())
}

fn row(record: &Record) -> Json {
    json!({
        "name": record.name().as_str(),
        "type": record.record_type().as_str(),
        "data": json::json_of(&record.to_value()),
    })
}
