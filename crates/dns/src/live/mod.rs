//! Holding a zone against what servers say of it.
//!
//! Every record of the zone is asked for at every server. What a server has beyond that cannot be known
//! from questions. The rules, in short:
//!
//! - Values are compared as record data, so that neither their order, nor how a text is cut into strings,
//!   nor the case of names counts.
//! - A TTL must be the zone's where the server is authoritative; from a cache it may have run down.
//! - A record with pools or places may be answered by any of their values.
//! - Records at and below a zone cut are the child's: the parent's referral is compared, the rest is left
//!   open, and so is what does not exist on the wire (`ALIAS`).
//! - Wildcards are asked for by their own name, `*`.

mod judge;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use futures::{StreamExt, stream};
use octodns_core::{Record, Zone};

use crate::answer::Answer;
use crate::client::Client;
use crate::error::QueryError;

/// A record, and what each server says of it.
#[derive(Debug)]
pub struct Verified {
    /// The record, as the zone has it.
    pub record: Arc<Record>,
    /// By server, in the order of the servers.
    pub seen: Vec<Seen>,
}

/// What one server says of a record.
#[derive(Debug)]
pub struct Seen {
    /// Its answer.
    pub answer: Result<Answer, QueryError>,
    /// Whether that is the record.
    pub verdict: Verdict,
}

/// Whether an answer is the record that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Same,
    /// It is not.
    Differs(Vec<Difference>),
    /// This server cannot tell, for this reason.
    Open(String),
}

/// What is different.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// The server does not know the name.
    NoName,
    /// The name has no record of the type.
    NoRecord,
    /// The name is an alias of another one.
    Alias(String),
    /// Other values, in presentation format.
    Values {
        /// Those that the server should have.
        missing: Vec<String>,
        /// Those that it should not have.
        extra: Vec<String>,
    },
    /// Another TTL, in seconds.
    Ttl {
        /// That of the zone.
        expected: i64,
        /// That of the answer.
        found: u32,
    },
    /// The server does not have the zone: it sends its asker to the servers of this one.
    Elsewhere(String),
    /// There was no answer.
    Unanswered(String),
}

impl Verified {
    /// Whether any server says otherwise than the zone.
    pub fn differs(&self) -> bool {
        self.seen.iter().any(|seen| matches!(seen.verdict, Verdict::Differs(_)))
    }

    /// Whether the servers contradict each other: they say different things of a record whose values do
    /// not depend on who asks.
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

/// Asks every server for every record of a zone, as many at a time as the client may; `asked` is called
/// after each answer.
///
/// The records come back in the order of the zone. Every server has its say of every record, if only
/// that it does not answer.
pub async fn verify(
    client: &Client,
    zone: &Zone,
    servers: &[SocketAddr],
    asked: &(dyn Fn() + Sync),
) -> Vec<Verified> {
    let records: Vec<_> = zone.records().cloned().collect();
    let names: Vec<_> = records.iter().map(|record| record.fqdn(zone.name())).collect();
    let questions = (0..records.len())
        .flat_map(|record| (0..servers.len()).map(move |server| (record, server)));
    let mut answers: Vec<Vec<Option<Seen>>> =
        records.iter().map(|_| servers.iter().map(|_| None).collect()).collect();
    let mut seen = stream::iter(questions)
        .map(async |(record, server)| {
            let (name, of) = (&names[record], records[record].record_type());
            let answer = client.query(servers[server], name, of).await;
            let verdict = judge::verdict(&records[record], name, zone.name(), &answer);
            (record, server, Seen { answer, verdict })
        })
        .buffer_unordered(client.options().concurrency.max(1));
    while let Some((record, server, seen)) = seen.next().await {
        answers[record][server] = Some(seen);
        asked();
    }
    drop(seen);
    let verified = |(record, seen): (Arc<Record>, Vec<Option<Seen>>)| Verified {
        record,
        seen: seen.into_iter().flatten().collect(),
    };
    records.into_iter().zip(answers).map(verified).collect()
}
