//! The required order of mapping keys, and the findings about keys that are out of order.

use std::cmp::Ordering;
use std::sync::Arc;

use octodns_core::value::{Kind, Special};
use octodns_core::{Diagnostic, Origin, Report, Value};

use crate::natural_cmp;

/// How keys are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Order {
    /// Runs of digits compare as numbers: `a9` before `a10`.
    #[default]
    Natural,
    /// By code point: `a10` before `a9`.
    Simple,
}

impl Order {
    /// Compares two texts.
    pub fn compare(self, left: &str, right: &str) -> Ordering {
        match self {
            Self::Natural => natural_cmp(left, right),
            Self::Simple => left.cmp(right),
        }
    }

    /// Compares two keys; `None` if their kinds cannot be compared.
    pub(crate) fn compare_keys(self, left: &Value<'_>, right: &Value<'_>) -> Option<Ordering> {
        match (&left.kind, &right.kind) {
            (Kind::Str(left), Kind::Str(right)) => Some(self.compare(left, right)),
            (Kind::Str(text), _) if self == Self::Natural => number_to_text(right, text),
            (_, Kind::Str(text)) if self == Self::Natural => {
                number_to_text(left, text).map(Ordering::reverse)
            }
            _ => compare_others(self, left, right),
        }
    }
}

/// In natural order a number compares with text like an empty text followed by the number; the result is that
/// of the text compared with the number.
fn number_to_text(number: &Value<'_>, text: &str) -> Option<Ordering> {
    let digits = match &number.kind {
        Kind::Float(value) => return Some(float_to_text(*value, text)),
        Kind::Null => return Some(float_to_text(f64::NEG_INFINITY, text)),
        Kind::Bool(value) => i64::from(*value).to_string(),
        Kind::Int(value) => value.to_string(),
        Kind::Special(special) => match &**special {
            Special::BigInt(digits) => digits.clone(),
            // The text decides alone, unless it starts like a number.
            Special::Date(_) | Special::DateTime(_) if text.is_empty() => {
                return Some(Ordering::Less);
            }
            Special::Date(_) | Special::DateTime(_) if natural_cmp("9", text).is_lt() => {
                return (!text.starts_with(|c: char| c.is_ascii_digit()))
                    .then_some(Ordering::Greater);
            }
            _ => return None,
        },
        _ => return None,
    };
    match digits.strip_prefix('-') {
        Some(_) => Some(float_to_text(-1.0, text)),
        None => Some(natural_cmp(text, &digits)),
    }
}

fn float_to_text(value: f64, text: &str) -> Ordering {
    let leading = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if text.is_empty() {
        return Ordering::Less;
    }
    if leading == 0 {
        return Ordering::Greater;
    }
    let number: f64 = text[..leading].parse().unwrap_or(f64::INFINITY);
    let rest = if leading < text.len() { Ordering::Greater } else { Ordering::Equal };
    number.partial_cmp(&value).unwrap_or(Ordering::Greater).then(rest)
}

fn compare_others(order: Order, left: &Value<'_>, right: &Value<'_>) -> Option<Ordering> {
    if let (Some(left), Some(right)) = (number(left), number(right)) {
        return compare_numbers(&left, &right);
    }
    if let (Kind::Special(left), Kind::Special(right)) = (&left.kind, &right.kind) {
        return match (&**left, &**right) {
            (Special::Date(left), Special::Date(right))
            | (Special::DateTime(left), Special::DateTime(right)) => Some(left.cmp(right)),
            (Special::Bytes(left), Special::Bytes(right)) => Some(left.cmp(right)),
            _ => None,
        };
    }
    if order == Order::Simple {
        return None;
    }
    // In natural order `null` comes before all numbers.
    match (left.is_null(), right.is_null()) {
        (true, false) if number(right).is_some() => Some(Ordering::Less),
        (false, true) if number(left).is_some() => Some(Ordering::Greater),
        _ => None,
    }
}

enum Number {
    Int(i64),
    Float(f64),
    Big(String),
}

fn number(value: &Value<'_>) -> Option<Number> {
    match &value.kind {
        Kind::Bool(value) => Some(Number::Int((*value).into())),
        Kind::Int(value) => Some(Number::Int(*value)),
        Kind::Float(value) => Some(Number::Float(*value)),
        Kind::Special(special) => match &**special {
            Special::BigInt(digits) => Some(Number::Big(digits.clone())),
            _ => None,
        },
        _ => None,
    }
}

