//! Services that replace an `RRset`, all sets of a name, or all of a zone, each with one call.

use std::collections::{HashMap, HashSet};
use std::marker::PhantomData;
use std::slice;

use async_trait::async_trait;
use octodns_core::engine::{
    Batch, BatchApi, BatchLimits, Weight, about_change, apply_batches, batches,
};
use octodns_core::provider::PlanDraft;
use octodns_core::record::RecordTypes;
use octodns_core::{
    ApplyLog, Change, Plan, ProviderError, RecordType, Registry, ZoneRead, ZoneRequest,
};
use octodns_http::{Error, Host};
use serde_json::Value as Json;

use crate::account::Account;
use crate::api::{Owner, Zone};
use crate::dynamic_sets::DynamicChange;
use crate::lookup::{Call, Observed, Still};
use crate::provided;
use crate::set::{Found, HeldSets};
use crate::set_api::SetApi;
use crate::set_calls;
use crate::sets::Sets;
use crate::shape::Shape;

/// A service with `RRset`s that has calls for all sets of a name and of a zone as well.
///
/// These calls would remove what somebody else has added since the zone was read. So the kit reads the sets again
/// right before, and sends back those that the plan does not name, of unknown types too.
#[async_trait]
pub trait WideApi: SetApi {
    /// How many calls it takes to replace a zone of so many sets, reading it before included; `None` if an option says
    /// that sets are replaced one by one.
    ///
    /// The kit replaces the zone if that takes fewer calls than the changes do otherwise, and a name if its type
    /// changes or it has more than two changes.
    fn zone_calls(&self, sets: usize) -> Option<usize>;

    /// All sets of a name, as the service spells it.
    ///
    /// # Errors
    ///
    /// Fails as a whole: the list is never partial.
    async fn name_sets(&self, zone: Zone<'_>, name: &str) -> Result<Vec<Json>, Error>;

    /// Replaces all sets of a name that has some. If there are no `sets`, the name is removed.
    ///
    /// # Errors
    ///
    /// [`Error::Indeterminate`] if the response is lost, even where the call could be repeated: the kit then reads the
    /// sets again.
    async fn replace_name(&self, zone: Zone<'_>, name: &str, sets: &[Json]) -> Result<(), Error>;

    /// Replaces all sets of the zone.
    ///
    /// # Errors
    ///
    /// The errors of [`WideApi::replace_name`].
    async fn replace_zone(&self, zone: Zone<'_>, sets: &[Json]) -> Result<(), Error>;
}

/// Registers a service with these calls as a provider.
pub fn register<S: WideApi>(registry: &mut Registry) {
    provided::register::<Wide<S>>(registry);
}

/// The same, with the clock and the randomness of `host`.
pub fn register_with<S: WideApi>(registry: &mut Registry, host: &Host) {
    provided::register_with::<Wide<S>>(registry, host);
}

/// The shape of services that implement [`WideApi`].
pub struct Wide<S>(PhantomData<S>);

/// A name and type.
type Key = (String, RecordType);

fn key(change: &Change) -> Key {
    let record = change.record();
    (record.name().as_str().to_owned(), record.record_type())
}

/// The fewest calls for a plan, each with its changes; `None` if sets are replaced one by one, as those of dynamic
/// records are.
fn calls<S: WideApi>(account: &Account<S>, plan: &Plan, held: &HeldSets) -> Option<Vec<Batch>> {
    if account.api.dynamic().is_some() && plan.changes.iter().any(DynamicChange::concerns) {
        return None;
    }
    let zone_calls = account.api.zone_calls(held.len())?;
    let one_each = |_| Weight::new(1, 0);
    let (mut calls, mut count) = (Vec::new(), 0);
    for batch in batches(plan, BatchLimits::items(0), one_each) {
        let changes = batch.concat();
        if is_worth_a_name(plan, &changes) {
            // It is read before.
            count += 2;
            calls.push(batch);
        } else {
            count += changes.len();
            calls.extend(changes.into_iter().map(|index| vec![vec![index]]));
        }
    }
    if zone_calls < count {
        calls = batches(plan, BatchLimits::items(usize::MAX), one_each);
    }
    Some(calls)
}

/// Whether the changes of a name are made by one call: they are many, or what goes is in the way of what comes.
fn is_worth_a_name(plan: &Plan, indexes: &[usize]) -> bool {
    let is_any = |is: fn(&Change) -> bool| {
        indexes.iter().filter_map(|index| plan.changes.get(*index)).any(is)
    };
    let is_new = |change: &Change| change.existing().is_none();
    let turns = is_any(is_new) && is_any(|change| change.desired().is_none());
    is_any(|change| change.existing().is_some()) && (indexes.len() > 2 || turns)
}

/// A plan on its way to the service.
struct Applying<'a, S> {
    account: &'a Account<S>,
    zone: Zone<'a>,
    plan: &'a Plan,
    held: &'a HeldSets,
    /// The desired set of each change.
    desired: Vec<Option<Json>>,
    still: Still,
}

#[async_trait]
impl<S: WideApi> BatchApi for Applying<'_, S> {
    async fn send(&self, indexes: &[usize]) -> Result<(), ProviderError> {
        let Self { account, zone, plan, held, .. } = self;
        let changes: Vec<_> = indexes.iter().filter_map(|index| plan.changes.get(*index)).collect();
        let [first, others @ ..] = &*changes else { return Ok(()) };
        if others.is_empty() {
            return set_calls::make(account, *zone, first, held, &self.still).await;
        }
        let is_one_name =
            others.iter().all(|change| change.record().name() == first.record().name());
        // Whether the service has a call for a name that is not there yet, nobody says.
        let is_there = changes.iter().any(|change| change.existing().is_some());
        let name = (is_one_name && is_there)
            .then(|| account.service.dialect.name(first.record().name(), zone.name));
        let desired = indexes.iter().filter_map(|index| self.desired.get(*index)?.as_ref());
        let desired = desired.collect();
        account.settle(&Replacing { applying: self, name, changes, desired }).await
    }
}

/// Changes that one call makes: all of a name, or of a zone.
struct Replacing<'c, S> {
    applying: &'c Applying<'c, S>,
    /// The name, as the service spells it, if they are of one.
    name: Option<String>,
    changes: Vec<&'c Change>,
    desired: Vec<&'c Json>,
}

