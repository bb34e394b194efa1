//! Which comments belong to which entry of a block mapping.
//!
//! A block of comments right above an entry belongs to it. One right below an entry and separated from the
//! next one belongs to the entry above, and comments that are indented deeper than the keys belong to the
//! entry they are in. Comments with blank lines on both sides, and blank lines, stay where they are.

use std::ops::Range;

use super::lines::{Line, Lines};

/// The lines of an entry, and those between it and the next one, which do not move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) lines: Range<usize>,
    pub(super) gap: Range<usize>,
}

/// The lines that move with each entry of a mapping; `entries` are the entries' own lines, and `indent` is
/// the indentation of the keys.
///
/// `compact`: the first entry shares its line with a dash, so no comments can be above it.
pub(super) fn blocks(
    lines: &Lines<'_>,
    entries: &[Range<usize>],
    indent: usize,
    compact: bool,
) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let start = match blocks.last() {
            _ if index == 0 && compact => entry.start,
            Some(previous) => above(lines, entry.start, previous.lines.end),
            None => above(lines, entry.start, 0),
        };
        if let Some(previous) = blocks.last_mut() {
            let end = below(lines, previous.lines.end, start);
            previous.lines.end = end;
            previous.gap = end..start;
        }
        let next = entries.get(index + 1).map_or(lines.len(), |next| next.start);
        let end = inside(lines, entry.end, next, indent);
        blocks.push(Block { lines: start..end, gap: end..end });
    }
    blocks
}

/// Extends upwards from a line, over the comments right above it.
fn above(lines: &Lines<'_>, line: usize, least: usize) -> usize {
    let comments =
        (least..line).rev().take_while(|line| matches!(lines.kind(*line), Line::Comment(_)));
    line - comments.count()
}

/// Extends downwards from the end of an entry, over lines that are indented deeper than its key.
fn inside(lines: &Lines<'_>, end: usize, most: usize, indent: usize) -> usize {
    let mut found = end;
    for line in end..most {
        match lines.kind(line) {
            Line::Blank => {}
            Line::Comment(depth) if depth > indent => found = line + 1,
            _ => break,
        }
    }
    found
}

/// Extends downwards from the end of an entry, over the comments right below it, if a blank line follows
/// them.
fn below(lines: &Lines<'_>, end: usize, most: usize) -> usize {
    let comments = (end..most).take_while(|line| matches!(lines.kind(*line), Line::Comment(_)));
    let stop = end + comments.count();
    if stop < most { stop } else { end }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, entries: &[Range<usize>], expected: &[(Range<usize>, Range<usize>)]) {
        let found = blocks(&Lines::new(text), entries, 0, false);
        let found: Vec<_> = found.into_iter().map(|block| (block.lines, block.gap)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn comments_belong_to_what_they_touch() {
        check("a: 1\n# b\nb: 1\n", &[0..1, 2..3], &[(0..1, 1..1), (1..3, 3..3)]);
        check("a: 1\n# a\n\nb: 1\n", &[0..1, 3..4], &[(0..2, 2..3), (3..4, 4..4)]);
        check("a: 1\n\n# -\n\nb: 1\n", &[0..1, 4..5], &[(0..1, 1..4), (4..5, 5..5)]);
        check("# head\n\n# a\na: 1\nb: 1\n# end\n", &[3..4, 4..5], &[(2..4, 4..4), (4..5, 5..5)]);
    }

    #[test]
    fn deeper_comments_belong_to_the_entry_above() {
        check("a:\n  x: 1\n\n  # x\nb: 1\n", &[0..2, 4..5], &[(0..4, 4..4), (4..5, 5..5)]);
        check("a: 1\n  # a\n# b\nb: 1\n", &[0..1, 3..4], &[(0..2, 2..2), (2..4, 4..4)]);
    }
}
