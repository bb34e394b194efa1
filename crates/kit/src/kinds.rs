//! Many rows in one call, for services that create, change and delete rows by calls of their own.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use octodns_core::engine::per_record::{RowCall, row_calls};
use octodns_core::engine::{BatchLimits, Weight, about_changes, batches};
use octodns_core::{ApplyLog, Change, Outcome, ProviderError, Record, ServiceErrorKind};

use crate::batch::{Batches, bytes, is_refusal};
use crate::fields::ReadRow;
use crate::lookup::{Call, Observed, refused};
use crate::row_api::{Batched, RowApi, RowChange};
use crate::set_root_ns;

/// Which call a row is in. Rows that are in the way of others go first; all else goes last, so that a name always
/// holds something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    InTheWay,
    Update,
    Create,
    Delete,
}

/// One row of a plan.
struct Step<'s> {
    /// The index of its change.
    change: usize,
    turn: Turn,
    call: RowCall<'s, String>,
    sent: RowChange,
}

impl Step<'_> {
    fn weight(&self) -> Weight {
        Weight::new(1, bytes(&self.sent))
    }
}

/// How many rows of each change there are, and how many are made.
struct Progress(Vec<(usize, usize)>);

impl Progress {
    fn outcome(&self, index: usize, made: &Outcome) -> Outcome {
        match self.0.get(index).copied().unwrap_or_default() {
            (done, of) if done == of => made.clone(),
            (0, _) => Outcome::NotSent,
            (done, of) => {
                let why = "the calls for its other rows were not made".to_owned();
                Outcome::Partial { done, of, perhaps_one_more: false, why }
            }
        }
    }

    /// The outcome of a change that is not made because of an error.
    fn failure(&self, index: usize, error: &ProviderError) -> Outcome {
        let perhaps_one_more = error.kind() == Some(ServiceErrorKind::Indeterminate);
        match self.0.get(index).copied().unwrap_or_default() {
            (0, of) if of <= 1 || !perhaps_one_more => Outcome::of(error),
            (done, of) => Outcome::Partial { done, of, perhaps_one_more, why: error.with_causes() },
        }
    }
}

/// Makes the changes of a plan by few calls, each for rows of one kind; `false` if nothing was made, since that is
/// not better than one row after the other.
///
/// What a refused or interrupted call has made is looked up, so that it does not matter whether a call makes all of
/// its rows or none.
///
/// # Errors
///
/// The first failure that is not a refusal of a call which can be halved.
pub(crate) async fn apply<S: RowApi>(
    all: &Batches<'_, S>,
    log: &ApplyLog<'_>,
) -> Result<bool, ProviderError> {
    let Some(limits) = all.calls.api().batch_limits() else { return Ok(false) };
    let steps = steps(all)?;
    if steps.len() < 2 {
        return Ok(false);
    }
    let mut progress = Progress(vec![(0, 0); all.plan.changes.len()]);
    for step in &steps {
        if let Some((_, of)) = progress.0.get_mut(step.change) {
            *of += 1;
        }
    }
    let made = if S::PUBLISHES { Outcome::Staged } else { Outcome::Applied };
    let mut waiting: VecDeque<Vec<&Step<'_>>> = in_calls(&steps, limits).into();
    while let Some(rows) = waiting.pop_front() {
        let indexes = changes_of(&rows);
        let attempt = log.begin(&indexes).await?;
        let call = OneCall { all, left: Mutex::new(rows.clone()), refused: Mutex::default() };
        let result = match all.calls.account.settle(&call).await {
            // What it has made nevertheless is left out from now on.
            Err(error) if is_refusal(&error) => refused(&call, error).await,
            result => result,
        };
        let left = if result.is_ok() { Vec::new() } else { call.left() };
        for step in rows.iter().filter(|step| !left.iter().any(|left| std::ptr::eq(*left, **step)))
        {
            if let Some((done, _)) = progress.0.get_mut(step.change) {
                *done += 1;
            }
        }
        match result {
            Ok(()) => attempt.each(|index| progress.outcome(index, &made)),
            Err(error) if is_refusal(&error) && left.len() > 1 && !call.is_refused_apart() => {
                attempt.each(|index| progress.outcome(index, &made));
                let (first, second) = left.split_at(left.len() / 2);
                waiting.push_front(second.to_vec());
                waiting.push_front(first.to_vec());
            }
            Err(error) => {
                let failed = changes_of(&left);
                let (error, own) = call.errors(error, &left);
                attempt.each(|index| match own.get(&index) {
                    Some(own) => progress.failure(index, own),
                    None if failed.contains(&index) => progress.failure(index, &error),
                    None => progress.outcome(index, &made),
                });
                return Err(error);
            }
        }
    }
    Ok(true)
}

/// Every row that a plan changes, in a safe order.
fn steps<'s, S: RowApi>(all: &Batches<'s, S>) -> Result<Vec<Step<'s>>, ProviderError> {
    let changes = &all.plan.changes;
    let replaced: HashSet<_> = changes
        .iter()
        .filter_map(|change| change.desired().map(|desired| desired.name()))
        .collect();
    let order = batches(all.plan, BatchLimits::items(usize::MAX), |_| Weight::default());
    let mut steps = Vec::new();
    for index in order.concat().concat() {
        let Some(change) = changes.get(index).filter(|change| !set_root_ns::is_call::<S>(change))
        else {
            continue;
        };
        let record: &Record = change.record();
        let is_replaced = matches!(change, Change::Delete(_)) && replaced.contains(record.name());
        let calls = row_calls(all.calls, change, all.held, all.plan.exists)?;
        let is_deletion = |call: &RowCall<'_, String>| {
            matches!(call, RowCall::Delete(_) | RowCall::DeleteUnreadable(_))
        };
        let last = calls.iter().rposition(|call| !is_deletion(call));
        for (place, call) in calls.into_iter().enumerate() {
            let turn = match &call {
                RowCall::Update(..) => Turn::Update,
                RowCall::Create(_) => Turn::Create,
                _ if is_replaced || last.is_some_and(|last| place < last) => Turn::InTheWay,
                _ => Turn::Delete,
            };
            let sent = all.row_change(&call)?;
            steps.push(Step { change: index, turn, call, sent });
        }
    }
    steps.sort_by_key(|step| step.turn);
    Ok(steps)
}

