//! Redacts secrets: those that are known from the start, and those that are fetched later.

use std::sync::{PoisonError, RwLock};

use octodns_core::{Redactor, Secret};

/// Replaces secrets in texts, and learns new ones while it is in use. They stay secret even after a token has
/// expired.
#[derive(Debug, Default)]
pub(crate) struct SharedRedactor {
    known: RwLock<Known>,
}

#[derive(Debug, Default)]
struct Known {
    secrets: Vec<Secret>,
    redactor: Redactor,
}

impl SharedRedactor {
    pub(crate) fn new(secrets: &[Secret]) -> Self {
        let redactor = Self::default();
        redactor.learn(secrets);
        redactor
    }

    /// Redacts these from now on.
    pub(crate) fn learn(&self, secrets: &[Secret]) {
        let is_known = |known: &Known| secrets.iter().all(|secret| known.secrets.contains(secret));
        if is_known(&self.known.read().unwrap_or_else(PoisonError::into_inner)) {
            return;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for secret in secrets {
            if !known.secrets.contains(secret) {
                known.secrets.push(secret.clone());
            }
        }
        known.redactor = Redactor::new(&known.secrets);
    }

    /// A text with `***` in place of each secret.
    pub(crate) fn redact(&self, text: &str) -> String {
        self.known.read().unwrap_or_else(PoisonError::into_inner).redactor.redact(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_learned_and_kept() {
        let redactor = SharedRedactor::new(&[Secret::new("hunter2")]);
        assert_eq!(redactor.redact("hunter2 token-one"), "*** token-one");
        redactor.learn(&[Secret::new("token-one")]);
        redactor.learn(&[Secret::new("token-two"), Secret::new("hunter2")]);
        assert_eq!(redactor.redact("hunter2 token-one token-two"), "*** *** ***");
        assert!(!format!("{redactor:?}").contains("hunter2"));
    }
}
