//! What a server serves of a change: the new state, the old one, or neither.

use std::fmt;

use octodns_core::{Record, RecordName, RecordType, ZoneName};

use super::content::{Content, Expected};
use super::{Difference, Verdict, judge};
use crate::answer::{Answer, Found};
use crate::error::QueryError;
use crate::wire::{self, WireError};

/// What a server serves of a name and type that a change is about. Match all six.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Serving {
    /// What the zone holds after the change.
    New,
    /// What it held before.
    Old,
    /// Nothing, though there should be something.
    Missing,
    /// Something else.
    Other(Vec<Difference>),
    /// It gave no answer, for this reason.
    Silent(String),
    /// Its answer says nothing about the change, for this reason.
    Open(String),
}

impl fmt::Display for Serving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::New => "served",
            Self::Old => "old",
            Self::Missing => "missing",
            Self::Other(_) => "other",
            Self::Silent(_) => "no answer",
            Self::Open(_) => "left out",
        })
    }
}

/// What a server was asked. All fields are known to whoever asks.
#[derive(Clone, Copy, Debug)]
pub struct Question<'q> {
    /// The name, in the zone.
    pub name: &'q RecordName,
    /// The type.
    pub of: RecordType,
    /// Whether the service chooses TTLs, so that they say nothing.
    pub any_ttl: bool,
}

/// Whether an answer is what a zone makes its servers say.
enum Match {
    Yes,
    No(Vec<Difference>),
    Open(String),
}

/// What an answer to a question says of a change there, which made `before` into `after`.
pub fn serving(
    question: Question<'_>,
    before: &Content<'_>,
    after: &Content<'_>,
    answer: &Result<Answer, QueryError>,
) -> Serving {
    let Question { name, of, any_ttl } = question;
    let given = match answer {
        Ok(answer) => answer,
        Err(QueryError::Question(WireError::NoWireForm(_))) => {
            return Serving::Open(format!("{of} records are not queried"));
        }
        Err(error) => return Serving::Silent(with_cause(error)),
    };
    if let Some(why) = is_foreign(given, after.zone()) {
        return Serving::Silent(why);
    }
    let fqdn = name.fqdn(after.zone());
    let compare = |content: &Content<'_>| {
        let expected = content.expected(name, of);
        let found = compare(&expected, (&fqdn, of), content.zone(), (given, answer));
        if any_ttl { found.but_for_ttl() } else { found }
    };
    match compare(after) {
        Match::Yes => Serving::New,
        Match::Open(why) => Serving::Open(why),
        Match::No(differences) => match (is_nothing(given), compare(before)) {
            (true, _) => Serving::Missing,
            (false, Match::Yes) => Serving::Old,
            (false, _) => Serving::Other(differences),
        },
    }
}

fn compare(
    expected: &Expected<'_>,
    (name, of): (&str, RecordType),
    zone: &ZoneName,
    (given, answer): (&Answer, &Result<Answer, QueryError>),
) -> Match {
    match expected {
        Expected::Open(why) => Match::Open(why.clone()),
        Expected::Record(record) if is_routed(record) => routed(record, name, zone, given),
        Expected::Record(record) => judged(judge::verdict(record, name, zone, answer)),
        Expected::Alias(alias) => aliased(alias, given),
        Expected::Nothing if is_nothing(given) => Match::Yes,
        Expected::Nothing => Match::No(vec![unexpected(of, given)]),
        Expected::Below(Some(glue)) => judged(judge::verdict(glue, name, zone, answer)),
        Expected::Below(None) => below(of, name, given),
    }
}

impl Match {
    /// The same, where a TTL does not matter.
    fn but_for_ttl(self) -> Self {
        let Self::No(mut differences) = self else { return self };
        differences.retain(|difference| !matches!(difference, Difference::Ttl { .. }));
        if differences.is_empty() { Self::Yes } else { Self::No(differences) }
    }
}

