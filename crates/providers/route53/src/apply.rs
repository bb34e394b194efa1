//! Applying a plan: batch by batch, health checks made before the records that need them, and deleted only
//! when no record needs them any more.

use std::collections::{BTreeMap, HashMap, HashSet};

use octodns_core::provider::ServiceFault;
use octodns_core::record::Record;
use octodns_core::record::dynamic::{Dynamic, Pool, PoolValue};
use octodns_core::{ApplyLog, Change, Plan, ProviderError, RecordData, RecordType, ZoneName};

use crate::batches::{self, Action, Mod, Weight};
use crate::client::{ApiError, Locations};
use crate::dynamic::{self, Expansion};
use crate::health_checks::{CheckSettings, HealthCheck, HealthChecks, Tuning};
use crate::options::MultiVpc;
use crate::provider::{Route53Provider, ZoneState, foreign_routing};
use crate::rrset::{Body, Routing, RrSet};
use crate::{alias, records};

/// One plan on its way to the service.
pub(crate) struct Apply<'a> {
    provider: &'a Route53Provider,
    plan: &'a Plan,
    zone: &'a ZoneName,
    zone_id: String,
    /// The id of the CIDR collection; empty if no record needs it.
    collection: String,
    /// The sets of the zone as they are now, by the name of the record they are part of.
    current: HashMap<String, Vec<RrSet>>,
    /// Health checks of zones with the same name; asked for when the first check is to be deleted.
    used_elsewhere: Option<HashSet<String>>,
}

/// The health check of each value of a pool that is to have one, by pool and index.
type Assigned = HashMap<(String, usize), String>;

impl<'a> Apply<'a> {
    /// # Errors
    ///
    /// Fails when what was learned by reading is lost.
    pub(crate) fn new(
        provider: &'a Route53Provider,
        plan: &'a Plan,
    ) -> Result<Self, ProviderError> {
        let state = plan.state::<ZoneState>()?;
        let mut current: HashMap<String, Vec<RrSet>> = HashMap::new();
        for set in state.map(|state| &*state.sets).unwrap_or_default() {
            current.entry(owner(set).to_owned()).or_default().push(set.clone());
        }
        Ok(Self {
            provider,
            plan,
            zone: plan.desired.name(),
            zone_id: state.map(|state| state.zone_id.clone()).unwrap_or_default(),
            collection: current.values().flatten().find_map(collection).unwrap_or_default(),
            current,
            used_elsewhere: None,
        })
    }

    pub(crate) async fn run(mut self, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        self.check_vpcs().await?;
        let order = order(&self.plan.changes);
        // Whatever does not fit must be known before anything is written.
        let mut weights = Vec::with_capacity(order.len());
        let known = self.known_checks().await?;
        for index in &order {
            let change = &self.plan.changes[*index];
            let mods = self.mods(change, &self.found(change, &known)?)?;
            let weight = Weight::of(&mods);
            self.provider.limits.check(weight).map_err(|error| {
                let record = change.record();
                let name = record.decoded_fqdn(self.zone);
                ProviderError::failed(format!("{name} {} {error}", record.record_type()))
            })?;
            weights.push(weight);
        }
        self.add_networks(log).await?;
        if self.zone_id.is_empty() {
            let reference = self.provider.unique()?;
            let (client, zones) = (&self.provider.client, &self.provider.zones);
            let create = zones.create(client, self.zone, &reference);
            self.zone_id = log.in_step(&format!("create zone {}", self.zone), create).await?;
        }
        for batch in self.provider.limits.pack(&weights) {
            self.batch(&order[batch], log).await?;
        }
        Ok(())
    }

    fn logger(&self) -> String {
        format!("Route53Provider[{}]", self.provider.id)
    }

    /// What is changed in a zone changes for every VPC it is associated with.
    async fn check_vpcs(&self) -> Result<(), ProviderError> {
        let provider = self.provider;
        let scope = provider.zones.scope();
        if scope.vpc.is_none() || self.zone_id.is_empty() || provider.multi_vpc == MultiVpc::Ignore
        {
            return Ok(());
        }
        let vpcs = provider.client.vpcs_of_zone(&self.zone_id).await?;
        if vpcs.len() < 2 {
            return Ok(());
        }
        let message = format!(
            "the hosted zone {} is associated with {} VPCs ({}), and a change concerns them all",
            self.zone_id,
            vpcs.len(),
            vpcs.join(", ")
        );
        if provider.multi_vpc == MultiVpc::Warn {
            tracing::warn!(target: "octodns", logger = %self.logger(), "apply: {message}");
            return Ok(());
        }
        let help = "set vpc_multi_action to \"warn\" or \"ignore\" to manage it";
        Err(ProviderError::failed(format!("{message}; {help}")))
    }

