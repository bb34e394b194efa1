//! Changes of dynamic records, each by one call.

use octodns_core::apply_log::Stopped;
use octodns_core::provider::PlanDraft;
use octodns_core::record::Dynamic;
use octodns_core::{ApplyLog, Change, ProviderError, ZoneName, async_trait};
use octodns_kit::sets::{DynamicChange, DynamicSets, SetApi, SetsAsRead};
use octodns_kit::{Call, Json, Observed, Zone, settle};

use crate::brand::Brand;
use crate::dynamic::{self, Routed, said};
use crate::provider::Dns;
use crate::sets::text;

#[async_trait]
impl<B: Brand> DynamicSets for Dns<B> {
    fn read(&self, set: &Json, _: &ZoneName) -> Option<Dynamic> {
        Some(Routed::of(set, &B::FACTS)?.dynamic)
    }

    fn read_options(&self, set: &Json, _: &ZoneName) -> Option<Json> {
        dynamic::options(set, &B::FACTS)
    }

    async fn apply(
        &self,
        zone: Zone<'_>,
        change: DynamicChange<'_>,
        _: &ApplyLog<'_>,
    ) -> Result<(), Stopped> {
        let key = |is_checked| self.filter_key(is_checked);
        let body = match (change.change.desired(), change.set) {
            (Some(record), Some(set)) => {
                let sets = (set, change.existing);
                Some(dynamic::body((record, zone.name), sets, &B::FACTS, (self.limit, key))?)
            }
            _ => None,
        };
        let call = SetCall { api: self, zone, change, body };
        Ok(settle(self.client.backoff(), &call).await?)
    }

    /// Records whose filters, checks or meta are not as they ask for.
    async fn extra_changes(
        &self,
        draft: &PlanDraft<'_>,
        sets: SetsAsRead<'_>,
    ) -> Result<Vec<Change>, ProviderError> {
        let zone = draft.desired.name();
        Ok(draft.drifted(|record| {
            let set = sets.of(record);
            set.is_some_and(|set| dynamic::has_drifted(record, zone, set, &B::FACTS))
        }))
    }
}

/// A change of a set on its way to the service.
struct SetCall<'c, B> {
    api: &'c Dns<B>,
    zone: Zone<'c>,
    change: DynamicChange<'c>,
    /// What is sent; `None` for a deletion.
    body: Option<Json>,
}

#[async_trait]
impl<B: Brand> Call for SetCall<'_, B> {
    async fn send(&self) -> Result<(), ProviderError> {
        let DynamicChange { set, existing, .. } = self.change;
        Ok(match (&self.body, set, existing) {
            (Some(body), Some(set), existing) => {
                self.api.send(self.zone, set, body, existing.is_some()).await
            }
            (_, _, Some(existing)) => SetApi::delete(self.api, self.zone, existing).await,
            (_, _, None) => Ok(()),
        }?)
    }

    async fn look_up(&self) -> Result<Observed, ProviderError> {
        let DynamicChange { set, existing, .. } = self.change;
        let sought = set.or(existing).unwrap_or(&Json::Null);
        let key = |set: &Json| ["name", "type"].map(|key| text(set, key).to_owned());
        let sets = self.api.sets(self.zone, None).await?.unwrap_or_default();
        let found = sets.into_iter().find(|set| key(set) == key(sought));
        let found = found.as_ref().map(said);
        Ok(if found == self.body.as_ref().map(said) {
            Observed::Desired
        } else if found == existing.map(said) {
            Observed::Existing
        } else {
            Observed::Other
        })
    }
}
