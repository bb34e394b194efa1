//! Texts as people write them, as octets.

use std::borrow::Cow;

use super::Codes;
use crate::escape::{escape, unescape_by};

/// What stands between the strings of a text that was copied from a zone file.
pub(super) const JOINT: &str = "\" \"";

/// The octets of a TXT or SPF text as people write it, in YAML for example.
///
/// A text that starts with a quote loses its first and its last character, and each `" "` whose first quote is
/// not escaped is taken out, as octoDNS does. Then `\;`, `\"`, `\\` and `\DDD` stand for their octets; any other
/// backslash stands for itself.
///
/// ```
/// use octodns_core::record::text::read;
///
/// assert_eq!(&*read(r"v=DKIM1\; k=rsa"), b"v=DKIM1; k=rsa");
/// assert_eq!(&*read(r"a\b \195\169"), r"a\b é".as_bytes());
/// assert_eq!(&*read(r#""one " "two""#), b"one two");
/// ```
pub fn read(text: &str) -> Cow<'_, [u8]> {
    match joined(unquoted(text)) {
        Cow::Borrowed(text) => read_escapes(text),
        Cow::Owned(text) => Cow::Owned(read_escapes(&text).into_owned()),
    }
}

/// The octets of a text whose quotes are all its own.
pub(super) fn read_escapes(text: &str) -> Cow<'_, [u8]> {
    if text.contains('\\') {
        return Cow::Owned(unescape_by(text.as_bytes(), text_escape));
    }
    Cow::Borrowed(text.as_bytes())
}

/// An escape of texts: `\;`, `\"`, `\\` or the code of an octet.
pub(super) fn text_escape(after: &[u8]) -> Option<(u8, &[u8])> {
    match after.first()? {
        b';' | b'"' | b'\\' | b'0'..=b'9' => escape(after, Codes::Decimal),
        _ => None,
    }
}

/// A text without its outer quotes: without its first and last character, if the first is a quote.
pub(super) fn unquoted(text: &str) -> &str {
    let mut characters = text.chars();
    if text.starts_with('"') {
        characters.next();
        characters.next_back();
    }
    characters.as_str()
}

/// A text without the joints of its strings.
pub(super) fn joined(text: &str) -> Cow<'_, str> {
    let mut rest = text;
    let mut whole = String::new();
    while let Some(at) = rest.find(JOINT) {
        let (before, joint) = rest.split_at(at);
        whole.push_str(before);
        if ends_in_escape(before) {
            whole.push('"');
            rest = &joint[1..];
        } else {
            rest = &joint[JOINT.len()..];
        }
    }
    if whole.len() + rest.len() == text.len() {
        return Cow::Borrowed(text);
    }
    whole.push_str(rest);
    Cow::Owned(whole)
}

/// Whether a backslash at the end of a text escapes what follows.
pub(super) fn ends_in_escape(text: &str) -> bool {
    text.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

/// A text of a source that writes semicolons bare, with a backslash before each of them.
///
/// A backslash that stands there already is text, and stays: `\;` becomes `\\;`.
pub fn escape_semicolons(text: &str) -> String {
    text.replace(';', "\\;")
}

/// The inverse of [`escape_semicolons`] for canonical texts.
pub fn unescape_semicolons(canonical: &str) -> String {
    canonical.replace("\\;", ";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_joined_where_quotes_end_them() {
        for (text, whole) in [
            ("plain", "plain"),
            ("a\" \"b", "ab"),
            ("\" \"", ""),
            ("a\\\" \"b", "a\\\" \"b"),
            ("a\\\\\" \"b", "a\\\\b"),
            ("a\\\" \" \"b", "a\\\" b"),
            ("a\" \" \"b", "a \"b"),
            ("a\" \"\" \"b", "ab"),
        ] {
            assert_eq!(joined(text), whole, "{text}");
        }
    }

    #[test]
    fn semicolons_change_their_spelling_and_nothing_else() {
        for (bare, escaped) in [("a;b", "a\\;b"), ("a\\;b", "a\\\\;b"), ("a\\\\;b", "a\\\\\\;b")] {
            assert_eq!(escape_semicolons(bare), escaped);
            assert_eq!(unescape_semicolons(escaped), bare);
        }
    }
}
