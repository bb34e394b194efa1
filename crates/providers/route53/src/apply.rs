//! Applies a plan batch by batch. Health checks are created before the records that need them, and deleted
//! after no record needs them any more.

mod checks;
mod send;

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use octodns_core::engine::{BatchApi, apply_batches};
use octodns_core::record::Record;
use octodns_core::record::dynamic::{Dynamic, Pool, PoolValue};
use octodns_core::{
    ApplyLog, Change, PerRun, Plan, ProviderError, RecordData, RecordType, ZoneName, async_trait,
};

use crate::account::Account;
use crate::batches::{self, Action, Mod, Weight};
use crate::client::Locations;
use crate::dynamic::{self, Expansion};
use crate::options::MultiVpc;
use crate::rrset::{Body, Routing, RrSet, foreign_routing};
use crate::state::ZoneState;
use crate::{alias, records};
use checks::Assigned;

/// The record sets of a zone, by the name of the record that they are part of.
type Sets = HashMap<String, Vec<RrSet>>;

/// Applies one plan.
pub(crate) struct Apply<'a> {
    account: &'a Account,
    plan: &'a Plan,
    zone: &'a ZoneName,
    zone_id: String,
    /// The id of the CIDR collection; empty if no record needs it.
    collection: String,
    /// The current record sets of the zone.
    current: Mutex<Sets>,
    /// The health checks of the changes in the next batch.
    assigned: Mutex<HashMap<usize, Assigned>>,
    /// The health checks of zones with the same name; `None` if there is no permission to read those. Loaded
    /// when the first check is deleted.
    used_elsewhere: PerRun<Option<HashSet<String>>>,
}

impl<'a> Apply<'a> {
    /// # Errors
    ///
    /// Fails if the state from reading is lost.
    pub(crate) fn new(account: &'a Account, plan: &'a Plan) -> Result<Self, ProviderError> {
        let state = plan.state::<ZoneState>()?;
        let mut current = Sets::new();
        for set in state.map(|state| &*state.sets).unwrap_or_default() {
            current.entry(owner(set).to_owned()).or_default().push(set.clone());
        }
        Ok(Self {
            account,
            plan,
            zone: plan.desired.name(),
            zone_id: state.map(|state| state.zone_id.clone()).unwrap_or_default(),
            collection: current.values().flatten().find_map(collection).unwrap_or_default(),
            current: Mutex::new(current),
            assigned: Mutex::default(),
            used_elsewhere: PerRun::default(),
        })
    }

    pub(crate) async fn run(mut self, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        self.check_vpcs().await?;
        // Report everything that is too large before anything is written.
        let weights = self.weights().await?;
        self.add_networks(log).await?;
        if self.zone_id.is_empty() {
            let reference = self.account.unique()?;
            let (client, zones) = (&self.account.client, &self.account.zones);
            let create = zones.create(client, self.zone, &reference);
            self.zone_id = log.in_step(&format!("create zone {}", self.zone), create).await?;
        }
        let batches = self.account.limits.batches(self.plan, &weights);
        apply_batches(self.plan, log, batches, &self).await
    }

    /// The weight of each change.
    async fn weights(&self) -> Result<Vec<Weight>, ProviderError> {
        let known = self.known_checks().await?;
        let weigh = |change| {
            let weight = Weight::of(&self.mods(change, &self.found(change, &known)?)?);
            self.account.limits.check(weight).map_err(|error| {
                let record = change.record();
                let name = record.decoded_fqdn(self.zone);
                ProviderError::failed(format!("{name} {} {error}", record.record_type()))
            })?;
            Ok(weight)
        };
        self.plan.changes.iter().map(weigh).collect()
    }

    fn logger(&self) -> String {
        format!("Route53Provider[{}]", self.account.id)
    }

