//! Services that take many changes of a zone in one call.

use async_trait::async_trait;
use octodns_core::engine::{BatchApi, BatchLimits, Weight, apply_batches, batches};
use octodns_core::provider::PlanDraft;
use octodns_core::record::RecordTypes;
use octodns_core::{
    ApplyLog, Change, OwnedValue, Plan, ProviderError, Record, RecordType, Registry, State,
    ZoneName, ZoneRead, ZoneRequest,
};
use octodns_http::{Error, Host};
use serde_json::Value as Json;
use std::marker::PhantomData;

use crate::account::Account;
use crate::api::{Api, Owner, Zone};
use crate::batch::is_refusal;
use crate::estimate;
use crate::lookup::{Call, Observed, refused};
use crate::owner;
use crate::provided;
pub use crate::set::SetChange;
use crate::set::{Found, HeldSets, SetFields, listed_sets};
use crate::shape::Shape;

/// A service with change sets: how sets are read, and the one call that changes many of them.
#[async_trait]
pub trait ChangeApi: Api {
    /// The names of the fields of a set.
    const FIELDS: SetFields;

    /// The limits of one call.
    const LIMITS: BatchLimits;

    /// Whether a refused call has surely changed nothing. If that is not known, the kit reads the sets again before it
    /// tries each half. Default: true.
    const ATOMIC: bool = true;

    /// Whether the first changes of a zone that is missing create it, if its capabilities have zones created.
    /// Default: [`Api::create_zone`] does.
    const CREATES_ZONES: bool = false;

    /// The limits of the calls for the changes of a plan, for services where few changes are made by other calls than
    /// many. Default: [`ChangeApi::LIMITS`].
    fn limits(&self, _changes: &[SetChange]) -> BatchLimits {
        Self::LIMITS
    }

