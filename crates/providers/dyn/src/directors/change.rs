//! Changes of Traffic Directors.

use std::sync::atomic::{AtomicUsize, Ordering};

use octodns_core::apply_log::Stopped;
use octodns_core::{ApplyLog, Record, ZoneName};
use octodns_http::{Client, Error, Method};
use octodns_kit::{Json, json};

use super::director::{Director, Kind, Pool, Ruleset};
use super::monitor::Monitor;
use super::wanted::{Wanted, WantedRuleset};
use super::{Directors, create_once, delete, label};
use crate::api::{call, detail};

impl Directors {
    /// Whether the monitor of a record is missing or checks something else, or a failed change has left parts of
    /// its service.
    pub(crate) async fn has_drifted(
        &self,
        zone: &ZoneName,
        record: &Record,
        service: &Json,
    ) -> Result<bool, Error> {
        let Some(wanted) = Wanted::of(record) else { return Ok(false) };
        let found = self.monitors.find(&self.client, &label(record, zone)).await?;
        let found = found.filter(|found| found.checks_as(&Monitor::wanted(record, zone)));
        let is_right = found.is_some_and(|found| {
            let director = Director::read(service, record.record_type().as_str());
            let pools = director.pools().into_iter().cloned().collect();
            Work::plan(record, &wanted, (Some(director), pools), &found.id).count(&wanted) == 0
        });
        Ok(!is_right)
    }

    /// Makes the service of a record what it is to be.
    pub(crate) async fn write(
        &self,
        zone: &ZoneName,
        record: &Record,
        wanted: &Wanted,
        service: Option<&Json>,
        log: &ApplyLog<'_>,
    ) -> Result<(), Stopped> {
        self.listed.forget();
        let of = record.record_type().as_str();
        let existing = service.map(|service| Director::read(service, of));
        let pools = match &existing {
            Some(existing) => self.pools(existing, of).await?,
            None => Vec::new(),
        };
        let monitor = Monitor::wanted(record, zone);
        let monitor = self.monitors.ensure(&self.client, monitor, log).await?;
        let work = Work::plan(record, wanted, (existing, pools), &monitor);
        let (made, count) = (AtomicUsize::new(0), work.count(wanted));
        let calls = Calls { client: &self.client, of, monitor: &monitor, made: &made };
        let result = calls.make(zone, record, wanted, work).await;
        result.map_err(|error| Stopped::new(error, made.into_inner(), count))
    }

    /// All pools of a service: those of rulesets, and those that none leads to.
    async fn pools(&self, director: &Director, of: &str) -> Result<Vec<Pool>, Error> {
        let mut pools: Vec<_> = director.pools().into_iter().cloned().collect();
        let path = ["DSFResponsePool", &*director.id];
        let listed = call(&self.client, Method::GET, &path, &detail()).await?;
        for pool in listed.as_array().into_iter().flatten().map(|pool| Pool::read(pool, of)) {
            if !pools.iter().any(|known| known.id == pool.id) {
                pools.push(pool);
            }
        }
        Ok(pools)
    }
}

/// What there is to do to a service.
struct Work {
    /// The service, if there is one.
    id: Option<String>,
    ttl: Option<i64>,
    /// The ids of the wanted pools; `None` for those that are to be created.
    pools: Vec<Option<String>>,
    rulesets: Rulesets,
    old_rulesets: Vec<String>,
    old_pools: Vec<String>,
}

/// What there is to do to the rulesets of a service.
enum Rulesets {
    /// They stay, and some get other pools: their ids, and which of the wanted ones they are.
    Keep(Vec<(String, usize)>),
    /// There are others, which come behind the old ones.
    Make {
        /// The place of the first one.
        at: i64,
    },
}

impl Work {
    fn plan(
        record: &Record,
        wanted: &Wanted,
        (existing, known): (Option<Director>, Vec<Pool>),
        monitor: &str,
    ) -> Self {
        let pools = wanted.pools.iter().map(|pool| {
            known.iter().find(|known| pool.is(known, monitor)).map(|known| known.id.clone())
        });
        let pools: Vec<_> = pools.collect();
        let is_old = |pool: &&Pool| !pools.iter().flatten().any(|id| *id == pool.id);
        let old_pools = known.iter().filter(is_old).map(|pool| pool.id.clone()).collect();
        let none = Vec::new();
        let held = existing.as_ref().map_or(&none, |existing| &existing.rulesets);
        let fits = |(held, wanted): (&Ruleset, &WantedRuleset)| {
            held.kind == wanted.kind && held.places.as_ref() == Some(&wanted.places)
        };
        let is_same =
            held.len() == wanted.rulesets.len() && held.iter().zip(&wanted.rulesets).all(fits);
        let (rulesets, old_rulesets) = if is_same {
            let differs = |index: &usize| {
                let ids = wanted.rulesets[*index].pools.iter().map(|pool| pools[*pool].as_ref());
                !ids.eq(held[*index].pools.iter().map(|pool| Some(&pool.id)))
            };
            let changed = (0..held.len()).filter(differs);
            let changed = changed.map(|index| (held[index].id.clone(), index)).collect();
            (Rulesets::Keep(changed), Vec::new())
        } else {
            // The last one first: as long as it is there, the new ones are not reached.
            let at = held.iter().map(|ruleset| ruleset.ordering + 1).max().unwrap_or_default();
            let old = held.iter().rev().map(|ruleset| ruleset.id.clone()).collect();
            (Rulesets::Make { at }, old)
        };
        let ttl = existing.as_ref().filter(|existing| existing.ttl != Some(record.ttl()));
        Self {
            ttl: ttl.map(|_| record.ttl()),
            id: existing.map(|existing| existing.id),
            pools,
            rulesets,
            old_rulesets,
            old_pools,
        }
    }

