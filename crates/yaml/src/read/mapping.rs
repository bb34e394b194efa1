//! Checks that both readers apply to every mapping: duplicate keys and the order of keys.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use octodns_core::value::{Kind, Map, Special};
use octodns_core::{Diagnostic, Origin, Report, Severity, Value};

use crate::order::report_disorder;
use crate::{ErrorKind, Order};

/// How mappings are checked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// The required order, if any.
    pub(super) order: Option<Order>,
    /// How duplicate keys are reported, if they are.
    pub(super) duplicates: Option<Severity>,
    /// Whether to report keys and numbers in odd spellings; only the full reader does.
    pub(super) checks_spelling: bool,
}

/// How the keys of a mapping follow each other, determined while they are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sequence {
    /// Each comes after the previous one: in order, without duplicates.
    Rising,
    /// Some compare equal to the previous one; there may be duplicates.
    Level,
    /// Some come before the previous one, or cannot be compared.
    Broken,
}

impl Sequence {
    pub(super) fn next(self, step: Option<Ordering>) -> Self {
        match (self, step) {
            (Self::Broken, _) | (_, None | Some(Ordering::Greater)) => Self::Broken,
            (_, Some(Ordering::Equal)) => Self::Level,
            (_, Some(Ordering::Less)) => self,
        }
    }

    fn of(order: Order, entries: &[(Value<'_>, Value<'_>)]) -> Self {
        entries.windows(2).fold(Self::Rising, |sequence, pair| match pair {
            [(left, _), (right, _)] => sequence.next(order.compare_keys(left, right)),
            _ => sequence,
        })
    }
}

/// Builds a map: the last of duplicate keys takes the place of the first, and the order is checked.
pub(super) fn finish<'a>(
    mut entries: Vec<(Value<'a>, Value<'a>)>,
    sequence: Option<Sequence>,
    rules: Rules,
    files: &[Arc<str>],
    report: &mut Report,
) -> Map<'a> {
    let order = rules.order.unwrap_or_default();
    let mut sequence = sequence.unwrap_or_else(|| Sequence::of(order, &entries));
    if sequence != Sequence::Rising {
        let before = entries.len();
        entries = without_duplicates(entries, rules, files, report);
        if entries.len() < before {
            sequence = Sequence::of(order, &entries);
        }
    }
    if rules.order.is_some() && (sequence == Sequence::Broken || has_nan(&entries)) {
        report_disorder(order, &entries, files, report);
    }
    Map::from_entries(entries)
}

/// The reference always considers NaN keys out of order.
fn has_nan(entries: &[(Value<'_>, Value<'_>)]) -> bool {
    entries.first().is_some_and(|(key, _)| matches!(key.kind, Kind::Float(key) if key.is_nan()))
}

/// Up to this many entries are compared pairwise, which is faster than hashing.
const FEW: usize = 8;

/// Drops all but the last of duplicate keys, and reports them if required.
pub(super) fn without_duplicates<'a>(
    entries: Vec<(Value<'a>, Value<'a>)>,
    rules: Rules,
    files: &[Arc<str>],
    report: &mut Report,
) -> Vec<(Value<'a>, Value<'a>)> {
    let mut first_places = HashMap::new();
    let few = entries.len() <= FEW;
    let mut kept: Vec<(Value<'a>, Value<'a>)> = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        let first = if few {
            let wanted = KeyOf::new(&key);
            kept.iter().position(|(key, _)| KeyOf::new(key) == wanted)
        } else {
            match first_places.entry(KeyOf::new(&key).into_owned()) {
                Entry::Occupied(place) => Some(*place.get()),
                Entry::Vacant(place) => {
                    place.insert(kept.len());
                    None
                }
            }
        };
        let Some(first) = first else {
            kept.push((key, value));
            continue;
        };
        if let Some(severity) = rules.duplicates {
            let name = octodns_core::value::python_str(&key);
            let help = match severity {
                Severity::Error => "remove one of the two, or make them one",
                Severity::Warning => "remove one of the two; the last one counts",
            };
            let message = format!("key \"{name}\" is there twice");
            report.push(
                Diagnostic::new(severity, "yaml-duplicate-key", message)
                    .at(Origin::new(files, key.position))
                    .help(help)
                    .related("first", Origin::new(files, kept[first].0.position)),
            );
        }
        kept[first].1 = value;
    }
    kept
}

/// A key for comparing keys as Python does: `1`, `1.0` and `true` are equal.
#[derive(Debug, PartialEq, Eq, Hash)]
enum KeyOf<'k> {
    Null,
    NotANumber,
    Number(i64),
    Float(u64),
    Text(std::borrow::Cow<'k, str>),
    Special(u8, String),
    Bytes(Vec<u8>),
}

impl<'k> KeyOf<'k> {
    fn new(key: &'k Value<'_>) -> Self {
        match &key.kind {
            Kind::Bool(value) => Self::Number((*value).into()),
            Kind::Int(value) => Self::Number(*value),
            Kind::Float(value) => Self::float(*value),
            Kind::Str(text) => Self::Text(text.as_ref().into()),
            Kind::Special(special) => match &**special {
                Special::BigInt(digits) => Self::Special(0, digits.clone()),
                Special::Date(date) => Self::Special(1, date.clone()),
                Special::DateTime(time) => Self::Special(2, time.clone()),
                Special::Bytes(bytes) => Self::Bytes(bytes.clone()),
                Special::Set(_) | Special::Tuple(_) => Self::Null,
            },
            Kind::Null | Kind::List(_) | Kind::Map(_) => Self::Null,
        }
    }

    fn float(value: f64) -> Self {
        /// 2^63, the first integer beyond an `i64`.
        const BEYOND: f64 = 9_223_372_036_854_775_808.0;
        if value.is_nan() {
            Self::NotANumber
        } else if value.is_infinite() || value.fract() != 0.0 {
            Self::Float(value.to_bits())
        } else if (-BEYOND..BEYOND).contains(&value) {
            #[expect(clippy::cast_possible_truncation, reason = "whole and within 64 bits")]
            Self::Number(value as i64)
        } else {
            Self::Special(0, format!("{value:.0}"))
        }
    }

    fn into_owned(self) -> KeyOf<'static> {
        match self {
            Self::Null => KeyOf::Null,
            Self::NotANumber => KeyOf::NotANumber,
            Self::Number(value) => KeyOf::Number(value),
            Self::Float(bits) => KeyOf::Float(bits),
            Self::Text(text) => KeyOf::Text(text.into_owned().into()),
            Self::Special(kind, text) => KeyOf::Special(kind, text),
            Self::Bytes(bytes) => KeyOf::Bytes(bytes),
        }
    }
}

/// Refuses a value that cannot be a key.
pub(super) fn check_key(key: &Value<'_>) -> Result<(), ErrorKind> {
    match &key.kind {
        Kind::List(_) | Kind::Map(_) => Err(ErrorKind::Unhashable(key.kind_name())),
        Kind::Special(special) if matches!(**special, Special::Set(_)) => {
            Err(ErrorKind::Unhashable(key.kind_name()))
        }
        _ => Ok(()),
    }
}
