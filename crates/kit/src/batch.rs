//! Many rows in one call, for services with rows that have such a call.

use std::collections::VecDeque;

use async_trait::async_trait;
use octodns_core::apply_log::Stopped;
use octodns_core::engine::per_record::{ExistingRows, RowCall, apply_change, row_calls};
use octodns_core::engine::{Batch, Weight, about_changes, batches};
use octodns_core::{ApplyLog, Change, Plan, ProviderError, ServiceErrorKind};

use crate::fields::ReadRow;
use crate::lookup::{Call, Observed};
use crate::row_api::{Batched, RowApi, RowChange};
use crate::row_calls::Calls;
use crate::set_root_ns;

/// The changes of a plan as calls, for batches.
pub(crate) struct Batches<'b, S> {
    pub(crate) calls: &'b Calls<'b, S>,
    pub(crate) plan: &'b Plan,
    pub(crate) held: &'b ExistingRows<String>,
}

impl<S: RowApi> Batches<'_, S> {
    /// Makes the changes of the plan in batches, all but that of the root NS records if it has a call of its own;
    /// `false` if nothing was made, since one row after the other is better or the only way.
    ///
    /// # Errors
    ///
    /// The first failure that is not a refusal of a batch which can be halved.
    pub(crate) async fn apply(&self, log: &ApplyLog<'_>) -> Result<bool, ProviderError> {
        let account = self.calls.account;
        let Some(limits) = account.api.batch_limits() else { return Ok(false) };
        let mut rows = Vec::with_capacity(self.plan.changes.len());
        for change in &self.plan.changes {
            rows.push(self.rows(change)?);
        }
        let count: usize = rows.iter().map(Vec::len).sum();
        let least = match account.batches.get() {
            None => S::BATCH_FROM,
            Some(true) => 2,
            Some(false) => return Ok(false),
        };
        if count < least {
            return Ok(false);
        }
        let weigh = |index: usize| {
            let rows = rows.get(index).map(Vec::as_slice).unwrap_or_default();
            Weight::new(rows.len(), rows.iter().map(bytes).sum())
        };
        let is_row = |index: &usize| {
            self.plan.changes.get(*index).is_some_and(|change| !set_root_ns::is_call::<S>(change))
        };
        let mut waiting: VecDeque<Batch> = batches(self.plan, limits, weigh).into();
        for batch in &mut waiting {
            for name in &mut *batch {
                name.retain(is_row);
            }
            batch.retain(|name| !name.is_empty());
        }
        waiting.retain(|batch| !batch.is_empty());
        let mut is_any_made = false;
        while let Some(mut batch) = waiting.pop_front() {
            let indexes = batch.concat();
            let rows = indexes.iter().filter_map(|index| rows.get(*index)).flatten();
            let call = OneBatch { batches: self, rows: rows.cloned().collect(), indexes: &indexes };
            let attempt = log.begin(&indexes).await?;
            match account.settle(&call).await {
                Ok(()) => {
                    attempt.applied();
                    account.batches.set(true);
                    is_any_made = true;
                }
                Err(_) if account.batches.get() == Some(false) && !is_any_made => {
                    attempt.not_sent();
                    return Ok(false);
                }
                Err(error) if is_refusal(&error) && batch.len() > 1 => {
                    attempt.not_sent();
                    let second = batch.split_off(batch.len() / 2);
                    waiting.push_front(second);
                    waiting.push_front(batch);
                }
                // Whether it is the change or the call that this zone cannot have, the rows tell.
                Err(error) if is_refusal(&error) => {
                    attempt.not_sent();
                    if !is_any_made {
                        return Ok(false);
                    }
                    self.apply_rows(&indexes, log).await?;
                }
                Err(error) => {
                    let error = about_changes(error, self.plan, &indexes);
                    attempt.ended(&error);
                    return Err(error);
                }
            }
        }
        Ok(true)
    }

    /// Makes changes one row after the other: those of a name that is too much for a batch, or refused.
    async fn apply_rows(&self, indexes: &[usize], log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        for index in indexes {
            let Some(change) = self.plan.changes.get(*index) else { continue };
            let attempt = log.begin(&[*index]).await?;
            match apply_change(self.calls, self.plan, change, self.held).await {
                Ok(()) => attempt.applied(),
                Err(Stopped { error, done, of, .. }) => {
                    attempt.partial(done, of, &error);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// The rows that a change creates, updates and deletes.
    fn rows(&self, change: &Change) -> Result<Vec<RowChange>, ProviderError> {
        if set_root_ns::is_call::<S>(change) {
            return Ok(Vec::new());
        }
        let calls = row_calls(self.calls, change, self.held, self.plan.exists)?;
        calls.iter().map(|call| self.row_change(call)).collect()
    }

    /// A call as the service represents it.
    pub(crate) fn row_change(
        &self,
        call: &RowCall<'_, String>,
    ) -> Result<RowChange, ProviderError> {
        Ok(match call {
            RowCall::Create(record) => RowChange::Create(self.calls.row(record)?),
            RowCall::Update(row, record) => {
                RowChange::Update { id: row.id.clone(), row: self.calls.row(record)? }
            }
            RowCall::Delete(row) => RowChange::Delete { id: row.id.clone() },
            RowCall::DeleteUnreadable(id) => RowChange::Delete { id: (*id).clone() },
        })
    }
}

/// How much of a call a row is.
pub(crate) fn bytes(row: &RowChange) -> usize {
    let own = match row {
        RowChange::Create(row) | RowChange::Update { row, .. } => row.to_string().len(),
        RowChange::Delete { id } => id.len(),
    };
    own + 16
}

/// Whether the service surely did nothing, since it does not want what was sent.
pub(crate) fn is_refusal(error: &ProviderError) -> bool {
    matches!(error.kind(), Some(ServiceErrorKind::Refused | ServiceErrorKind::NotFound))
}

/// Changes that are sent together.
struct OneBatch<'c, S> {
    batches: &'c Batches<'c, S>,
    rows: Vec<RowChange>,
    indexes: &'c [usize],
}

#[async_trait]
impl<S: RowApi> Call for OneBatch<'_, S> {
    async fn send(&self) -> Result<(), ProviderError> {
        let Calls { account, zone, still, .. } = self.batches.calls;
        let _sending = still.sending().await;
        match account.api.batch(*zone, &self.rows).await? {
            Batched::Done => Ok(()),
            // What is made, nobody has said of such a call.
            Batched::Partly(_) => {
                let message = "the service has made a part of a call".to_owned();
                Err(ProviderError::service(ServiceErrorKind::Indeterminate, message))
            }
            Batched::NotOffered => {
                account.batches.set(false);
                let message = "the service has no call for many changes".to_owned();
                Err(ProviderError::service(ServiceErrorKind::Refused, message))
            }
        }
    }

    async fn look_up(&self) -> Result<Observed, ProviderError> {
        let Batches { calls, plan, held } = self.batches;
        let rows = calls.all_rows_now().await?;
        let (mut is_desired, mut is_existing) = (true, true);
        for change in self.indexes.iter().filter_map(|index| plan.changes.get(*index)) {
            let record = change.record();
            let of_set = |row: &&ReadRow| {
                row.name == record.name().as_str() && row.record_type == record.record_type()
            };
            let now: Vec<_> = rows.iter().filter(of_set).collect();
            is_desired &= calls.is_held(change.desired().map(|new| &**new), &now);
            let before = held.of(record.name(), record.record_type());
            let unreadable = held.unreadable(record.name(), record.record_type());
            let is_there = |id: &String| now.iter().any(|row| row.id.as_ref() == Some(id));
            is_existing &= now.len() == before.len() + unreadable.len()
                && unreadable.iter().all(is_there)
                && before.iter().all(|held| {
                    let mut now = now.iter();
                    now.any(|row| {
                        row.id.as_ref() == Some(&held.id) && row.says(&held.record, &calls.types)
                    })
                });
        }
        Ok(match (is_desired, is_existing) {
            (true, _) => Observed::Desired,
            (false, true) => Observed::Existing,
            (false, false) => Observed::Other,
        })
    }
}
