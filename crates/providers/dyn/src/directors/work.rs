//! What there is to do to a Traffic Director, and the calls that do it.

use octodns_core::{ProviderError, Record, ZoneName};
use octodns_http::Method;
use octodns_kit::sets::Progress;
use octodns_kit::{Json, json};

use super::director::{Director, Pool, Ruleset};
use super::{Directors, id_of, label};
use crate::api::call;

/// What there is to do to a Traffic Director.
pub(super) struct Work<'w> {
    held: &'w Director,
    wanted: &'w Director,
    /// The pools that are there, for each of those that are wanted.
    pools: Vec<Option<&'w Pool>>,
    /// Rulesets that stay and get other pools, each with what it is to be; `None` if all are made anew, behind the
    /// old ones.
    attached: Option<Vec<(&'w Ruleset, &'w Ruleset)>>,
    /// The pools that are left.
    unused: Vec<&'w Pool>,
}

impl<'w> Work<'w> {
    pub(super) fn new(held: &'w Director, wanted: &'w Director) -> Self {
        let there = |pool: &Pool| held.pools.iter().find(|held| held.is(pool));
        let pools: Vec<_> = wanted.pools.iter().map(there).collect();
        let is_used = |id: &str| pools.iter().flatten().any(|pool| pool.id == id);
        let unused = held.pools.iter().filter(|pool| !is_used(&pool.id)).collect();
        let (old, new) = (&held.rulesets, &wanted.rulesets);
        let stays = old.len() == new.len() && old.iter().zip(new).all(|(old, new)| old.is(new));
        let differs = |(old, new): &(&Ruleset, &Ruleset)| {
            let old = old.pools.iter().map(|index| held.pools.get(*index));
            let new = new.pools.iter().map(|index| pools.get(*index).copied().flatten());
            let id = |pool: Option<&'w Pool>| pool.map(|pool| &pool.id);
            !old.map(id).eq(new.map(id))
        };
        let attached = stays.then(|| old.iter().zip(new).filter(differs).collect());
        Self { held, wanted, pools, attached, unused }
    }

    fn is_new(&self) -> bool {
        self.held.id.is_empty()
    }

    fn has_other_ttl(&self) -> bool {
        !self.is_new() && self.held.ttl != self.wanted.ttl
    }

    /// How many calls it is.
    pub(super) fn count(&self) -> usize {
        let pools = self.pools.iter().filter(|pool| pool.is_none()).count() + self.unused.len();
        let rulesets = match &self.attached {
            Some(attached) => attached.len(),
            None => self.wanted.rulesets.len() * 2 + self.held.rulesets.len(),
        };
        usize::from(self.is_new()) + usize::from(self.has_other_ttl()) + pools + rulesets
    }
}

impl Directors {
    pub(super) async fn make(
        &self,
        (zone, record): (&ZoneName, &Record),
        work: Work<'_>,
        progress: &mut Progress,
    ) -> Result<(), ProviderError> {
        let (of, wanted) = (record.record_type().as_str(), work.wanted);
        let mut id = work.held.id.clone();
        if work.is_new() {
            let label = label(record, zone);
            let node = json!({"zone": zone.as_str(), "fqdn": record.fqdn(zone)});
            let body = json!({
                "label": label, "publish": "Y", "notes": null, "ttl": wanted.ttl, "nodes": [node],
            });
            let made = self.create(&["DSF"], &body, |found| found["label"] == *label).await?;
            id = id_of(&made, "service_id")?;
            progress.confirmed();
        }
        if work.has_other_ttl() {
            self.put(&["DSF", &id], &json!({"ttl": wanted.ttl, "publish": "Y"}), progress).await?;
        }
        let mut pools = Vec::new();
        for (pool, held) in wanted.pools.iter().zip(&work.pools) {
            if let Some(held) = held {
                pools.push(held.id.clone());
                continue;
            }
            let is_it = |found: &Json| {
                let mut read = Director::default();
                read.add(found, of);
                read.pools.iter().any(|read| read.is(pool))
            };
            let made = self.create(&["DSFResponsePool", &id], &pool.body(of), is_it).await?;
            pools.push(id_of(&made, "dsf_response_pool_id")?);
            progress.confirmed();
        }
        for (held, wanted) in work.attached.iter().flatten() {
            self.attach(&id, &held.id, (wanted, &pools), progress).await?;
        }
        if work.attached.is_none() {
            let old = &work.held.rulesets;
            let behind = old.iter().map(|ruleset| ruleset.ordering + 1).max().unwrap_or_default();
            // Each comes before those that were made already.
            for ruleset in wanted.rulesets.iter().rev() {
                let label = format!("{}:{}", ruleset.head, self.client.host().nonce(16));
                let body = ruleset.body(&label, behind);
                let is_it = |found: &Json| found["label"] == *label;
                let made = self.create(&["DSFRuleset", &id], &body, is_it).await?;
                progress.confirmed();
                let made = id_of(&made, "dsf_ruleset_id")?;
                self.attach(&id, &made, (ruleset, &pools), progress).await?;
            }
            // The last one first: as long as it is there, the new ones are not reached.
            for ruleset in old.iter().rev() {
                self.delete(&["DSFRuleset", &id, &ruleset.id], &json!({"publish": "Y"})).await?;
                progress.confirmed();
            }
        }
        for pool in work.unused {
            self.delete(&["DSFResponsePool", &id, &pool.id], &json!({"publish": "Y"})).await?;
            progress.confirmed();
        }
        Ok(())
    }

    /// Gives a ruleset its pools, all in one call.
    async fn attach(
        &self,
        id: &str,
        ruleset: &str,
        (wanted, pools): (&Ruleset, &[String]),
        progress: &mut Progress,
    ) -> Result<(), ProviderError> {
        let pools = wanted.pools.iter().filter_map(|index| pools.get(*index));
        let pools: Vec<_> = pools.map(|pool| json!({"dsf_response_pool_id": pool})).collect();
        let body = json!({"response_pools": pools, "publish": "Y"});
        self.put(&["DSFRuleset", id, ruleset], &body, progress).await
    }

    async fn put(
        &self,
        path: &[&str],
        body: &Json,
        progress: &mut Progress,
    ) -> Result<(), ProviderError> {
        call(&self.client, Method::PUT, path, body).await?;
        progress.confirmed();
        Ok(())
    }
}
