//! Names: their IDNA form and their readable form.

use std::io;

use octodns_core::name::idna;
use serde_json::Value;

use crate::corpus::for_each_case;
use crate::{Options, Outcome};

/// Compares both conversions of every name.
pub(crate) fn compare(options: &Options, outcome: &mut Outcome) -> io::Result<()> {
    for_each_case(&options.corpus.join("names/idna.jsonl"), |id, case| {
        let name = case.get("name").and_then(Value::as_str).unwrap_or_default();
        let differences: Vec<_> =
            [("encoded", idna::encode(name)), ("decoded", idna::decode(name))]
                .into_iter()
                .filter_map(|(key, ours)| {
                    let expected = case.get(key).and_then(Value::as_str);
                    (ours.as_deref().ok() != expected)
                        .then(|| format!("{key} of {name:?}: expected {expected:?}, got {ours:?}"))
                })
                .collect();
        outcome.case(id, (!differences.is_empty()).then(|| differences.join("; ")));
    })
}