    /// The health checks, if the plan may need them.
    async fn known_checks(&self) -> Result<BTreeMap<String, HealthCheck>, ProviderError> {
        if self.plan.changes.iter().any(concerns_pools) {
            return Ok(self.provider.health_checks.all(&self.provider.client).await?);
        }
        Ok(BTreeMap::new())
    }

    /// Networks that rules of changed records choose by are added before the records.
    async fn add_networks(&mut self, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        let desired = self.plan.changes.iter().filter_map(Change::desired);
        let wanted: Locations =
            desired.flat_map(|record| dynamic::locations(record).collect::<Vec<_>>()).collect();
        if !wanted.is_empty() {
            let (cidr, unique) = (&self.provider.cidr, self.provider.unique()?);
            let ensure = cidr.ensure(&self.provider.client, &unique, &wanted);
            self.collection = log.in_step("add networks to the CIDR collection", ensure).await?;
        }
        Ok(())
    }

    /// Makes some changes of the plan, all or none.
    async fn batch(&mut self, indexes: &[usize], log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        // Calls of the SDK are large futures.
        let mods = Box::pin(self.prepare(indexes, log)).await?;
        let attempt = log.begin(indexes).await?;
        attempt.conclude(Box::pin(self.send(mods)).await)?;
        for index in indexes {
            self.delete_unused(&self.plan.changes[*index], log).await?;
        }
        Ok(())
    }

    /// The batch for some changes of the plan, with the health checks it needs.
    async fn prepare(
        &self,
        indexes: &[usize],
        log: &ApplyLog<'_>,
    ) -> Result<Vec<Mod>, ProviderError> {
        let mut mods = Vec::new();
        for index in indexes {
            let change = &self.plan.changes[*index];
            let assigned = self.assign(change, log).await?;
            mods.extend(self.mods(change, &assigned)?);
        }
        batches::sort(&mut mods);
        Ok(mods)
    }

    async fn send(&mut self, mods: Vec<Mod>) -> Result<(), ProviderError> {
        if mods.is_empty() {
            return Ok(());
        }
        let Weight { records, .. } = Weight::of(&mods);
        tracing::info!(
            target: "octodns",
            logger = %self.logger(),
            "apply: sending a batch of {} changes to {} ({records} records)", mods.len(), self.zone
        );
        let comment = format!("Change: {}", self.provider.unique()?);
        let sent = self.provider.client.change(&self.zone_id, Some(comment), &mods).await;
        if let Err(error) = sent {
            self.confirm(error, &mods).await?;
        }
        for Mod { action, set } in mods {
            let sets = self.current.entry(owner(&set).to_owned()).or_default();
            sets.retain(|held| held.key() != set.key());
            if action != Action::Delete {
                sets.push(set);
            }
        }
        Ok(())
    }

    /// An answer can be lost after the service has done what it was asked, and repeating the request is then
    /// refused: what the zone holds tells.
    async fn confirm(&self, error: ApiError, mods: &[Mod]) -> Result<(), ProviderError> {
        if !error.is_uncertain() {
            return Err(error.into());
        }
        let Ok(listed) = self.provider.client.rrsets(&self.zone_id).await else {
            let message = format!("{error}; and what the zone holds now cannot be read");
            return Err(ProviderError::service(ServiceFault::Unsure, message));
        };
        let listed: HashMap<_, _> = listed.into_iter().map(|set| (set.key(), set)).collect();
        let is_done = |change: &Mod| match (change.action, listed.get(&change.set.key())) {
            (Action::Delete, found) => found.is_none(),
            (_, found) => found.is_some_and(|found| found.is_same(&change.set)),
        };
        if mods.iter().all(is_done) {
            return Ok(());
        }
        let held = |set: &RrSet| {
            let sets = self.current.get(owner(set)).map(Vec::as_slice).unwrap_or_default();
            sets.iter().find(|held| held.key() == set.key())
        };
        let has_changed = |change: &&Mod| match (held(&change.set), listed.get(&change.set.key())) {
            (None, None) => false,
            (Some(held), Some(listed)) => !held.is_same(listed),
            _ => true,
        };
        let changed: Vec<_> = mods.iter().filter(has_changed).map(|change| &change.set).collect();
        let Some(first) = changed.first() else {
            let fault = match error.fault() {
                ServiceFault::Unsure => ServiceFault::Unreachable,
                fault => fault,
            };
            let message = format!("{error}; the zone was read again, and it was not done");
            return Err(ProviderError::service(fault, message));
        };
        let message = format!(
            "{error}; the zone has changed since it was read, at {} {} at least: plan again",
            first.name, first.record_type
        );
        Err(ProviderError::service(error.fault(), message))
    }

