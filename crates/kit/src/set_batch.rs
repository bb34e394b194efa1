//! Many sets in one call, for services with sets that have such a call.

use std::collections::VecDeque;

use async_trait::async_trait;
use octodns_core::apply_log::Stopped;
use octodns_core::engine::{Batch, about_changes, batches};
use octodns_core::{ApplyLog, Change, Plan, ProviderError, RecordType, ServiceErrorKind};

use crate::account::Account;
use crate::api::{Owner, Zone};
use crate::batch::is_refusal;
use crate::dynamic_sets::DynamicChange;
use crate::lookup::{Call, Observed, Still};
use crate::set::{Found, HeldSets, SetChange};
use crate::set_api::SetApi;
use crate::set_calls::make_whole;

/// The changes of a plan, for calls that make many of them.
pub(crate) struct Batches<'b, S> {
    pub(crate) account: &'b Account<S>,
    pub(crate) zone: Zone<'b>,
    pub(crate) plan: &'b Plan,
    pub(crate) held: &'b HeldSets,
    pub(crate) still: &'b Still,
}

impl<S: SetApi> Batches<'_, S> {
    /// Makes the changes of the plan in batches; `false` if nothing was made, since one by one is better or the only
    /// way.
    ///
    /// # Errors
    ///
    /// The first failure that is not a refusal of a batch which can be halved.
    pub(crate) async fn apply(&self, log: &ApplyLog<'_>) -> Result<bool, ProviderError> {
        let Self { account, plan, .. } = self;
        let Some(limits) = S::BATCH.filter(|_| self.is_worth_it()) else { return Ok(false) };
        let changes = plan.changes.iter().map(|change| self.set_change(change));
        let changes = changes.collect::<Result<Vec<_>, _>>()?;
        let weigh = |index: usize| {
            changes.get(index).map(|change| account.api.weigh(change)).unwrap_or_default()
        };
        let mut waiting: VecDeque<Batch> = batches(plan, limits, weigh).into();
        let mut is_any_made = false;
        while let Some(mut batch) = waiting.pop_front() {
            let indexes = batch.concat();
            let of_batch = indexes.iter().filter_map(|index| changes.get(*index).cloned());
            let planned = indexes.iter().filter_map(|index| plan.changes.get(*index));
            let call =
                OneBatch { batches: self, changes: of_batch.collect(), planned: planned.collect() };
            let attempt = log.begin(&indexes).await?;
            match account.settle(&call).await {
                Ok(()) => {
                    attempt.applied();
                    account.batches.set(true);
                    is_any_made = true;
                }
                Err(error) if is_refusal(&error) => {
                    attempt.not_sent();
                    if account.batches.get() != Some(false) && batch.len() > 1 {
                        let second = batch.split_off(batch.len() / 2);
                        waiting.push_front(second);
                        waiting.push_front(batch);
                    } else if is_any_made {
                        // Whether it is the change or the call that this zone cannot have, the set tells.
                        self.one_by_one(&indexes, log).await?;
                    } else {
                        return Ok(false);
                    }
                }
                Err(error) => {
                    let error = about_changes(error, plan, &indexes);
                    attempt.ended(&error);
                    return Err(error);
                }
            }
        }
        Ok(true)
    }

    fn is_worth_it(&self) -> bool {
        let Self { account, plan, .. } = self;
        let is_dynamic =
            || account.api.dynamic().is_some() && plan.changes.iter().any(DynamicChange::concerns);
        plan.changes.len() >= S::BATCH_FROM && account.batches.get() != Some(false) && !is_dynamic()
    }

    async fn one_by_one(&self, indexes: &[usize], log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        let Self { account, zone, plan, held, still } = self;
        for index in indexes {
            let Some(change) = plan.changes.get(*index) else { continue };
            let attempt = log.begin(&[*index]).await?;
            match make_whole(account, *zone, change, held, (still, log)).await {
                Ok(()) => attempt.applied(),
                Err(Stopped { error, done, of, .. }) => {
                    attempt.partial(done, of, &error);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// A change of the plan, as the service represents it.
    fn set_change(&self, change: &Change) -> Result<SetChange, ProviderError> {
        let dialect = &self.account.service.dialect;
        let after = change
            .desired()
            .map(|new| S::FIELDS.write(new, dialect, self.zone.name))
            .transpose()?;
        Ok(SetChange { before: self.held.of(change)?.cloned(), after })
    }

    /// Whether a change creates NS records of the apex in a new zone, which may have some already.
    fn may_be_there(&self, change: &Change) -> bool {
        let record = change.record();
        !self.plan.exists && record.name().is_apex() && record.record_type() == RecordType::NS
    }
}

/// Changes that are sent together.
struct OneBatch<'c, S> {
    batches: &'c Batches<'c, S>,
    changes: Vec<SetChange>,
    planned: Vec<&'c Change>,
}

#[async_trait]
impl<S: SetApi> Call for OneBatch<'_, S> {
    async fn send(&self) -> Result<(), ProviderError> {
        let Batches { account, zone, still, .. } = self.batches;
        let _sending = still.sending().await;
        if account.api.batch(*zone, &self.changes).await? {
            return Ok(());
        }
        account.batches.set(false);
        let message = "the service has no call for many changes".to_owned();
        Err(ProviderError::service(ServiceErrorKind::Refused, message))
    }

    async fn look_up(&self) -> Result<Observed, ProviderError> {
        let Batches { account, zone, still, .. } = self.batches;
        let _still = still.looking().await;
        let mut sets = account.api.sets(*zone, None).await?.unwrap_or_default();
        sets.retain(|set| S::owner(set) == Owner::User);
        let find = |change: &&Change| {
            let found = S::FIELDS.find(change, &sets, &account.service.dialect, zone.name)?;
            Ok::<_, ProviderError>(found.or_existing(self.batches.may_be_there(change)))
        };
        let found = self.planned.iter().map(find).collect::<Result<Vec<_>, _>>()?;
        Ok(Found::of_all(found))
    }
}
