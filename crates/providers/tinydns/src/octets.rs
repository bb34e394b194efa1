//! Files as octets: what is not UTF-8 is data as well.
//!
//! Lines are text, in which a character of the last block of private use stands for each octet that is not part of
//! UTF-8. Those characters themselves count as such octets, so that every file has one text, and gets its octets back.

use std::borrow::Cow;

use octodns_core::name::push_label;
use octodns_core::record::text::Presentation;

/// The character for the octet 0.
const BASE: u32 = 0x10_ff00;

fn mark(octet: u8) -> char {
    char::from_u32(BASE + u32::from(octet)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn marked(character: char) -> Option<u8> {
    u32::from(character).checked_sub(BASE).and_then(|octet| u8::try_from(octet).ok())
}

fn has_marks(text: &str) -> bool {
    text.chars().any(|character| marked(character).is_some())
}

/// The text of a file.
pub(crate) fn text_of(file: Vec<u8>) -> String {
    let file = match String::from_utf8(file) {
        Ok(text) if !has_marks(&text) => return text,
        Ok(text) => text.into_bytes(),
        Err(error) => error.into_bytes(),
    };
    let mut text = String::with_capacity(file.len() + 64);
    for chunk in file.utf8_chunks() {
        for character in chunk.valid().chars() {
            if marked(character).is_some() {
                text.extend(character.encode_utf8(&mut [0; 4]).bytes().map(mark));
            } else {
                text.push(character);
            }
        }
        text.extend(chunk.invalid().iter().copied().map(mark));
    }
    text
}

/// Appends the octets of a character.
pub(crate) fn push(character: char, octets: &mut Vec<u8>) {
    match marked(character) {
        Some(octet) => octets.push(octet),
        None => octets.extend(character.encode_utf8(&mut [0; 4]).bytes()),
    }
}

/// The octets of a part of a file.
pub(crate) fn octets(text: &str) -> Vec<u8> {
    let mut octets = Vec::with_capacity(text.len());
    text.chars().for_each(|character| push(character, &mut octets));
    octets
}

/// A part of a file as text of octoDNS: octets that are not UTF-8 are codes (`\233`).
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    if !has_marks(text) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 4);
    for character in text.chars() {
        match marked(character) {
            Some(octet) => shown.push_str(&Presentation::DECIMAL.inside(&[octet])),
            None => shown.push(character),
        }
    }
    Cow::Owned(shown)
}

/// A name as octoDNS spells it. In the files, a backslash and up to three octal digits are an octet, and any other
/// character behind a backslash is itself; both never separate labels.
pub(crate) fn name(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return shown(text);
    }
    let mut name = String::with_capacity(text.len() + 4);
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            name.push_str(&shown(character.encode_utf8(&mut [0; 4])));
            continue;
        }
        let after = rest.as_str();
        let digits = after.bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
        if let Ok(octet) = u8::from_str_radix(&after[..digits], 8) {
            push_label(&[octet], &mut name);
            rest = after[digits..].chars();
        } else if let Some(next) = rest.next() {
            let mut octets = Vec::new();
            push(next, &mut octets);
            push_label(&octets, &mut name);
        }
    }
    Cow::Owned(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_gets_its_octets_back() {
        for file in [
            &b"plain"[..],
            "bücher".as_bytes(),
            b"caf\xe9 \xff\x00",
            "a\u{10ff41}b".as_bytes(),
            b"\xf4\x8f\xbd",
        ] {
            let text = text_of(file.to_vec());
            assert_eq!(octets(&text), file);
            assert_eq!(text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count(), 0);
        }
        assert_eq!(shown(&text_of(b"caf\xe9".to_vec())), "caf\\233");
    }

    #[test]
    fn names_have_octal_escapes() {
        for (written, expected) in [
            ("www.example.com", "www.example.com"),
            ("\\052.example.com", "*.example.com"),
            ("a\\056b.example.com", "a\\.b.example.com"),
            ("a\\.b\\\\c", "a\\.b\\\\c"),
            ("caf\\351\\1", "caf\\233\\001"),
            ("a\\777", "a777"),
            ("end\\", "end"),
        ] {
            assert_eq!(name(written), expected, "{written}");
        }
        assert_eq!(name(&text_of(b"caf\xe9\\\xe9.x".to_vec())), "caf\\233\\233.x");
    }
}
