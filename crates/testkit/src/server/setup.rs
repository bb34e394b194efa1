//! What a server should serve, independent of the kind of server.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Zones and keys.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// The zones, in any order.
    pub zones: Vec<ServedZone>,
    /// The keys that the server knows.
    pub keys: Vec<Key>,
}

/// One zone.
#[derive(Clone, Debug)]
pub struct ServedZone {
    /// Its name, with the final dot.
    pub name: String,
    /// Its zone file.
    pub text: String,
    /// Who may transfer it.
    pub transfer: Allow,
    /// Who may update it.
    pub update: Allow,
}

/// Who may do something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Allow {
    /// Nobody.
    #[default]
    Nobody,
    /// Everyone on this machine, without a signature.
    Anyone,
    /// Clients that sign with the key of this name.
    Key(String),
}

/// A TSIG key (RFC 8945).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name, without a final dot.
    pub name: String,
    /// Its algorithm, such as `hmac-sha256`.
    pub algorithm: String,
    /// Its secret, in base64.
    pub secret: String,
}

impl Key {
    /// A key of this name; the secret is derived from the name, so that a failed test can be repeated.
    pub fn new(name: &str, algorithm: &str) -> Self {
        let bytes: Vec<u8> = name.bytes().cycle().zip(1..=32).map(|(byte, n)| byte ^ n).collect();
        Self {
            name: name.to_owned(),
            algorithm: algorithm.to_owned(),
            secret: STANDARD.encode(bytes),
        }
    }

    /// A key of the same name and algorithm with another secret, which the server does not accept.
    #[must_use]
    pub fn with_wrong_secret(&self) -> Self {
        Self { secret: Self::new("wrong", "").secret, ..self.clone() }
    }
}

impl Setup {
    /// A zone that may be transferred and updated with a key `key` of HMAC-SHA256.
    pub fn with_key(name: &str, text: &str) -> Self {
        let key = Key::new("key", "hmac-sha256");
        let zone = ServedZone {
            transfer: Allow::Key(key.name.clone()),
            update: Allow::Key(key.name.clone()),
            ..ServedZone::private(name, text)
        };
        Self { zones: vec![zone], keys: vec![key] }
    }

    /// A zone that anyone on this machine may transfer and update.
    pub fn open(name: &str, text: &str) -> Self {
        let zone = ServedZone {
            transfer: Allow::Anyone,
            update: Allow::Anyone,
            ..ServedZone::private(name, text)
        };
        Self { zones: vec![zone], keys: Vec::new() }
    }
}

impl ServedZone {
    /// A zone that nobody may transfer or update.
    pub fn private(name: &str, text: &str) -> Self {
        let (transfer, update) = (Allow::Nobody, Allow::Nobody);
        Self { name: name.to_owned(), text: text.to_owned(), transfer, update }
    }

    /// The name of its file.
    pub(super) fn file(&self) -> String {
        format!("{}zone", self.name.replace('/', "-"))
    }
}

impl Allow {
    /// What `write` returns for the key, or for no key if anyone is allowed; `None` for nobody.
    pub(super) fn map<T>(&self, write: impl FnOnce(Option<&str>) -> T) -> Option<T> {
        match self {
            Self::Nobody => None,
            Self::Anyone => Some(write(None)),
            Self::Key(name) => Some(write(Some(name))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_own_secret_of_32_bytes() {
        let key = Key::new("key", "hmac-sha256");
        assert_eq!(STANDARD.decode(&key.secret).unwrap().len(), 32);
        assert_ne!(key.secret, key.with_wrong_secret().secret);
        assert_ne!(key.secret, Key::new("other", "hmac-sha256").secret);
    }
}
