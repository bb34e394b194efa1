//! The health checks of a plan's records: created before the records that need them, deleted after the last
//! use.

use std::collections::{HashMap, HashSet};

use octodns_core::record::Record;
use octodns_core::record::dynamic::Pool;
use octodns_core::{ApplyLog, Change, ProviderError};

use super::{Apply, concerns_pools};
use crate::client::ApiError;
use crate::health_check::{CheckSettings, HealthCheck, Tuning};
use crate::health_checks::{HealthChecks, WantedCheck};
use crate::rrset::Routing;

/// The health check of each pool value that needs one, by pool and index.
pub(super) type Assigned = HashMap<(String, usize), String>;

impl Apply<'_> {
    /// The health checks, if the plan may need them.
    pub(super) async fn known_checks(&self) -> Result<Vec<HealthCheck>, ProviderError> {
        if self.plan.changes.iter().any(concerns_pools) {
            return self.account.health_checks.all(&self.account.client).await;
        }
        Ok(Vec::new())
    }

    /// The existing health checks for the values of a change; those that do not exist yet get an id that no
    /// check has.
    pub(super) fn found(
        &self,
        change: &Change,
        known: &[HealthCheck],
    ) -> Result<Assigned, ProviderError> {
        let mut assigned = Assigned::new();
        for wanted in self.wanted_checks(change)? {
            let current = self.current_check(&wanted);
            let place = (wanted.pool.to_owned(), wanted.index);
            let wanted =
                WantedCheck::new((wanted.record, self.zone), wanted.settings, self.account.uuid());
            let found = HealthChecks::find(known, &wanted, current.as_deref());
            assigned.insert(place, found.map_or("new", |check| &check.id).to_owned());
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
            let current = self.current_check(&wanted);
            let place = (wanted.pool.to_owned(), wanted.index);
            let wanted =
                WantedCheck::new((wanted.record, self.zone), wanted.settings, self.account.uuid());
            let check = checks.ensure(client, &wanted, current.as_deref(), log).await?;
            assigned.insert(place, check.id);
        }
        Ok(assigned)
    }

    /// The check that the value has now.
    fn current_check(&self, wanted: &Wanted<'_>) -> Option<String> {
        let fqdn = wanted.record.fqdn(self.zone);
        let identifier = format!("{}-{:03}", wanted.pool, wanted.index);
        let current = self.current();
        let mut sets = current.get(&fqdn).map(Vec::as_slice).unwrap_or_default().iter();
        let set = sets.find(|set| {
            set.identifier.as_deref() == Some(&*identifier)
                && set.record_type == wanted.record.record_type().as_str()
                && matches!(set.routing, Routing::Weighted(_))
        });
        set.and_then(|set| set.health_check.clone())
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
        let known = checks.all(client).await?;
        let is_unused = |check: &HealthCheck| check.is_of(of.0, of.1) && !here.contains(&check.id);
        if !known.iter().any(is_unused) {
            return Ok(());
        }
        let elsewhere = self.used_elsewhere.get_or_try_init(self.used_by_twins()).await?;
        let Some(elsewhere) = &*elsewhere else { return Ok(()) };
        let is_unused = |check: &HealthCheck| is_unused(check) && !elsewhere.contains(&check.id);
        checks.delete_unused(client, is_unused, log).await
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
