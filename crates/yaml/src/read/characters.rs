//! The characters that a YAML text may consist of.

use octodns_core::value::Position;

use super::events::{Failure, place};
use crate::ErrorKind;

/// Refuses control characters and the like, as the reference does.
///
/// Differs from octoDNS: U+0085, which it takes for a line break, is refused as well.
pub(super) fn check(text: &str, file: u16) -> Result<(), Failure> {
    // A pass over the bytes that the compiler turns into vector code: nearly all texts pass here.
    let suspicious = |byte: u8| (byte < 0x20 && byte != b'\n') || byte == 0x7f || byte >= 0x80;
    if !text
        .as_bytes()
        .chunks(4096)
        .any(|chunk| chunk.iter().fold(false, |found, byte| found | suspicious(*byte)))
    {
        return Ok(());
    }
    match text.char_indices().find(|(_, c)| !is_allowed(*c)) {
        Some((offset, c)) => Err((ErrorKind::Character(c), position(text, offset, file))),
        None => Ok(()),
    }
}

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
