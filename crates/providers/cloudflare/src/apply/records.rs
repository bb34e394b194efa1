//! Applies records, in as few batches as possible.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use octodns_core::engine::{BatchApi, apply_batches};
use octodns_core::{ApplyLog, Change, Plan, ProviderError, ServiceErrorKind, async_trait};
use octodns_http::Error;
use octodns_kit::{Call, Observed, settle};

use crate::account::Account;
use crate::batch::{self, Batch, Rows};
use crate::records::Row;
use crate::zones::{Scope, ZoneEntry};

/// The maximum number of rows in a batch on the free plan, and on the others.
/// <https://developers.cloudflare.com/dns/manage-dns-records/how-to/batch-record-changes/>
const FREE_BATCH: usize = 200;
const PAID_BATCH: usize = 3500;

/// Applies the records of a plan.
pub(super) struct Records<'a> {
    account: &'a Account,
    plan: &'a Plan,
    zone: &'a ZoneEntry,
    /// The ids of the rows when the plan was made.
    planned: &'a HashSet<String>,
    /// The current rows, as last read.
    rows: Mutex<Vec<Row>>,
}

impl<'a> Records<'a> {
    pub(super) fn new(
        account: &'a Account,
        plan: &'a Plan,
        zone: &'a ZoneEntry,
        planned: &'a HashSet<String>,
        rows: Vec<Row>,
    ) -> Self {
        Self { account, plan, zone, planned, rows: Mutex::new(rows) }
    }

    /// Applies all of them.
    pub(super) async fn write(&self, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        let most = self.max_in_batch();
        let batches = self.with_rows(|rows| {
            batch::batches(self.plan, most, |change| rows.batch([change]).len())
        })?;
        apply_batches(self.plan, log, batches, self).await
    }

    /// The maximum number of rows in a batch; an unknown plan may be the smallest.
    fn max_in_batch(&self) -> usize {
        match (self.zone.plan.as_deref(), &self.account.scope) {
            (Some("free"), _) | (None, Scope::Public) => FREE_BATCH,
            // Internal zones belong to Enterprise accounts.
            _ => PAID_BATCH,
        }
    }

    fn with_rows<T>(&self, use_them: impl FnOnce(&Rows<'_>) -> T) -> Result<T, Error> {
        let (zone, writing) = (self.plan.desired.name(), self.account.writing);
        let held = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let rows = Rows::new(&held, self.planned, zone, writing);
        let rows = rows.map_err(|error| self.account.api.malformed(&self.zone.id, &error))?;
        Ok(use_them(&rows))
    }
}

#[async_trait]
impl BatchApi for Records<'_> {
    async fn send(&self, indexes: &[usize]) -> Result<(), ProviderError> {
        let changes = indexes.iter().filter_map(|index| self.plan.changes.get(*index)).collect();
        let batch = OneBatch { records: self, changes, has_begun: false.into() };
        let settled = settle(self.account.api.backoff(), &batch).await;
        settled
            .map_err(|error| if batch.has_begun.into_inner() { half_done(&error) } else { error })
    }
}

/// Changes that are sent together: in one batch, or in several if a record has more values than fit into one.
///
/// If the response is lost, the zone is read again and only what is missing is sent, so that nothing is lost
/// or duplicated.
struct OneBatch<'b> {
    records: &'b Records<'b>,
    changes: Vec<&'b Change>,
    /// Whether a part of it was applied.
    has_begun: AtomicBool,
}

/// The error for a record of which a part was written before.
fn half_done(error: &ProviderError) -> ProviderError {
    let message = format!("{}; a part of the record was written before", error.with_causes());
    ProviderError::service(ServiceErrorKind::Indeterminate, message)
}

impl OneBatch<'_> {
    /// The remaining work.
    fn left(&self) -> Result<Batch, Error> {
        self.records.with_rows(|rows| rows.batch(self.changes.iter().copied()))
    }
}

#[async_trait]
impl Call for OneBatch<'_> {
    async fn send(&self) -> Result<(), ProviderError> {
        let Records { account, zone, .. } = self.records;
        for piece in self.left()?.pieces(self.records.max_in_batch()) {
            if !piece.is_empty() {
                account.api.batch(&zone.id, &piece).await?;
                self.has_begun.store(true, Ordering::Relaxed);
            }
        }
        Ok(())
    }

    async fn look_up(&self) -> Result<Observed, ProviderError> {
        let Records { account, zone, rows, .. } = self.records;
        let now = account.api.rows(&zone.id).await?;
        *rows.lock().unwrap_or_else(PoisonError::into_inner) = now;
        Ok(if self.left()?.is_empty() { Observed::Desired } else { Observed::Existing })
    }
}
