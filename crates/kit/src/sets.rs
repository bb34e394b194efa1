//! Services that replace an RRset as a whole, one call a set.

use async_trait::async_trait;
use octodns_core::engine::apply_each;
use octodns_core::{ApplyLog, Change, Plan, ProviderError, Registry, State, ZoneRead, ZoneRequest};
use octodns_http::Error;
use serde_json::Value as Json;
use std::marker::PhantomData;

use crate::api::{self, Account, Api, Only, Shape, Zone};
use crate::look::{Call, Seen};
use crate::set::{HeldSets, SetFields};

/// A service that keeps `RRset`s: where their fields stand, and one call for each thing that is done to them.
///
/// Sets are JSON objects, both ways; those of types that the kit does not know are left alone.
#[async_trait]
pub trait SetApi: Api {
    /// Where the fields of a set stand.
    const FIELDS: SetFields;

    /// Whether changes are served only once they are published.
    const PUBLISHES: bool = false;

    /// All sets of a zone, or that of `only`, if the service can filter; more are no harm. `None` when there
    /// is no such zone.
    ///
    /// # Errors
    ///
    /// Fails as a whole: a part of the sets is none.
    async fn sets(
        &self,
        zone: Zone<'_>,
        only: Option<Only<'_>>,
    ) -> Result<Option<Vec<Json>>, Error>;

    /// Makes the service hold `set`, in the place of `existing` (as it was read) if that is there.
    ///
    /// # Errors
    ///
    /// [`Error::Unsure`] when the answer is lost: the kit looks then.
    async fn put(&self, zone: Zone<'_>, set: &Json, existing: Option<&Json>) -> Result<(), Error>;

    /// Deletes a set, as it was read; that there is none any more is as good.
    ///
    /// # Errors
    ///
    /// Fails when the service does not do it.
    async fn delete(&self, zone: Zone<'_>, existing: &Json) -> Result<(), Error>;

    /// Publishes a zone, if the service has that as a step of its own.
    ///
    /// # Errors
    ///
    /// Fails when the service does not do it.
    async fn publish(&self, _zone: Zone<'_>) -> Result<(), Error> {
        Ok(())
    }
}

/// Makes a service with `RRset`s known as a provider.
pub fn register<S: SetApi>(registry: &mut Registry) {
    api::register::<Sets<S>>(registry);
}

/// The shape of services with what [`SetApi`] has.
pub struct Sets<S>(PhantomData<S>);

async fn make<S: SetApi>(
    account: &Account<S>,
    zone: Zone<'_>,
    change: &Change,
    held: &HeldSets,
) -> Result<(), ProviderError> {
    let record = change.record();
    let existing = held.get(&(record.name().clone(), record.record_type()));
    if change.existing().is_some() && existing.is_none() {
        let (name, of, verb) = (record.name(), record.record_type(), change.verb());
        let verb = verb.to_lowercase();
        let message = format!("cannot {verb} {name} {of}: it was not read; plan again");
        return Err(ProviderError::failed(message));
    }
    let dialect = &account.service.dialect;
    let set = change.desired().map(|new| S::FIELDS.write(new, dialect, zone.name)).transpose()?;
    account.settle(&OneSet { account, zone, change, existing, set }).await
}

/// One change on its way to the service.
struct OneSet<'c, S> {
    account: &'c Account<S>,
    zone: Zone<'c>,
    change: &'c Change,
    existing: Option<&'c Json>,
    set: Option<Json>,
}

#[async_trait]
impl<S: SetApi> Call for OneSet<'_, S> {
    async fn send(&self) -> Result<(), Error> {
        let api = &self.account.api;
        match (&self.set, self.existing) {
            (Some(set), existing) => api.put(self.zone, set, existing).await,
            (None, Some(existing)) => api.delete(self.zone, existing).await,
            (None, None) => Ok(()),
        }
    }

    async fn look(&self) -> Result<Seen, ProviderError> {
        let Account { service, api, .. } = self.account;
        let (record, zone) = (self.change.record(), self.zone);
        let name = service.dialect.name(record.name(), zone.name);
        let fqdn = record.fqdn(zone.name);
        let record_type = S::FIELDS.of.type_name(record.record_type());
        let only = Only { name: &name, fqdn: fqdn.trim_end_matches('.'), record_type };
        let sets = api.sets(zone, Some(only)).await?.unwrap_or_default();
        S::FIELDS.seen(self.change, &sets, &service.dialect, zone.name)
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
        let Some(sets) = account.api.sets(zone, None).await? else { return Ok(None) };
        let service = &account.service;
        let (read, held) = S::FIELDS.read(
            sets,
            &service.dialect,
            &service.capabilities,
            (request, &account.id),
        )?;
        Ok(Some(ZoneRead { state: State::new(held), ..read }))
    }

    async fn apply(
        account: &Account<S>,
        plan: &Plan,
        log: &ApplyLog<'_>,
    ) -> Result<(), ProviderError> {
        let none = HeldSets::new();
        let held = plan.state()?.unwrap_or(&none);
        let id = account.ensure(plan, log).await?;
        let zone = Zone { name: plan.desired.name(), id: &id };
        if S::PUBLISHES {
            log.stage();
        }
        let change_one = async |change| make(account, zone, change, held).await;
        let made = apply_each(plan, log, account.service.names_at_once, change_one).await;
        if S::PUBLISHES && log.has_staged() {
            let published = account.api.publish(zone).await;
            log.publish().await?.conclude(published.map_err(ProviderError::from))?;
        }
        made
    }
}
