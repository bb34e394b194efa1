//! What is doubtful about a text, though it can be read.

use std::borrow::Cow;

use super::Codes;
use super::canonical::is_plain;
use super::read::{ends_in_escape, joined, text_escape, unquoted};
use crate::escape::escape;

/// A doubt about a text; of each kind, the first of a text is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// A backslash and three digits that are no octet, and the octet with that octal code.
    NoOctet { digits: String, octal: Option<u8> },
    /// A backslash that starts no escape.
    LoneBackslash,
    /// The code of a character that needs none.
    NeedlessCode { octet: u8 },
    /// A control character as such.
    Control { character: char },
    /// A text that starts with a quote, and does not end in one that closes it.
    Unclosed,
    /// Quotes within a text, which are taken for the ends of its strings.
    Joined,
}

/// The doubts about a TXT or SPF text.
pub(crate) fn doubts(text: &str) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    if is_plain(text) {
        return doubts;
    }
    let inner = unquoted(text);
    if text.starts_with('"') {
        if !is_closed(text) {
            doubts.push(Doubt::Unclosed);
        }
    } else if matches!(joined(inner), Cow::Owned(_)) {
        doubts.push(Doubt::Joined);
    }
    add_escapes(&joined(inner), &mut doubts);
    doubts
}

/// The doubts about the text of a quoted string.
pub(crate) fn doubts_of_quoted(text: &str) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    add_escapes(text, &mut doubts);
    doubts
}

/// Whether a text that starts with a quote ends in one that closes it.
fn is_closed(text: &str) -> bool {
    let inner = text.get(1..).and_then(|rest| rest.strip_suffix('"'));
    inner.is_some_and(|inner| !ends_in_escape(inner))
}

fn add_escapes(text: &str, doubts: &mut Vec<Doubt>) {
    let mut add = |doubt: Doubt| {
        let is_same =
            |known: &Doubt| std::mem::discriminant(known) == std::mem::discriminant(&doubt);
        if !doubts.iter().any(is_same) {
            doubts.push(doubt);
        }
    };
    if let Some(character) = text.chars().find(|character| character.is_control()) {
        add(Doubt::Control { character });
    }
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|octet| *octet == b'\\') {
        let after = &rest[at + 1..];
        let Some((octet, behind)) = text_escape(after) else {
            add(not_an_escape(after));
            rest = after;
            continue;
        };
        let is_code = after.first().is_some_and(u8::is_ascii_digit);
        if is_code && matches!(octet, b' '..=b'~') && !b"\\\";".contains(&octet) {
            add(Doubt::NeedlessCode { octet });
        }
        rest = behind;
    }
}

/// What is wrong with a backslash that starts no escape, by what follows it.
fn not_an_escape(after: &[u8]) -> Doubt {
    match after.first_chunk::<3>() {
        Some(digits) if digits.iter().all(u8::is_ascii_digit) => {
            let octal = escape(digits, Codes::Octal).map(|(octet, _)| octet);
            Doubt::NoOctet { digits: String::from_utf8_lossy(digits).into(), octal }
        }
        _ => Doubt::LoneBackslash,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubts_are_found_once_a_kind() {
        let no_octet = |digits: &str, octal| Doubt::NoOctet { digits: digits.into(), octal };
        for (text, expected) in [
            ("plain", vec![]),
            ("a\\;b\\\"c\\\\d\\009", vec![]),
            ("a\\b\\c", vec![Doubt::LoneBackslash]),
            ("a\\", vec![Doubt::LoneBackslash]),
            ("a\\09", vec![Doubt::LoneBackslash]),
            ("\\303\\251", vec![no_octet("303", Some(0xc3))]),
            ("\\999", vec![no_octet("999", None)]),
            ("\\065\\059", vec![Doubt::NeedlessCode { octet: b'A' }]),
            ("a\tb", vec![Doubt::Control { character: '\t' }]),
            ("\"abc\"", vec![]),
            ("\"abc\" \"def\"", vec![]),
            ("\"abc\" x", vec![Doubt::Unclosed]),
            ("\"abc\\\"", vec![Doubt::Unclosed, Doubt::LoneBackslash]),
            ("\"", vec![Doubt::Unclosed]),
            ("{\"a\" \"b\"}", vec![Doubt::Joined]),
            ("{\"a\" \\\"b\"}", vec![]),
            ("{\"a\\\" \"b\"}", vec![]),
            ("{\"a\"  \"b\"}", vec![]),
        ] {
            assert_eq!(doubts(text), expected, "{text}");
        }
    }

    #[test]
    fn quotes_of_quoted_strings_are_their_own() {
        assert_eq!(doubts_of_quoted("\"a\" \"b"), []);
        assert_eq!(doubts_of_quoted("!^.*$!\\1!"), [Doubt::LoneBackslash]);
    }
}
