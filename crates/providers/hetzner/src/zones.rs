//! Zones as both APIs list them, with the TTL of records that have none of their own.

use octodns_kit::{Json, ListedZone, Remembered, Zone};
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
pub(crate) struct Ttls(Remembered<i64>);

impl Ttls {
    /// A zone for the kit; its TTL is remembered.
    pub(crate) fn learn(&self, zone: Described) -> ListedZone {
        let Described { id, name, ttl } = zone;
        let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        self.0.set(&id, ttl);
        ListedZone::new(name, id)
    }

    /// Gives records without a TTL that of their zone.
    pub(crate) fn fill(&self, zone: Zone<'_>, mut items: Vec<Json>) -> Vec<Json> {
        let ttl = self.0.get(zone.id);
        for item in items.iter_mut().filter(|item| item.is_object() && item["ttl"].is_null()) {
            item["ttl"] = ttl.into();
        }
        items
    }
}
