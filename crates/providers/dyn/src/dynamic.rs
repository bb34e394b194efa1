//! Records with routing, which Traffic Directors answer for.

use octodns_core::apply_log::Stopped;
use octodns_core::record::{Dynamic, Geo};
use octodns_core::{ApplyLog, ProviderError, Record, ZoneName, async_trait};
use octodns_kit::sets::{DynamicChange, DynamicSets, Progress, SetApi};
use octodns_kit::{Json, Zone};

use crate::directors::{Directors, director_of, rows_of, service_of};
use crate::provider::Dyn;

#[async_trait]
impl DynamicSets for Dyn {
    async fn complete(&self, sets: &mut Vec<Json>, zone: Zone<'_>) -> Result<(), ProviderError> {
        match &self.directors {
            Some(directors) => Ok(directors.add_to(zone.id, sets).await?),
            None => Ok(()),
        }
    }

    fn read(&self, set: &Json, _: &ZoneName) -> Option<Dynamic> {
        director_of(set)?.dynamic()
    }

    fn read_geo(&self, set: &Json, _: &ZoneName) -> Option<Geo> {
        director_of(set)?.geo()
    }

    fn is_partial(&self, set: &Json) -> bool {
        service_of(set).is_some()
    }

    async fn apply(
        &self,
        zone: Zone<'_>,
        change: DynamicChange<'_>,
        log: &ApplyLog<'_>,
    ) -> Result<(), Stopped> {
        let Some(directors) = &self.directors else { return Ok(()) };
        let mut progress = Progress::default();
        let made = self.direct(zone, change, (directors, log), &mut progress).await;
        made.map_err(|error| progress.stopped(error))
    }

    async fn has_drifted(
        &self,
        zone: &ZoneName,
        record: &Record,
        set: &Json,
    ) -> Result<bool, ProviderError> {
        match &self.directors {
            Some(directors) => directors.has_drifted(zone, record, set).await,
            None => Ok(false),
        }
    }
}

impl Dyn {
    /// Makes a change of a record that has a Traffic Director before or after it.
    async fn direct(
        &self,
        zone: Zone<'_>,
        DynamicChange { change, set, existing, .. }: DynamicChange<'_>,
        (directors, log): (&Directors, &ApplyLog<'_>),
        progress: &mut Progress,
    ) -> Result<(), ProviderError> {
        let is_written = match change.desired() {
            Some(record) => directors.write((zone.name, record), existing, log, progress).await?,
            None => false,
        };
        if let Some(set) = set.filter(|_| !is_written) {
            progress.expect(1);
            self.replace(zone, set).await?;
            progress.confirmed();
            if existing.and_then(service_of).is_some() {
                // The name is never missing: its rows are served before its director goes.
                progress.expect(1);
                self.publish_all(zone).await?;
                progress.confirmed();
            }
        } else if let Some(rows) = existing.and_then(rows_of) {
            // They go with the rest, when the zone is published.
            progress.expect(1);
            self.delete(zone, rows).await?;
            progress.confirmed();
        }
        match existing.filter(|_| !is_written) {
            Some(existing) => directors.remove(existing, log, progress).await,
            None => Ok(()),
        }
    }
}
