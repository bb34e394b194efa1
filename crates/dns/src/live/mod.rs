//! Compares a zone with the answers of servers.
//!
//! Every server is queried for every record of the zone. Records that only a server has cannot be found this
//! way. The rules, in short:
//!
//! - Values are compared as record data, so that their order, the strings of a text and the case of names do
//!   not matter.
//! - A TTL must be equal to the zone's if the server is authoritative; in a cache it may have been counting
//!   down.
//! - For a record with pools or geos, any of their values is a valid answer.
//! - Records at and below a zone cut belong to the child: the parent's referral is compared, the rest is left
//!   open, and so is what does not exist on the wire (`ALIAS`).
//! - Wildcards are queried by their own name, `*`.
//!
//! A change is judged by the zone before and after it ([`serving()`]): then names that do not exist are known as well,
//! wildcards answer for them, and a name may have become an alias.

mod content;
mod judge;
mod serving;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use octodns_core::{Record, Zone};

pub use content::Content;
pub use serving::{Question, Serving, serving};

use crate::answer::Answer;
use crate::client::Client;
use crate::error::QueryError;

/// A record, and each server's answer for it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Verified {
    /// The record, as the zone has it.
    pub record: Arc<Record>,
    /// One per server, in the order of the servers.
    pub seen: Vec<Seen>,
}

/// One server's answer for a record.
#[derive(Debug)]
#[non_exhaustive]
pub struct Seen {
    /// Its answer.
    pub answer: Result<Answer, QueryError>,
    /// Whether the answer is equal to the record.
    pub verdict: Verdict,
}

/// Whether an answer is equal to the record. Match all three.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Same,
    /// It is not.
    Differs(Vec<Difference>),
    /// This server cannot answer, for this reason.
    Open(String),
}

/// A difference.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// The name does not exist at the server.
    NoName,
    /// The name has no record of the type.
    NoRecord,
    /// The name is a CNAME of another one.
    Alias(String),
    /// Other values, in presentation format.
    Values {
        /// The values that are missing at the server.
        missing: Vec<String>,
        /// The values that only the server has.
        extra: Vec<String>,
    },
    /// Another TTL, in seconds.
    Ttl {
        /// The TTL in the zone.
        expected: i64,
        /// The TTL in the answer.
        found: u32,
    },
    /// The server does not have the zone: it refers to the servers of this one.
    Elsewhere(String),
    /// There was no answer.
    Unanswered(String),
}

impl Verified {
    /// Whether any server differs from the zone.
    pub fn differs(&self) -> bool {
        self.seen.iter().any(|seen| matches!(seen.verdict, Verdict::Differs(_)))
    }

    /// Whether the servers contradict each other: they give different answers for a record whose values do
    /// not depend on the client.
    pub fn is_contradictory(&self) -> bool {
        let routed = self.record.dynamic().is_some() || self.record.geo().is_some();
        let told = || self.seen.iter().filter(|seen| !matches!(seen.verdict, Verdict::Open(_)));
        !routed && told().zip(told().skip(1)).any(|(one, other)| one.verdict != other.verdict)
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoName => f.write_str("no such name"),
            Self::NoRecord => f.write_str("no such record"),
            Self::Alias(target) => write!(f, "alias of {target}"),
            Self::Values { missing, extra } => {
                let signed = |sign: char, values: &[String]| {
                    values.iter().map(|value| format!("{sign}{value}")).collect::<Vec<_>>()
                };
                let words = [signed('-', missing), signed('+', extra)].concat();
                f.write_str(&words.join("\n"))
            }
            Self::Ttl { expected, found } => write!(f, "TTL {found}, not {expected}"),
            Self::Elsewhere(zone) => write!(f, "does not have the zone, refers to {zone}"),
            Self::Unanswered(why) => f.write_str(why),
        }
    }
}

/// Queries every server for every record of a zone, with as many queries at a time as the client allows;
/// `asked` is called after each answer.
///
/// Returns the records in the order of the zone. Each has an entry for every server, even one that does not
/// answer.
pub async fn verify(
    client: &Client,
    zone: &Zone,
    servers: &[SocketAddr],
    asked: &(dyn Fn() + Sync),
) -> Vec<Verified> {
    let records: Vec<_> = zone.records().cloned().collect();
    let names: Vec<_> = records.iter().map(|record| record.fqdn(zone.name())).collect();
    let questions = records.iter().zip(&names).flat_map(|(record, name)| {
        servers.iter().map(|server| (*server, name.as_str(), record.record_type()))
    });
    let mut answers: Vec<Vec<Option<Seen>>> =
        records.iter().map(|_| servers.iter().map(|_| None).collect()).collect();
    let answered = |question: usize, answer| {
        let (record, server) = (question / servers.len(), question % servers.len());
        let verdict = judge::verdict(&records[record], &names[record], zone.name(), &answer);
        answers[record][server] = Some(Seen { answer, verdict });
        asked();
    };
    client.query_all(questions, answered).await;
    let verified = |(record, seen): (Arc<Record>, Vec<Option<Seen>>)| Verified {
        record,
        seen: seen.into_iter().flatten().collect(),
    };
    records.into_iter().zip(answers).map(verified).collect()
}
