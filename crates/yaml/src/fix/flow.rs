//! Mappings in braces: entries move together with their comments, and the text between them stays.
//!
//! The comments right above an entry belong to it, and so does a comment after it on the same line.

use std::ops::Range;

use super::Refusal;
use super::emit::{Arrangement, Part};
use crate::read::{Item, Pair};
use octodns_core::Origin;

/// The arrangement that puts the entries of a mapping into the given order.
pub(super) fn arrangement(
    text: &str,
    item: &Item<'_>,
    pairs: &[Pair<'_>],
    order: &[usize],
    origin: &Origin,
) -> Result<Arrangement, Refusal> {
    let entries: Vec<Range<usize>> = pairs.iter().map(|pair| entry(text, pair)).collect();
    let mut between = entries.iter().zip(entries.iter().skip(1));
    if between.all(|(before, after)| text[before.end..after.start].trim() == ",") {
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
            return Ok(Arrangement { bytes: item.bytes.clone(), parts: Vec::new() });
        };
        // Comments before the first and after the last entry belong to entries as well.
        let inside = inside(text, item).unwrap_or(first.start..last.end);
        let around = [inside.start..first.start, last.end..inside.end];
        if around.into_iter().all(|bytes| !text[bytes].contains('#')) {
            return Ok(without_comments(&entries, order));
        }
    }
    let layout = inside(text, item).and_then(|inside| Layout::of(text, inside, &entries));
    layout.map(|layout| layout.arranged(order)).ok_or_else(|| {
        Refusal::new(
            "it is not clear which entries in braces the comments belong to",
            "put each entry on a line of its own, and its comments above it or after its comma",
            origin.clone(),
        )
    })
}

fn without_comments(entries: &[Range<usize>], order: &[usize]) -> Arrangement {
    let mut parts = Vec::with_capacity(2 * entries.len());
    for (place, index) in order.iter().enumerate() {
        if place > 0 {
            parts.push(Part::Copy(entries[place - 1].end..entries[place].start));
        }
        parts.push(Part::Copy(entries[*index].clone()));
    }
    let end = entries.last().map_or(0, |entry| entry.end);
    let start = entries.first().map_or(end, |entry| entry.start);
    Arrangement { bytes: start..end, parts }
}

/// The bytes of an entry, including the colon after a key without a value.
fn entry(text: &str, pair: &Pair<'_>) -> Range<usize> {
    let mut bytes = pair.bytes();
    let rest = &text[bytes.end..];
    let blank = rest.len() - rest.trim_start().len();
    if rest[blank..].starts_with(':') {
        bytes.end += blank + 1;
    }
    bytes
}

/// The bytes between the braces.
fn inside(text: &str, item: &Item<'_>) -> Option<Range<usize>> {
    let inner = text.get(item.bytes.clone())?.strip_prefix('{')?.strip_suffix('}')?;
    let start = item.bytes.start + 1;
    Some(start..start + inner.len())
}

/// What moves with an entry: whole lines above it and its indentation, the entry, the comment after it.
struct Moving {
    above: Range<usize>,
    body: Range<usize>,
    behind: Range<usize>,
}

/// What stays at the place of an entry: the text before it, and its comma.
struct Place {
    gap: Range<usize>,
    starts_line: bool,
    comma: Range<usize>,
}

struct Layout<'t> {
    text: &'t str,
    inside: Range<usize>,
    moving: Vec<Moving>,
    places: Vec<Place>,
    /// The text after the last entry.
    tail: Range<usize>,
    /// The indentation of entries that start a line.
    indent: usize,
    ending: &'static str,
}

