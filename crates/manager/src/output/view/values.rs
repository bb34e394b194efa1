//! What changes among the values of a record: sets, and texts that stay in part.

use std::collections::{HashMap, HashSet};

use octodns_core::{Record, RecordType};

use super::words::{Piece, Side, merged};

/// A value of a record that is changed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::output) enum ValueView {
    /// Only what is to be there has it.
    Added(String),
    /// Only what is there has it.
    Removed(String),
    /// Both have it, but not the same; without a piece of both sides it is another one.
    Changed(Vec<Piece>),
    /// Both have it.
    Kept(String),
}

/// Up to how many characters two values that have nothing in common fit on one line.
const SHORT: usize = 40;

/// The values as people write them, in their order.
pub(in crate::output) fn texts(record: &Record) -> Vec<String> {
    // Texts without the quotes of presentation format, as zone files have them.
    match record.record_type() {
        RecordType::TXT | RecordType::SPF => record.plan_strings(),
        _ => record.rdata_strings(),
    }
}

/// The difference of two lists of values: changed ones, removed ones, added ones, kept ones.
pub(in crate::output) fn difference(before: &[String], after: &[String]) -> Vec<ValueView> {
    let (mut removed, mut added, kept) = apart(before, after);
    let mut shown = Vec::new();
    if let ([old], [new]) = (before, after)
        && old != new
        && let Some(pieces) = merged(old, new).or_else(|| replaced(old, new))
    {
        return vec![ValueView::Changed(pieces)];
    }
    for key in [first_word, last_word] {
        let (mut old_sides, mut new_sides) = (HashSet::new(), HashSet::new());
        for (old, new) in pairs(&removed, &added, key) {
            if let Some(pieces) = merged(old, new) {
                shown.push(pieces);
                old_sides.insert(old);
                new_sides.insert(new);
            }
        }
        // A value that is there twice has no key of its own.
        removed.retain(|value| !old_sides.contains(value));
        added.retain(|value| !new_sides.contains(value));
    }
    let changed = shown.into_iter().map(ValueView::Changed);
    let own = |value: &str| value.to_owned();
    changed
        .chain(removed.iter().map(|value| ValueView::Removed(own(value))))
        .chain(added.iter().map(|value| ValueView::Added(own(value))))
        .chain(kept.iter().map(|value| ValueView::Kept(own(value))))
        .collect()
}

/// What only the first list has, only the second, and both, each in its order.
fn apart<'v>(
    before: &'v [String],
    after: &'v [String],
) -> (Vec<&'v str>, Vec<&'v str>, Vec<&'v str>) {
    let mut there: HashMap<&str, usize> = HashMap::new();
    for value in before {
        *there.entry(value).or_default() += 1;
    }
    let (mut added, mut kept) = (Vec::new(), Vec::new());
    for value in after {
        match there.get_mut(value.as_str()) {
            Some(count) if *count > 0 => {
                *count -= 1;
                kept.push(value.as_str());
            }
            _ => added.push(value.as_str()),
        }
    }
    let mut is_left = |value: &&String| {
        let count = there.get_mut(value.as_str());
        count.is_some_and(|count| {
            *count > 0 && {
                *count -= 1;
                true
            }
        })
    };
    let removed = before.iter().filter(|value| is_left(value)).map(String::as_str).collect();
    (removed, added, kept)
}

/// A short value and the one in its place.
fn replaced(old: &str, new: &str) -> Option<Vec<Piece>> {
    let is_short = |text: &str| text.chars().nth(SHORT).is_none();
    (is_short(old) && is_short(new))
        .then(|| vec![Piece::new(Side::Before, old), Piece::new(Side::After, new)])
}

/// The values that have a key in common which no other has.
fn pairs<'v>(
    removed: &[&'v str],
    added: &[&'v str],
    key: fn(&str) -> Option<&str>,
) -> Vec<(&'v str, &'v str)> {
    fn once<'v>(
        values: &[&'v str],
        key: fn(&str) -> Option<&str>,
    ) -> HashMap<&'v str, Option<&'v str>> {
        let mut by_key = HashMap::new();
        for &value in values {
            let Some(key) = key(value) else { continue };
            by_key.entry(key).and_modify(|only| *only = None).or_insert(Some(value));
        }
        by_key
    }
    let new = once(added, key);
    let old = once(removed, key);
    let only = |&value: &&'v str| {
        let key = key(value)?;
        let old = (*old.get(key)?)?;
        Some((old, (*new.get(key)?)?))
    };
    removed.iter().filter_map(only).collect()
}

/// The first of several words: `v=spf1`.
fn first_word(value: &str) -> Option<&str> {
    let (word, rest) = value.split_once([' ', ';'])?;
    (!rest.is_empty()).then_some(word)
}

/// The last of several words: the host of an MX.
fn last_word(value: &str) -> Option<&str> {
    Some(value.rsplit_once(' ')?.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One letter for each value, and the value.
    fn shown(before: &[&str], after: &[&str]) -> Vec<String> {
        let own = |values: &[&str]| values.iter().map(ToString::to_string).collect::<Vec<_>>();
        let show = |value: &ValueView| match value {
            ValueView::Added(text) => format!("+{text}"),
            ValueView::Removed(text) => format!("-{text}"),
            ValueView::Kept(text) => format!("={text}"),
            ValueView::Changed(pieces) => {
                let sides = pieces.iter().map(|piece| format!("{:?}", piece.side));
                format!("~{}", sides.collect::<Vec<_>>().join(","))
            }
        };
        difference(&own(before), &own(after)).iter().map(show).collect()
    }

    #[test]
    fn values_are_a_set() {
        assert_eq!(shown(&["a", "b", "c"], &["c", "d", "b"]), ["-a", "+d", "=c", "=b"]);
        assert_eq!(shown(&["a", "a"], &["a"]), ["-a", "=a"]);
        assert_eq!(shown(&["a"], &["a", "a"]), ["+a", "=a"]);
        assert!(shown(&[], &[]).is_empty());
    }

    #[test]
    fn one_value_that_is_another_is_one_change() {
        assert_eq!(shown(&["192.0.2.1"], &["192.0.2.2"]), ["~Before,After"]);
        let (long, other) = ("a".repeat(41), "b".repeat(41));
        assert_eq!(shown(&[&long], &[&other]), [format!("-{long}"), format!("+{other}")]);
    }

    #[test]
    fn values_of_the_same_kind_are_compared() {
        let (before, after) =
            (["MS=ms1", "v=spf1 a -all", "x y"], ["MS=ms1", "v=spf1 mx -all", "z w"]);
        assert_eq!(shown(&before, &after), ["~Both,Before,After,Both", "-x y", "+z w", "=MS=ms1"]);
        let (before, after) = (["10 mx1.", "20 mx2."], ["10 mx1.", "30 mx2."]);
        assert_eq!(shown(&before, &after), ["~Before,After,Both", "=10 mx1."]);
        // Two that could be meant are not guessed at.
        let (before, after) = (["v=x a", "v=x b"], ["v=x c", "v=x d"]);
        assert_eq!(shown(&before, &after), ["-v=x a", "-v=x b", "+v=x c", "+v=x d"]);
    }
}
