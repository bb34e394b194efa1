//! Services that replace an RRset as a whole, with one call per set.

use async_trait::async_trait;
use octodns_core::apply_log::Stopped;
use octodns_core::engine::{about_change, apply_each, unexpressed};
use octodns_core::provider::PlanDraft;
use octodns_core::{
    ApplyLog, Change, Plan, ProviderError, RecordName, Registry, Report, State, ZoneRead,
    ZoneRequest,
};
use octodns_http::{Error, Host};
use serde_json::Value as Json;
use std::marker::PhantomData;

use crate::account::Account;
use crate::api::{Api, Only, Owner, Zone};
pub use crate::dynamic_sets::{DynamicChange, DynamicSets, SetsAsRead};
use crate::fields::{Sought, value_of};
use crate::listing;
use crate::lookup::{Call, Observed, Still};
use crate::owner;
use crate::provided;
use crate::set::{Found, HeldSets, SetFields};
use crate::shape::Shape;

/// A service with `RRset`s: the names of their fields, and one call for each operation.
///
/// Sets are JSON objects in both directions; those of unknown types are not changed.
#[async_trait]
pub trait SetApi: Api {
    /// The names of the fields of a set.
    const FIELDS: SetFields;

    /// All sets of a zone, or that of `only` if the service can filter; it may return more. `None` if there
    /// is no such zone.
    ///
    /// # Errors
    ///
    /// Fails as a whole: the list is never partial.
    async fn sets(
        &self,
        zone: Zone<'_>,
        only: Option<Only<'_>>,
    ) -> Result<Option<Vec<Json>>, Error>;

    /// Stores `set`, in place of `existing` (as it was read) if that is given.
    ///
    /// # Errors
    ///
    /// [`Error::Indeterminate`] if the response is lost: the kit then reads the set again.
    async fn put(&self, zone: Zone<'_>, set: &Json, existing: Option<&Json>) -> Result<(), Error>;

    /// Deletes a set, as it was read; a set that does not exist is not an error.
    ///
    /// # Errors
    ///
    /// Fails if the service does not do it.
    async fn delete(&self, zone: Zone<'_>, existing: &Json) -> Result<(), Error>;

    /// How dynamic records are kept, if its capabilities have them.
    fn dynamic(&self) -> Option<&dyn DynamicSets> {
        None
    }
}

/// Registers a service with `RRset`s as a provider.
pub fn register<S: SetApi>(registry: &mut Registry) {
    provided::register::<Sets<S>>(registry);
}

/// The same, with the clock and the randomness of `host`.
pub fn register_with<S: SetApi>(registry: &mut Registry, host: &Host) {
    provided::register_with::<Sets<S>>(registry, host);
}

/// The shape of services that implement [`SetApi`].
pub struct Sets<S>(PhantomData<S>);

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
async fn make_whole<S: SetApi>(
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

/// What of the sets records cannot express.
fn lacking<S: SetApi>(
    account: &Account<S>,
    sets: &[Json],
    request: &ZoneRequest<'_>,
) -> Result<Report, ProviderError> {
    let mut report = Report::new();
    for set in sets {
        let Some(what) = S::unexpressed(set) else { continue };
        let head =
            S::FIELDS.of.read_head(set, &account.service.dialect, request.name, request.types)?;
        if let Some((name, entry)) = head
            && let Ok(name) = RecordName::new(&name)
        {
            report.push(unexpressed(request.name, &name, entry.record_type(), what));
        }
    }
    Ok(report)
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

#[async_trait]
impl<S: SetApi> Shape for Sets<S> {
    type Api = S;

    async fn read(
        account: &Account<S>,
        zone: Zone<'_>,
        request: &ZoneRequest<'_>,
    ) -> Result<Option<ZoneRead>, ProviderError> {
        let list = || account.api.sets(zone, None);
        let Some(sets) = listing::sets(&S::FIELDS, list).await? else { return Ok(None) };
        let service = &account.service;
        let (sets, hidden) = owner::sort_out(account, sets, &S::FIELDS.of, request)?;
        let lacking = lacking(account, &sets, request)?;
        let (mut read, held) = S::FIELDS.read(
            sets,
            &service.dialect,
            &service.capabilities,
            (request, &account.id),
            |set| {
                let Some(dynamic) = account.api.dynamic() else { return Vec::new() };
                if let Some(read) = dynamic.read(set, request.name) {
                    let options = dynamic.read_options(set, request.name);
                    let options = options.map(|options| ("octodns", value_of(&options)));
                    return [Some(("dynamic", read.to_value())), options]
                        .into_iter()
                        .flatten()
                        .collect();
                }
                let geo = dynamic.read_geo(set, request.name);
                geo.map(|geo| ("geo", geo.to_value())).into_iter().collect()
            },
        )?;
        read.report.merge(lacking);
        owner::hide(hidden, &mut read);
        read.state = State::new(held);
        Ok(Some(read))
    }

    async fn extra_changes(
        account: &Account<S>,
        draft: &PlanDraft<'_>,
    ) -> Result<Vec<Change>, ProviderError> {
        match (account.api.dynamic(), draft.state.get::<HeldSets>()) {
            (Some(dynamic), Some(held)) => dynamic.extra_changes(draft, SetsAsRead(held)).await,
            _ => Ok(Vec::new()),
        }
    }

    async fn apply(
        account: &Account<S>,
        plan: &Plan,
        log: &ApplyLog<'_>,
    ) -> Result<(), ProviderError> {
        let none = HeldSets::default();
        let held = plan.state()?.unwrap_or(&none);
        let id = account.ensure(plan, log).await?;
        let zone = Zone { name: plan.desired.name(), id: &id };
        let still = Still::default();
        let change_one =
            async |change| make_whole(account, zone, change, held, (&still, log)).await;
        let making = apply_each(plan, log, account.service.names_at_once, change_one);
        account.serve(plan, zone, log, making).await
    }
}
