//! The zones that a config names for each of its providers.

use std::collections::BTreeSet;

use octodns_core::Report;

use crate::manager::Manager;
use crate::zones::Selected;

/// The zones of a config, without those that dynamic entries stand for: those are what its sources list.
#[derive(Default)]
pub(super) struct ConfiguredZones {
    zones: Vec<Selected>,
    /// The ids of all providers that zones are read from, dynamic ones as well.
    pub(super) sources: BTreeSet<String>,
}

impl ConfiguredZones {
    /// Those of a config, and what is wrong with them.
    pub(super) fn of_config(manager: &Manager) -> (Self, Report) {
        let mut report = Report::new();
        let zones = match manager.zones_without_listing([]) {
            Ok(selection) => selection.all(manager, &mut report),
            Err(failure) => return (Self::default(), failure.report),
        };
        let mut ignored = Report::new();
        let entries = 0..manager.config.zones.len();
        let configs = entries.map(|index| manager.zone_config(index, &mut ignored));
        let sources = configs.filter_map(|config| config.sources).flatten().collect();
        (Self { zones, sources }, report)
    }

    /// The zones that have a provider as a source or target.
    pub(super) fn of(&self, id: &str) -> impl Iterator<Item = &Selected> {
        let has = move |ids: &Option<Vec<String>>| ids.iter().flatten().any(|named| named == id);
        let zones = self.zones.iter();
        zones.filter(move |zone| has(&zone.config.sources) || has(&zone.config.targets))
    }
}
