//! Reads the zone back to find the outcome of the changes that were sent.

use std::collections::HashMap;

use octodns_core::record::Compare;
use octodns_core::{Change, Plan, Record, ZoneName};
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
    let sets = by_name(Some(after));
    let found = |index: usize| found(plan, &plan.changes[index], &sets);
    changes.iter().map(|index| (*index, found(*index))).collect()
}

/// Whether the sets of some changes are the same, to the byte, as when the plan was made.
pub(super) fn is_as_planned(
    plan: &Plan,
    changes: &[usize],
    then: Option<&Transferred>,
    now: &Transferred,
) -> bool {
    let [then, now] = [then, Some(now)].map(by_name);
    let zone = plan.desired.name();
    changes.iter().all(|index| {
        let (owner, of) = key(plan.changes[*index].record(), zone);
        let key = (owner.as_slice(), of);
        match (then.get(&key), now.get(&key)) {
            (None, None) => true,
            (Some(then), Some(now)) => then.ttl == now.ttl && sorted(then) == sorted(now),
            _ => false,
        }
    })
}

fn by_name(transferred: Option<&Transferred>) -> HashMap<(&[u8], u16), &RawSet> {
    let sets = transferred.into_iter().flat_map(|transferred| &transferred.sets);
    sets.map(|set| ((&*set.owner, set.of), set)).collect()
}

fn sorted(set: &RawSet) -> Vec<&[u8]> {
    let mut rdatas: Vec<_> = set.rdatas.iter().map(Vec::as_slice).collect();
    rdatas.sort_unstable();
    rdatas
}

/// The name, in lowercase, and the type of a record as sets have them.
fn key(record: &Record, zone: &ZoneName) -> (Vec<u8>, u16) {
    let mut owner = Vec::new();
    if let Ok(name) = wire_name(&record.fqdn(zone)) {
        write_name(&name.to_lowercase(), &mut owner);
    }
    (owner, wire::type_number(record.record_type()).unwrap_or_default())
}

fn found(plan: &Plan, change: &Change, sets: &HashMap<(&[u8], u16), &RawSet>) -> Found {
    let (zone, record) = (plan.desired.name(), change.record());
    let (owner, of) = key(record, zone);
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
