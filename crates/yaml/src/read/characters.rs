//! The characters that are allowed in a YAML text.

use octodns_core::value::Position;

use super::failure::{Failure, place};
use crate::ErrorKind;

/// Refuses control characters and the like, like the reference.
///
/// Differs from octoDNS: U+0085, which octoDNS treats as a line break, is also refused.
pub(super) fn check(text: &str, file: u16) -> Result<(), Failure> {
    let mut at = 0;
    while let Some(plain) = next_suspicious(&text.as_bytes()[at..]) {
        at += plain;
        let Some(c) = text[at..].chars().next() else { break };
        if !is_allowed(c) {
            return Err((ErrorKind::Character(c), position(text, at, file)));
        }
        at += c.len_utf8();
    }
    Ok(())
}

/// The number of bytes before the first one that is not printable ASCII or a line feed. Only such bytes are
/// examined as characters.
fn next_suspicious(bytes: &[u8]) -> Option<usize> {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\n');
    let mut rest = bytes;
    // No early exit within a block, so that the compiler vectorizes it.
    while let Some((block, behind)) = rest.split_first_chunk::<64>()
        && block.iter().fold(true, |plain, byte| plain & is_plain(*byte))
    {
        rest = behind;
    }
    let found = rest.iter().position(|byte| !is_plain(*byte))?;
    Some(bytes.len() - rest.len() + found)
}

/// Whether there is a line or paragraph separator or a byte order mark: U+2028, U+2029, U+FEFF.
pub(super) fn has_separator(bytes: &[u8]) -> bool {
    let is_one =
        |at: usize| matches!(&bytes[at..], [0xe2, 0x80, 0xa8 | 0xa9, ..] | [0xef, 0xbb, 0xbf, ..]);
    memchr::memchr2_iter(0xe2, 0xef, bytes).any(is_one)
}

/// Whether there is no control character except line feeds. Written so that the compiler vectorizes it.
pub(super) fn is_simple(bytes: &[u8]) -> bool {
    let is_control = |byte: u8| u8::from(byte < 0x20 && byte != b'\n');
    let any_control = |chunk: &[u8]| chunk.iter().fold(0, |found, byte| found | is_control(*byte));
    bytes.chunks(4096).all(|chunk| any_control(chunk) == 0)
}

/// The first byte from `start` on that is not ASCII, or the end.
pub(super) fn next_wide(bytes: &[u8], start: usize) -> usize {
    /// So many bytes are looked at together, which is quicker by far.
    const BLOCK: usize = 256;
    let mut at = start;
    for block in bytes.get(start..).unwrap_or_default().chunks(BLOCK) {
        if !block.is_ascii() {
            return at + block.iter().position(|byte| !byte.is_ascii()).unwrap_or_default();
        }
        at += block.len();
    }
    at
}

/// The first byte from `start` on at which a plain scalar or key may end, or the end of the text.
pub(super) fn next_end(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    let found = rest.iter().position(|byte| ENDS[usize::from(*byte)]);
    found.map_or(bytes.len(), |length| start + length)
}

/// Looked up, which is quicker than three comparisons.
const ENDS: [bool; 256] = {
    let mut ends = [false; 256];
    ends[b'\n' as usize] = true;
    ends[b':' as usize] = true;
    ends[b'#' as usize] = true;
    ends
};

fn is_allowed(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' | ' '..='~' => true,
        '\0'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => false,
        _ => true,
    }
}

pub(super) fn position(text: &str, offset: usize, file: u16) -> Position {
    let before = &text[..offset];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit(['\n', '\r']).next().unwrap_or("").chars().count() + 1;
    place(file, line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_invalid_character_is_found_at_any_position() {
        for before in [0, 1, 63, 64, 65, 200] {
            for c in ['\0', '\u{1b}', '\u{7f}', '\u{85}', '\u{fffe}'] {
                let text = format!("{}é\n{c}{}", "x".repeat(before), "y".repeat(100));
                let (kind, place) = check(&text, 0).unwrap_err();
                assert!(
                    matches!(kind, ErrorKind::Character(found) if found == c),
                    "{before} {c:?}"
                );
                assert_eq!((place.line, place.column), (2, 1));
            }
            let fine = format!("{}é\t\r\n\u{2028}{}", "x".repeat(before), "y".repeat(100));
            assert!(check(&fine, 0).is_ok());
        }
    }
}
