//! What was changed and is not published: the service forgets it when the session ends.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use octodns_kit::Json;

/// The name and the type of a set.
pub(crate) type Key = (String, String);

/// A set as it is to be; `None` if it is to go.
pub(crate) type Wanted = Option<Json>;

/// The changes of each zone, with the number of the session that made them, if that is known.
#[derive(Debug, Default)]
pub(crate) struct Unpublished(Mutex<BTreeMap<String, Changes>>);

type Changes = BTreeMap<Key, (Option<u64>, Wanted)>;

impl Unpublished {
    /// A change was made, or may have been.
    pub(crate) fn add(&self, zone: &str, session: Option<u64>, of: Key, wanted: Wanted) {
        self.zones().entry(zone.to_owned()).or_default().insert(of, (session, wanted));
    }

    /// The changes of a zone that were made by other sessions.
    pub(crate) fn of_others(&self, zone: &str, session: u64) -> Vec<(Key, Wanted)> {
        let zones = self.zones();
        let changes = zones.get(zone).into_iter().flatten();
        let others = changes.filter(|(_, (made_by, _))| *made_by != Some(session));
        others.map(|(key, (_, wanted))| (key.clone(), wanted.clone())).collect()
    }

    /// Forgets the changes of a zone.
    pub(crate) fn forget(&self, zone: &str) {
        self.zones().remove(zone);
    }

    fn zones(&self) -> MutexGuard<'_, BTreeMap<String, Changes>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name and the type of a set.
pub(crate) fn key(set: &Json) -> Key {
    let text = |key: &str| set[key].as_str().unwrap_or_default().to_owned();
    (text("fqdn"), text("record_type"))
}
