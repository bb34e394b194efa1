//! The escapes of presentation format (RFC 1035, section 5.1): `\X` and `\DDD`.

/// How the number of an octet is written in an escape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Codes {
    /// `\195`, as in RFC 1035.
    Decimal,
    /// `\303`, as in Route 53.
    Octal,
}

impl Codes {
    /// The octet with a code of three digits, if there is one.
    fn octet(self, digits: [u8; 3]) -> Option<u8> {
        let radix = match self {
            Self::Decimal => 10,
            Self::Octal => 8,
        };
        let value = |sum: u32, digit: u8| Some(sum * radix + char::from(digit).to_digit(radix)?);
        u8::try_from(digits.into_iter().try_fold(0, value)?).ok()
    }

    /// Writes the code of an octet.
    pub(crate) fn push(self, octet: u8, to: &mut String) {
        let radix = match self {
            Self::Decimal => 10,
            Self::Octal => 8,
        };
        to.push('\\');
        for digit in [octet / (radix * radix), octet / radix % radix, octet % radix] {
            to.push(char::from(b'0' + digit));
        }
    }
}

/// The octet that an escape stands for, and what follows it; `after` starts after the backslash.
///
/// `None` where the backslash starts no escape: at the end, and before digits that are no code.
///
/// ```
/// use octodns_core::record::text::{Codes, escape};
///
/// assert_eq!(escape(b"065bc", Codes::Decimal), Some((b'A', &b"bc"[..])));
/// assert_eq!(escape(b"x", Codes::Decimal), Some((b'x', &b""[..])));
/// assert_eq!(escape(b"256", Codes::Decimal), None);
/// ```
pub fn escape(after: &[u8], codes: Codes) -> Option<(u8, &[u8])> {
    match *after {
        [a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', ref rest @ ..] => {
            codes.octet([a, b, c]).map(|octet| (octet, rest))
        }
        [b'0'..=b'9', ..] | [] => None,
        [octet, ref rest @ ..] => Some((octet, rest)),
    }
}

/// The octets that the inside of a quoted string stands for. A backslash that starts no escape stands for
/// itself, so that what a service keeps can be read whatever it is.
pub fn unescape(inside: &[u8], codes: Codes) -> Vec<u8> {
    unescape_by(inside, |after| escape(after, codes))
}

/// [`unescape`] by the escapes that `escape` knows.
pub(crate) fn unescape_by(text: &[u8], escape: impl Fn(&[u8]) -> Option<(u8, &[u8])>) -> Vec<u8> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&octet, after)) = rest.split_first() {
        let (octet, after) = match octet {
            b'\\' => escape(after).unwrap_or((octet, after)),
            _ => (octet, after),
        };
        octets.push(octet);
        rest = after;
    }
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_stand_for_octets() {
        for (text, decimal, octal) in [
            ("plain", &b"plain"[..], &b"plain"[..]),
            ("a\\\"b\\\\c\\;\\x", b"a\"b\\c;x", b"a\"b\\c;x"),
            ("\\000\\255", b"\0\xff", b"\0\xad"),
            ("\\256\\377\\400", b"\\256\\377\\400", b"\xae\xff\\400"),
            ("\\189", b"\xbd", b"\\189"),
            ("end\\", b"end\\", b"end\\"),
            ("\\1x", b"\\1x", b"\\1x"),
            ("é", "é".as_bytes(), "é".as_bytes()),
        ] {
            assert_eq!(unescape(text.as_bytes(), Codes::Decimal), decimal, "{text:?}");
            assert_eq!(unescape(text.as_bytes(), Codes::Octal), octal, "{text:?}");
        }
    }

    #[test]
    fn every_octet_has_a_code() {
        for codes in [Codes::Decimal, Codes::Octal] {
            for octet in 0..=u8::MAX {
                let mut text = String::new();
                codes.push(octet, &mut text);
                assert_eq!(unescape(text.as_bytes(), codes), [octet], "{text}");
            }
        }
    }
}
