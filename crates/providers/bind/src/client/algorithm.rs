//! The algorithms of TSIG (RFC 8945, section 6).
//!
//! Of these, `hickory` can compute three.

use hickory_proto::rr::rdata::tsig::TsigAlgorithm;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};

/// An algorithm for signing messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha256Half,
    Sha384,
    Sha384Half,
    Sha512,
    Sha512Half,
}

/// All of them, by their names in the configuration; the first is the default.
const NAMES: &[(&str, Algorithm)] = &[
    ("hmac-sha256", Algorithm::Sha256),
    ("hmac-md5", Algorithm::Md5),
    ("hmac-md5.sig-alg.reg.int", Algorithm::Md5),
    ("hmac-sha1", Algorithm::Sha1),
    ("hmac-sha224", Algorithm::Sha224),
    ("hmac-sha256-128", Algorithm::Sha256Half),
    ("hmac-sha384", Algorithm::Sha384),
    ("hmac-sha384-192", Algorithm::Sha384Half),
    ("hmac-sha512", Algorithm::Sha512),
    ("hmac-sha512-256", Algorithm::Sha512Half),
];

impl Algorithm {
    /// The default algorithm.
    pub(crate) const DEFAULT: Self = Self::Sha256;

    /// The algorithm with this name, which is case-insensitive, with or without a final dot.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let name = name.strip_suffix('.').unwrap_or(name);
        let row = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        row.map(|(_, algorithm)| *algorithm)
    }

    /// The names for the configuration.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name)
    }

    /// The algorithm in a message.
    pub(crate) fn on_the_wire(self) -> TsigAlgorithm {
        // Unlike the others, MD5's name has several labels, and servers write it in lowercase.
        match self {
            Self::Md5 => TsigAlgorithm::HmacMd5,
            Self::Sha1 => TsigAlgorithm::HmacSha1,
            Self::Sha224 => TsigAlgorithm::HmacSha224,
            Self::Sha256 => TsigAlgorithm::HmacSha256,
            Self::Sha256Half => TsigAlgorithm::HmacSha256_128,
            Self::Sha384 => TsigAlgorithm::HmacSha384,
            Self::Sha384Half => TsigAlgorithm::HmacSha384_192,
            Self::Sha512 => TsigAlgorithm::HmacSha512,
            Self::Sha512Half => TsigAlgorithm::HmacSha512_256,
        }
    }

    /// The MAC of `data`.
    pub(crate) fn mac(self, secret: &[u8], data: &[u8]) -> Vec<u8> {
        match self {
            Self::Md5 => compute::<Hmac<Md5>>(secret, data),
            Self::Sha1 => compute::<Hmac<Sha1>>(secret, data),
            Self::Sha224 => compute::<Hmac<Sha224>>(secret, data),
            Self::Sha256 => compute::<Hmac<Sha256>>(secret, data),
            Self::Sha384 => compute::<Hmac<Sha384>>(secret, data),
            Self::Sha512 => compute::<Hmac<Sha512>>(secret, data),
            Self::Sha256Half | Self::Sha384Half | Self::Sha512Half => {
                let mut mac = self.whole().mac(secret, data);
                mac.truncate(mac.len() / 2);
                mac
            }
        }
    }

    /// Whether `mac` is the MAC of `data`, in constant time.
    pub(crate) fn verifies(self, secret: &[u8], data: &[u8], mac: &[u8]) -> bool {
        let expected = self.mac(secret, data);
        let differences = expected.iter().zip(mac).fold(0, |all, (a, b)| all | (a ^ b));
        expected.len() == mac.len() && differences == 0
    }

    /// The algorithm without truncation.
    fn whole(self) -> Self {
        match self {
            Self::Sha256Half => Self::Sha256,
            Self::Sha384Half => Self::Sha384,
            Self::Sha512Half => Self::Sha512,
            whole => whole,
        }
    }
}

fn compute<M: Mac + KeyInit>(secret: &[u8], data: &[u8]) -> Vec<u8> {
    // HMAC accepts keys of any length (RFC 2104, section 2), so this does not fail.
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(secret) else { return Vec::new() };
    mac.update(data);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
    }

    /// Test case 2 of RFC 2202 (MD5, SHA-1) and RFC 4231 (SHA-2).
    #[test]
    fn macs_are_those_of_the_rfcs() {
        for (name, expected) in [
            ("hmac-md5", "750c783e6ab0b503eaa86e310a5db738"),
            ("hmac-sha1", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            ("hmac-sha224", "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44"),
            ("hmac-sha256", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            ("hmac-sha256-128", "5bdcc146bf60754e6a042426089575c7"),
            (
                "hmac-sha384",
                "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e\
                 8e2240ca5e69e2c78b3239ecfab21649",
            ),
            ("hmac-sha384-192", "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47"),
            (
                "hmac-sha512",
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554\
                 9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
            ),
            ("hmac-sha512-256", "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"),
        ] {
            let algorithm = Algorithm::named(name).unwrap();
            let (secret, data) = (b"Jefe", b"what do ya want for nothing?");
            let mac = algorithm.mac(secret, data);
            assert_eq!(hex(&mac), expected, "{name}");
            assert!(algorithm.verifies(secret, data, &mac));
            assert!(!algorithm.verifies(secret, data, &mac[1..]));
            assert!(!algorithm.verifies(secret, b"", &mac));
            assert!(!algorithm.verifies(secret, data, b""));
        }
    }

    #[test]
    fn names_are_read_as_servers_and_users_write_them() {
        assert_eq!(Algorithm::named("HMAC-MD5.SIG-ALG.REG.INT."), Some(Algorithm::Md5));
        assert_eq!(Algorithm::named("hmac-SHA512"), Some(Algorithm::Sha512));
        assert_eq!(Algorithm::named("sha256"), None);
        assert_eq!(Algorithm::names().next().and_then(Algorithm::named), Some(Algorithm::DEFAULT));
    }
}
