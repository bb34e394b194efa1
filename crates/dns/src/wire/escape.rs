//! Escapes of presentation format (RFC 1035, section 5.1): `\X` and `\DDD`.

use std::fmt::Write as _;

/// The byte that an escape stands for, and what follows it; `bytes` start after the backslash.
pub(super) fn one(bytes: &[u8]) -> Option<(u8, &[u8])> {
    match *bytes {
        [a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', ref rest @ ..] => {
            let digit = |digit: u8| u16::from(digit - b'0');
            let code = digit(a) * 100 + digit(b) * 10 + digit(c);
            u8::try_from(code).ok().map(|byte| (byte, rest))
        }
        [b'0'..=b'9', ..] | [] => None,
        [byte, ref rest @ ..] => Some((byte, rest)),
    }
}

/// The bytes that a text in presentation format stands for. A backslash that starts no escape stands
/// for itself.
pub(super) fn decode(text: &str) -> Vec<u8> {
    decode_bytes(text.as_bytes())
}

/// [`decode`] of a text that may be anything.
pub(super) fn decode_bytes(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        let (byte, after) = match byte {
            b'\\' => one(after).unwrap_or((byte, after)),
            _ => (byte, after),
        };
        bytes.push(byte);
        rest = after;
    }
    bytes
}

/// Bytes as a text in presentation format, which may stand between quotes.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'"' | b'\\' => {
                text.push('\\');
                text.push(char::from(*byte));
            }
            0x20..=0x7e => text.push(char::from(*byte)),
            // Writing to text cannot fail.
            _ => _ = write!(text, "\\{byte:03}"),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_stand_for_bytes() {
        for (text, bytes) in [
            ("plain", &b"plain"[..]),
            ("a\\\"b\\\\c", b"a\"b\\c"),
            ("\\000\\255", b"\0\xff"),
            ("\\256", b"\\256"),
            ("end\\", b"end\\"),
            ("\\1x", b"\\1x"),
            ("é", "é".as_bytes()),
        ] {
            assert_eq!(decode(text), bytes, "{text:?}");
            assert_eq!(decode(&encode(bytes)), bytes, "{text:?}");
        }
        assert_eq!(encode(b"a\"b\\c\0 \xff"), "a\\\"b\\\\c\\000 \\255");
    }
}
