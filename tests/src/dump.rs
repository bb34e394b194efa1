//! `dump/zones.jsonl`: the files that a provider with an empty folder writes for a zone.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use octodns_core::record::{LoadContext, RecordTypes};
use octodns_core::validate::RecordValidators;
use octodns_core::value::{Map, Value, from_value};
use octodns_core::zone::AddOptions;
use octodns_core::{ApplyLog, Change, Plan, Provider, Record, Report, Zone, ZoneName};
use octodns_yaml::{YamlOptions, YamlProvider};
use serde_json::Value as Json;

use crate::{Options, Outcome, corpus, json};

/// Compares the files of every zone.
pub(crate) fn compare(options: &Options, outcome: &mut Outcome) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    corpus::for_each_case(&options.corpus.join("dump/zones.jsonl"), |id, case| {
        let difference = match runtime.block_on(dump(case)) {
            // If the reference fails, this implementation must fail too.
            Err(_) if case.get("error").is_some() => None,
            Ok(files) => difference(&case["files"], &files),
            Err(error) => Some(error.to_string()),
        };
        outcome.case(id, difference);
    })
}

type Files = BTreeMap<String, String>;

async fn dump(case: &Json) -> Result<Files, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let mut given = json::value_of(&case["options"]);
    if let Some(map) = given.as_map_mut() {
        map.insert("directory", folder.path().to_string_lossy().into_owned());
    }
    let provider = YamlProvider::new("target", from_value::<YamlOptions>(&given)?);
    let existing = Zone::new(ZoneName::new(case["zone"].as_str().unwrap_or_default())?);
    let mut desired = existing.clone();
    let mut how = AddOptions::default();
    how.lenient = true;
    for record in records(case, existing.name())? {
        desired.add(record, how)?;
    }
    let changes = desired.records().map(|record| Change::Create(Arc::clone(record))).collect();
    let plan = Plan::new(existing, desired, changes, false).approve_by_force();
    provider.apply(&plan, &ApplyLog::new("dump", &plan, &())).await?;
    let mut files = Files::new();
    collect(folder.path(), folder.path(), &mut files)?;
    Ok(files)
}

fn records(case: &Json, zone: &ZoneName) -> Result<Vec<Record>, String> {
    let types = RecordTypes::default();
    let validators = RecordValidators::legacy(&types);
    let mut context = LoadContext::new(zone, &validators, &types);
    context.lenient = true;
    let load = |record: &Json| {
        let mut report = Report::new();
        let data = json::value_of(&record["data"]);
        Record::load(&json::value_of(&record["name"]), &data, &context, &mut report)
            .ok_or_else(|| report.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    };
    case["records"].as_array().into_iter().flatten().map(load).collect()
}

fn collect(root: &Path, folder: &Path, files: &mut Files) -> io::Result<()> {
    for entry in folder.read_dir()? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            files.insert(name, std::fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

fn difference(expected: &Json, found: &Files) -> Option<String> {
    let found: Map<'_> =
        found.iter().map(|(name, text)| (name.as_str(), Value::from(text.as_str()))).collect();
    let found = json::json_of(&found.into());
    // The order of files does not matter.
    (*expected != found).then(|| format!("expected {expected}, got {found}"))
}
