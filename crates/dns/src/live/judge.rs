//! Decides whether an answer is equal to a record.

use std::collections::BTreeSet;

use octodns_core::record::dynamic::PoolValue;
use octodns_core::record::{Dynamic, Geo, RecordTypes};
use octodns_core::{Record, RecordType, ZoneName};

use super::{Difference, Verdict};
use crate::answer::{Answer, Found, Referral, RrSet};
use crate::error::QueryError;
use crate::wire::{self, WireError};

/// What an answer means for a record of the absolute name `name` in `zone`.
pub(super) fn verdict(
    record: &Record,
    name: &str,
    zone: &ZoneName,
    answer: &Result<Answer, QueryError>,
) -> Verdict {
    let of = record.record_type();
    let answer = match answer {
        Ok(answer) => answer,
        Err(QueryError::Question(WireError::NoWireForm(_))) => {
            return Verdict::Open(format!("{of} records are not queried"));
        }
        Err(error) => return differs(Difference::Unanswered(error.to_string())),
    };
    if let Some(referral) = &answer.referral {
        return referred(record, name, zone, referral);
    }
    match &answer.found {
        _ if of != RecordType::CNAME && !answer.aliases.is_empty() => {
            differs(Difference::Alias(answer.aliases[0].clone()))
        }
        Found::RrSet(rows) => compare(record, rows, answer.authoritative),
        Found::NoData => differs(Difference::NoRecord),
        Found::NxDomain => differs(Difference::NoName),
    }
}

fn differs(difference: Difference) -> Verdict {
    Verdict::Differs(vec![difference])
}

/// Compares a record at or below a zone cut with the parent's referral.
fn referred(record: &Record, name: &str, zone: &ZoneName, referral: &Referral) -> Verdict {
    let of = record.record_type();
    let is_below = zone.relative(&referral.zone).is_some_and(|relative| !relative.is_empty());
    if !is_below {
        return differs(Difference::Elsewhere(referral.zone.clone()));
    }
    let name = name.to_ascii_lowercase();
    if of == RecordType::NS && name == referral.zone {
        return compare(record, &referral.ns, false);
    }
    let glue = wire::type_number(of).and_then(|number| referral.glue.get(&(name, number)));
    match glue {
        Some(rows) => compare(record, rows, false),
        None => Verdict::Open(format!("delegated to {}", referral.zone)),
    }
}

fn compare(record: &Record, rows: &RrSet, authoritative: bool) -> Verdict {
    let expected = match wire::to_bytes(record.data()) {
        Ok(rdatas) => rdatas,
        Err(error) => return Verdict::Open(error.to_string()),
    };
    let mut differences = Vec::new();
    if !is_equal(&expected, &rows.rdatas) {
        differences.extend(values(record, expected, rows));
    }
    let ttl = i64::from(rows.ttl);
    if ttl > record.ttl() || (authoritative && ttl < record.ttl()) {
        differences.push(Difference::Ttl { expected: record.ttl(), found: rows.ttl });
    }
    if differences.is_empty() { Verdict::Same } else { Verdict::Differs(differences) }
}

/// Whether record data is equal byte for byte, in whatever order, as it is in most answers.
fn is_equal(expected: &[Vec<u8>], found: &[Vec<u8>]) -> bool {
    expected == found || (expected.len() == found.len() && sorted(expected) == sorted(found))
}

fn sorted(rdatas: &[Vec<u8>]) -> Vec<&[u8]> {
    let mut rdatas: Vec<_> = rdatas.iter().map(Vec::as_slice).collect();
    rdatas.sort_unstable();
    rdatas
}

/// The values that are missing in an answer, and those that only it has.
fn values(record: &Record, expected: Vec<Vec<u8>>, rows: &RrSet) -> Option<Difference> {
    let of = record.record_type();
    let expected: BTreeSet<_> = expected.into_iter().collect();
    let found: BTreeSet<_> = rows.rdatas.iter().map(|rdata| canonical(of, rdata)).collect();
    let routed = routed(record);
    let allowed: BTreeSet<_> = expected.union(&routed).cloned().collect();
    let extra = shown(of, found.difference(&allowed));
    let missing = if routed.is_empty() { shown(of, expected.difference(&found)) } else { vec![] };
    (!extra.is_empty() || !missing.is_empty()).then_some(Difference::Values { missing, extra })
}

/// Record data in canonical form; what octoDNS cannot hold stays as it is.
fn canonical(of: RecordType, rdata: &[u8]) -> Vec<u8> {
    let written = wire::from_bytes(of, &[rdata]).and_then(|data| wire::to_bytes(&data));
    match written.map(<[Vec<u8>; 1]>::try_from) {
        Ok(Ok([bytes])) => bytes,
        _ => rdata.to_vec(),
    }
}

/// The values of pools and geos, as record data.
fn routed(record: &Record) -> BTreeSet<Vec<u8>> {
    if record.dynamic().is_none() && record.geo().is_none() {
        return BTreeSet::new();
    }
    let mut texts: Vec<&str> = Vec::new();
    for pool in record.dynamic().map(Dynamic::pools).unwrap_or_default() {
        texts.extend(pool.values().iter().map(PoolValue::value));
    }
    for place in record.geo().map(Geo::places).unwrap_or_default() {
        texts.extend(place.values().iter().map(std::ops::Deref::deref));
    }
    let types = RecordTypes::default();
    let Some(entry) = types.get(record.record_type().as_str()) else { return BTreeSet::new() };
    let bytes = |text: &str| {
        let value = entry.parse(text).ok()?;
        wire::to_bytes(&entry.read(&[value]).ok()?).ok()
    };
    texts.into_iter().filter_map(bytes).flatten().collect()
}

pub(super) fn shown<'r>(of: RecordType, rdatas: impl Iterator<Item = &'r Vec<u8>>) -> Vec<String> {
    let number = wire::type_number(of).unwrap_or_default();
    let text = |rdata: &Vec<u8>| {
        wire::present(number, rdata).unwrap_or_else(|error| format!("? ({error})"))
    };
    rdatas.map(text).collect()
}
