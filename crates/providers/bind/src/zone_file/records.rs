//! Converts the resource records of a zone file to the records of a zone.

use std::sync::Arc;

use octodns_core::value::Position;
use octodns_core::{Diagnostic, Origin, ZoneRead, ZoneRequest};

use crate::records::{RecordError, RecordErrorKind, record, validated};
use crate::sets::Sets;

/// A resource record (RFC 1035, section 3.2.1) of class `IN`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ResourceRecord {
    /// The owner name in wire format, without compression, in its original case.
    pub(super) owner: Arc<[u8]>,
    /// The number of its type.
    pub(super) number: u16,
    /// Time to live, in seconds.
    pub(super) ttl: u32,
    /// Its record data in wire format, without compression.
    pub(super) rdata: Vec<u8>,
    /// Its position, if it was read from a file.
    pub(super) position: Position,
}

/// Types that no source returns: the SOA, and what a signing server generates.
const OWN: [u16; 11] = [SOA, SIG, 30, RRSIG, NSEC, 48, NSEC3, 51, 59, 60, 63];
const SOA: u16 = 6;
const SIG: u16 = 24;
const RRSIG: u16 = 46;
const NSEC: u16 = 47;
const NSEC3: u16 = 50;

/// The origin of resource records, for [`records`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Provenance<'p> {
    /// The id of the source.
    pub(super) source: &'p Arc<str>,
    /// The files of the positions.
    pub(super) files: &'p [Arc<str>],
}

/// The validated records of a zone, from its sets.
///
/// An `RRset` with several TTLs has the lowest (RFC 2181, section 5.2). There is a warning for what octoDNS
/// cannot hold: unsupported types, and names outside the zone. The SOA record and what a signing server
/// generates (RRSIG, NSEC, DNSKEY ...) are left out silently.
pub(super) fn records(zone: &ZoneRequest<'_>, from: Provenance<'_>, sets: Sets) -> ZoneRead {
    let mut read = ZoneRead::default();
    let context = zone.load_context(from.source, from.files);
    for set in sets.into_vec() {
        match record(zone.name, &set) {
            Ok(record) => {
                let record = validated(record, set.position, &context, &mut read.report);
                read.records.extend(record.map(Arc::new));
            }
            Err(fault) => read.report.push(from.finding(fault, set.position)),
        }
    }
    read
}

/// The sets that the source returns, of resource records in any order, which keep all but their data.
pub(super) fn sets(all: &mut [ResourceRecord]) -> Sets {
    let mut sets = Sets::with_capacity(all.len());
    for one in all {
        if is_own(one.number) {
            continue;
        }
        let owner = if one.owner.iter().any(u8::is_ascii_uppercase) {
            one.owner.to_ascii_lowercase().into()
        } else {
            Arc::clone(&one.owner)
        };
        sets.set(owner, one.number, one.position).add(one.ttl, std::mem::take(&mut one.rdata));
    }
    sets
}

/// Whether no source returns a type.
pub(super) fn is_own(number: u16) -> bool {
    OWN.contains(&number)
}

impl Provenance<'_> {
    /// The finding for an invalid set: an error, or a warning that it is left out.
    fn finding(&self, fault: RecordError, position: Position) -> Diagnostic {
        let RecordError { kind, subject, why } = fault;
        let found = match kind {
            RecordErrorKind::Name => Diagnostic::error("name", why)
                .help("write labels of letters, digits, hyphens and underscores"),
            RecordErrorKind::Data => Diagnostic::error("rdata", why)
                .help("see the RFC of the type for the order and form of its fields"),
            RecordErrorKind::Outside => {
                Diagnostic::warning("out-of-zone", format!("{why} and left out"))
                    .help("move it to the file of its zone; if it belongs here, check $ORIGIN")
            }
            RecordErrorKind::Type => {
                Diagnostic::warning("unsupported-type", format!("{why}, this one is left out"))
                    .help("manage it elsewhere, and remove it from this file")
            }
        };
        let found = found.about(subject);
        if position.is_known() { found.at(Origin::new(self.files, position)) } else { found }
    }
}

/// Whether a type may be next to a CNAME (RFC 2181, section 10.1; RFC 4035, section 2.5).
pub(super) fn may_accompany_cname(number: u16) -> bool {
    const KEY: u16 = 25;
    [SIG, KEY, RRSIG, NSEC].contains(&number)
}
