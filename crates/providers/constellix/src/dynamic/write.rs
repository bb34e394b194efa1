//! Makes the changes of dynamic records. What a record needs is made before it, and removed after it; what can be
//! changed in place is.

use std::collections::HashSet;

use octodns_core::apply_log::Stopped;
use octodns_core::record::Dynamic;
use octodns_core::{
    ApplyLog, ProviderError, Record, RecordType, ServiceErrorKind, ZoneName, async_trait,
};
use octodns_kit::sets::{DynamicChange, DynamicSets, Progress};
use octodns_kit::things::{Kind, Thing, Things, Wanted};
use octodns_kit::{Json, Zone, json, settle};

use super::check::HealthCheck;
use super::names::Names;
use super::rows::{Change, RowCall, says};
use super::things::number as number_of;
use super::{Beside, Check, checks_of, geo_filter, pool, read};
use crate::records::{OTHERS, PARTS, WORLD, filter, id, text, written};

/// A change of a record that is or was dynamic.
struct Making<'m> {
    beside: &'m Beside,
    zone: Zone<'m>,
    change: DynamicChange<'m>,
    names: Names,
    log: &'m ApplyLog<'m>,
    progress: Progress,
}

/// The names of what a record needs beside it.
#[derive(Debug, Default)]
struct Needed {
    pools: HashSet<String>,
    filters: HashSet<String>,
    checks: HashSet<String>,
}

#[async_trait]
impl DynamicSets for Beside {
    async fn complete(&self, sets: &mut Vec<Json>, zone: Zone<'_>) -> Result<(), ProviderError> {
        self.add_things(sets, zone.name).await
    }

    fn read(&self, set: &Json, zone: &ZoneName) -> Option<Dynamic> {
        read::read(set, zone)
    }

    /// The mark of a dynamic record stays until all of it is gone.
    fn is_partial(&self, set: &Json) -> bool {
        set["geolocation"]["geoipFilter"] == WORLD
    }

    async fn apply(
        &self,
        zone: Zone<'_>,
        change: DynamicChange<'_>,
        log: &ApplyLog<'_>,
    ) -> Result<(), Stopped> {
        let names = Names::new(change.change.record(), zone.name);
        let progress = Progress::default();
        let mut making = Making { beside: self, zone, change, names, log, progress };
        let made = making.make().await;
        made.map_err(|error| making.progress.stopped(error))
    }

    /// Whether a value has not the health check that the record asks for.
    async fn has_drifted(
        &self,
        zone: &ZoneName,
        record: &Record,
        set: &Json,
    ) -> Result<bool, ProviderError> {
        let held: HashSet<_> = checks_of(set).collect();
        let names = Names::new(record, zone);
        match (record.dynamic(), HealthCheck::of(record)) {
            (Some(dynamic), Ok(Some(asked))) => {
                self.lacks_check((dynamic, &asked), (&names, record.record_type()), &held).await
            }
            (Some(_), Ok(None)) if !held.is_empty() => {
                let is_ours = |check: &Thing| {
                    Check::is_of(check, &names)
                        && number_of(check).is_some_and(|id| held.contains(&id))
                };
                Ok(self.tcp.find(is_ours).await?.is_some()
                    || self.http.find(is_ours).await?.is_some())
            }
            _ => Ok(false),
        }
    }
}

