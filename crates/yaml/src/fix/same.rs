//! Compares two values regardless of the order of their keys.

use octodns_core::Value;
use octodns_core::value::{Kind, Map, Special, python_str};

/// Whether two values are equal, apart from the order of mappings and sets.
pub(crate) fn same(left: &Value<'_>, right: &Value<'_>) -> bool {
    match (&left.kind, &right.kind) {
        (Kind::List(left), Kind::List(right)) => same_lists(left, right),
        (Kind::Map(left), Kind::Map(right)) => same_maps(left, right),
        (Kind::Float(left), Kind::Float(right)) => {
            left.to_bits() == right.to_bits() || (left.is_nan() && right.is_nan())
        }
        (Kind::Special(one), Kind::Special(other)) => match (&**one, &**other) {
            (Special::Tuple(left), Special::Tuple(right)) => same_lists(left, right),
            (Special::Set(left), Special::Set(right)) => {
                let sorted = |set: &[Value<'_>]| {
                    let mut texts: Vec<_> = set.iter().map(text).collect();
                    texts.sort_unstable();
                    texts
                };
                sorted(left) == sorted(right)
            }
            (one, other) => one == other,
        },
        (left, right) => left == right,
    }
}

fn same_lists(left: &[Value<'_>], right: &[Value<'_>]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
}

fn same_maps(left: &Map<'_>, right: &Map<'_>) -> bool {
    let (left, right) = (sorted(left), sorted(right));
    left.len() == right.len()
        && left.iter().zip(&right).all(|(left, right)| left.0 == right.0 && same(left.1, right.1))
}

fn sorted<'m, 'a>(map: &'m Map<'a>) -> Vec<((&'static str, String), &'m Value<'a>)> {
    let mut entries: Vec<_> = map.iter().map(|(key, value)| (text(key), value)).collect();
    entries.sort_by(|left, right| left.0.cmp(&right.0));
    entries
}

/// An identifier of a key: its kind, and its text.
fn text(key: &Value<'_>) -> (&'static str, String) {
    (key.kind_name(), python_str(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LoadOptions, load};

    fn check(left: &str, right: &str, expected: bool) {
        let options = LoadOptions::new("a.yaml");
        let (left, right) = (load(left, &options).unwrap(), load(right, &options).unwrap());
        assert_eq!(same(&left.root, &right.root), expected);
    }

    #[test]
    fn only_the_order_of_keys_is_ignored() {
        check("{a: 1, b: [{c: 1, d: .nan}]}", "{b: [{d: .nan, c: 1}], a: 1}", true);
        check("!!set {a, b}", "!!set {b, a}", true);
        check("{a: 1}", "{a: 1, b: 1}", false);
        check("{a: 1, b: 2}", "{a: 2, b: 1}", false);
        check("{1: 1}", "{'1': 1}", false);
        check("[1, 2]", "[2, 1]", false);
        check("a: 1", "a: 1.0", false);
        check("a: true", "a: 1", false);
    }
}
