//! What a zone held, as far as it takes to count what has changed since.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use super::Zone;
use crate::change::Change;
use crate::name::RecordName;
use crate::record::{Record, RecordType};
use crate::value::Json;

/// A short hash for each `RRset` of a zone: enough to count those that were changed since, not to say what they were.
///
/// ```
/// use octodns_core::zone::Fingerprint;
/// use octodns_core::{Record, RecordData, RecordName, Zone, ZoneName};
///
/// let mut zone = Zone::new(ZoneName::new("example.com.")?);
/// let before = Fingerprint::of(&zone);
/// let www = RecordData::A(vec!["192.0.2.1".parse()?]);
/// zone.set(Record::new(RecordName::new("www")?, 300, www));
/// assert_eq!(before.others(&zone, &[]), 1);
/// assert_eq!(Fingerprint::of(&zone).to_string().parse(), Ok(Fingerprint::of(&zone)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fingerprint {
    /// The hash of what each holds, by the hash of its name and type.
    sets: BTreeMap<u32, u32>,
}

/// A text that is no fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a fingerprint of a zone")]
#[non_exhaustive]
pub struct FingerprintError;

/// Hexadecimal digits for each `RRset`: half for its name and type, half for what it holds.
const DIGITS: usize = 16;

impl Fingerprint {
    /// That of a zone.
    pub fn of(zone: &Zone) -> Self {
        let mut sets = BTreeMap::new();
        for record in zone.records() {
            // Of two with one hash the sum is kept, so that a change of either is one.
            let held = sets.entry(key(record.name(), record.record_type())).or_insert(0_u32);
            *held = held.wrapping_add(content(record));
        }
        Self { sets }
    }

    /// How many `RRsets` are not as they were, but for those that `changes` are about.
    pub fn others(&self, now: &Zone, changes: &[Change]) -> usize {
        let now = Self::of(now);
        let record = |change: &Change| key(change.record().name(), change.record().record_type());
        let concerned: BTreeSet<_> = changes.iter().map(record).collect();
        let keys: BTreeSet<_> = self.sets.keys().chain(now.sets.keys()).collect();
        let differs =
            |key: &&&u32| !concerned.contains(**key) && self.sets.get(**key) != now.sets.get(**key);
        keys.iter().filter(differs).count()
    }
}

fn key(name: &RecordName, record_type: RecordType) -> u32 {
    hash(&[name.as_str(), "\0", record_type.as_str()])
}

/// What counts when records are compared: not the `octodns` section.
fn content(record: &Record) -> u32 {
    let mut value = record.to_value();
    if let Some(map) = value.as_map_mut() {
        map.remove("octodns");
    }
    hash(&[&Json::default().text(&value)])
}

/// FNV-1a of 64 bits, folded: the same on every machine and in every version.
fn hash(parts: &[&str]) -> u32 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in parts.iter().flat_map(|part| part.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let half = |shift: u32| u32::try_from(hash >> shift & u64::from(u32::MAX)).unwrap_or_default();
    half(32) ^ half(0)
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sets.iter().try_for_each(|(key, content)| write!(f, "{key:08x}{content:08x}"))
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let number = |digits: &[u8]| {
            let is_plain = |digit: &u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
            let digits = std::str::from_utf8(digits).ok().filter(|_| digits.iter().all(is_plain));
            digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).ok_or(FingerprintError)
        };
        let chunks = text.as_bytes().chunks_exact(DIGITS);
        if !chunks.remainder().is_empty() {
            return Err(FingerprintError);
        }
        let set = |set: &[u8]| {
            let (key, content) = set.split_at(DIGITS / 2);
            Ok((number(key)?, number(content)?))
        };
        Ok(Self { sets: chunks.map(set).collect::<Result<_, _>>()? })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::ZoneName;
    use crate::record::RecordData;
    use crate::value::{Map, Value};

    fn a(name: &str, last: u8) -> Record {
        let data = RecordData::A(vec![[192, 0, 2, last].into()]);
        Record::new(RecordName::new(name).unwrap(), 60, data)
    }

    fn zone(records: impl IntoIterator<Item = Record>) -> Zone {
        let mut zone = Zone::new(ZoneName::new("example.com.").unwrap());
        records.into_iter().for_each(|record| zone.set(record));
        zone
    }

    #[test]
    fn what_others_changed_is_counted() {
        let before = Fingerprint::of(&zone([a("a", 1), a("b", 1), a("c", 1)]));
        let section: Map<'static> = [("lenient", Value::from(true))].into_iter().collect();
        for (now, count) in [
            (vec![a("a", 1), a("b", 1), a("c", 1)], 0),
            (vec![a("a", 1), a("b", 1), a("c", 2)], 1),
            (vec![a("a", 1), a("b", 1), a("c", 1).with_ttl(61)], 1),
            (vec![a("a", 1), a("b", 1), a("c", 1).with_options(section)], 0),
            (vec![a("a", 1), a("b", 1)], 1),
            (vec![a("a", 1), a("b", 1), a("c", 1), a("d", 1)], 1),
            (vec![a("a", 2), a("d", 1)], 3),
        ] {
            let change = Change::Update { existing: Arc::new(a("a", 1)), new: Arc::new(a("a", 3)) };
            assert_eq!(before.others(&zone(now.clone()), &[change]), count, "{now:?}");
        }
    }

    #[test]
    fn texts_that_are_none_are_refused() {
        for text in
            ["0", "00000000000000000", "000000000000000g", "+0000000+0000000", "0000000é0000000"]
        {
            assert_eq!(text.parse::<Fingerprint>(), Err(FingerprintError), "{text}");
        }
        assert_eq!("".parse(), Ok(Fingerprint::default()));
    }
}
