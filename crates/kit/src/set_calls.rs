//! One change of an `RRset`, made by the calls that it takes.

use async_trait::async_trait;
use octodns_core::apply_log::Stopped;
use octodns_core::engine::about_change;
use octodns_core::{ApplyLog, Change, ProviderError};
use serde_json::Value as Json;

use crate::account::Account;
use crate::api::{Owner, Zone};
use crate::dynamic_sets::DynamicChange;
use crate::fields::Sought;
use crate::lookup::{Call, Observed, Still};
use crate::set::{Found, HeldSets};
use crate::set_api::SetApi;

/// Makes one change, by a call of its own.
pub(crate) async fn make<S: SetApi>(
    account: &Account<S>,
    zone: Zone<'_>,
    change: &Change,
    held: &HeldSets,
    still: &Still,
) -> Result<(), ProviderError> {
    let existing = held.of(change)?;
    let dialect = &account.service.dialect;
    let set = change.desired().map(|new| S::FIELDS.write(new, dialect, zone.name)).transpose()?;
    account.settle(&OneSet { account, zone, change, existing, set, still }).await
}

/// Makes one change, by all calls that it takes.
pub(crate) async fn make_whole<S: SetApi>(
    account: &Account<S>,
    zone: Zone<'_>,
    change: &Change,
    held: &HeldSets,
    (still, log): (&Still, &ApplyLog<'_>),
) -> Result<(), Stopped> {
    let existing = held.of(change)?;
    let dynamic = account.api.dynamic().filter(|dynamic| {
        DynamicChange::concerns(change) || existing.is_some_and(|set| dynamic.is_partial(set))
    });
    let made = if let Some(dynamic) = dynamic {
        let write = |new| S::FIELDS.write(new, &account.service.dialect, zone.name);
        let set = change.desired().map(|new| write(new)).transpose()?;
        let _sending = still.sending().await;
        dynamic.apply(zone, DynamicChange { change, set: set.as_ref(), existing }, log).await
    } else {
        make(account, zone, change, held, still).await.map_err(Stopped::from)
    };
    let about = |error| about_change(error, change, zone.name);
    made.map_err(|Stopped { error, done, of, .. }| Stopped::new(about(error), done, of))
}

/// One change on its way to the service.
struct OneSet<'c, S> {
    account: &'c Account<S>,
    zone: Zone<'c>,
    change: &'c Change,
    existing: Option<&'c Json>,
    set: Option<Json>,
    still: &'c Still,
}

#[async_trait]
impl<S: SetApi> Call for OneSet<'_, S> {
    async fn send(&self) -> Result<(), ProviderError> {
        let api = &self.account.api;
        let _sending = self.still.sending().await;
        Ok(match (&self.set, self.existing) {
            (Some(set), existing) => api.put(self.zone, set, existing).await,
            (None, Some(existing)) => api.delete(self.zone, existing).await,
            (None, None) => Ok(()),
        }?)
    }

    async fn look_up(&self) -> Result<Observed, ProviderError> {
        let Account { service, api, .. } = self.account;
        let (record, zone) = (self.change.record(), self.zone);
        let sought = Sought::new(record, &service.dialect, &S::FIELDS.of, zone.name);
        let _still = self.still.looking().await;
        let mut sets = api.sets(zone, Some(sought.only())).await?.unwrap_or_default();
        sets.retain(|set| S::owner(set) == Owner::User);
        let found = S::FIELDS.find(self.change, &sets, &service.dialect, zone.name)?;
        Ok(Found::of_all([found]))
    }
}