impl<S: WideApi> Replacing<'_, S> {
    /// The sets that are there now, each with its name and type if it is the user's and of a known type.
    async fn now(&self) -> Result<Vec<(Option<Key>, Json)>, ProviderError> {
        let Applying { account, zone, .. } = self.applying;
        let sets = match &self.name {
            Some(name) => account.api.name_sets(*zone, name).await?,
            None => account.api.sets(*zone, None).await?.unwrap_or_default(),
        };
        let (dialect, types) = (&account.service.dialect, RecordTypes::default());
        let mut keyed = Vec::with_capacity(sets.len());
        for set in sets {
            let head = match S::owner(&set) {
                Owner::User => S::FIELDS.of.read_head(&set, dialect, zone.name, &types)?,
                _ => None,
            };
            keyed.push((head.map(|(name, entry)| (name, entry.record_type())), set));
        }
        Ok(keyed)
    }

    /// Compares the sets that are there now with each change.
    fn found(&self, now: &[(Option<Key>, Json)]) -> Result<Vec<Found>, ProviderError> {
        let Applying { account, zone, .. } = self.applying;
        let by_key: HashMap<_, _> =
            now.iter().filter_map(|(key, set)| Some((key.as_ref()?, set))).collect();
        let find = |change: &&Change| {
            let own = by_key.get(&key(change)).map(|set| slice::from_ref(*set)).unwrap_or_default();
            S::FIELDS.find(change, own, &account.service.dialect, zone.name)
        };
        self.changes.iter().map(find).collect()
    }
}

#[async_trait]
impl<S: WideApi> Call for Replacing<'_, S> {
    async fn send(&self) -> Result<(), ProviderError> {
        let Applying { account, zone, plan, .. } = self.applying;
        let now = self.now().await?;
        for (change, found) in self.changes.iter().zip(self.found(&now)?) {
            // A new zone may have sets that nobody has seen.
            if plan.exists && Found::of_all([found]) == Observed::Other {
                let error = "somebody else changed it after it was read, so nothing was \
                             overwritten; plan again";
                return Err(about_change(ProviderError::failed(error), change, zone.name));
            }
        }
        let replaced: HashSet<Key> = self.changes.iter().map(|change| key(change)).collect();
        let stays = |(key, set): (Option<Key>, Json)| {
            (!key.is_some_and(|key| replaced.contains(&key))).then_some(set)
        };
        let mut sets: Vec<Json> = now.into_iter().filter_map(stays).collect();
        sets.extend(self.desired.iter().map(|set| (*set).clone()));
        Ok(match &self.name {
            Some(name) => account.api.replace_name(*zone, name, &sets).await,
            None => account.api.replace_zone(*zone, &sets).await,
        }?)
    }

    async fn look_up(&self) -> Result<Observed, ProviderError> {
        let now = self.now().await?;
        Ok(Found::of_all(self.found(&now)?))
    }
}

#[async_trait]
impl<S: WideApi> Shape for Wide<S> {
    type Api = S;

    async fn read(
        account: &Account<S>,
        zone: Zone<'_>,
        request: &ZoneRequest<'_>,
    ) -> Result<Option<ZoneRead>, ProviderError> {
        Sets::<S>::read(account, zone, request).await
    }

    async fn extra_changes(
        account: &Account<S>,
        draft: &PlanDraft<'_>,
    ) -> Result<Vec<Change>, ProviderError> {
        Sets::<S>::extra_changes(account, draft).await
    }

    fn calls(account: &Account<S>, plan: &Plan) -> usize {
        let none = HeldSets::default();
        let held = plan.state().ok().flatten().unwrap_or(&none);
        let calls = calls(account, plan, held);
        calls.map_or(plan.changes.len(), |calls| calls.len())
    }

    async fn apply(
        account: &Account<S>,
        plan: &Plan,
        log: &ApplyLog<'_>,
    ) -> Result<(), ProviderError> {
        let none = HeldSets::default();
        let held = plan.state()?.unwrap_or(&none);
        let Some(calls) = calls(account, plan, held) else {
            return Sets::<S>::apply(account, plan, log).await;
        };
        // Report everything that cannot be written before anything is sent.
        let name = plan.desired.name();
        let mut desired = Vec::with_capacity(plan.changes.len());
        for change in &plan.changes {
            held.of(change)?;
            let write = |new| S::FIELDS.write(new, &account.service.dialect, name);
            desired.push(change.desired().map(|new| write(new)).transpose()?);
        }
        let id = account.ensure(plan, log).await?;
        let zone = Zone { name, id: &id };
        let applying = Applying { account, zone, plan, held, desired, still: Still::default() };
        account.serve(plan, zone, log, apply_batches(plan, log, calls, &applying)).await
    }
}
