//! Sends one batch and finds its outcome.

use std::collections::HashMap;
use std::time::Duration;

use octodns_core::{ProviderError, ServiceErrorKind};

use super::{Apply, owner};
use crate::batches::{Action, Mod, Weight};
use crate::client::ApiError;
use crate::rrset::RrSet;

/// How long to wait after a lost response before reading the zone.
const BEFORE_LOOKING: Duration = Duration::from_millis(500);

impl Apply<'_> {
    /// Sends changes, which are applied together or not at all.
    pub(super) async fn send_mods(&self, mods: Vec<Mod>) -> Result<(), ProviderError> {
        if mods.is_empty() {
            return Ok(());
        }
        let Weight { records, .. } = Weight::of(&mods);
        tracing::info!(
            target: "octodns",
            logger = %self.logger(),
            "apply: sending a batch of {} changes to {} ({records} records)", mods.len(), self.zone
        );
        let comment = format!("Change: {}", self.account.unique()?);
        let sent = self.account.client.change(&self.zone_id, Some(comment), &mods).await;
        if let Err((error, may_be_done)) = sent {
            self.confirm(error, may_be_done, &mods).await?;
        }
        let mut current = self.current();
        for Mod { action, set } in mods {
            let sets = current.entry(owner(&set).to_owned()).or_default();
            sets.retain(|held| held.key() != set.key());
            if action != Action::Delete {
                sets.push(set);
            }
        }
        Ok(())
    }

    /// After a lost response the service may have applied the changes, whatever it says to a retry: reading
    /// the zone shows what was done.
    async fn confirm(
        &self,
        error: ApiError,
        may_be_done: bool,
        mods: &[Mod],
    ) -> Result<(), ProviderError> {
        if !may_be_done && !error.is_uncertain() {
            return Err(error.into());
        }
        let is_lost = may_be_done || error.kind() == ServiceErrorKind::Indeterminate;
        if is_lost {
            // The service may still be working on them.
            tokio::time::sleep(BEFORE_LOOKING).await;
        }
        let Ok(listed) = self.account.client.rrsets(&self.zone_id).await else {
            let message = format!("{error}; and the zone cannot be read back");
            return Err(ProviderError::service(ServiceErrorKind::Indeterminate, message));
        };
        let listed: HashMap<_, _> = listed.into_iter().map(|set| (set.key(), set)).collect();
        let is_done = |change: &Mod| match (change.action, listed.get(&change.set.key())) {
            (Action::Delete, found) => found.is_none(),
            (_, found) => found.is_some_and(|found| found.is_same(&change.set)),
        };
        if mods.iter().all(is_done) {
            return Ok(());
        }
        let current = self.current();
        let held = |set: &RrSet| {
            let sets = current.get(owner(set)).map(Vec::as_slice).unwrap_or_default();
            sets.iter().find(|held| held.key() == set.key())
        };
        let has_changed = |change: &&Mod| match (held(&change.set), listed.get(&change.set.key())) {
            (None, None) => false,
            (Some(held), Some(listed)) => !held.is_same(listed),
            _ => true,
        };
        let changed: Vec<_> = mods.iter().filter(has_changed).map(|change| &change.set).collect();
        let Some(first) = changed.first() else {
            let fault = match error.kind() {
                ServiceErrorKind::Indeterminate => ServiceErrorKind::Unreachable,
                kind => kind,
            };
            let message = format!("{error}; the zone was read again: the change was not made");
            return Err(ProviderError::service(fault, message));
        };
        let message = format!(
            "{error}; the zone has changed since it was read, at least at {} {}: plan again",
            first.name, first.record_type
        );
        if is_lost {
            return Err(ProviderError::service(ServiceErrorKind::Indeterminate, message));
        }
        // Not a refusal that leads to retries with each half: if somebody else is changing the zone, nothing
        // more is written.
        Err(ProviderError::failed(message))
    }
}