fn judged(verdict: Verdict) -> Match {
    match verdict {
        Verdict::Same => Match::Yes,
        Verdict::Differs(differences) => Match::No(differences),
        Verdict::Open(why) => Match::Open(why),
    }
}

/// The answer for a name that is an alias: the target of its CNAME, and whatever is there.
fn aliased(alias: &Record, given: &Answer) -> Match {
    let target = alias.rdata_strings().pop().unwrap_or_default();
    let labels = |name: &str| wire::labels(&name.to_ascii_lowercase()).ok();
    match given.aliases.first() {
        Some(first) if labels(first) == labels(&target) => Match::Yes,
        Some(first) => Match::No(vec![Difference::Alias(first.clone())]),
        None => Match::No(vec![Difference::NoRecord]),
    }
}

fn is_routed(record: &Record) -> bool {
    record.dynamic().is_some() || record.geo().is_some()
}

/// The answer for a name whose answers depend on the client. Any value of its pools will do, with whatever TTL and
/// through whatever names of the service; if the service's names are all that can be seen, nothing is known.
fn routed(record: &Record, name: &str, zone: &ZoneName, given: &Answer) -> Match {
    let is_hidden = !given.aliases.is_empty() && given.found == Found::NoData;
    if is_hidden {
        return Match::Open("routed by the service".to_owned());
    }
    let direct = Answer { aliases: Vec::new(), ..given.clone() };
    let found = judged(judge::verdict(record, name, zone, &Ok(direct))).but_for_ttl();
    let is_other = |difference: &Difference| matches!(difference, Difference::Values { .. });
    match found {
        Match::No(differences)
            if record.record_type() == RecordType::CNAME && differences.iter().all(is_other) =>
        {
            Match::Open("routed by the service".to_owned())
        }
        found => found,
    }
}

/// The answer for a name that the zone has handed to others, and has nothing of.
fn below(of: RecordType, name: &str, given: &Answer) -> Match {
    let Some(referral) = &given.referral else { return Match::No(vec![unexpected(of, given)]) };
    let number = wire::type_number(of);
    let glue = number.and_then(|number| referral.glue.get(&(name.to_ascii_lowercase(), number)));
    match glue {
        Some(rows) => Match::No(vec![values(of, &rows.rdatas)]),
        None => Match::Open(format!("delegated to {}", referral.zone)),
    }
}

/// Whether a server says that there is nothing.
fn is_nothing(given: &Answer) -> bool {
    let is_empty = matches!(given.found, Found::NoData | Found::NxDomain);
    is_empty && given.aliases.is_empty() && given.referral.is_none()
}

/// Why an answer that there is nothing says nothing of the zone, if so: it is from a zone above, whose server has not
/// heard of this one, or from no zone at all.
fn is_foreign(given: &Answer, zone: &ZoneName) -> Option<String> {
    if !is_nothing(given) {
        return None;
    }
    match &given.zone {
        Some(from) if zone.relative(from).is_some() => None,
        Some(from) => Some(format!("it does not have the zone: its answer is from {from}")),
        None if given.authoritative => None,
        None => Some("it does not have the zone: its answer has no authority".to_owned()),
    }
}

/// What a server has where there should be nothing.
fn unexpected(of: RecordType, given: &Answer) -> Difference {
    match (&given.referral, given.aliases.first(), &given.found) {
        (Some(referral), ..) => Difference::Elsewhere(referral.zone.clone()),
        (None, Some(alias), _) => Difference::Alias(alias.clone()),
        (None, None, Found::RrSet(rows)) => values(of, &rows.rdatas),
        (None, None, Found::NoData) => Difference::NoRecord,
        (None, None, Found::NxDomain) => Difference::NoName,
    }
}

/// Values that only the server has.
fn values(of: RecordType, rdatas: &[Vec<u8>]) -> Difference {
    Difference::Values { missing: Vec::new(), extra: judge::shown(of, rdatas.iter()) }
}

fn with_cause(error: &QueryError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
