//! The lines of a text, with any of the three line endings.

use std::ops::Range;

/// Where the lines of a text start and end.
#[derive(Debug)]
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

/// What a line contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    Blank,
    /// Only a comment, after this many spaces.
    Comment(usize),
    Other,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let ends = (1..=bytes.len()).filter(|end| match bytes[end - 1] {
            b'\n' => true,
            b'\r' => bytes.get(*end) != Some(&b'\n'),
            _ => false,
        });
        let starts = std::iter::once(0).chain(ends).filter(|start| *start < bytes.len());
        Self { text, starts: starts.collect() }
    }

    /// The line that a byte is on.
    pub(super) fn of(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start <= byte).saturating_sub(1)
    }

    /// Where a line starts; the one after the last starts at the end of the text.
    pub(super) fn start(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.text.len())
    }

    /// The bytes of a range of lines, including the last line ending.
    pub(super) fn bytes(&self, lines: Range<usize>) -> Range<usize> {
        self.start(lines.start)..self.start(lines.end)
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    pub(super) fn kind(&self, line: usize) -> Line {
        let text = &self.text[self.bytes(line..line + 1)];
        let rest = text.trim_start_matches([' ', '\t']);
        match rest.chars().next() {
            None | Some('\n' | '\r') => Line::Blank,
            Some('#') => Line::Comment(text.len() - rest.len()),
            _ => Line::Other,
        }
    }
}

/// The line ending of a text, from its first line.
pub(super) fn ending_of(text: &str) -> &'static str {
    match text.find(['\n', '\r']) {
        Some(end) if text[end..].starts_with("\r\n") => "\r\n",
        Some(end) if text[end..].starts_with('\r') => "\r",
        _ => "\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_in_three_ways() {
        let lines = Lines::new("a\r\n #b\rc\n\nd");
        let starts: Vec<usize> = (0..=lines.len()).map(|line| lines.start(line)).collect();
        assert_eq!(starts, [0, 3, 7, 9, 10, 11]);
        assert_eq!((lines.of(0), lines.of(2), lines.of(3), lines.of(10)), (0, 0, 1, 4));
        let kinds = [Line::Other, Line::Comment(1), Line::Other, Line::Blank, Line::Other];
        assert_eq!((0..5).map(|line| lines.kind(line)).collect::<Vec<_>>(), kinds);
        assert_eq!(Lines::new("").len(), 0);
    }
}
