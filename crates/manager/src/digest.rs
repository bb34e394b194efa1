//! Digests of texts.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// The SHA-256 of a text, in hexadecimal.
pub(crate) fn sha256(text: &[u8]) -> String {
    let mut digits = String::with_capacity(64);
    for byte in Sha256::digest(text) {
        // Writing to a `String` cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}
