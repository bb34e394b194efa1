//! Writes a text with some of its parts rearranged.

use std::ops::Range;

/// A range of the text that is written in another order.
#[derive(Debug)]
pub(super) struct Arrangement {
    pub(super) bytes: Range<usize>,
    pub(super) parts: Vec<Part>,
}

#[derive(Debug)]
pub(super) enum Part {
    /// A range of the text, with the arrangements within it.
    Copy(Range<usize>),
    /// This many spaces.
    Indent(usize),
    /// A line ending.
    Text(&'static str),
}

/// Writes a text; the arrangements must be sorted, with nested ones after those they are in. `None` if two of
/// them overlap in another way.
pub(super) fn emit(text: &str, arrangements: &[Arrangement]) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    copy(text, 0..text.len(), arrangements, &mut out)?;
    Some(out)
}

fn copy(
    text: &str,
    bytes: Range<usize>,
    arrangements: &[Arrangement],
    out: &mut String,
) -> Option<()> {
    let mut at = bytes.start;
    let mut rest = arrangements;
    // The caller has written those that start earlier.
    let skipped = rest.partition_point(|found| found.bytes.start < bytes.start);
    rest = &rest[skipped..];
    while let Some((found, behind)) = rest.split_first() {
        if found.bytes.start >= bytes.end {
            break;
        }
        out.push_str(text.get(at..found.bytes.start)?);
        let inner = behind.partition_point(|inner| inner.bytes.start < found.bytes.end);
        for part in &found.parts {
            match part {
                Part::Copy(bytes) => copy(text, bytes.clone(), &behind[..inner], out)?,
                Part::Indent(width) => out.extend(std::iter::repeat_n(' ', *width)),
                Part::Text(text) => out.push_str(text),
            }
        }
        at = found.bytes.end;
        rest = &behind[inner..];
    }
    out.push_str(text.get(at..bytes.end)?);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_keep_the_arrangements_within_them() {
        let arrangements = [
            Arrangement { bytes: 1..9, parts: vec![Part::Copy(5..9), Part::Copy(1..5)] },
            Arrangement {
                bytes: 2..4,
                parts: vec![Part::Copy(3..4), Part::Indent(1), Part::Copy(2..3)],
            },
        ];
        assert_eq!(emit("0123456789", &arrangements).as_deref(), Some("0567813 249"));
    }

    #[test]
    fn arrangements_that_overlap_are_refused() {
        let across =
            |bytes: Range<usize>| Arrangement { parts: vec![Part::Copy(bytes.clone())], bytes };
        assert_eq!(emit("0123456789", &[across(1..5), across(3..7)]), None);
    }
}
