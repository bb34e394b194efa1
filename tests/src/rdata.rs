//! Presentation format: the data of each type that is read from it.

use std::io;

use octodns_core::record::RecordTypes;
use serde_json::Value as Json;

use crate::corpus::for_each_case;
use crate::json::json_of;
use crate::records::same;
use crate::{Options, Outcome};

/// Compares every text.
pub(crate) fn compare(options: &Options, outcome: &mut Outcome) -> io::Result<()> {
    let types = RecordTypes::default();
    for_each_case(&options.corpus.join("records/rdata_parse.jsonl"), |id, case| {
        outcome.case(id, difference(&types, case));
    })
}

fn difference(types: &RecordTypes, case: &Json) -> Option<String> {
    let of = case.get("type").and_then(Json::as_str).unwrap_or_default();
    let rdata = case.get("rdata").and_then(Json::as_str).unwrap_or_default();
    let Some(entry) = types.get(of) else { return Some(format!("no type {of}")) };
    let ours = match entry.parse(rdata) {
        Ok(value) => json_of(&value),
        Err(error) if case["value"].is_null() => {
            return error.to_string().is_empty().then(String::new);
        }
        Err(error) => return Some(format!("{rdata:?}: expected {}, got {error}", case["value"])),
    };
    let expected = &case["value"];
    (!same(expected, &ours)).then(|| format!("{rdata:?}: expected {expected}, got {ours}"))
}
