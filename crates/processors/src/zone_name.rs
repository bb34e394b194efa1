//! `ZoneNameFilter`: record names that repeat the name of the zone.

use octodns_core::processor::Stage;
use octodns_core::registry::BuildError;
use octodns_core::value::truth;
use octodns_core::{Processor, ProviderError, Record, Registry, Zone, async_trait};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::finding;
use crate::options::yes;
use crate::version::VERSION;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// Whether such a name is an error; otherwise the record is left out. Default: true.
    #[serde(default = "yes", deserialize_with = "truth")]
    error: bool,
    /// Whether the target's records are looked at as well. Default: true.
    #[serde(default = "yes", deserialize_with = "truth")]
    include_target: bool,
}

/// Refuses names such as `www.example.com` within `example.com.`, or removes the records.
struct ZoneNameFilter {
    id: String,
    options: Options,
}

pub(crate) fn register(registry: &mut Registry) {
    let path = "octodns.processor.filter.ZoneNameFilter";
    registry.processor(path, &["zone-name"], VERSION, |id, options| {
        Ok::<_, BuildError>(ZoneNameFilter { id: id.to_owned(), options })
    });
}

impl ZoneNameFilter {
    fn filter(&self, zone: &mut Zone, stage: &mut Stage<'_>) {
        let name = zone.name().clone();
        // Every name ends with that of the root.
        if name.is_root() {
            return;
        }
        let with_dot = name.as_str();
        let without = with_dot.strip_suffix('.').unwrap_or(with_dot);
        let repeats = |record: &Record| {
            let name = record.name().as_str();
            name.ends_with(with_dot) || name.ends_with(without)
        };
        if !self.options.error {
            zone.retain(|record| !repeats(record));
            return;
        }
        for record in zone.records().filter(|record| repeats(record)) {
            let message = "its name ends with the name of the zone";
            let found = finding::about(record, &name, "zone-name", &self.id, message);
            stage.report.push(found.help("names are relative: leave the zone's name out"));
        }
    }
}

#[async_trait]
impl Processor for ZoneNameFilter {
    fn id(&self) -> &str {
        &self.id
    }

    async fn source_zone(
        &self,
        desired: &mut Zone,
        stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        self.filter(desired, stage);
        Ok(())
    }

    async fn target_zone(
        &self,
        existing: &mut Zone,
        stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        if self.options.include_target {
            self.filter(existing, stage);
        }
        Ok(())
    }
}