    /// The health checks there are for the values of a change; those yet to be made have an id of no check.
    fn found(
        &self,
        change: &Change,
        known: &BTreeMap<String, HealthCheck>,
    ) -> Result<Assigned, ProviderError> {
        let mut assigned = Assigned::new();
        for wanted in self.wanted_checks(change)? {
            let id = self.find(known, &wanted).unwrap_or_else(|| "new".to_owned());
            assigned.insert((wanted.pool.to_owned(), wanted.index), id);
        }
        Ok(assigned)
    }

    /// The health checks for the values of a change; those that there are not are made.
    async fn assign(&self, change: &Change, log: &ApplyLog<'_>) -> Result<Assigned, ProviderError> {
        let (client, checks) = (&self.provider.client, &self.provider.health_checks);
        let mut assigned = Assigned::new();
        for wanted in self.wanted_checks(change)? {
            let id = if let Some(id) = self.find(&checks.all(client).await?, &wanted) {
                id
            } else {
                let (unique, of) = (self.provider.unique()?, (wanted.record, self.zone));
                let step = format!("create a health check for {}", of.0.decoded_fqdn(of.1));
                log.in_step(&step, checks.create(client, &unique, &wanted.settings, of)).await?
            };
            assigned.insert((wanted.pool.to_owned(), wanted.index), id);
        }
        Ok(assigned)
    }

    fn find(&self, known: &BTreeMap<String, HealthCheck>, wanted: &Wanted<'_>) -> Option<String> {
        let fqdn = wanted.record.fqdn(self.zone);
        let identifier = format!("{}-{:03}", wanted.pool, wanted.index);
        let sets = self.current.get(&fqdn).map(Vec::as_slice).unwrap_or_default();
        let set = sets.iter().find(|set| {
            set.identifier.as_deref() == Some(&*identifier)
                && set.record_type == wanted.record.record_type().as_str()
                && matches!(set.routing, Routing::Weighted(_))
        });
        let preferred = set.and_then(|set| set.health_check.as_deref());
        HealthChecks::find(known, preferred, &wanted.settings, (wanted.record, self.zone))
    }

