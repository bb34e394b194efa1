//! Hexadecimal digits, as used for digests and fingerprints.

use std::fmt::Write as _;

use super::WireError;

/// Bytes as lowercase digits.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to text cannot fail.
        _ = write!(text, "{byte:02x}");
    }
    text
}

/// The bytes of hexadecimal digits, which may be in groups.
pub(super) fn decode(text: &str, field: &'static str) -> Result<Vec<u8>, WireError> {
    let failed = || WireError::field(field, text, "is not hexadecimal");
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(*high)? * 16 + digit(*low)?),
        _ => None,
    };
    digits.chunks(2).map(pair).collect::<Option<_>>().ok_or_else(failed)
}