impl Beside {
    /// Whether a value has not the health check that is asked for.
    async fn lacks_check(
        &self,
        (dynamic, asked): (&Dynamic, &HealthCheck),
        of: (&Names, RecordType),
        held: &HashSet<u64>,
    ) -> Result<bool, ProviderError> {
        let sites = asked.sites(&self.sites().await?).map_err(ProviderError::failed)?;
        for pool in dynamic.used_pools() {
            for value in pool.values() {
                let wanted = asked.wanted(of, (pool, value), &sites);
                let is_right = |check: &Thing| {
                    check.name() == text(&wanted.body, "name")
                        && Check::is_as_wanted(&check.body, &wanted.body)
                        && number_of(check).is_some_and(|id| held.contains(&id))
                };
                if self.checks(asked.kind).find(is_right).await?.is_none() {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

impl<'m> Making<'m> {
    async fn make(&mut self) -> Result<(), ProviderError> {
        match (self.change.change.desired(), self.change.set) {
            (Some(new), Some(set)) => match new.dynamic() {
                Some(dynamic) => {
                    let needed = self.write(new, dynamic, set).await?;
                    self.clean_up(&needed).await
                }
                None => self.write_plain(set).await,
            },
            _ => self.delete().await,
        }
    }

    /// What a record needs, then its records.
    async fn write(
        &mut self,
        record: &Record,
        dynamic: &Dynamic,
        set: &Json,
    ) -> Result<Needed, ProviderError> {
        let beside = self.beside;
        let (of, mut needed) = (text(set, "type"), Needed::default());
        let asked = HealthCheck::of(record).map_err(ProviderError::failed)?;
        let sites = match &asked {
            Some(asked) => {
                let sites = asked.sites(&beside.sites().await?);
                sites.map_err(|why| ProviderError::service(ServiceErrorKind::Refused, why))?
            }
            None => Vec::new(),
        };
        let pools_of_type = beside.pools(of).ok_or_else(|| {
            ProviderError::failed(format!("dynamic records of type {of} are not supported"))
        })?;
        let mut pools = Vec::new();
        for own in dynamic.used_pools() {
            let mut checks = Vec::new();
            for value in asked.iter().flat_map(|_| own.values()) {
                let Some(asked) = &asked else { continue };
                let names = (&self.names, record.record_type());
                let wanted = asked.wanted(names, (own, value), &sites);
                let check = self.ensure(beside.checks(asked.kind), &wanted).await?;
                needed.checks.insert(check.name().to_owned());
                checks.push(number(&check)?);
            }
            let wanted = pool(&self.names, of, own, &checks);
            let made = self.ensure(pools_of_type, &wanted).await?;
            needed.pools.insert(made.name().to_owned());
            pools.push((own.id(), number(&made)?));
        }
        let mut default = written(set, self.change.existing);
        default["geolocation"] = json!({"geoipUserRegion": [WORLD]});
        let mut wanted = vec![default];
        for (index, rule) in dynamic.rules().iter().enumerate() {
            let id = rule.pool().unwrap_or_default();
            let is_first = dynamic.rules().iter().take(index).all(|rule| rule.pool() != Some(id));
            let name = self.names.filter(id, (!is_first).then_some(index));
            let filter = geo_filter(&self.names.owner, &name, rule);
            let filter = self.ensure(&beside.filters, &filter).await?;
            needed.filters.insert(name);
            let chain = dynamic.chain(id).filter_map(|pool| {
                pools.iter().find(|(known, _)| *known == pool.id()).map(|(_, id)| *id)
            });
            wanted.push(json!({
                "name": set["name"],
                "ttl": set["ttl"],
                "recordOption": "pools",
                "pools": chain.collect::<Vec<_>>(),
                "geolocation": {"geoipUserRegion": [number(&filter)?]},
                "note": format!("rule-order:{index}"),
            }));
        }
        self.switch_on_geo().await?;
        self.replace(wanted).await?;
        Ok(needed)
    }

    /// The records for pools go, and that with the plain values is no longer for where no filter matches.
    async fn write_plain(&mut self, set: &Json) -> Result<(), ProviderError> {
        let existing = self.existing();
        self.delete_rows(&[PARTS]).await?;
        self.clean_up(&Needed::default()).await?;
        let row = written(set, self.change.existing);
        let default = match id(existing) {
            Some(id) => Change::Update(id, row),
            None => Change::Create(row),
        };
        self.send(vec![default]).await
    }

    /// The record with the plain values goes last: the others need it.
    async fn delete(&mut self) -> Result<(), ProviderError> {
        self.delete_rows(&[PARTS, OTHERS]).await?;
        self.clean_up(&Needed::default()).await?;
        self.send(id(self.existing()).map(Change::Delete).into_iter().collect()).await
    }

    async fn delete_rows(&mut self, keys: &[&str]) -> Result<(), ProviderError> {
        let existing = self.existing();
        let rows = keys.iter().filter_map(|key| existing[key].as_array()).flatten();
        self.send(rows.filter_map(id).map(Change::Delete).collect()).await
    }

    /// The set as it was read; null for a creation.
    fn existing(&self) -> &'m Json {
        self.change.existing.unwrap_or(&Json::Null)
    }

    /// A thing that the record needs; a change of it is one of the record's calls.
    async fn ensure<K: Kind>(
        &mut self,
        things: &Things<K>,
        wanted: &Wanted,
    ) -> Result<Thing, ProviderError> {
        let (thing, is_changed) = things.ensure(wanted, self.log).await?;
        if is_changed {
            self.progress.expect(1);
            self.progress.confirmed();
        }
        Ok(thing)
    }

    /// The zone answers by place only if it was told to.
    async fn switch_on_geo(&self) -> Result<(), ProviderError> {
        let (beside, zone) = (self.beside, self.zone);
        let known = zone.id.parse().ok();
        if known.is_some_and(|id| beside.geo().contains(&id)) {
            return Ok(());
        }
        let request = beside.client.put(&["domains", zone.id]).json(&json!({"hasGeoIP": true}));
        let step = format!("let {} answer by place", zone.name);
        self.log.in_step(&step, request.send_ok()).await?;
        beside.has_geo(known.into_iter());
        Ok(())
    }

    /// Replaces the records that there are: the first is the one with plain values. Those with the same filter stay
    /// the same, others change in place, and what is left goes last.
    async fn replace(&mut self, wanted: Vec<Json>) -> Result<(), ProviderError> {
        let existing = self.existing();
        let mut parts: Vec<_> = existing[PARTS].as_array().into_iter().flatten().collect();
        let mut calls = Vec::new();
        let mut wanted = wanted.into_iter();
        if let Some(default) = wanted.next() {
            calls.push((Some(existing).filter(|row| id(row).is_some()), default));
        }
        let mut take = |is_it: &dyn Fn(&Json) -> bool| {
            let at = parts.iter().position(|part| is_it(part))?;
            Some(parts.remove(at))
        };
        let rules: Vec<_> = wanted
            .map(|body| {
                let asked = body["geolocation"]["geoipUserRegion"][0].as_u64();
                (take(&|part| filter(part) == asked), body)
            })
            .collect();
        let rules: Vec<_> = rules
            .into_iter()
            .map(|(part, body)| (part.or_else(|| take(&|_| true)), body))
            .collect();
        calls.extend(rules);
        let zone = self.zone;
        let calls = calls.into_iter().filter_map(|(row, body)| match row.and_then(id) {
            None => Some(Change::Create(body)),
            Some(_) if row.is_some_and(|row| says(row, &body, zone)) => None,
            Some(id) => Some(Change::Update(id, body)),
        });
        let surplus = parts.iter().filter_map(|part| id(part)).map(Change::Delete);
        let calls: Vec<_> = calls.chain(surplus).collect();
        self.send(calls).await
    }

    /// Sends calls for records, one after the other.
    async fn send(&mut self, calls: Vec<Change>) -> Result<(), ProviderError> {
        let set = self.change.set.or(self.change.existing).unwrap_or(&Json::Null);
        let (name, of) = (text(set, "name"), text(set, "type"));
        self.progress.expect(calls.len());
        for change in calls {
            let call = RowCall { beside: self.beside, zone: self.zone, name, of, change };
            settle(self.beside.client.backoff(), &call).await?;
            self.progress.confirmed();
        }
        Ok(())
    }

    /// Removes what was made for the record and is not needed any more.
    async fn clean_up(&mut self, needed: &Needed) -> Result<(), ProviderError> {
        let (beside, names, log) = (self.beside, &self.names, self.log);
        let existing = self.existing();
        let has_parts = existing[PARTS].as_array().is_some_and(|parts| !parts.is_empty());
        let is_partial = !has_parts && beside.is_partial(existing);
        if !has_parts && !is_partial {
            return Ok(());
        }
        let has_checks = is_partial || checks_of(existing).next().is_some();
        self.progress.expect(2 + 2 * usize::from(has_checks));
        let is_unused = |filter: &Thing| {
            names.is_filter(filter.name()) && !needed.filters.contains(filter.name())
        };
        beside.filters.delete_unused(is_unused, log).await?;
        self.progress.confirmed();
        if let Some(pools) = beside.pools(text(existing, "type")) {
            let is_unused =
                |pool: &Thing| names.is_pool(pool.name()) && !needed.pools.contains(pool.name());
            pools.delete_unused(is_unused, log).await?;
        }
        self.progress.confirmed();
        if has_checks {
            let asked = self.change.change.desired();
            let asked = asked.and_then(|record| HealthCheck::of(record).ok().flatten());
            for kind in ["tcp", "http"] {
                let is_kind = asked.as_ref().is_some_and(|asked| asked.kind == kind);
                let is_unused = |check: &Thing| {
                    Check::is_of(check, names) && !(is_kind && needed.checks.contains(check.name()))
                };
                beside.checks(kind).delete_unused(is_unused, log).await?;
                self.progress.confirmed();
            }
        }
        Ok(())
    }
}

/// The id of a thing, as records and pools name it.
fn number(thing: &Thing) -> Result<u64, ProviderError> {
    number_of(thing).ok_or_else(|| {
        let message = format!("the id {} is no number", thing.id);
        ProviderError::service(ServiceErrorKind::Malformed, message)
    })
}
