//! Zones in memory: for what a program makes in code, and for its tests.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use octodns_core::{
    ApplyLog, Capabilities, Plan, Provider, ProviderError, Source, Zone, ZoneName, ZoneRead,
    ZoneRequest, async_trait,
};

/// Zones that a program keeps in memory. As a source it gives what was put into it; as a target it keeps what is
/// applied, until it is dropped.
///
/// ```
/// # extern crate octodns_manager as octodns;
/// use octodns::{MemoryProvider, core::{Zone, ZoneName}};
///
/// let zone = Zone::new(ZoneName::new("example.com.")?);
/// let source = MemoryProvider::new("in-code");
/// source.put(zone);
/// assert!(source.zone(&ZoneName::new("example.com.")?).is_some());
/// # Ok::<(), octodns::core::name::ZoneNameError>(())
/// ```
#[derive(Debug)]
pub struct MemoryProvider {
    id: String,
    zones: Mutex<BTreeMap<ZoneName, Zone>>,
}

impl MemoryProvider {
    /// No zones yet.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), zones: Mutex::default() }
    }

    /// Puts a zone in the place of the one of its name.
    pub fn put(&self, zone: Zone) {
        self.zones().insert(zone.name().clone(), zone);
    }

    /// A zone as it is now.
    pub fn zone(&self, name: &ZoneName) -> Option<Zone> {
        self.zones().get(name).cloned()
    }

    fn zones(&self) -> MutexGuard<'_, BTreeMap<ZoneName, Zone>> {
        // Every change of the map is whole.
        self.zones.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Source for MemoryProvider {
    fn id(&self) -> &str {
        &self.id
    }

    fn class_name(&self) -> &'static str {
        "MemoryProvider"
    }

    fn capabilities(&self) -> &Capabilities {
        &Capabilities::EVERYTHING
    }

    async fn list_zones(&self) -> Result<Vec<ZoneName>, ProviderError> {
        Ok(self.zones().keys().cloned().collect())
    }

    async fn read(&self, zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        Ok(self.zones().get(zone.name).map(|held| {
            let mut read = ZoneRead::default();
            read.records = held.records().cloned().collect();
            read
        }))
    }
}

#[async_trait]
impl Provider for MemoryProvider {
    async fn apply(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        let changes: Vec<_> = (0..plan.changes.len()).collect();
        let attempt = log.begin(&changes).await?;
        self.put(plan.outcome());
        attempt.applied();
        Ok(())
    }
}
