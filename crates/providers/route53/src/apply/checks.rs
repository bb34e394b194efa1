//! The health checks of a plan's records: created before the records that need them, deleted after the last
//! use.

use std::collections::{BTreeMap, HashMap, HashSet};

use octodns_core::record::Record;
use octodns_core::record::dynamic::Pool;
use octodns_core::{ApplyLog, Change, ProviderError};

use super::{Apply, concerns_pools};
use crate::client::ApiError;
use crate::health_check::{CheckSettings, HealthCheck, Tuning};
use crate::health_checks::HealthChecks;
use crate::rrset::Routing;

/// The health check of each pool value that needs one, by pool and index.
pub(super) type Assigned = HashMap<(String, usize), String>;

impl Apply<'_> {
    /// The health checks, if the plan may need them.
    pub(super) async fn known_checks(
        &self,
    ) -> Result<BTreeMap<String, HealthCheck>, ProviderError> {
        if self.plan.changes.iter().any(concerns_pools) {
            return Ok(self.account.health_checks.all(&self.account.client).await?);
        }
        Ok(BTreeMap::new())
    }

    /// The existing health checks for the values of a change; those that do not exist yet get an id that no
    /// check has.
    pub(super) fn found(
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

    /// The health checks for the values of a change; missing ones are created.
    pub(super) async fn assign(
        &self,
        change: &Change,
        log: &ApplyLog<'_>,
    ) -> Result<Assigned, ProviderError> {
        let (client, checks) = (&self.account.client, &self.account.health_checks);
        let mut assigned = Assigned::new();
        for wanted in self.wanted_checks(change)? {
            let id = if let Some(id) = self.find(&checks.all(client).await?, &wanted) {
                id
            } else {
                let (unique, of) = (self.account.unique()?, (wanted.record, self.zone));
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
        let current = self.current();
        let sets = current.get(&fqdn).map(Vec::as_slice).unwrap_or_default();
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

    /// Deletes the health checks of a record that no record set uses any more.
    pub(super) async fn delete_unused(
        &self,
        change: &Change,
        log: &ApplyLog<'_>,
    ) -> Result<(), ProviderError> {
        if !concerns_pools(change) {
            return Ok(());
        }
        let (client, checks) = (&self.account.client, &self.account.health_checks);
        let here: HashSet<String> =
            self.current().values().flatten().filter_map(|set| set.health_check.clone()).collect();
        let of = (&**change.record(), self.zone);
        let unused = checks.unused(client, of, |id| here.contains(id)).await?;
        if unused.is_empty() {
            return Ok(());
        }
        let elsewhere = self.used_elsewhere.get_or_try_init(self.used_by_twins()).await?;
        let Some(elsewhere) = &*elsewhere else { return Ok(()) };
        for id in unused.iter().filter(|id| !elsewhere.contains(*id)) {
            let step = format!("delete the health check {id}");
            log.in_step(&step, checks.delete(client, id)).await?;
        }
        Ok(())
    }

    /// The health checks of zones with the same name, whose records may have the same names and so the same
    /// checks; `None` if there is no permission to read those.
    async fn used_by_twins(&self) -> Result<Option<HashSet<String>>, ApiError> {
        let client = &self.account.client;
        let twins = self.account.zones.twins(client, self.zone, &self.zone_id).await?;
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

/// The health check that a pool value needs.
struct Wanted<'w> {
    record: &'w Record,
    pool: &'w str,
    index: usize,
    settings: CheckSettings,
}
