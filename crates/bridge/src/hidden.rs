//! What must never be shown, whoever says it.

use std::sync::{Arc, Mutex, PoisonError};

use octodns_core::{Redactor, Secret};

/// What is to be hidden.
#[derive(Debug, Default)]
pub(crate) struct Hidden {
    inner: Mutex<(Vec<Secret>, Arc<Redactor>)>,
}

impl Hidden {
    pub(crate) fn add<'s>(&self, secrets: impl IntoIterator<Item = &'s Secret>) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let before = inner.0.len();
        for secret in secrets {
            if !secret.is_empty() && !inner.0.contains(secret) {
                inner.0.push(secret.clone());
            }
        }
        if inner.0.len() > before {
            inner.1 = Arc::new(Redactor::new(&inner.0));
        }
    }

    pub(crate) fn redactor(&self) -> Arc<Redactor> {
        Arc::clone(&self.inner.lock().unwrap_or_else(PoisonError::into_inner).1)
    }
}
