//! Mappings in braces: entries change places, what stands between them stays.

use std::ops::Range;

use super::Refusal;
use super::emit::{Arrangement, Part};
use crate::read::Pair;
use octodns_core::Origin;

/// The arrangement that puts entries into an order of their indices.
pub(super) fn arrangement(
    text: &str,
    pairs: &[Pair<'_>],
    order: &[usize],
    origin: &Origin,
) -> Result<Arrangement, Refusal> {
    let entries: Vec<Range<usize>> = pairs.iter().map(|pair| entry(text, pair)).collect();
    for (before, after) in entries.iter().zip(entries.iter().skip(1)) {
        let between = &text[before.end..after.start];
        if between.trim() != "," {
            return Err(Refusal::new(
                "there is more than a comma between entries in braces",
                "put these entries in order by hand, or write the mapping without braces",
                origin.clone(),
            ));
        }
    }
    let mut parts = Vec::with_capacity(2 * entries.len());
    for (place, index) in order.iter().enumerate() {
        if place > 0 {
            parts.push(Part::Copy(entries[place - 1].end..entries[place].start));
        }
        parts.push(Part::Copy(entries[*index].clone()));
    }
    let end = entries.last().map_or(0, |entry| entry.end);
    let start = entries.first().map_or(end, |entry| entry.start);
    Ok(Arrangement { bytes: start..end, parts })
}

/// The bytes of an entry, with the colon behind a key without a value.
fn entry(text: &str, pair: &Pair<'_>) -> Range<usize> {
    let mut bytes = pair.bytes();
    let rest = &text[bytes.end..];
    let blank = rest.len() - rest.trim_start().len();
    if rest[blank..].starts_with(':') {
        bytes.end += blank + 1;
    }
    bytes
}