    fn wanted_checks<'c>(&self, change: &'c Change) -> Result<Vec<Wanted<'c>>, ProviderError> {
        let Some(record) = change.desired() else { return Ok(Vec::new()) };
        let Some(dynamic) = record.dynamic() else { return Ok(Vec::new()) };
        let tuning = Tuning::of(record).map_err(ProviderError::failed)?;
        let of_pool = |pool: &'c Pool| {
            let values = pool.values().iter().enumerate();
            values.filter_map(move |(index, value)| {
                let settings = CheckSettings::wanted(record, self.zone, value, tuning)?;
                Some(Wanted { record, pool: pool.id(), index, settings })
            })
        };
        Ok(dynamic.pools().iter().flat_map(of_pool).collect())
    }

    /// What one change of the plan is at the service.
    fn mods(&self, change: &Change, assigned: &Assigned) -> Result<Vec<Mod>, ProviderError> {
        let record = change.record();
        let fqdn = record.fqdn(self.zone);
        let existing: Vec<_> = self
            .current
            .get(&fqdn)
            .map(Vec::as_slice)
            .unwrap_or_default()
            .iter()
            .filter(|set| is_part(set, record))
            .cloned()
            .collect();
        let routing =
            |set: &RrSet| foreign_routing(set).filter(|_| dynamic::record_of(set).is_none());
        if let Some(routing) = existing.iter().find_map(routing) {
            return Err(ProviderError::failed(format!(
                "{} {} has {routing} made elsewhere; remove it there first",
                record.decoded_fqdn(self.zone),
                record.record_type()
            )));
        }
        let desired = change.desired().map(|record| self.sets(record, assigned));
        let mut mods = batches::changes(&existing, desired.unwrap_or_default());
        if is_root_ns(record) {
            // It comes with the zone, and whether that has happened yet is not worth asking.
            for change in mods.iter_mut().filter(|change| change.action == Action::Create) {
                change.action = Action::Upsert;
            }
        }
        Ok(mods)
    }

    fn sets(&self, record: &Record, assigned: &Assigned) -> Vec<RrSet> {
        let (zone, zone_id) = (self.zone, &*self.zone_id);
        if let Some(dynamic) = record.dynamic() {
            return self.dynamic_sets(record, dynamic, assigned);
        }
        if let RecordData::Custom(data) = record.data() {
            return alias::to_sets(record.name(), data, zone, zone_id);
        }
        let body = Body::Values { ttl: record.ttl(), values: records::to_values(record) };
        vec![RrSet {
            name: record.fqdn(zone),
            record_type: record.record_type().as_str().to_owned(),
            identifier: None,
            body,
            routing: Routing::Simple,
            health_check: None,
        }]
    }

    fn dynamic_sets(&self, record: &Record, dynamic: &Dynamic, assigned: &Assigned) -> Vec<RrSet> {
        let check = |pool: &Pool, index: usize, _: &PoolValue| {
            assigned.get(&(pool.id().to_owned(), index)).cloned()
        };
        let with = Expansion {
            zone: self.zone,
            zone_id: &self.zone_id,
            collection: &self.collection,
            check: &check,
        };
        dynamic::expand(record, dynamic, &with)
    }

    /// Deletes the health checks of a record that no set uses any more.
    async fn delete_unused(
        &mut self,
        change: &Change,
        log: &ApplyLog<'_>,
    ) -> Result<(), ProviderError> {
        if !concerns_pools(change) {
            return Ok(());
        }
        let (client, checks) = (&self.provider.client, &self.provider.health_checks);
        let sets = self.current.values().flatten();
        let here: HashSet<_> = sets.filter_map(|set| set.health_check.as_deref()).collect();
        let of = (&**change.record(), self.zone);
        let unused = checks.unused(client, of, |id| here.contains(id)).await?;
        if unused.is_empty() {
            return Ok(());
        }
        if self.used_elsewhere.is_none() {
            self.used_elsewhere = self.used_by_twins().await?;
        }
        let Some(elsewhere) = &self.used_elsewhere else { return Ok(()) };
        for id in unused.iter().filter(|id| !elsewhere.contains(*id)) {
            let step = format!("delete the health check {id}");
            log.in_step(&step, checks.delete(client, id)).await?;
        }
        Ok(())
    }

    /// The health checks of zones with the same name, where records have the same names, and so the same
    /// checks; `None` if that must not be asked.
    async fn used_by_twins(&self) -> Result<Option<HashSet<String>>, ApiError> {
        let client = &self.provider.client;
        let twins = self.provider.zones.twins(client, self.zone, &self.zone_id).await?;
        let Some(twins) = twins else {
            tracing::warn!(
                target: "octodns",
                logger = %self.logger(),
                "apply: unused health checks of {} are kept: without permission to list zones by name, \
                 another zone of this name might use them", self.zone
            );
            return Ok(None);
        };
        let mut used = HashSet::new();
        for twin in twins {
            used.extend(client.rrsets(&twin).await?.into_iter().filter_map(|set| set.health_check));
        }
        Ok(Some(used))
    }
}

/// A health check that a value of a pool is to have.
struct Wanted<'w> {
    record: &'w Record,
    pool: &'w str,
    index: usize,
    settings: CheckSettings,
}

/// The name of the record that a set is part of.
fn owner(set: &RrSet) -> &str {
    dynamic::record_of(set).unwrap_or(&set.name)
}

/// The CIDR collection a set chooses by.
fn collection(set: &RrSet) -> Option<String> {
    match &set.routing {
        Routing::Cidr { collection, .. } => Some(collection.clone()),
        _ => None,
    }
}

/// Whether a set at a record's name is part of the record.
fn is_part(set: &RrSet, record: &Record) -> bool {
    let is_plain_alias = matches!(set.body, Body::Alias(_)) && dynamic::record_of(set).is_none();
    if record.record_type() == alias::RECORD_TYPE {
        return is_plain_alias;
    }
    set.record_type == record.record_type().as_str() && !is_plain_alias
}

fn is_root_ns(record: &Record) -> bool {
    record.record_type() == RecordType::NS && record.name().is_apex()
}

/// Whether a record had or is to have pools.
fn concerns_pools(change: &Change) -> bool {
    let records = [change.existing(), change.desired()];
    records.into_iter().flatten().any(|record| record.dynamic().is_some())
}

/// In which order changes are made where one batch does not hold them all: what points to other records
/// goes first and comes last.
fn order(changes: &[Change]) -> Vec<usize> {
    let mut order: Vec<_> = (0..changes.len()).collect();
    order.sort_by_key(|index| {
        let change = &changes[*index];
        let is_alias = change.record().record_type() == alias::RECORD_TYPE;
        match change {
            Change::Delete(_) => u8::from(!is_alias),
            Change::Create(_) | Change::Update { .. } => 2 + u8::from(is_alias),
        }
    });
    order
}
