//! Applies a plan in as few requests as the server accepts, each carried out as a whole or not at all.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use octodns_core::engine::{BatchApi, BatchLimits, Weight, apply_batches, batches};
use octodns_core::record::{LoadContext, RecordTypes};
use octodns_core::validate::RecordValidators;
use octodns_core::{
    ApplyLog, Change, Plan, ProviderError, Record, RecordName, RecordType, Report, ZoneName,
    async_trait,
};
use octodns_kit::{Call, Observed, settle};

use crate::client::{Api, Patch, Zone};
use crate::options::Options;
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
    // Report everything that cannot be written before anything is sent.
    let patches = plan.changes.iter().map(|change| patches(zone, change));
    let patches: Vec<_> = patches.collect::<Result<_, _>>()?;
    let batches = batches(plan, LIMITS, |index| weight(patches.get(index)));
    let exists = AtomicBool::new(plan.exists);
    let applying = Applying { api, options, plan, patches, exists };
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
}

#[async_trait]
impl BatchApi for Applying<'_> {
    async fn send(&self, indexes: &[usize]) -> Result<(), ProviderError> {
        let changes = indexes.iter().filter_map(|index| self.plan.changes.get(*index)).collect();
        let patches = in_order(&self.patches, indexes);
        let exists = self.exists.load(Ordering::Relaxed);
        let batch = OneBatch { applying: self, changes, patches, exists };
        settle(self.api.backoff(), &batch).await?;
        self.exists.store(true, Ordering::Relaxed);
        Ok(())
    }
}

/// The patches of some changes, deletions first.
fn in_order(patches: &[Vec<Patch>], indexes: &[usize]) -> Vec<Patch> {
    let patches = indexes.iter().filter_map(|index| patches.get(*index));
    let mut patches: Vec<_> = patches.flatten().cloned().collect();
    patches.sort_by_key(|patch| patch.changetype);
    patches
}

/// Changes that are sent together, all or nothing.
struct OneBatch<'b> {
    applying: &'b Applying<'b>,
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
        let zone = self.applying.plan.desired.name();
        match self.applying.api.zone(zone).await? {
            Some(found) => seen(&self.changes, &found, zone, self.exists),
            None if self.exists => Ok(Observed::Other),
            None => Ok(Observed::Existing),
        }
    }
}

/// Compares the current zone with changes that are applied together or not at all.
fn seen(
    changes: &[&Change],
    found: &Zone,
    zone: &ZoneName,
    existed: bool,
) -> Result<Observed, ProviderError> {
    let mut types = RecordTypes::default();
    // It cannot be registered already.
    let _ = types.register(Arc::new(lua::Lua));
    let validators = RecordValidators::default();
    let mut context = LoadContext::new(zone, &validators, &types);
    context.lenient = true;
    let records = records::load(&found.rrsets, &context, &mut Report::new())?;
    let held: HashMap<(&RecordName, RecordType), &Record> =
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
    Ok(if changes.iter().all(|change| is(change, change.desired())) {
        Observed::Desired
    } else if existed && changes.iter().all(|change| is(change, change.existing())) {
        Observed::Existing
    } else {
        Observed::Other
    })
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

fn patches(zone: &ZoneName, change: &Change) -> Result<Vec<Patch>, ProviderError> {
    let replace = |record: &Record| -> Result<Patch, ProviderError> {
        let (record_type, rows) = records::write(record).map_err(|why| {
            let (name, of) = (record.decoded_fqdn(zone), record.record_type());
            ProviderError::failed(format!("{name} {of}: {why}"))
        })?;
        Ok(Patch {
            name: record.fqdn(zone),
            record_type,
            changetype: "REPLACE",
            ttl: Some(record.ttl()),
            records: Some(rows),
        })
    };
    let delete = |record: &Record| Patch {
        name: record.fqdn(zone),
        record_type: records::server_type(record).to_owned(),
        changetype: "DELETE",
        ttl: None,
        records: None,
    };
    Ok(match change {
        Change::Delete(existing) => vec![delete(existing)],
        // A record that becomes dynamic, or is no longer dynamic, has another type at the server.
        Change::Update { existing, new }
            if records::server_type(existing) != records::server_type(new) =>
        {
            vec![delete(existing), replace(new)?]
        }
        Change::Create(new) | Change::Update { new, .. } => vec![replace(new)?],
    })
}

#[cfg(test)]
mod tests;
