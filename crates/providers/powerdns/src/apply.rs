//! Applies a plan in as few requests as the server accepts, each carried out as a whole or not at all.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use octodns_core::engine::{BatchApi, BatchLimits, Weight, apply_batches, batches};
use octodns_core::record::{LoadContext, RecordTypes};
use octodns_core::validate::RecordValidators;
use octodns_core::{
    ApplyLog, Change, Outcome, Plan, ProviderError, Record, RecordName, RecordType, Report,
    ZoneName, async_trait,
};
use octodns_kit::{Call, Observed, settle};

use crate::client::{Api, Patch, Zone};
use crate::disabled::Disabled;
use crate::kept::Kept;
use crate::options::Options;
use crate::records::SERVER_LUA;
use crate::scripts::written;
use crate::{lua, records};

/// By default, servers refuse requests above 2 MB (`webserver-max-bodysize`).
const LIMITS: BatchLimits = BatchLimits::new(usize::MAX, 1_500_000);

pub(crate) async fn apply(
    api: &Api,
    options: &Options,
    plan: &Plan,
    log: &ApplyLog<'_>,
) -> Result<(), ProviderError> {
    let zone = plan.desired.name();
    let none = Kept::default();
    let kept = plan.state()?.unwrap_or(&none);
    // Report everything that cannot be written before anything is sent.
    let patches = all_patches(plan, kept)?;
    let batches = batches(plan, LIMITS, |index| weight(patches.get(index)));
    let exists = AtomicBool::new(plan.exists);
    let seen = Mutex::default();
    let applying = Applying { api, options, plan, patches, exists, seen };
    apply_batches(plan, log, batches, &applying).await?;
    if options.notify {
        log.in_step(&format!("notify the secondaries of {zone}"), api.notify(zone)).await?;
    }
    Ok(())
}

/// Applies a plan.
struct Applying<'a> {
    api: &'a Api,
    options: &'a Options,
    plan: &'a Plan,
    /// The patches for each change of the plan.
    patches: Vec<Vec<Patch>>,
    /// Whether the zone exists; it is created with the first batch that the server accepts.
    exists: AtomicBool,
    /// What the last look at the zone showed of changes, by their index.
    seen: Mutex<HashMap<usize, Observed>>,
}

#[async_trait]
impl BatchApi for Applying<'_> {
    async fn send(&self, indexes: &[usize]) -> Result<(), ProviderError> {
        let changes = indexes.iter().filter_map(|index| self.plan.changes.get(*index)).collect();
        let patches = in_order(&self.patches, indexes);
        let exists = self.exists.load(Ordering::Relaxed);
        let batch = OneBatch { applying: self, indexes, changes, patches, exists };
        settle(self.api.backoff(), &batch).await?;
        self.exists.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn seen(&self, index: usize) -> Option<Outcome> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match seen.get(&index)? {
            Observed::Desired => Some(Outcome::Applied),
            Observed::Existing => Some(Outcome::NotSent),
            Observed::Other => None,
        }
    }
}

/// The patches of some changes, deletions first.
fn in_order(patches: &[Vec<Patch>], indexes: &[usize]) -> Vec<Patch> {
    let patches = indexes.iter().filter_map(|index| patches.get(*index));
    let mut patches: Vec<_> = patches.flatten().cloned().collect();
    patches.sort_by_key(|patch| !patch.is_deletion);
    patches
}

/// Changes that are sent together, all or nothing.
struct OneBatch<'b> {
    applying: &'b Applying<'b>,
    indexes: &'b [usize],
    changes: Vec<&'b Change>,
    patches: Vec<Patch>,
    exists: bool,
}

#[async_trait]
impl Call for OneBatch<'_> {
    async fn send(&self) -> Result<(), ProviderError> {
        let Applying { api, options, plan, .. } = self.applying;
        let zone = plan.desired.name();
        Ok(if self.exists {
            api.patch(zone, &self.patches).await
        } else {
            api.create(zone, &self.patches, options).await
        }?)
    }

    async fn look_up(&self) -> Result<Observed, ProviderError> {
        let Applying { api, plan, seen, .. } = self.applying;
        let zone = plan.desired.name();
        let keep = |found| *seen.lock().unwrap_or_else(PoisonError::into_inner) = found;
        keep(HashMap::new());
        let Some(found) = api.zone(zone).await? else {
            return Ok(if self.exists { Observed::Other } else { Observed::Existing });
        };
        let found = observe(&self.changes, &found, zone, self.exists)?;
        let all = |wanted| found.iter().all(|one| *one == wanted);
        let observed = if all(Observed::Desired) {
            Observed::Desired
        } else if self.exists && all(Observed::Existing) {
            Observed::Existing
        } else {
            Observed::Other
        };
        keep(self.indexes.iter().copied().zip(found).collect());
        Ok(observed)
    }
}

