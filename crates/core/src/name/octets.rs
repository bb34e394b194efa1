//! Names as servers and services have them: labels are octets, and any octet may stand in one (RFC 2181, section
//! 11).

use std::borrow::Cow;
use std::fmt::Write as _;

use super::idna::{self, IdnaError};
use crate::escape::{Codes, escape};

/// Appends a label in presentation format (RFC 1035, section 5.1), without a dot.
///
/// ```
/// use octodns_core::name::push_label;
///
/// let mut name = String::new();
/// push_label(b"a.b \xe9", &mut name);
/// assert_eq!(name, r"a\.b\032\233");
/// ```
pub fn push_label(label: &[u8], name: &mut String) {
    let is_plain =
        |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_');
    match std::str::from_utf8(label) {
        // The usual case.
        Ok(text) if label.iter().all(is_plain) => name.push_str(text),
        _ => label.iter().for_each(|byte| push_octet(*byte, name)),
    }
}

fn push_octet(octet: u8, name: &mut String) {
    match octet {
        b'"' | b'(' | b')' | b'.' | b';' | b'\\' | b'@' | b'$' => {
            name.push('\\');
            name.push(char::from(octet));
        }
        0x21..=0x7e => name.push(char::from(octet)),
        // Writing to text cannot fail.
        _ => _ = write!(name, "\\{octet:03}"),
    }
}

/// A name in IDNA form and lower case, with the escapes that it needs and no others, so that what is one name in DNS
/// has one spelling: `\087ww` is `www`. A name with an escape that means nothing stays as it is.
pub(crate) fn spell(name: &str) -> Result<Cow<'_, str>, IdnaError> {
    if is_plain(name) { Ok(Cow::Borrowed(name)) } else { idna::encode(name).map(respell) }
}

/// Whether a name of a record is the same however it is read, as nearly all are, and without encoded labels, which
/// may be refused.
pub(crate) fn is_usual(name: &str) -> bool {
    is_plain(name) && !idna::has_encoded_label(name)
}

/// Whether a name is visible ASCII in lower case without escapes: its own spelling, as nearly all names are in zones
/// with many records.
fn is_plain(name: &str) -> bool {
    name.bytes().all(|byte| PLAIN[usize::from(byte)])
}

/// Which octets [`is_plain`] takes.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = b'!';
    while byte <= b'~' {
        plain[byte as usize] = !byte.is_ascii_uppercase() && byte != b'\\';
        byte += 1;
    }
    plain
};

fn respell(name: Cow<'_, str>) -> Cow<'_, str> {
    if name.contains('\\') { respelled(&name).map_or(name, Cow::Owned) } else { name }
}

fn respelled(name: &str) -> Option<String> {
    let mut spelled = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((plain, after)) = rest.split_once('\\') {
        spelled.push_str(plain);
        let (octet, left) = escape(after.as_bytes(), Codes::Decimal)?;
        push_octet(octet.to_ascii_lowercase(), &mut spelled);
        // Not within a character beyond ASCII.
        rest = after.get(after.len() - left.len()..)?;
    }
    spelled.push_str(rest);
    Some(spelled)
}

/// A name that is there, in IDNA form and lower case: what IDNA refuses, and control characters, are the codes of
/// their octets, so that whatever a server or service holds has a name.
///
/// ```
/// use octodns_core::name::as_held;
///
/// assert_eq!(as_held("Bücher.example."), "xn--bcher-kva.example.");
/// assert_eq!(as_held("★.Example."), r"\226\152\133.example.");
/// ```
pub fn as_held(name: &str) -> Cow<'_, str> {
    if is_plain(name) {
        return Cow::Borrowed(name);
    }
    match (coded(name), spell(name)) {
        (None, Ok(spelled)) => spelled,
        (coded, _) => respell(Cow::Owned(coded.unwrap_or_default().to_ascii_lowercase())),
    }
}

/// A text that is, or may be, a name that IDNA refuses, with codes for what is not a visible character of ASCII;
/// `None` for all others.
pub(crate) fn coded(text: &str) -> Option<String> {
    if !text.contains(char::is_control) && idna::encode(text).is_ok() {
        return None;
    }
    let mut coded = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if character.is_ascii() && !character.is_control() {
            coded.push(character);
        } else {
            let mut octets = [0; 4];
            let octets = character.encode_utf8(&mut octets).bytes();
            octets.for_each(|octet| push_octet(octet, &mut coded));
        }
    }
    Some(coded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_there_has_a_name_in_ascii() {
        for (name, held) in [
            ("www", "www"),
            ("WWW._x.*", "www._x.*"),
            ("tür", "xn--tr-xka"),
            ("a\nb", "a\\010b"),
            ("😀.é", "\\240\\159\\152\\128.\\195\\169"),
            ("xn--0.A", "xn--0.a"),
            ("a\\.b\\233", "a\\.b\\233"),
            ("\\087w\\W\\046\\;\\ \\042", "www\\.\\;\\032*"),
            ("\\080\n", "p\\010"),
            ("\\256.\\1\\", "\\256.\\1\\"),
            ("\\2\\0535", "\\2\\0535"),
            ("", ""),
        ] {
            assert_eq!(as_held(name), held, "{name:?}");
            assert_eq!(as_held(held), held);
        }
    }
}
