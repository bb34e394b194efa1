//! The names of all zones, to follow CNAME and ALIAS records.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use octodns_core::{Record, Zone};

/// A record with its absolute name.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) fqdn: String,
    pub(crate) record: Arc<Record>,
}

/// The record of each name, and of each wildcard.
#[derive(Debug, Default)]
pub(crate) struct Names {
    exact: HashMap<String, Arc<Record>>,
    /// By the name after the asterisk.
    wildcards: HashMap<String, Arc<Record>>,
}

impl Names {
    /// The names of these zones. If a name has several records, the first type counts, in the order A, AAAA,
    /// ALIAS, CNAME; if it is in two zones, the record of the child zone counts.
    pub(crate) fn of<'z>(zones: impl IntoIterator<Item = &'z Zone>) -> Self {
        let mut zones: Vec<_> = zones.into_iter().collect();
        zones.sort_by_key(|zone| (Reverse(zone.name().as_str().len()), zone.name()));
        let mut names = Self::default();
        for zone in zones {
            for record in zone.records() {
                let fqdn = record.fqdn(zone.name());
                match fqdn.strip_prefix('*') {
                    Some(suffix) => insert(&mut names.wildcards, suffix.to_owned(), record),
                    None => insert(&mut names.exact, fqdn, record),
                }
            }
        }
        names
    }

    /// The record of a name, or of the longest wildcard that matches it. An asterisk matches any number of
    /// labels.
    pub(crate) fn find(&self, fqdn: &str) -> Option<Node> {
        if let Some(record) = self.exact.get(fqdn) {
            return Some(Node { fqdn: fqdn.to_owned(), record: Arc::clone(record) });
        }
        if self.wildcards.is_empty() {
            return None;
        }
        let suffixes = fqdn.char_indices().filter_map(|(at, _)| fqdn.get(at..));
        suffixes.into_iter().find_map(|suffix| {
            let record = Arc::clone(self.wildcards.get(suffix)?);
            Some(Node { fqdn: format!("*{suffix}"), record })
        })
    }
}

fn insert(names: &mut HashMap<String, Arc<Record>>, name: String, record: &Arc<Record>) {
    match names.entry(name) {
        Entry::Vacant(place) => _ = place.insert(Arc::clone(record)),
        Entry::Occupied(mut place) => {
            if type_text(record) < type_text(place.get()) {
                place.insert(Arc::clone(record));
            }
        }
    }
}

/// The sort key of types.
pub(crate) fn type_text(record: &Record) -> &'static str {
    record.record_type().as_str()
}