    /// All sets of a zone; `None` if there is no such zone.
    ///
    /// # Errors
    ///
    /// Fails as a whole: the list is never partial.
    async fn sets(&self, zone: Zone<'_>) -> Result<Option<Vec<Json>>, Error>;

    /// The same after a lost answer, when nothing may be under way any more. Default: [`ChangeApi::sets`].
    ///
    /// # Errors
    ///
    /// Those of [`ChangeApi::sets`], and if something is under way still: then it is not known what was made.
    async fn sets_again(&self, zone: Zone<'_>) -> Result<Option<Vec<Json>>, Error> {
        self.sets(zone).await
    }

    /// Makes changes, all or none. Deletions come before creations of the same name.
    ///
    /// # Errors
    ///
    /// [`Error::Indeterminate`] if the response is lost: the kit then reads the sets again.
    /// [`Error::Refused`] if nothing was done: the kit then tries each half.
    async fn send(&self, zone: Zone<'_>, changes: &[SetChange]) -> Result<(), Error>;

    /// The sections of a record that a set has besides its values, by their names: `dynamic`, `octodns`. Default: none.
    ///
    /// They are compared as well: after a lost response, and for dynamic records whose sections at the service are not
    /// as they would be written, which are updated.
    fn sections(&self, _set: &Json, _zone: &ZoneName) -> Vec<(&'static str, OwnedValue)> {
        Vec::new()
    }

    /// Adds to the set of a record, as it will be sent, what the record has besides its values, and what has to stay of
    /// the set as it was read. Default: nothing.
    fn complete(
        &self,
        _set: &mut Json,
        _record: &Record,
        _existing: Option<&Json>,
        _zone: &ZoneName,
    ) {
    }

    /// How much a change counts towards the service's limits. Default: one item for each value before and
    /// after, and the bytes of their JSON.
    fn weigh(&self, change: &SetChange) -> Weight {
        let both = || change.before.iter().chain(&change.after);
        let values =
            |set: &Json| set.get(Self::FIELDS.values).and_then(Json::as_array).map(Vec::len);
        Weight::new(
            both().map(|set| values(set).unwrap_or(1)).sum(),
            both().map(|set| set.to_string().len() + 1).sum(),
        )
    }
}

/// Registers a service with change sets as a provider.
pub fn register<S: ChangeApi>(registry: &mut Registry) {
    provided::register::<Changes<S>>(registry);
}

/// The same, with the clock and the randomness of `host`.
pub fn register_with<S: ChangeApi>(registry: &mut Registry, host: &Host) {
    provided::register_with::<Changes<S>>(registry, host);
}

/// The shape of services that implement [`ChangeApi`].
pub struct Changes<S>(PhantomData<S>);

/// A change of the plan, as the service represents it.
fn set_change<S: ChangeApi>(
    account: &Account<S>,
    change: &Change,
    held: &HeldSets,
    zone: &ZoneName,
) -> Result<SetChange, ProviderError> {
    let before = held.of(change)?;
    let after = change.desired().map(|new| written(account, new, before, zone)).transpose()?;
    Ok(SetChange { before: before.cloned(), after })
}

/// A record, as the service represents it.
fn written<S: ChangeApi>(
    account: &Account<S>,
    record: &Record,
    before: Option<&Json>,
    zone: &ZoneName,
) -> Result<Json, ProviderError> {
    let mut set = S::FIELDS.write(record, &account.service.dialect, zone)?;
    account.api.complete(&mut set, record, before, zone);
    Ok(set)
}

/// Fills in what a new zone has already where the plan creates something: its root NS records, which most services
/// make with it. They are replaced.
async fn take_root_ns<S: ChangeApi>(
    account: &Account<S>,
    zone: Zone<'_>,
    plan: &Plan,
    changes: &mut [SetChange],
) -> Result<(), ProviderError> {
    let is_root_ns = |change: &Change| {
        let record = change.record();
        record.name().is_apex() && record.record_type() == RecordType::NS
    };
    let Some(index) = plan.changes.iter().position(is_root_ns) else { return Ok(()) };
    let (dialect, types) = (&account.service.dialect, RecordTypes::default());
    for set in account.api.sets(zone).await?.unwrap_or_default() {
        let head = S::FIELDS.of.read_head(&set, dialect, zone.name, &types)?;
        let is_it = head
            .is_some_and(|(name, entry)| name.is_empty() && entry.record_type() == RecordType::NS);
        if let Some(change) = changes.get_mut(index).filter(|_| is_it) {
            change.before = Some(set);
        }
    }
    Ok(())
}

/// A plan on its way to the service.
struct Applying<'a, S> {
    account: &'a Account<S>,
    zone: Zone<'a>,
    plan: &'a Plan,
    /// The changes of the plan, as the service represents them.
    changes: Vec<SetChange>,
}

#[async_trait]
impl<S: ChangeApi> BatchApi for Applying<'_, S> {
    async fn send(&self, indexes: &[usize]) -> Result<(), ProviderError> {
        let changes = indexes.iter().filter_map(|index| self.changes.get(*index).cloned());
        let planned = indexes.iter().filter_map(|index| self.plan.changes.get(*index));
        let (changes, planned) = (changes.collect(), planned.collect());
        let (account, zone) = (self.account, self.zone);
        let call = OneBatch { account, zone, changes, planned };
        match account.settle(&call).await {
            Err(error) if !S::ATOMIC && is_refusal(&error) => refused(&call, error).await,
            result => result,
        }
    }
}

/// Changes that are sent together.
struct OneBatch<'c, S> {
    account: &'c Account<S>,
    zone: Zone<'c>,
    changes: Vec<SetChange>,
    planned: Vec<&'c Change>,
}