/// Compares the current zone with each of the changes.
fn observe(
    changes: &[&Change],
    found: &Zone,
    zone: &ZoneName,
    existed: bool,
) -> Result<Vec<Observed>, ProviderError> {
    let mut types = RecordTypes::default();
    // It cannot be registered already.
    let _ = types.register(Arc::new(lua::Lua));
    let validators = RecordValidators::default();
    let mut context = LoadContext::new(zone, &validators, &types);
    context.lenient = true;
    let records = records::load(&found.rrsets, &context, &mut Report::new())?;
    let held: HashMap<(&RecordName, RecordType), &Arc<Record>> =
        records.iter().map(|record| ((record.name(), record.record_type()), record)).collect();
    let is = |change: &Change, record: Option<&Arc<Record>>| {
        let key = (change.record().name(), change.record().record_type());
        match (held.get(&key), record) {
            (None, None) => true,
            (Some(held), Some(record)) => {
                held.ttl() == record.ttl()
                    && held.data() == record.data()
                    && held.dynamic() == record.dynamic()
            }
            _ => false,
        }
    };
    let observe = |change: &&Change| {
        if is(change, change.desired()) {
            Observed::Desired
        } else if existed && is(change, change.existing()) {
            Observed::Existing
        } else {
            Observed::Other
        }
    };
    Ok(changes.iter().map(observe).collect())
}

/// The weight of a change in a request.
fn weight(patches: Option<&Vec<Patch>>) -> Weight {
    let patches = patches.map(Vec::as_slice).unwrap_or_default();
    Weight::new(patches.len(), patches.iter().map(size).sum())
}

/// The length of a change as JSON, rounded up.
fn size(patch: &Patch) -> usize {
    serde_json::to_string(patch).map_or(0, |json| json.len() + 1)
}

/// The patches for each change. That of the scripts of a name is with the first change of the name, which are
/// always in one request.
fn all_patches(plan: &Plan, kept: &Kept) -> Result<Vec<Vec<Patch>>, ProviderError> {
    let zone = plan.desired.name();
    let all = plan.changes.iter().map(|change| patches(zone, change, &kept.disabled));
    let mut all = all.collect::<Result<Vec<_>, _>>()?;
    let mut names: BTreeMap<&RecordName, Vec<usize>> = BTreeMap::new();
    for (index, change) in plan.changes.iter().enumerate() {
        names.entry(change.record().name()).or_default().push(index);
    }
    for indexes in names.values() {
        let changes: Vec<_> = indexes.iter().filter_map(|index| plan.changes.get(*index)).collect();
        let of_scripts = kept.scripts.patch(zone, &changes, &kept.disabled)?;
        if let Some(first) = indexes.first().and_then(|index| all.get_mut(*index)) {
            first.extend(of_scripts);
        }
    }
    Ok(all)
}

/// The patches for a change, without scripts.
fn patches(
    zone: &ZoneName,
    change: &Change,
    disabled: &Disabled,
) -> Result<Vec<Patch>, ProviderError> {
    let replace = |record: &Record| -> Result<Patch, ProviderError> {
        let (record_type, mut rows) = written(zone, record)?;
        let name = record.fqdn(zone);
        rows.extend(disabled.beside(&name, &record_type, &rows));
        Ok(Patch {
            name,
            record_type,
            changetype: "REPLACE",
            ttl: Some(record.ttl()),
            records: Some(rows),
            is_deletion: false,
        })
    };
    let delete = |record: &Record| {
        let (name, of) = (record.fqdn(zone), records::server_type(record));
        let left = disabled.beside(&name, of, &[]);
        let is_empty = left.is_empty();
        Patch {
            name,
            record_type: of.to_owned(),
            changetype: if is_empty { "DELETE" } else { "REPLACE" },
            ttl: (!is_empty).then(|| record.ttl()),
            records: (!is_empty).then_some(left),
            is_deletion: true,
        }
    };
    let is_script = |record: &&Arc<Record>| records::server_type(record) == SERVER_LUA;
    let existing = change.existing().filter(|existing| !is_script(existing));
    let new = change.desired().filter(|new| !is_script(new));
    let mut patches = Vec::new();
    if let (Some(existing), None) = (existing, new) {
        patches.push(delete(existing));
    }
    if let Some(new) = new {
        patches.push(replace(new)?);
    }
    Ok(patches)
}

#[cfg(test)]
mod tests;
