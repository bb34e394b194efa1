//! What a provider learns of zones: when they are listed, or read, or created.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Something about each of some zones, by their ids: for instance the TTL of records that have none, which only the list
/// of zones has.
///
/// ```
/// let ttls = octodns_kit::Remembered::default();
/// ttls.set("7", Some(300));
/// assert_eq!((ttls.get("7"), ttls.get("8")), (Some(300), None));
/// ttls.set("7", None);
/// assert!(!ttls.has("7"));
/// ```
#[derive(Debug)]
pub struct Remembered<T>(Mutex<HashMap<String, T>>);

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Remembered<T> {
    /// What is known of a zone.
    pub fn get(&self, zone: &str) -> Option<T> {
        self.all().get(zone).cloned()
    }

    /// Whether something is known of a zone.
    pub fn has(&self, zone: &str) -> bool {
        self.all().contains_key(zone)
    }

    /// Takes the place of what was known of a zone.
    pub fn set(&self, zone: &str, known: Option<T>) {
        match known {
            Some(known) => drop(self.all().insert(zone.to_owned(), known)),
            None => drop(self.all().remove(zone)),
        }
    }

    /// Forgets all zones.
    pub fn clear(&self) {
        self.all().clear();
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