#[async_trait]
impl<S: ChangeApi> Call for OneBatch<'_, S> {
    async fn send(&self) -> Result<(), ProviderError> {
        Ok(self.account.api.send(self.zone, &self.changes).await?)
    }

    async fn look_up(&self) -> Result<Observed, ProviderError> {
        let Account { service, api, .. } = self.account;
        let mut sets = api.sets_again(self.zone).await?.unwrap_or_default();
        sets.retain(|set| S::owner(set) == Owner::User);
        let (dialect, zone, types) = (&service.dialect, self.zone.name, RecordTypes::default());
        let sections =
            |set: Option<&Json>| set.map(|set| api.sections(set, zone)).unwrap_or_default();
        let find = |(planned, change): (&&Change, &SetChange)| {
            let found = S::FIELDS.find(planned, &sets, dialect, zone)?;
            let there = S::FIELDS.set_of(planned.record(), &sets, (dialect, &types), zone)?;
            let [there, before, after] =
                [there.map(|(set, _)| set), change.before.as_ref(), change.after.as_ref()]
                    .map(sections);
            let found = found.and(there == after, there == before);
            // What a new zone has already is not in the plan.
            let is_as_before = change.before.as_ref().is_some_and(|before| sets.contains(before));
            Ok::<_, ProviderError>(found.or_existing(is_as_before))
        };
        let found = self.planned.iter().zip(&self.changes).map(find);
        let found = found.collect::<Result<Vec<_>, _>>()?;
        Ok(Found::of_all(found))
    }
}

#[async_trait]
impl<S: ChangeApi> Shape for Changes<S> {
    type Api = S;

    async fn read(
        account: &Account<S>,
        zone: Zone<'_>,
        request: &ZoneRequest<'_>,
    ) -> Result<Option<ZoneRead>, ProviderError> {
        let list = || account.api.sets(zone);
        let Some(sets) = listed_sets(&S::FIELDS, &list).await? else { return Ok(None) };
        let service = &account.service;
        let (sets, hidden) = owner::sort_out(account, sets, &S::FIELDS.of, request)?;
        let (mut read, held) = S::FIELDS.read(
            sets,
            &service.dialect,
            &service.capabilities,
            (request, &account.id),
            |set| account.api.sections(set, request.name),
        )?;
        owner::hide(hidden, &mut read);
        read.state = State::new(held);
        Ok(Some(read))
    }

    async fn extra_changes(
        account: &Account<S>,
        draft: &PlanDraft<'_>,
    ) -> Result<Vec<Change>, ProviderError> {
        let Some(held) = draft.state.get::<HeldSets>() else { return Ok(Vec::new()) };
        let zone = draft.desired.name();
        Ok(draft.drifted(|record| {
            let Some(set) = held.get(record) else { return false };
            // A record that cannot be written is an error of the change that does it.
            written(account, record, Some(set), zone).is_ok_and(|written| {
                account.api.sections(&written, zone) != account.api.sections(set, zone)
            })
        }))
    }

    fn calls(_account: &Account<S>, plan: &Plan) -> usize {
        estimate::batched(plan.changes.len(), S::LIMITS)
    }

    async fn apply(
        account: &Account<S>,
        plan: &Plan,
        log: &ApplyLog<'_>,
    ) -> Result<(), ProviderError> {
        let none = HeldSets::default();
        let held = plan.state()?.unwrap_or(&none);
        // Report everything that cannot be written before anything is sent.
        let changes = plan.changes.iter();
        let changes: Result<Vec<_>, _> =
            changes.map(|change| set_change(account, change, held, plan.desired.name())).collect();
        let mut changes = changes?;
        let creates_itself =
            S::CREATES_ZONES && !plan.exists && !account.service.capabilities.fixed_zones;
        let id = if creates_itself {
            plan.desired.name().without_dot().to_owned()
        } else {
            account.ensure(plan, log).await?
        };
        let zone = Zone { name: plan.desired.name(), id: &id };
        if !plan.exists && !creates_itself {
            take_root_ns(account, zone, plan, &mut changes).await?;
        }
        let weights: Vec<_> = changes.iter().map(|change| account.api.weigh(change)).collect();
        let of = |index: usize| weights.get(index).copied().unwrap_or_default();
        let batches = batches(plan, account.api.limits(&changes), of);
        let applying = Applying { account, zone, plan, changes };
        account.serve(plan, zone, log, apply_batches(plan, log, batches, &applying)).await
    }
}