impl<'t> Layout<'t> {
    /// Finds out what belongs to which entry; `None` if that is not clear.
    fn of(text: &'t str, inside: Range<usize>, entries: &[Range<usize>]) -> Option<Self> {
        let (mut moving, mut places) = (Vec::new(), Vec::new());
        let (mut at, mut indent) = (inside.start, None);
        for (index, body) in entries.iter().enumerate() {
            let next = entries.get(index + 1).map(|next| next.start);
            let (gap, above) = above(text, at..body.start)?;
            let starts_line = text[..above.start].ends_with('\n');
            if starts_line {
                let line = text[..body.start].rfind('\n').map_or(0, |end| end + 1);
                indent.get_or_insert(body.start - line);
            }
            let rest = body.end..next.unwrap_or(inside.end);
            let (comma, behind) = behind(text, rest, next.is_none())?;
            at = behind.end;
            places.push(Place { gap, starts_line, comma });
            moving.push(Moving { above, body: body.clone(), behind });
        }
        let tail = at..inside.end;
        let is_free = |line: &str| matches!(line.trim_start().chars().next(), None | Some('#'));
        let ending = super::lines::ending_of(text);
        text[tail.clone()].lines().all(is_free).then(|| Self {
            text,
            inside,
            moving,
            places,
            tail,
            indent: indent.unwrap_or_default(),
            ending,
        })
    }

    fn arranged(&self, order: &[usize]) -> Arrangement {
        let mut parts = Vec::new();
        let mut in_comment = false;
        for (place, entry) in self.places.iter().zip(order) {
            let moving = &self.moving[*entry];
            let lines = &self.text[moving.above.clone()];
            let needs_line = in_comment || lines.contains('#');
            if place.starts_line || !needs_line {
                parts.push(Part::Copy(place.gap.clone()));
            } else {
                parts.push(Part::Text(self.ending));
            }
            if place.starts_line || needs_line {
                let own = if lines.is_empty() {
                    Part::Indent(self.indent)
                } else {
                    Part::Copy(moving.above.clone())
                };
                parts.push(own);
            }
            parts.extend([
                Part::Copy(moving.body.clone()),
                Part::Copy(place.comma.clone()),
                Part::Copy(moving.behind.clone()),
            ]);
            in_comment = !moving.behind.is_empty();
        }
        if in_comment
            && !self.text[self.tail.clone()].trim_start_matches([' ', '\r']).starts_with('\n')
        {
            parts.extend([Part::Text(self.ending), Part::Indent(self.indent)]);
        }
        parts.push(Part::Copy(self.tail.clone()));
        Arrangement { bytes: self.inside.clone(), parts }
    }
}

/// Splits the bytes before an entry into those that stay and those that move with it: the comments right
/// above it, and the indentation if it starts a line.
fn above(text: &str, bytes: Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let before = &text[bytes.clone()];
    let is_comment = |line: &str| line.trim_start().starts_with('#');
    let Some(last) = before.rfind('\n') else {
        return before.trim().is_empty().then_some((bytes.clone(), bytes.end..bytes.end));
    };
    let mut lines = before[..last].split('\n');
    // The rest of the line after the comma or the brace stays.
    let first = lines.next().unwrap_or_default();
    let free = |line: &str| line.trim().is_empty() || is_comment(line);
    if !free(first) || !lines.clone().all(free) || !before[last + 1..].trim().is_empty() {
        return None;
    }
    let lines: Vec<&str> = lines.collect();
    let own = lines.iter().rev().take_while(|line| is_comment(line));
    let length: usize = own.map(|line| line.len() + 1).sum();
    let start = bytes.start + last + 1 - length;
    Some((bytes.start..start, start..bytes.end))
}

/// The comma after an entry, and the comment after that, up to the end of the line.
fn behind(text: &str, bytes: Range<usize>, is_last: bool) -> Option<(Range<usize>, Range<usize>)> {
    let rest = &text[bytes.clone()];
    let comma = match rest.trim_start_matches([' ', '\t']).strip_prefix(',') {
        Some(after) => bytes.start..bytes.end - after.len(),
        None if is_last => bytes.start..bytes.start,
        None => return None,
    };
    let line = text[comma.end..bytes.end].split(['\n', '\r']).next().unwrap_or_default();
    let comment = line.trim_start_matches([' ', '\t']);
    let length = match comment.chars().next() {
        Some('#') if comment.len() < line.len() => line.len(),
        Some('#') => return None,
        _ => 0,
    };
    let end = comma.end;
    Some((comma, end..end + length))
}
