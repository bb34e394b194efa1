//! RSA keys, for services that want a signed login.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RsaEncoding};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use octodns_core::Secret;

use crate::Error;

/// A private RSA key, of 2,048 to 8,192 bits.
///
/// ```
/// use octodns_core::Secret;
/// use octodns_http::RsaKey;
///
/// let error = RsaKey::from_pem(&Secret::new("hunter2")).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the private key is not in PEM: it has no line -----BEGIN PRIVATE KEY-----"
/// );
/// ```
#[derive(Clone)]
pub struct RsaKey(Arc<KeyPair>);

impl RsaKey {
    /// Reads a key in PEM (RFC 7468), as PKCS #8 or PKCS #1. Line ends may be lost: variables of the environment often
    /// lose them.
    ///
    /// # Errors
    ///
    /// Says why it is not a key, without showing it.
    pub fn from_pem(pem: &Secret) -> Result<Self, Error> {
        let wrong = |why: &str| Error::option(format!("the private key {why}"), None);
        let pem = pem.reveal();
        let Some((_, rest)) = pem.split_once("-----BEGIN ") else {
            return Err(wrong("is not in PEM: it has no line -----BEGIN PRIVATE KEY-----"));
        };
        let Some((label, rest)) = rest.split_once("-----") else {
            return Err(wrong("is cut off in its first line"));
        };
        let Some((text, _)) = rest.split_once("-----END ") else {
            return Err(wrong("is cut off: it has no line -----END PRIVATE KEY-----"));
        };
        if label.contains("ENCRYPTED") || text.contains("ENCRYPTED") {
            return Err(wrong(
                "is encrypted; remove its passphrase, for example with openssl pkey",
            ));
        }
        if !matches!(label, "PRIVATE KEY" | "RSA PRIVATE KEY") {
            return Err(wrong("is something else: its first line does not say PRIVATE KEY"));
        }
        let digits: String = text.split_whitespace().collect();
        let der = STANDARD.decode(digits).map_err(|_| wrong("is damaged: it is not base64"))?;
        let pair = KeyPair::from_pkcs8(&der).or_else(|_| KeyPair::from_der(&der));
        let pair = pair.map_err(|_| wrong("is not an RSA key of 2048 to 8192 bits, or damaged"))?;
        Ok(Self(Arc::new(pair)))
    }

    /// A signature: RSASSA-PKCS1-v1_5 with SHA-512 (RFC 8017, section 8.2).
    ///
    /// # Errors
    ///
    /// Fails if the key cannot sign.
    pub fn sign_sha512(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        self.sign(&RSA_PKCS1_SHA512, message)
    }

    /// The same with SHA-256: `RS256` of JSON Web Tokens (RFC 7518, section 3.3).
    ///
    /// # Errors
    ///
    /// Fails if the key cannot sign.
    pub fn sign_sha256(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        self.sign(&RSA_PKCS1_SHA256, message)
    }

    fn sign(&self, how: &'static dyn RsaEncoding, message: &[u8]) -> Result<Vec<u8>, Error> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        let signed = self.0.sign(how, &SystemRandom::new(), message, &mut signature);
        signed.map_err(|_| Error::unsigned("the private key cannot sign"))?;
        Ok(signature)
    }
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaKey(***)")
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::AsDer;
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{
        KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey,
    };

    use super::*;

    /// A new key in PEM, and its public key.
    fn key() -> (String, Vec<u8>) {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let der = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair).unwrap();
        let text = STANDARD.encode(der.as_ref());
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n");
        (pem, pair.public_key().as_ref().to_vec())
    }

    #[test]
    fn a_key_signs_however_its_lines_are_broken() {
        let (pem, public) = key();
        for pem in [pem.clone(), pem.replace('\n', " "), format!("a comment\r\n{pem}")] {
            let key = RsaKey::from_pem(&Secret::new(pem)).unwrap();
            let signatures = [
                (key.sign_sha512(b"login").unwrap(), &RSA_PKCS1_2048_8192_SHA512),
                (key.sign_sha256(b"login").unwrap(), &RSA_PKCS1_2048_8192_SHA256),
            ];
            for (signature, how) in signatures {
                let public = UnparsedPublicKey::new(how, &public);
                public.verify(b"login", &signature).unwrap();
                assert!(public.verify(b"other", &signature).is_err());
            }
            assert_eq!(format!("{key:?}"), "RsaKey(***)");
        }
    }

    #[test]
    fn what_is_no_key_is_refused_without_being_shown() {
        let (pem, _) = key();
        let body = pem.lines().nth(1).unwrap().to_owned();
        let with = |label: &str, text: &str| {
            format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
        };
        for (pem, why) in [
            (String::new(), "is not in PEM: it has no line -----BEGIN PRIVATE KEY-----"),
            (body.clone(), "is not in PEM: it has no line -----BEGIN PRIVATE KEY-----"),
            ("-----BEGIN PRIV".to_owned(), "is cut off in its first line"),
            (
                format!("-----BEGIN PRIVATE KEY-----\n{body}"),
                "is cut off: it has no line -----END PRIVATE KEY-----",
            ),
            (
                with("ENCRYPTED PRIVATE KEY", &body),
                "is encrypted; remove its passphrase, for example with openssl pkey",
            ),
            (
                with("PUBLIC KEY", &body),
                "is something else: its first line does not say PRIVATE KEY",
            ),
            (with("PRIVATE KEY", "hunter2 !"), "is damaged: it is not base64"),
            (
                with("PRIVATE KEY", "aHVudGVyMg=="),
                "is not an RSA key of 2048 to 8192 bits, or damaged",
            ),
            (
                with("PRIVATE KEY", &body[..400]),
                "is not an RSA key of 2048 to 8192 bits, or damaged",
            ),
        ] {
            let error = RsaKey::from_pem(&Secret::new(pem)).unwrap_err();
            assert_eq!(error.to_string(), format!("the private key {why}"));
        }
    }
}