    /// How many calls it is.
    fn count(&self, wanted: &Wanted) -> usize {
        let settings = usize::from(self.id.is_none()) + usize::from(self.ttl.is_some());
        let pools = self.pools.iter().filter(|id| id.is_none()).count() + self.old_pools.len();
        let rulesets = match &self.rulesets {
            Rulesets::Keep(changed) => changed.len(),
            Rulesets::Make { .. } => wanted.rulesets.len() * 2,
        };
        settings + pools + rulesets + self.old_rulesets.len()
    }
}

/// The calls for one service.
struct Calls<'c> {
    client: &'c Client,
    /// The type of its records.
    of: &'c str,
    monitor: &'c str,
    /// How many were made.
    made: &'c AtomicUsize,
}

impl Calls<'_> {
    async fn make(
        &self,
        zone: &ZoneName,
        record: &Record,
        wanted: &Wanted,
        work: Work,
    ) -> Result<(), Error> {
        let id = match work.id {
            Some(id) => id,
            None => self.create_service(zone, record).await?,
        };
        if let Some(ttl) = work.ttl {
            self.put(&["DSF", &id], &json!({"ttl": ttl, "publish": "Y"})).await?;
        }
        let mut pools = Vec::new();
        for (pool, known) in wanted.pools.iter().zip(work.pools) {
            pools.push(if let Some(id) = known {
                id
            } else {
                let is_it = |found: &Json| pool.is(&Pool::read(found, self.of), self.monitor);
                let body = pool.body(self.of, self.monitor);
                let made = self.create(&["DSFResponsePool", &id], &body, is_it).await?;
                text(&made["dsf_response_pool_id"])
            });
        }
        match work.rulesets {
            Rulesets::Keep(changed) => {
                for (ruleset, index) in changed {
                    self.attach(&id, &ruleset, &wanted.rulesets[index], &pools).await?;
                }
            }
            Rulesets::Make { at } => {
                // Each comes before those that were made already.
                for ruleset in wanted.rulesets.iter().rev() {
                    self.create_ruleset(&id, ruleset, at, &pools).await?;
                }
            }
        }
        for ruleset in &work.old_rulesets {
            self.delete(&["DSFRuleset", &id, ruleset]).await?;
        }
        for pool in &work.old_pools {
            self.delete(&["DSFResponsePool", &id, pool]).await?;
        }
        Ok(())
    }

    async fn create_service(&self, zone: &ZoneName, record: &Record) -> Result<String, Error> {
        let label = label(record, zone);
        let node = json!({"zone": zone.as_str(), "fqdn": record.fqdn(zone)});
        let body = json!({
            "label": label, "publish": "Y", "notes": null, "ttl": record.ttl(), "nodes": [node],
        });
        let made = self.create(&["DSF"], &body, |found| found["label"] == *label).await?;
        Ok(text(&made["service_id"]))
    }

    async fn create_ruleset(
        &self,
        id: &str,
        ruleset: &WantedRuleset,
        at: i64,
        pools: &[String],
    ) -> Result<(), Error> {
        let label = format!("{}:{}", ruleset.prefix, self.client.host().nonce(16));
        let (criteria_type, criteria) = ruleset.places.criteria();
        let criteria = if ruleset.kind == Kind::Default { Json::Null } else { criteria };
        let body = json!({
            "publish": "Y", "label": label, "criteria_type": criteria_type, "criteria": criteria,
            "ordering": at,
        });
        let is_it = |found: &Json| found["label"] == *label;
        let made = self.create(&["DSFRuleset", id], &body, is_it).await?;
        self.attach(id, &text(&made["dsf_ruleset_id"]), ruleset, pools).await
    }

    /// Gives a ruleset its pools, all in one call.
    async fn attach(
        &self,
        id: &str,
        ruleset: &str,
        wanted: &WantedRuleset,
        pools: &[String],
    ) -> Result<(), Error> {
        let pools = wanted.pools.iter().filter_map(|index| pools.get(*index));
        let pools: Vec<_> = pools.map(|pool| json!({"dsf_response_pool_id": pool})).collect();
        let body = json!({"response_pools": pools, "publish": "Y"});
        self.put(&["DSFRuleset", id, ruleset], &body).await
    }

    async fn create(
        &self,
        path: &[&str],
        body: &Json,
        is_it: impl Fn(&Json) -> bool,
    ) -> Result<Json, Error> {
        self.counted(create_once(self.client, path, body, is_it).await)
    }

    async fn put(&self, path: &[&str], body: &Json) -> Result<(), Error> {
        self.counted(call(self.client, Method::PUT, path, body).await.map(drop))
    }

    async fn delete(&self, path: &[&str]) -> Result<(), Error> {
        self.counted(delete(self.client, path, &json!({"publish": "Y"})).await)
    }

    fn counted<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        if result.is_ok() {
            self.made.fetch_add(1, Ordering::Relaxed);
        }
        result
    }
}

fn text(json: &Json) -> String {
    json.as_str().unwrap_or_default().to_owned()
}
