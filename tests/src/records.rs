//! Records: the findings about them, and how they are loaded, shown, written and compared.

use std::collections::{BTreeSet, HashMap};
use std::io;

use octodns::compat::record_text;
use octodns_core::record::{Compare, LoadContext, Record, RecordTypes};
use octodns_core::validate::RecordValidators;
use octodns_core::{Report, Value, ZoneName};
use serde_json::Value as Json;

use crate::corpus::{files, for_each_case};
use crate::json::{json_of, value_of};
use crate::{Options, Outcome};

/// Compares every case of every file except presentation format.
pub(crate) fn compare(options: &Options, outcome: &mut Outcome) -> io::Result<()> {
    let types = RecordTypes::default();
    let legacy = RecordValidators::legacy(&types);
    let mut strict = RecordValidators::new(&types);
    strict.enable_sets(&["strict", "best-practice"]);
    for path in files(&options.corpus.join("records"), "jsonl")? {
        if path.file_stem().is_some_and(|stem| stem == "rdata_parse") {
            continue;
        }
        let mut file =
            DiffScope { types: &types, legacy: &legacy, strict: &strict, seen: Vec::new() };
        for_each_case(&path, |id, case| {
            let differences = file.case(id, case);
            outcome.case(id, (!differences.is_empty()).then(|| differences.join("; ")));
        })?;
    }
    Ok(())
}

struct DiffScope<'c> {
    types: &'c RecordTypes,
    legacy: &'c RecordValidators,
    strict: &'c RecordValidators,
    seen: Vec<Seen>,
}

/// A loaded record, and its group of equal ones.
struct Seen {
    id: String,
    group: String,
    name: String,
    record: Record,
}

impl DiffScope<'_> {
    fn case(&mut self, id: &str, case: &Json) -> Vec<String> {
        let mut differences = Vec::new();
        let zone = text(case, "zone").unwrap_or("unit.tests.");
        let Ok(zone) = ZoneName::new(zone) else { return vec!["cannot make the zone".to_owned()] };
        let name = value_of(&case["name"]);
        let data = value_of(&case["data"]);

        for (sets, validators) in [("legacy", self.legacy), ("strict+best-practice", self.strict)] {
            let (_, report) = load(self.types, validators, &zone, &name, &data, false);
            verdict(sets, &case["verdict"][sets], &report, &mut differences);
        }

        let (record, report) = load(self.types, self.legacy, &zone, &name, &data, true);
        let Some(record) = record else {
            if !case["loaded"].is_null() {
                let expected = &case["loaded"];
                let why: Vec<_> = report.iter().map(ToString::to_string).collect();
                differences.push(format!("loaded: expected {expected}, got nothing: {why:?}"));
            }
            return differences;
        };
        let mut differ = |what: &str, expected: &Json, ours: &Json| {
            if !expected.is_null() && !same(expected, ours) {
                differences.push(format!("{what}: expected {expected}, got {ours}"));
            }
        };
        let loaded = json_of(&record.to_value());
        if case["loaded"].is_null() {
            differ("loaded", &"nothing".into(), &loaded);
        } else {
            differ("loaded", &case["loaded"], &loaded);
            let names = vec![record.fqdn(&zone), record.decoded_fqdn(&zone)];
            differ("fqdn", &case["fqdn"], &names.into());
            differ("repr", &case["repr"], &record_text(&record, &zone).to_string().into());
            differ("rdata", &case["rdata"], &record.rdata_strings().into());
            self.equality(id, case, record, &mut differences);
        }
        differences
    }

    /// Members of a group are equal, those of different groups are not.
    fn equality(&mut self, id: &str, case: &Json, record: Record, differences: &mut Vec<String>) {
        const ALL: Compare = Compare::EVERYTHING;
        let name = format!("{} {}", case["zone"], record.name().as_str());
        let group = text(case, "equal_to").unwrap_or(id).to_owned();
        let mut wrong = HashMap::new();
        for other in self.seen.iter().filter(|other| other.name == name) {
            let differs = record.differs(&other.record, ALL) || other.record.differs(&record, ALL);
            if differs == (other.group == group) {
                wrong.entry(differs).or_insert(&other.id);
            }
        }
        for (differs, other) in wrong {
            let verb = if differs { "differs from" } else { "equals" };
            differences.push(format!("{verb} {other}, but must not"));
        }
        self.seen.push(Seen { id: id.to_owned(), group, name, record });
    }
}

fn load(
    types: &RecordTypes,
    validators: &RecordValidators,
    zone: &ZoneName,
    name: &Value<'_>,
    data: &Value<'_>,
    lenient: bool,
) -> (Option<Record>, Report) {
    let mut context = LoadContext::new(zone, validators, types);
    context.lenient = lenient;
    let mut report = Report::new();
    let record = Record::load(name, data, &context, &mut report);
    (record, report)
}

/// Codes of findings that the reference does not have, and that are in no verdict.
pub(crate) const OWN_CODES: [&str; 8] = [
    "missing-values",
    "name-twice",
    "quoted-escapes",
    "ttl-number",
    "txt-escapes",
    "txt-quotes",
    "unknown-key",
    "value-twice",
];

/// Compares the ids with findings; if the reference crashed, any finding is right.
fn verdict(sets: &str, expected: &Json, report: &Report, differences: &mut Vec<String>) {
    let codes = report.iter().map(|found| &*found.code).filter(|code| !OWN_CODES.contains(code));
    let ours: BTreeSet<&str> = codes.collect();
    match expected.as_array() {
        Some(ids) => {
            let ids: BTreeSet<&str> = ids.iter().filter_map(Json::as_str).collect();
            if ids != ours {
                differences.push(format!("verdict of {sets}: expected {ids:?}, got {ours:?}"));
            }
        }
        None if ours.is_empty() => {
            differences.push(format!("verdict of {sets}: must be refused, is accepted"));
        }
        None => {}
    }
}

/// Equality of JSON in which the sign of zero does not matter, but a decimal point does.
pub(crate) fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => {
            a.is_f64() == b.is_f64() && (a == b || a.as_f64() == b.as_f64())
        }
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Json::Object(a), Json::Object(b)) => {
            // The order of keys is compared too, since checksums of plans depend on it.
            a.len() == b.len()
                && a.iter().zip(b).all(|((a, value), (b, other))| a == b && same(value, other))
        }
        _ => a == b,
    }
}

fn text<'c>(case: &'c Json, key: &str) -> Option<&'c str> {
    case.get(key).and_then(Json::as_str)
}