fn compare_numbers(left: &Number, right: &Number) -> Option<Ordering> {
    #[expect(clippy::cast_precision_loss, reason = "mixed keys are compared as near as doubles do")]
    let float = |number: &Number| match number {
        Number::Int(value) => *value as f64,
        Number::Float(value) => *value,
        Number::Big(digits) => digits.parse().unwrap_or(f64::INFINITY),
    };
    match (left, right) {
        (Number::Int(left), Number::Int(right)) => Some(left.cmp(right)),
        (Number::Big(left), Number::Big(right)) => Some(compare_digits(left, right)),
        _ => float(left).partial_cmp(&float(right)),
    }
}

fn compare_digits(left: &str, right: &str) -> Ordering {
    match (left.strip_prefix('-'), right.strip_prefix('-')) {
        (Some(left), Some(right)) => compare_digits(right, left),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => left.len().cmp(&right.len()).then_with(|| left.cmp(right)),
    }
}

/// The code of findings about order.
pub(crate) const CODE: &str = "yaml-order";

/// Reports every key of a mapping that is out of order. The caller knows that there are some.
pub(crate) fn report_disorder(
    order: Order,
    entries: &[(Value<'_>, Value<'_>)],
    files: &[Arc<str>],
    report: &mut Report,
) {
    let keys: Vec<&Value<'_>> = entries.iter().map(|(key, _)| key).collect();
    let origin = |key: &Value<'_>| Origin::new(files, key.position);
    let mut sorted: Vec<usize> = (0..keys.len()).collect();
    let mut incomparable = None;
    sorted.sort_by(|&left, &right| {
        order.compare_keys(keys[left], keys[right]).unwrap_or_else(|| {
            incomparable = Some((left, right));
            // Any total order will do, since the result is not used.
            left.cmp(&right)
        })
    });
    if let Some((left, right)) = incomparable {
        let (first, second) = (keys[left.min(right)], keys[left.max(right)]);
        let text = format!(
            "the keys {} ({}) and {} ({}) have no order",
            shown(first),
            first.kind_name(),
            shown(second),
            second.kind_name()
        );
        let finding = Diagnostic::error(CODE, text).at(origin(second));
        report.push(finding.help("put both in quotes").related("the other", origin(first)));
        return;
    }
    for place in misplaced(&sorted) {
        let key = keys[sorted[place]];
        let (what, belongs, other) = match sorted.get(place + 1) {
            Some(after) => ("before this", "before", keys[*after]),
            // If the last key is misplaced, it comes after another one.
            None => ("after this", "after", keys[sorted[place.saturating_sub(1)]]),
        };
        let text =
            format!("key {} is out of order, it belongs {belongs} {}", shown(key), shown(other));
        let finding = Diagnostic::error(CODE, text).at(origin(key));
        let finding = finding.help("move it there; `octodns-validate --fix` does so");
        report.push(finding.related(what, origin(other)));
    }
}

pub(crate) fn shown(key: &Value<'_>) -> String {
    match key.as_str() {
        Some(text) => format!("\"{text}\""),
        None => octodns_core::value::python_str(key),
    }
}

/// The smallest set of entries to move, as indices into `sorted` (which has the original positions in the
/// right order): all that are not part of a longest increasing subsequence.
fn misplaced(sorted: &[usize]) -> Vec<usize> {
    let mut ends: Vec<usize> = Vec::new();
    let mut previous = vec![usize::MAX; sorted.len()];
    for place in 0..sorted.len() {
        let length = ends.partition_point(|&end| sorted[end] < sorted[place]);
        if length > 0 {
            previous[place] = ends[length - 1];
        }
        match ends.get_mut(length) {
            Some(end) => *end = place,
            None => ends.push(place),
        }
    }
    let mut stays = vec![false; sorted.len()];
    let mut end = ends.last().copied();
    while let Some(place) = end {
        stays[place] = true;
        end = Some(previous[place]).filter(|&previous| previous != usize::MAX);
    }
    let mut moves: Vec<usize> = (0..sorted.len()).filter(|&place| !stays[place]).collect();
    moves.sort_by_key(|&place| sorted[place]);
    moves
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(keys: &[&'static str]) -> Vec<String> {
        let entries: Vec<_> = keys.iter().map(|key| (Value::from(*key), Value::NULL)).collect();
        let mut report = Report::new();
        report_disorder(Order::Natural, &entries, &[], &mut report);
        report.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn as_few_keys_as_possible_are_reported() {
        let found = findings(&["a", "d", "b", "c"]);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("key \"d\" is out of order"), "{found:?}");
        assert!(found[0].contains("it belongs after \"c\""), "{found:?}");
    }

    #[test]
    fn every_key_out_of_order_is_reported() {
        let found = findings(&["b", "a", "d", "c"]);
        assert_eq!(found.len(), 2, "{found:?}");
    }
}