    fn current(&self) -> MutexGuard<'_, Sets> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn assigned(&self) -> MutexGuard<'_, HashMap<usize, Assigned>> {
        self.assigned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes of the plan, with their indexes.
    fn changes(&self, indexes: &[usize]) -> impl Iterator<Item = (usize, &'a Change)> {
        indexes.iter().filter_map(|index| Some((*index, self.plan.changes.get(*index)?)))
    }

    /// A change of a zone affects every VPC that is associated with it.
    async fn check_vpcs(&self) -> Result<(), ProviderError> {
        let account = self.account;
        let scope = account.zones.scope();
        if scope.vpc.is_none() || self.zone_id.is_empty() || account.multi_vpc == MultiVpc::Ignore {
            return Ok(());
        }
        let vpcs = account.client.vpcs_of_zone(&self.zone_id).await?;
        if vpcs.len() < 2 {
            return Ok(());
        }
        let message = format!(
            "the hosted zone {} is associated with {} VPCs ({}), and a change affects them all",
            self.zone_id,
            vpcs.len(),
            vpcs.join(", ")
        );
        if account.multi_vpc == MultiVpc::Warn {
            tracing::warn!(target: "octodns", logger = %self.logger(), "apply: {message}");
            return Ok(());
        }
        let help = "set vpc_multi_action to \"warn\" or \"ignore\" to manage it";
        Err(ProviderError::failed(format!("{message}; {help}")))
    }

    /// The networks in rules of changed records are added before the records.
    async fn add_networks(&mut self, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        let desired = self.plan.changes.iter().filter_map(Change::desired);
        let wanted: Locations =
            desired.flat_map(|record| dynamic::locations(record).collect::<Vec<_>>()).collect();
        if !wanted.is_empty() {
            let (cidr, unique) = (&self.account.cidr, self.account.unique()?);
            let ensure = cidr.ensure(&self.account.client, &unique, &wanted);
            self.collection = log.in_step("add networks to the CIDR collection", ensure).await?;
        }
        Ok(())
    }

    /// The changes of record sets for one change of the plan.
    fn mods(&self, change: &Change, assigned: &Assigned) -> Result<Vec<Mod>, ProviderError> {
        let record = change.record();
        let fqdn = record.fqdn(self.zone);
        let held = self.current();
        let existing = held.get(&fqdn).map(Vec::as_slice).unwrap_or_default();
        let existing: Vec<_> =
            existing.iter().filter(|set| is_part(set, record)).cloned().collect();
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
            // It is created together with the zone, and whether that has happened yet is not worth a request.
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
}

#[async_trait]
impl BatchApi for Apply<'_> {
    async fn send(&self, indexes: &[usize]) -> Result<(), ProviderError> {
        let mut mods = Vec::new();
        for (index, change) in self.changes(indexes) {
            let assigned = self.assigned().remove(&index).unwrap_or_default();
            mods.extend(self.mods(change, &assigned)?);
        }
        batches::sort(&mut mods);
        self.send_mods(mods).await
    }

    /// Creates the health checks that the changes need and that do not exist.
    async fn prepare(&self, indexes: &[usize], log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        for (index, change) in self.changes(indexes) {
            let assigned = self.assign(change, log).await?;
            self.assigned().insert(index, assigned);
        }
        Ok(())
    }

    async fn clean_up(&self, indexes: &[usize], log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        for (_, change) in self.changes(indexes) {
            self.delete_unused(change, log).await?;
        }
        Ok(())
    }
}

/// The name of the record that a record set is part of.
fn owner(set: &RrSet) -> &str {
    dynamic::record_of(set).unwrap_or(&set.name)
}

/// The CIDR collection that a record set refers to.
fn collection(set: &RrSet) -> Option<String> {
    match &set.routing {
        Routing::Cidr { collection, .. } => Some(collection.clone()),
        _ => None,
    }
}

/// Whether a record set at a record's name is part of the record.
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

/// Whether a record has pools before or after a change.
fn concerns_pools(change: &Change) -> bool {
    let records = [change.existing(), change.desired()];
    records.into_iter().flatten().any(|record| record.dynamic().is_some())
}