/// The rows of each call: of one kind, and as many as the limits allow.
fn in_calls<'s>(steps: &'s [Step<'s>], limits: BatchLimits) -> Vec<Vec<&'s Step<'s>>> {
    let mut calls: Vec<(Vec<&Step<'_>>, Weight)> = Vec::new();
    for step in steps {
        let weight = step.weight();
        match calls.last_mut() {
            Some((rows, held))
                if rows.last().is_some_and(|row| row.turn == step.turn)
                    && held.items < limits.items
                    && held.bytes.saturating_add(weight.bytes) <= limits.bytes =>
            {
                rows.push(step);
                held.items += weight.items;
                held.bytes += weight.bytes;
            }
            _ => calls.push((vec![step], weight)),
        }
    }
    calls.into_iter().map(|(rows, _)| rows).collect()
}

/// The indexes of the changes of some rows, each once.
fn changes_of(rows: &[&Step<'_>]) -> Vec<usize> {
    let mut indexes: Vec<_> = rows.iter().map(|step| step.change).collect();
    indexes.sort_unstable();
    indexes.dedup();
    indexes
}

/// One call, and the rows of it that are not known to be made.
struct OneCall<'c, S> {
    all: &'c Batches<'c, S>,
    left: Mutex<Vec<&'c Step<'c>>>,
    /// The ids of rows that were refused one by one, and why.
    refused: Mutex<Vec<(String, ProviderError)>>,
}

impl<'c, S: RowApi> OneCall<'c, S> {
    fn left(&self) -> Vec<&'c Step<'c>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the service has said which rows it refuses, so that there is nothing to find by halving.
    fn is_refused_apart(&self) -> bool {
        !self.refused().is_empty()
    }

    fn refused(&self) -> MutexGuard<'_, Vec<(String, ProviderError)>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The error of a call that has not made these rows, and those of changes with an error of their own.
    fn errors(
        &self,
        error: ProviderError,
        left: &[&Step<'_>],
    ) -> (ProviderError, BTreeMap<usize, ProviderError>) {
        let mut own = BTreeMap::new();
        let refused = std::mem::take(&mut *self.refused());
        for (id, why) in refused.into_iter().filter(|_| is_refusal(&error)) {
            let is_it = |step: &&&Step<'_>| step.sent.id() == Some(&id);
            if let Some(change) = left.iter().find(is_it).map(|step| step.change) {
                own.entry(change).or_insert_with(|| about_changes(why, self.all.plan, &[change]));
            }
        }
        if own.is_empty() {
            return (about_changes(error, self.all.plan, &changes_of(left)), own);
        }
        let words: Vec<_> = own.values().map(ProviderError::with_causes).collect();
        (ProviderError::service(ServiceErrorKind::Refused, words.join("; ")), own)
    }

    fn observed(&self, step: &Step<'_>, rows: &[ReadRow]) -> Observed {
        let calls = self.all.calls;
        let by_id = |id: &String| rows.iter().find(|row| row.id.as_ref() == Some(id));
        match &step.call {
            RowCall::Create(record) => {
                // A row that existed before is not the new one.
                let is_known =
                    |row: &ReadRow| row.id.as_ref().is_some_and(|id| calls.known.contains(id));
                let mut rows = rows.iter();
                let is_there = rows.any(|row| !is_known(row) && row.says(record, &calls.types));
                if is_there { Observed::Desired } else { Observed::Existing }
            }
            RowCall::Update(row, new) => {
                calls.observed(by_id(&row.id), Some(&row.record), Some(new))
            }
            RowCall::Delete(row) => calls.observed(by_id(&row.id), Some(&row.record), None),
            RowCall::DeleteUnreadable(id) => calls.observed(by_id(id), None, None),
        }
    }
}

#[async_trait]
impl<S: RowApi> Call for OneCall<'_, S> {
    async fn send(&self) -> Result<(), ProviderError> {
        let calls = self.all.calls;
        let changes: Vec<_> = self.left().into_iter().map(|step| step.sent.clone()).collect();
        let _sending = calls.still.sending().await;
        let batched = calls.api().batch(calls.zone, &changes).await?;
        let Batched::Partly(refused) = batched else { return Ok(()) };
        let message = format!("{} of {} rows are refused", refused.len(), changes.len());
        *self.refused() = refused.into_iter().map(|(id, why)| (id, why.into())).collect();
        Err(ProviderError::service(ServiceErrorKind::Refused, message))
    }

    async fn look_up(&self) -> Result<Observed, ProviderError> {
        let rows = self.all.calls.all_rows_now().await?;
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        left.retain(|step| self.observed(step, &rows) != Observed::Desired);
        let is_as_before = |step: &&Step<'_>| self.observed(step, &rows) == Observed::Existing;
        Ok(match left.is_empty() {
            true => Observed::Desired,
            false if left.iter().all(is_as_before) => Observed::Existing,
            false => Observed::Other,
        })
    }
}
