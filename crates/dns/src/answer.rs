//! The answer of a server: the records that a question leads to.

use std::collections::BTreeMap;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType as Number};
use octodns_core::RecordType;
use octodns_core::record::RecordData;

use crate::wire::{self, WireError};

/// How many CNAMEs in a row are followed.
const MAX_ALIASES: usize = 16;

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// The result at the end of the CNAME chain.
    pub found: Found,
    /// Whether the answer is authoritative, so that its TTLs are those of the zone; otherwise they may have
    /// been counting down in a cache.
    pub authoritative: bool,
    /// The names that CNAMEs lead to, in order (RFC 1034, section 3.6.2).
    pub aliases: Vec<String>,
    /// The referral, if the server sent one instead of an answer.
    pub referral: Option<Referral>,
}

/// What exists of the requested type. Match all three.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Its records.
    RrSet(RrSet),
    /// The name exists, but has no records of the type (RFC 2308, section 2.2).
    NoData,
    /// The name does not exist (RFC 2308, section 2.1).
    NxDomain,
}

/// The records of a name and type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RrSet {
    /// The lowest TTL of the records, in seconds.
    pub ttl: u32,
    /// The record data of each.
    pub rdatas: Vec<Vec<u8>>,
}

impl RrSet {
    /// Their values.
    ///
    /// # Errors
    ///
    /// Fails if they are not of this type.
    pub fn data(&self, of: RecordType) -> Result<RecordData, WireError> {
        wire::from_bytes(of, &self.rdatas)
    }
}

/// The servers of a zone below the one that was queried (RFC 1034, section 4.3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Referral {
    /// The name of the delegated zone.
    pub zone: String,
    /// Its `NS` records in the parent zone.
    pub ns: RrSet,
    /// The addresses in the referral, by name and type.
    pub glue: BTreeMap<(String, u16), RrSet>,
}

impl Answer {
    /// Reads a response whose question has been checked.
    pub(crate) fn read(message: &Message, name: &Name, number: Number) -> Result<Self, String> {
        let mut current = name.clone();
        let mut aliases = Vec::new();
        let found = loop {
            let rows = rows(&message.answers, &current, number)?;
            if let Some(rows) = rows {
                break Found::RrSet(rows);
            }
            let Some(target) = alias(&message.answers, &current) else {
                break match message.response_code {
                    ResponseCode::NXDomain => Found::NxDomain,
                    _ => Found::NoData,
                };
            };
            if aliases.len() == MAX_ALIASES {
                return Err(format!("more than {MAX_ALIASES} aliases in a row"));
            }
            current = target.clone();
            aliases.push(shown(&current));
        };
        let authoritative = message.authoritative;
        let unanswered = found == Found::NoData && message.answers.is_empty() && !authoritative;
        let referral = if unanswered { referral(message, name)? } else { None };
        Ok(Self { found, authoritative, aliases, referral })
    }
}

fn rows(records: &[Record], name: &Name, number: Number) -> Result<Option<RrSet>, String> {
    let mut rows: Option<RrSet> = None;
    for record in records {
        let is_one = record.record_type() == number
            && record.dns_class == DNSClass::IN
            && record.name == *name;
        if is_one {
            let rdata = wire::bytes_of(&record.data).map_err(|error| error.to_string())?;
            let rows = rows.get_or_insert_with(|| RrSet { ttl: record.ttl, rdatas: Vec::new() });
            rows.ttl = rows.ttl.min(record.ttl);
            rows.rdatas.push(rdata);
        }
    }
    Ok(rows)
}

fn alias<'r>(records: &'r [Record], name: &Name) -> Option<&'r Name> {
    records.iter().find_map(|record| match &record.data {
        RData::CNAME(target) if record.name == *name => Some(&target.0),
        _ => None,
    })
}

/// RFC 2308, section 2.2.1: no answer, no authority, and servers of a zone at or above the name.
fn referral(message: &Message, name: &Name) -> Result<Option<Referral>, String> {
    let ns = |record: &&Record| record.record_type() == Number::NS && record.name.zone_of(name);
    let Some(first) = message.authorities.iter().find(ns) else { return Ok(None) };
    let Some(ns) = rows(&message.authorities, &first.name, Number::NS)? else { return Ok(None) };
    let mut glue = BTreeMap::new();
    for record in &message.additionals {
        let number = record.record_type();
        if matches!(number, Number::A | Number::AAAA)
            && let Some(rows) = rows(&message.additionals, &record.name, number)?
        {
            glue.insert((shown(&record.name), number.into()), rows);
        }
    }
    Ok(Some(Referral { zone: shown(&first.name), ns, glue }))
}

/// A name in presentation format and lowercase.
fn shown(name: &Name) -> String {
    wire::present_labels(&name.iter().collect::<Vec<_>>()).to_ascii_lowercase()
}
