//! Names: their IDNA form, their Unicode form, and the orders of keys.

use std::io;

use octodns_core::name::idna;
use octodns_yaml::Order;
use serde_json::Value;

use crate::corpus::for_each_case;
use crate::{Options, Outcome};

/// Compares both conversions of every name, and both orders of every list.
pub(crate) fn compare(options: &Options, outcome: &mut Outcome) -> io::Result<()> {
    conversions(options, outcome)?;
    orders(options, outcome)
}

fn conversions(options: &Options, outcome: &mut Outcome) -> io::Result<()> {
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

fn orders(options: &Options, outcome: &mut Outcome) -> io::Result<()> {
    for_each_case(&options.corpus.join("names/order.jsonl"), |id, case| {
        let keys = texts(case, "keys");
        let differences: Vec<_> = [("natural", Order::Natural), ("simple", Order::Simple)]
            .into_iter()
            .filter_map(|(key, order)| {
                let expected = texts(case, key);
                let mut ours = keys.clone();
                // Keys that compare equal keep their order.
                ours.sort_by(|a, b| order.compare(a, b));
                (ours != expected).then(|| format!("{key}: expected {expected:?}, got {ours:?}"))
            })
            .collect();
        outcome.case(id, (!differences.is_empty()).then(|| differences.join("; ")));
    })
}

fn texts<'c>(case: &'c Value, key: &str) -> Vec<&'c str> {
    let list = case.get(key).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).collect()
}
