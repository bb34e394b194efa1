//! Whole zones: the result of adding each record, and the findings of validation.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use octodns_core::record::{LoadContext, Record, RecordTypes};
use octodns_core::registry::AnyValidator;
use octodns_core::validate::RecordValidators;
use octodns_core::zone::{
    AddOptions, AddOutcome, SubZones, ZoneFinding, ZoneSettings, ZoneValidators,
};
use octodns_core::{Registry, Report, Value, Zone, ZoneName};
use serde_json::Value as Json;

use crate::corpus::{files, for_each_case};
use crate::json::value_of;
use crate::{Options, Outcome};

/// The sets of validators that the corpus has verdicts for.
const CONFIGURATIONS: [(&str, &[&str]); 2] =
    [("legacy", &["legacy"]), ("strict+best-practice", &["strict", "best-practice"])];

/// Compares every case.
pub(crate) fn compare(options: &Options, outcome: &mut Outcome) -> io::Result<()> {
    let mut registry = Registry::default();
    octodns_core::registry::register_validators(&mut registry);
    for path in files(&options.corpus.join("zones"), "jsonl")? {
        for_each_case(&path, |id, case| outcome.case(id, difference(case, &registry)))?;
    }
    Ok(())
}

fn difference(case: &Json, registry: &Registry) -> Option<String> {
    let Some(mut zone) = empty_zone(case) else {
        return case.get("error").is_none().then(|| "the zone was refused".to_owned());
    };
    if case.get("error").is_some() {
        return Some("the zone was accepted".to_owned());
    }
    let (lenient, load) = (case["lenient"] == true, load(&mut zone, case));
    // Any two failures are equal.
    let word = |json: &Json| match json.as_str() {
        Some(word @ ("added" | "ignored")) => word.to_owned(),
        _ => "failed".to_owned(),
    };
    let expected: Vec<_> = case["load"].as_array()?.iter().map(word).collect();
    if load != expected {
        return Some(format!("load: expected {expected:?}, got {load:?}"));
    }
    CONFIGURATIONS.iter().find_map(|(name, sets)| {
        let mut validators = ZoneValidators::new(sets.iter().copied());
        if let Err(error) = configure(case, registry, &mut validators) {
            return Some(error);
        }
        let findings = validators.validate(&zone);
        verdict(&case["verdict"][*name], &findings, lenient)
            .map(|difference| format!("{name}: {difference}"))
    })
}

fn verdict(verdict: &Json, findings: &[ZoneFinding], lenient: bool) -> Option<String> {
    let found: BTreeSet<_> = findings.iter().map(|found| reason(found, lenient)).collect();
    let expected: BTreeSet<_> =
        verdict["reasons"].as_array()?.iter().map(expected_reason).collect();
    if found != expected {
        return Some(format!("reasons: expected {expected:?}, got {found:?}"));
    }
    let fails = found.iter().any(|(_, _, level)| level == "error");
    (verdict["fails"] != fails).then(|| format!("fails: expected {}", verdict["fails"]))
}

/// Builds the validators that a case configures.
fn configure(
    case: &Json,
    registry: &Registry,
    validators: &mut ZoneValidators,
) -> Result<(), String> {
    for (id, section) in case["zone_validators"].as_object().into_iter().flatten() {
        let class = section["class"].as_str().and_then(|class| registry.validators.get(class));
        let class = class.ok_or_else(|| format!("no class {}", section["class"]))?;
        let mut options = section.clone();
        options.as_object_mut().map(|options| options.remove("class"));
        match (class.build)(id, &value_of(&options)).map_err(|error| error.message)? {
            AnyValidator::Zone(validator) => validators.register(validator),
            AnyValidator::Record(_) | AnyValidator::Foreign(_) => {
                return Err(format!("{id} is no validator of zones"));
            }
        }
    }
    Ok(())
}

fn empty_zone(case: &Json) -> Option<Zone> {
    let name = ZoneName::new(case["zone"].as_str()?).ok()?;
    let sub_zones: SubZones = case["sub_zones"]
        .as_array()
        .map(|names| names.iter().filter_map(Json::as_str).collect())
        .unwrap_or_default();
    let ignore_subzone_adds = case["ignore_subzone_adds"] == true;
    let disabled = case["validators"]["zone"]["disable_validators"].as_array();
    let disabled = disabled.into_iter().flatten().filter_map(|id| id.as_str().map(str::to_owned));
    let disabled_validators: Vec<_> = disabled.collect();
    if disabled_validators.iter().any(|id| id.starts_with('_')) {
        return None;
    }
    let mut settings = ZoneSettings::default();
    settings.sub_zones = sub_zones;
    settings.ignore_subzone_adds = ignore_subzone_adds;
    settings.disabled_validators = disabled_validators;
    Some(Zone::with_settings(name, Arc::new(settings)))
}

/// One word for every record: `added`, `ignored` or `failed`.
fn load(zone: &mut Zone, case: &Json) -> Vec<String> {
    let types = RecordTypes::default();
    let validators = RecordValidators::legacy(&types);
    let records = case["records"].as_array().map_or(&[][..], Vec::as_slice);
    let mut how = AddOptions::default();
    how.lenient = case["lenient"] == true;
    let mut words = Vec::with_capacity(records.len());
    for record in records {
        let name = zone.name().clone();
        let mut context = LoadContext::new(&name, &validators, &types);
        context.lenient = true;
        let (name, data): (Value<'_>, Value<'_>) =
            (value_of(&record["name"]), value_of(&record["data"]));
        let loaded = Record::load(&name, &data, &context, &mut Report::new());
        let word = match loaded.map(|record| zone.add(record, how)) {
            Some(Ok(AddOutcome::Kept | AddOutcome::KeptInSubZone(_))) => "added",
            Some(Ok(AddOutcome::Ignored)) => "ignored",
            Some(Err(_)) | None => "failed",
        };
        words.push(word.to_owned());
    }
    words
}

/// The validator, its records, and the severity.
type Reason = (String, BTreeSet<String>, String);

fn reason(found: &ZoneFinding, lenient: bool) -> Reason {
    let about =
        |record: &Arc<Record>| format!("{}/{}", record.name().as_str(), record.record_type());
    let level = if lenient || found.is_lenient() { "warning" } else { "error" };
    (found.validator.clone(), found.records.iter().map(about).collect(), level.to_owned())
}

fn expected_reason(json: &Json) -> Reason {
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let records = json["records"].as_array().map_or(&[][..], Vec::as_slice);
    (text(&json["validator"]), records.iter().map(text).collect(), text(&json["level"]))
}
