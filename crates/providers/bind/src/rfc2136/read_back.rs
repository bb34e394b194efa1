//! Reads the zone back to find the outcome of the changes that were sent.

use std::collections::HashMap;

use octodns_core::record::Compare;
use octodns_core::{Change, Plan, Record};
use octodns_dns::wire;

use crate::client::{Transferred, wire_name, write_name};
use crate::records;
use crate::sets::RawSet;

/// Compares only what a DNS server can hold.
const COMPARE: Compare = Compare::NOTHING;

/// The state of a change at the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The state after the change.
    Desired,
    /// The state before the change.
    Existing,
    /// Neither; with a description.
    Other(String),
}

/// The state of each of some changes at the server.
pub(super) fn read_back(
    plan: &Plan,
    changes: &[usize],
    after: &Transferred,
) -> Vec<(usize, Found)> {
    let sets: HashMap<(&[u8], u16), &RawSet> =
        after.sets.iter().map(|set| ((&*set.owner, set.of), set)).collect();
    let found = |index: usize| found(plan, &plan.changes[index], &sets);
    changes.iter().map(|index| (*index, found(*index))).collect()
}

fn found(plan: &Plan, change: &Change, sets: &HashMap<(&[u8], u16), &RawSet>) -> Found {
    let (zone, record) = (plan.desired.name(), change.record());
    let mut owner = Vec::new();
    if let Ok(name) = wire_name(&record.fqdn(zone)) {
        write_name(&name.to_lowercase(), &mut owner);
    }
    let of = wire::type_number(record.record_type()).unwrap_or_default();
    let held = match sets.get(&(owner.as_slice(), of)).map(|set| records::record(zone, set)) {
        None => None,
        Some(Ok(held)) => Some(held),
        Some(Err(fault)) => return Found::Other(fault.to_string()),
    };
    let is = |expected: Option<&Record>| match (&held, expected) {
        (None, None) => true,
        (Some(held), Some(expected)) => !held.differs(expected, COMPARE),
        _ => false,
    };
    if is(change.desired().map(|record| &**record)) {
        return Found::Desired;
    }
    if is(change.existing().map(|record| &**record)) {
        return Found::Existing;
    }
    Found::Other(held.map_or_else(
        || "nothing".to_owned(),
        |held| format!("{} {}", held.ttl(), held.rdata_strings().join(", ")),
    ))
}
