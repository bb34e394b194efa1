//! The one text that is shown for octets.

use std::borrow::Cow;

use super::Codes;
use crate::value::is_printable;

/// The canonical text of TXT and SPF: what dumps, plans and JSON show for octets, and filters and templates see.
///
/// It is UTF-8. `\` and `;` have a backslash; so has a quote at the start or behind `" `, where reading would take
/// it off. Octets that are no UTF-8, and those of control characters, blanks but the ordinary one and others that
/// cannot be seen are codes (`\009`). Reading it gives the same octets.
///
/// ```
/// use octodns_core::record::text::canonical;
///
/// assert_eq!(canonical(b"v=DKIM1; k=rsa"), r"v=DKIM1\; k=rsa");
/// assert_eq!(canonical(b"say \"hi\"\t\xff"), r#"say "hi"\009\255"#);
/// ```
pub fn canonical(octets: &[u8]) -> Cow<'_, str> {
    respelled(octets, Style::Text)
}

/// Whether a text of TXT as it is written is surely the canonical one, with nothing to be said about it: printable
/// ASCII without quotes, its semicolons and backslashes escaped. Nearly all texts are, so this is one pass, and quick.
pub(crate) fn is_plain(written: &str) -> bool {
    let mut octets = written.as_bytes();
    loop {
        let Some(at) = octets.iter().position(|octet| !is_bare(*octet)) else { return true };
        let [b'\\', b';' | b'\\', behind @ ..] = &octets[at..] else { return false };
        octets = behind;
    }
}

/// Whether an octet stands for itself, escaped nowhere.
fn is_bare(octet: u8) -> bool {
    BARE[usize::from(octet)]
}

/// Looked up, which is quicker than four comparisons.
const BARE: [bool; 256] = {
    let mut bare = [false; 256];
    let mut octet = b' ';
    while octet <= b'~' {
        bare[octet as usize] = !matches!(octet, b'\\' | b'"' | b';');
        octet += 1;
    }
    bare
};

/// The canonical text of what is written: the same for texts of the same octets.
pub(crate) fn canonical_of(written: &str) -> Cow<'_, str> {
    if is_plain(written) {
        return Cow::Borrowed(written);
    }
    Cow::Owned(canonical(&super::read(written)).into_owned())
}

/// Where canonical texts differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// TXT and SPF.
    Text,
    /// The quoted strings of other types: semicolons are bare, quotes never.
    Quoted,
}

pub(super) fn respelled(octets: &[u8], style: Style) -> Cow<'_, str> {
    if octets.iter().all(|octet| is_bare(*octet))
        && let Ok(text) = std::str::from_utf8(octets)
    {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(octets.len() + 8);
    // The two characters before, as octets: quotes are escaped by what they follow.
    let mut before = ['"', ' '];
    for chunk in octets.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' => text.push_str("\\\\"),
                ';' if style == Style::Text => text.push_str("\\;"),
                '"' if style == Style::Quoted || before == ['"', ' '] => text.push_str("\\\""),
                _ if is_printable(character) => text.push(character),
                _ => push_codes(character, &mut text),
            }
            before = [before[1], character];
        }
        for octet in chunk.invalid() {
            Codes::Decimal.push(*octet, &mut text);
            before = [before[1], char::REPLACEMENT_CHARACTER];
        }
    }
    Cow::Owned(text)
}

/// Writes the codes of a character's octets.
fn push_codes(character: char, text: &mut String) {
    for octet in character.encode_utf8(&mut [0; 4]).bytes() {
        Codes::Decimal.push(octet, text);
    }
}

/// The codes of a character's octets, for advice.
pub(crate) fn codes(character: char) -> String {
    let mut codes = String::new();
    push_codes(character, &mut codes);
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_text_is_its_canonical_text() {
        for (written, plain) in [
            ("", true),
            ("v=DKIM1\\; k=rsa", true),
            ("a\\\\b\\\\\\;", true),
            ("a;b", false),
            ("a\\\\;", false),
            ("a\\b", false),
            ("a\\", false),
            ("say \"hi\"", false),
            ("a\tb", false),
            ("é", false),
            ("sixteen of these\\;and as many others\\\\\\;", true),
            ("fifteen of these\\;more than fifteen\\", false),
            ("more than sixteen of these, and then é", false),
            ("more than sixteen of these; and others", false),
        ] {
            assert_eq!(is_plain(written), plain, "{written}");
            if plain {
                assert_eq!(canonical(&super::super::read(written)), written);
            }
        }
    }

    #[test]
    fn what_reading_would_take_off_is_escaped() {
        for (octets, text, quoted) in [
            (&b""[..], "", ""),
            (b"plain", "plain", "plain"),
            (b"a;b\\c", "a\\;b\\\\c", "a;b\\\\c"),
            (b"\"a\" \"b\" c\"", "\\\"a\" \\\"b\" c\"", "\\\"a\\\" \\\"b\\\" c\\\""),
            (b" \"a", " \"a", " \\\"a"),
            (b"\t\x7f\xff", "\\009\\127\\255", "\\009\\127\\255"),
            (
                "é\u{a0}\u{200b}–".as_bytes(),
                "é\\194\\160\\226\\128\\139–",
                "é\\194\\160\\226\\128\\139–",
            ),
        ] {
            assert_eq!(canonical(octets), text, "{octets:?}");
            assert_eq!(respelled(octets, Style::Quoted), quoted, "{octets:?}");
        }
    }
}
