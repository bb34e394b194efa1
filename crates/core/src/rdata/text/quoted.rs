//! The quoted strings of CAA and NAPTR.

use std::fmt;

use super::canonical::{Style, respelled};
use super::presentation::Presentation;
use super::read::{read_escapes, text_escape};
use super::spelled::Spelled;
use crate::value::OwnedValue;

/// A string of octets that stands in quotes in presentation format: the value of CAA, the flags, service and
/// regexp of NAPTR.
///
/// It is kept as its canonical text. [`fmt::Display`] writes the inside of the quotes in presentation format, in
/// ASCII; its alternate form (`{:#}`) is the canonical text.
///
/// ```
/// use octodns_core::record::text::QuotedString;
///
/// let issuer = QuotedString::new("ca.example; a=\"b\"");
/// assert_eq!(issuer.as_str(), r#"ca.example; a=\"b\""#);
/// assert_eq!(&*issuer.octets(), br#"ca.example; a="b""#);
/// assert_eq!(QuotedString::new("é").to_string(), r"\195\169");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QuotedString(Spelled);

impl QuotedString {
    /// A string as people write it: `\"`, `\\`, `\;` and `\DDD` are escapes, any other backslash is itself, quotes
    /// need none.
    pub fn new(text: &str) -> Self {
        Self(Spelled::new(&respelled(&read_escapes(text), Style::Quoted), text))
    }

    /// The string with these octets.
    pub fn from_octets(octets: &[u8]) -> Self {
        let canonical = respelled(octets, Style::Quoted);
        Self(Spelled::new(&canonical, &canonical))
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        self.0.canonical()
    }

    /// The octets.
    pub fn octets(&self) -> std::borrow::Cow<'_, [u8]> {
        read_escapes(self.as_str())
    }

    /// The octets as bare text, for services that have text without escapes; `None` if they are not UTF-8.
    pub fn bare(&self) -> Option<String> {
        String::from_utf8(self.octets().into_owned()).ok()
    }

    /// The inside of the quotes in presentation format. A text that can stand there as it was written stays so, with
    /// its needless `\;`: as octoDNS sends it.
    pub fn inside(&self, form: Presentation) -> String {
        match self.0.written().filter(|written| stands_in_quotes(written)) {
            Some(written) => written.to_owned(),
            None => form.inside(&self.octets()),
        }
    }

    /// The canonical text, as data.
    pub fn to_value(&self) -> OwnedValue {
        self.as_str().to_owned().into()
    }
}

impl fmt::Display for QuotedString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_same = self.0.written().is_none() && self.as_str().is_ascii();
        if f.alternate() || is_same {
            return f.write_str(self.as_str());
        }
        f.write_str(&self.inside(Presentation::DECIMAL))
    }
}

/// Whether a text has no escape but `\;`, `\"` and `\\`, and lacks none that it needs between quotes.
fn stands_in_quotes(text: &str) -> bool {
    let mut rest = text.as_bytes();
    while let Some((&octet, after)) = rest.split_first() {
        rest = match octet {
            b'\\' if after.first().is_some_and(u8::is_ascii_digit) => return false,
            b'\\' => match text_escape(after) {
                Some((_, after)) => after,
                None => return false,
            },
            b' '..=b'~' if octet != b'"' => after,
            _ => return false,
        };
    }
    true
}

impl PartialEq<str> for QuotedString {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for QuotedString {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_equal_if_their_octets_are() {
        for (text, octets, canonical) in [
            ("ca.example; a=b", &b"ca.example; a=b"[..], "ca.example; a=b"),
            ("ca.example\\; a=b", b"ca.example; a=b", "ca.example; a=b"),
            ("say \\\"hi\\\"", b"say \"hi\"", "say \\\"hi\\\""),
            ("say \"hi\"", b"say \"hi\"", "say \\\"hi\\\""),
            ("\"quoted\" \"twice\"", b"\"quoted\" \"twice\"", "\\\"quoted\\\" \\\"twice\\\""),
            ("!^.*$!\\1!", b"!^.*$!\\1!", "!^.*$!\\\\1!"),
            ("!^.*$!\\\\1!", b"!^.*$!\\1!", "!^.*$!\\\\1!"),
            ("\\009\\255", b"\t\xff", "\\009\\255"),
        ] {
            let string = QuotedString::new(text);
            assert_eq!(string, QuotedString::from_octets(octets), "{text}");
            assert_eq!((string.as_str(), &*string.octets()), (canonical, octets), "{text}");
            assert_eq!(QuotedString::new(canonical), string);
        }
    }

    #[test]
    fn what_stands_in_quotes_stays_as_it_was_written() {
        for (text, inside) in [
            ("ca.example; a=b", "ca.example; a=b"),
            ("ca.example\\; a=b", "ca.example\\; a=b"),
            ("say \\\"hi\\\"\\;", "say \\\"hi\\\"\\;"),
            ("say \"hi\"\\;", "say \\\"hi\\\";"),
            ("a\\b\\;", "a\\\\b;"),
            ("\\065\\;", "A;"),
            ("é\\;", "\\195\\169;"),
            ("a\\", "a\\\\"),
        ] {
            let string = QuotedString::new(text);
            assert_eq!(string.to_string(), inside, "{text}");
            assert_eq!(
                Presentation::DECIMAL.read(&format!("\"{inside}\"")).unwrap(),
                *string.octets()
            );
        }
    }
}
