//! Records with routing, which Traffic Directors answer for.

use octodns_core::apply_log::Stopped;
use octodns_core::provider::PlanDraft;
use octodns_core::record::{Dynamic, Geo};
use octodns_core::{ApplyLog, Change, ProviderError, ZoneName, async_trait};
use octodns_kit::sets::{DynamicChange, DynamicSets, SetApi, SetsAsRead};
use octodns_kit::{Json, Zone};

use crate::directors::{Director, Wanted, service_of};
use crate::provider::Dyn;

#[async_trait]
impl DynamicSets for Dyn {
    fn read(&self, set: &Json, _: &ZoneName) -> Option<Dynamic> {
        let director = Director::read(service_of(set)?, set["type"].as_str()?);
        director.is_dynamic().then(|| director.dynamic())
    }

    fn read_geo(&self, set: &Json, _: &ZoneName) -> Option<Geo> {
        let director = Director::read(service_of(set)?, set["type"].as_str()?);
        (!director.is_dynamic()).then(|| director.geo())
    }

    async fn apply(
        &self,
        zone: Zone<'_>,
        change: DynamicChange<'_>,
        log: &ApplyLog<'_>,
    ) -> Result<(), Stopped> {
        let DynamicChange { change, set, existing, .. } = change;
        let wanted = change.desired().and_then(|record| Some((record, Wanted::of(record)?)));
        let (Some(directors), Some((record, wanted))) = (&self.directors, wanted) else {
            match (set, existing) {
                (Some(set), existing) => self.put(zone, set, existing).await?,
                (None, Some(existing)) => self.delete(zone, existing).await?,
                (None, None) => {}
            }
            return Ok(());
        };
        directors.write(zone.name, record, &wanted, existing.and_then(service_of), log).await?;
        // The rows go with the rest, when the zone is published.
        Ok(self.delete_rows(zone, existing).await?)
    }

    /// Records whose monitor is missing or checks something else, and those of which a failed change has left
    /// parts.
    async fn extra_changes(
        &self,
        draft: &PlanDraft<'_>,
        sets: SetsAsRead<'_>,
    ) -> Result<Vec<Change>, ProviderError> {
        let Some(directors) = &self.directors else { return Ok(Vec::new()) };
        let zone = draft.desired.name();
        let mut drifted = Vec::new();
        for record in draft.desired.records() {
            let is_planned = |change: &Change| {
                change.record().name() == record.name()
                    && change.record().record_type() == record.record_type()
            };
            let Some(service) = sets.of(record).and_then(service_of) else { continue };
            if draft.changes.iter().any(is_planned) {
                continue;
            }
            if directors.has_drifted(zone, record, service).await? {
                let (existing, new) = (record.clone(), record.clone());
                drifted.push(Change::Update { existing, new });
            }
        }
        Ok(drifted)
    }
}
