//! Zones as both APIs list them, with the TTL of records that have none of their own.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use octodns_kit::{Json, ListedZone, Zone};
use serde::Deserialize;

/// A zone, as it is listed or created.
#[derive(Debug, Deserialize)]
pub(crate) struct Described {
    /// A number, or a text.
    id: Json,
    name: String,
    ttl: Option<i64>,
}

/// The TTL of each zone, by its id. A zone is listed or created before its records are read, in every run.
#[derive(Debug, Default)]
pub(crate) struct Ttls(Mutex<HashMap<String, i64>>);

impl Ttls {
    /// A zone for the kit; its TTL is remembered.
    pub(crate) fn learn(&self, zone: Described) -> ListedZone {
        let Described { id, name, ttl } = zone;
        let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        if let Some(ttl) = ttl {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), ttl);
        }
        ListedZone::new(name, id)
    }

    /// Gives records without a TTL that of their zone.
    pub(crate) fn fill(&self, zone: Zone<'_>, mut items: Vec<Json>) -> Vec<Json> {
        let ttl = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(zone.id).copied();
        for item in items.iter_mut().filter(|item| item.is_object() && item["ttl"].is_null()) {
            item["ttl"] = ttl.into();
        }
        items
    }
}
