//! Numbers that have names in zone files.

use crate::value::Value;

/// Names of numbers of one field, as zone files have them.
#[derive(Clone, Copy, Debug)]
pub struct Mnemonics(&'static [(&'static str, u8)]);

/// The algorithms of keys in DS records (RFC 4034, appendix A.1, and the registry that it made), with the names that
/// BIND has for some of them.
pub const KEY_ALGORITHMS: Mnemonics = Mnemonics(&[
    ("RSAMD5", 1),
    ("DH", 2),
    ("DSA", 3),
    ("RSASHA1", 5),
    ("DSA-NSEC3-SHA1", 6),
    ("NSEC3DSA", 6),
    ("RSASHA1-NSEC3-SHA1", 7),
    ("NSEC3RSASHA1", 7),
    ("RSASHA256", 8),
    ("RSASHA512", 10),
    ("ECC-GOST", 12),
    ("ECCGOST", 12),
    ("ECDSAP256SHA256", 13),
    ("ECDSA256", 13),
    ("ECDSAP384SHA384", 14),
    ("ECDSA384", 14),
    ("ED25519", 15),
    ("ED448", 16),
    ("INDIRECT", 252),
    ("PRIVATEDNS", 253),
    ("PRIVATEOID", 254),
]);

/// The types of digests in DS records (RFC 8624, section 3.3).
pub const DIGEST_TYPES: Mnemonics = Mnemonics(&[
    ("SHA-1", 1),
    ("SHA1", 1),
    ("SHA-256", 2),
    ("SHA256", 2),
    ("GOST", 3),
    ("SHA-384", 4),
    ("SHA384", 4),
]);

impl Mnemonics {
    /// The number of a name, in any case.
    pub fn number(self, name: &str) -> Option<u8> {
        let found = self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, number)| *number)
    }

    /// The number that a value names.
    pub(crate) fn named_by(self, value: Option<&Value<'_>>) -> Option<i64> {
        self.number(value?.as_str()?.trim()).map(i64::from)
    }

    /// The names.
    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(name, _)| *name)
    }
}
