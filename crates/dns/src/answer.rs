//! The answer of a server: the records that a question leads to.

use std::collections::BTreeMap;

use octodns_core::RecordType;
use octodns_core::record::RecordData;

use crate::wire::{self, WireError};

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
    /// The zone that an answer without records is from, in lower case, if the server says so: the owner of its SOA
    /// record (RFC 2308, section 2).
    pub zone: Option<String>,
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
