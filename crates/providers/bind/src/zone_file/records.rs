//! From the resource records of a zone file to the records of a zone.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use octodns_core::record::Record;
use octodns_core::value::Position;
use octodns_core::{Diagnostic, Origin, RecordName, RecordType, Report, ZoneRead, ZoneRequest};
use octodns_dns::wire::{self, WireError};

use crate::records::validated;

/// A resource record (RFC 1035, section 3.2.1) of class `IN`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ResourceRecord {
    /// The name it is at, on the wire and without compression, in any case.
    pub(super) owner: Vec<u8>,
    /// The number of its type.
    pub(super) number: u16,
    /// Time to live, in seconds.
    pub(super) ttl: u32,
    /// Its record data on the wire, without compression.
    pub(super) rdata: Vec<u8>,
    /// Where it was written, if in a file.
    pub(super) position: Position,
}

/// Types that no source hands on: the zone's own head, and what a signing server makes by itself.
const OWN: [u16; 11] = [SOA, SIG, 30, RRSIG, NSEC, 48, NSEC3, 51, 59, 60, 63];
const SOA: u16 = 6;
const SIG: u16 = 24;
const RRSIG: u16 = 46;
const NSEC: u16 = 47;
const NSEC3: u16 = 50;

/// What [`records`] needs to know of where resource records came from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Provenance<'p> {
    /// The id of the source.
    pub(super) source: &'p Arc<str>,
    /// The files that positions point into.
    pub(super) files: &'p [Arc<str>],
}

/// The records of a zone, validated, from its resource records in any order.
///
/// An `RRset` with several TTLs has the lowest (RFC 2181, section 5.2). What octoDNS cannot hold is a
/// warning: types it does not have, and names outside the zone. The SOA record and what a signing
/// server makes itself (RRSIG, NSEC, DNSKEY ...) are left out without a word.
pub(super) fn records(
    zone: &ZoneRequest<'_>,
    from: Provenance<'_>,
    all: &[ResourceRecord],
) -> ZoneRead {
    let mut read = ZoneRead::default();
    let reading = Reading { zone, from };
    for set in reading.sets(all, &mut read.report) {
        read.records.extend(reading.record(&set, &mut read.report));
    }
    read
}

/// Resource records with one name and type.
struct Set<'r> {
    name: String,
    record_type: RecordType,
    ttl: u32,
    position: Position,
    rdatas: Vec<&'r [u8]>,
}

struct Reading<'r> {
    zone: &'r ZoneRequest<'r>,
    from: Provenance<'r>,
}

impl Reading<'_> {
    /// The sets, in the order of their first members.
    fn sets<'r>(&self, all: &'r [ResourceRecord], report: &mut Report) -> Vec<Set<'r>> {
        let mut sets: Vec<Set<'r>> = Vec::new();
        let mut places: HashMap<(Vec<u8>, u16), Option<usize>> = HashMap::new();
        for one in all.iter().filter(|one| !OWN.contains(&one.number)) {
            match places.entry((one.owner.to_ascii_lowercase(), one.number)) {
                Entry::Occupied(place) => {
                    if let Some(set) = place.get().and_then(|at| sets.get_mut(at)) {
                        set.ttl = set.ttl.min(one.ttl);
                        set.rdatas.push(&one.rdata);
                    }
                }
                Entry::Vacant(place) => {
                    let set = self.first(one, place.key(), report);
                    place.insert(set.is_some().then_some(sets.len()));
                    sets.extend(set);
                }
            }
        }
        sets
    }

    /// The set that a resource record is the first of, if octoDNS can hold it.
    fn first<'r>(
        &self,
        one: &'r ResourceRecord,
        (owner, number): &(Vec<u8>, u16),
        report: &mut Report,
    ) -> Option<Set<'r>> {
        let fqdn = match wire::name_text(owner) {
            Ok(fqdn) => fqdn,
            Err(error) => {
                report.push(self.found(Diagnostic::error("name", error.to_string()), one.position));
                return None;
            }
        };
        let Some(name) = self.zone.name.relative(&fqdn) else {
            let message = format!("is outside the zone {} and left out", self.zone.name);
            let found = Diagnostic::warning("out-of-zone", message).about(fqdn);
            report.push(self.found(found, one.position));
            return None;
        };
        let Some(record_type) = wire::type_of(*number) else {
            let of = wire::type_text(*number);
            let message = format!("{of} records are not handled, this one is left out");
            let found = Diagnostic::warning("unsupported-type", message).about(fqdn);
            report.push(self.found(found, one.position));
            return None;
        };
        Some(Set {
            name: name.to_owned(),
            record_type,
            ttl: one.ttl,
            position: one.position,
            rdatas: vec![&one.rdata],
        })
    }

    fn record(&self, set: &Set<'_>, report: &mut Report) -> Option<Record> {
        let data = match wire::from_bytes(set.record_type, &set.rdatas) {
            Ok(data) => data,
            Err(error) => {
                report.push(self.faulty(set, &error));
                return None;
            }
        };
        let name = match RecordName::new(&set.name) {
            Ok(name) => name,
            Err(error) => {
                let found = Diagnostic::error("name", error.to_string()).about(set.name.clone());
                report.push(self.found(found, set.position));
                return None;
            }
        };
        let record = Record::new(name, i64::from(set.ttl), data);
        let context = self.zone.load_context(self.from.source, self.from.files);
        validated(&record, set.position, &context, report)
    }

    fn faulty(&self, set: &Set<'_>, error: &WireError) -> Diagnostic {
        let zone = self.zone.name;
        let name = match set.name.as_str() {
            "" => zone.to_string(),
            name => format!("{name}.{zone}"),
        };
        let found = Diagnostic::error("rdata", error.to_string());
        self.found(found.about(format!("{name} {}", set.record_type)), set.position)
    }

    fn found(&self, diagnostic: Diagnostic, position: Position) -> Diagnostic {
        if position.is_known() {
            diagnostic.at(Origin::new(self.from.files, position))
        } else {
            diagnostic
        }
    }
}

/// Whether a type may stand beside a CNAME (RFC 2181, section 10.1; RFC 4035, section 2.5).
pub(super) fn may_accompany_cname(number: u16) -> bool {
    const KEY: u16 = 25;
    [SIG, KEY, RRSIG, NSEC].contains(&number)
}
