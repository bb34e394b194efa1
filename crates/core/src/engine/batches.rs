//! Making the changes of a plan many at a time, for services that take several in one call.

use std::collections::{BTreeMap, VecDeque};

use async_trait::async_trait;

use super::existing::about;
use super::gaps::PointedTo;
use crate::apply_log::{ApplyLog, Outcome};
use crate::change::Change;
use crate::error::{ProviderError, ServiceErrorKind};
use crate::name::RecordName;
use crate::plan::Plan;
use crate::record::RecordType;

/// How much of something a change, or a batch, is: items as the service counts them, and bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Weight {
    /// Changes, rows, records: whatever the service limits.
    pub items: usize,
    /// Bytes of the request.
    pub bytes: usize,
}

impl Weight {
    /// So many items and bytes.
    pub const fn new(items: usize, bytes: usize) -> Self {
        Self { items, bytes }
    }
}

/// The most that one call takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchLimits {
    /// Items.
    pub items: usize,
    /// Bytes.
    pub bytes: usize,
}

impl BatchLimits {
    /// So many items and bytes.
    pub const fn new(items: usize, bytes: usize) -> Self {
        Self { items, bytes }
    }

    /// So many items, of any size.
    pub const fn items(items: usize) -> Self {
        Self { items, bytes: usize::MAX }
    }

    fn takes(self, one: Weight, other: Weight) -> bool {
        one.items.saturating_add(other.items) <= self.items
            && one.bytes.saturating_add(other.bytes) <= self.bytes
    }
}

/// The changes (as indexes) of one call, name by name.
pub type Batch = Vec<Vec<usize>>;

/// The changes of a plan in as few batches as `limits` allow; `weigh` says how much each (by its index) is.
///
/// All changes of a name are in one batch, deletions first, a DS after the NS it belongs to. Names that go
/// away come first, then new ones, then those that are updated, and last those that go away although records that
/// change or go as well pointed to them. A name that alone is more than a batch takes is
/// a batch of its own.
///
/// ```
/// use octodns_core::engine::{BatchLimits, Weight, batches};
/// # use octodns_core::{Change, Plan, Record, RecordData, RecordName, Zone, ZoneName};
/// # let zone = Zone::new(ZoneName::new("example.com.").unwrap());
/// # let a = |name: &str| Record::new(RecordName::new(name).unwrap(), 60, RecordData::A(Vec::new())).into();
/// # let changes = vec![Change::Create(a("new")), Change::Delete(a("old")), Change::Create(a("other"))];
/// # let plan = Plan::new(zone.clone(), zone, changes, true);
///
/// // Delete old, Create new, Create other
/// let one_each = |_| Weight::new(1, 0);
/// let batches = batches(&plan, BatchLimits::items(2), one_each);
/// assert_eq!(batches, [vec![vec![0], vec![1]], vec![vec![2]]]);
/// ```
pub fn batches(plan: &Plan, limits: BatchLimits, weigh: impl Fn(usize) -> Weight) -> Vec<Batch> {
    batches_ranked(plan, limits, weigh, |_| ())
}

/// [`batches`] for services where names depend on each other: those of a lower rank come first, in the order
/// that they have there. `rank` is given the changes (as indexes) of one name.
pub fn batches_ranked<R: Ord>(
    plan: &Plan,
    limits: BatchLimits,
    weigh: impl Fn(usize) -> Weight,
    rank: impl Fn(&[usize]) -> R,
) -> Vec<Batch> {
    let mut names = by_name(plan);
    names.sort_by_key(|name| rank(name));
    let mut batches: Vec<(Batch, Weight)> = Vec::new();
    for name in names {
        let mut weight = Weight::default();
        for index in &name {
            let of_change = weigh(*index);
            weight.items = weight.items.saturating_add(of_change.items);
            weight.bytes = weight.bytes.saturating_add(of_change.bytes);
        }
        match batches.last_mut().filter(|(_, held)| limits.takes(*held, weight)) {
            Some((batch, held)) => {
                batch.push(name);
                held.items += weight.items;
                held.bytes += weight.bytes;
            }
            None => batches.push((vec![name], weight)),
        }
    }
    batches.into_iter().map(|(batch, _)| batch).collect()
}

/// The changes of each name, in order.
fn by_name(plan: &Plan) -> Vec<Vec<usize>> {
    let mut names: BTreeMap<&RecordName, Vec<usize>> = BTreeMap::new();
    for (index, change) in plan.changes.iter().enumerate() {
        names.entry(change.record().name()).or_default().push(index);
    }
    let rank = |index: &usize| match plan.changes.get(*index) {
        Some(Change::Delete(_)) => 0,
        Some(Change::Create(new)) => 1 + u8::from(new.record_type() == RecordType::DS),
        _ => 3,
    };
    let mut names: Vec<_> = names.into_values().collect();
    for name in &mut names {
        name.sort_by_key(rank);
    }
    // A name whose changes are all deletions goes; one that has a creation is new, or changes its type.
    let pointed_to = PointedTo::of(plan);
    names.sort_by_key(|name| match name.iter().map(rank).collect::<Vec<_>>() {
        _ if pointed_to.comes_last(name) => 3,
        ranks if ranks.iter().all(|rank| *rank == 0) => 0,
        ranks if ranks.contains(&1) || ranks.contains(&2) => 1,
        _ => 2,
    });
    names
}

/// A service that takes many changes in one call.
#[async_trait]
pub trait BatchApi: Sync {
    /// Makes these changes (indexes into the plan's), all or none.
    ///
    /// # Errors
    ///
    /// With [`ServiceErrorKind::Refused`] or [`ServiceErrorKind::NotFound`] when surely nothing was done.
    async fn send(&self, indexes: &[usize]) -> Result<(), ProviderError>;

    /// The outcome of a change, by its index, after [`BatchApi::send`] has looked at the target and still
    /// cannot tell whether all of the batch was done. Default: it is not known.
    fn seen(&self, _index: usize) -> Option<Outcome> {
        None
    }

    /// Makes what these changes need and what is not a change itself, such as health checks, by steps of the log.
    /// Called before they are sent, and again for each half of a batch that was refused. Default: nothing.
    ///
    /// # Errors
    ///
    /// When it cannot be made: the changes are not sent then.
    async fn prepare(&self, _indexes: &[usize], _log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        Ok(())
    }

    /// Removes what nobody needs any more once these changes are made, by steps of the log. Default: nothing.
    ///
    /// # Errors
    ///
    /// When it cannot be removed: nothing more is sent then.
    async fn clean_up(&self, _indexes: &[usize], _log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        Ok(())
    }
}

/// Makes the changes of `batches` one batch after the other, each by one call.
///
/// A batch that the service refuses is halved until the name that it objects to stands alone: all before it is
/// made then, nothing after it.
///
/// # Errors
///
/// The first failure that is not a refusal of a batch which can be halved, and those of [`BatchApi::prepare`] and
/// [`BatchApi::clean_up`].
pub async fn apply_batches(
    plan: &Plan,
    log: &ApplyLog<'_>,
    batches: Vec<Batch>,
    service: &dyn BatchApi,
) -> Result<(), ProviderError> {
    let mut waiting: VecDeque<Batch> = batches.into();
    while let Some(mut batch) = waiting.pop_front() {
        let indexes = batch.concat();
        service.prepare(&indexes, log).await?;
        let attempt = log.begin(&indexes).await?;
        match service.send(&indexes).await {
            Ok(()) => {
                attempt.applied();
                service.clean_up(&indexes, log).await?;
            }
            Err(error) if batch.len() > 1 && is_refusal(&error) => {
                attempt.not_sent();
                let second = batch.split_off(batch.len() / 2);
                waiting.push_front(second);
                waiting.push_front(batch);
            }
            Err(error) => {
                let error = about_changes(error, plan, &indexes);
                attempt.each(|index| match Outcome::of(&error) {
                    Outcome::Unknown => service.seen(index).unwrap_or(Outcome::Unknown),
                    outcome => outcome,
                });
                return Err(error);
            }
        }
    }
    Ok(())
}

/// Whether the service surely did nothing, since it does not want what was sent.
fn is_refusal(error: &ProviderError) -> bool {
    matches!(error.kind(), Some(ServiceErrorKind::Refused | ServiceErrorKind::NotFound))
}

/// The error of a call that makes several changes (indexes into the plan's), which says what it is about.
#[must_use]
pub fn about_changes(error: ProviderError, plan: &Plan, indexes: &[usize]) -> ProviderError {
    about(error, what(plan, indexes))
}

/// The records that a call is about.
fn what(plan: &Plan, indexes: &[usize]) -> String {
    let zone = plan.desired.name();
    let shown = |index: &usize| {
        let record = plan.changes.get(*index)?.record();
        Some(format!("{} {}", record.decoded_fqdn(zone), record.record_type()))
    };
    match indexes {
        [first, .., last] if indexes.len() > 2 => {
            let ends = [first, last].map(|index| shown(index).unwrap_or_default());
            format!("{} changes from {} to {}", indexes.len(), ends[0], ends[1])
        }
        few => few.iter().filter_map(shown).collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::ApprovedPlan;
    use crate::record::{Record, RecordData};
    use crate::{Zone, ZoneName};

    fn record(name: &str, data: RecordData) -> Arc<Record> {
        Arc::new(Record::new(RecordName::new(name).unwrap(), 60, data))
    }

    fn a(name: &str) -> Arc<Record> {
        record(name, RecordData::A(vec!["192.0.2.1".parse().unwrap()]))
    }

    fn plan(changes: Vec<Change>) -> ApprovedPlan {
        let zone = Zone::new(ZoneName::new("example.com.").unwrap());
        Plan::new(zone.clone(), zone, changes, true).approve_by_force()
    }

    fn shown(plan: &Plan, batch: &Batch) -> Vec<String> {
        let one = |index: &usize| {
            let change = &plan.changes[*index];
            let record = change.record();
            format!("{} {} {}", change.verb(), record.name(), record.record_type())
        };
        batch.concat().iter().map(one).collect()
    }

    #[test]
    fn names_stay_whole_and_in_a_safe_order() {
        let target = || crate::record::HostName::new("t.example.").unwrap();
        let plan = plan(vec![
            Change::Update { existing: a("www"), new: a("www") },
            Change::Create(record("child", RecordData::Ds(Vec::new()))),
            Change::Create(record("child", RecordData::Ns(vec![target()]))),
            Change::Delete(record("turned", RecordData::Cname(target()))),
            Change::Create(a("turned")),
            Change::Delete(a("old")),
        ]);
        let one_each = |_| Weight { items: 1, bytes: 10 };
        for (limits, expected) in [
            (
                BatchLimits::items(3),
                vec![
                    vec!["Delete old A", "Create child NS", "Create child DS"],
                    vec!["Delete turned CNAME", "Create turned A", "Update www A"],
                ],
            ),
            // A name that is more than a batch is not torn.
            (
                BatchLimits { items: 99, bytes: 10 },
                vec![
                    vec!["Delete old A"],
                    vec!["Create child NS", "Create child DS"],
                    vec!["Delete turned CNAME", "Create turned A"],
                    vec!["Update www A"],
                ],
            ),
        ] {
            let batches = batches(&plan, limits, one_each);
            let found: Vec<_> = batches.iter().map(|batch| shown(&plan, batch)).collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn names_come_in_the_order_of_their_rank() {
        let plan = plan(vec![
            Change::Create(a("first")),
            Change::Delete(a("gone")),
            Change::Create(a("second")),
        ]);
        let one_each = |_| Weight { items: 1, bytes: 0 };
        let last = |name: &[usize]| u8::from(name.contains(&0));
        let batches = batches_ranked(&plan, BatchLimits::items(2), one_each, last);
        assert_eq!(batches, [vec![vec![1], vec![2]], vec![vec![0]]]);
    }

    /// A service that says no to the third change.
    struct Picky {
        fault: ServiceErrorKind,
        sent: Mutex<Vec<Vec<usize>>>,
    }

    /// One that needs something made for each batch.
    struct Careful(Picky);

    #[async_trait]
    impl BatchApi for Careful {
        async fn send(&self, indexes: &[usize]) -> Result<(), ProviderError> {
            self.0.send(indexes).await
        }

        async fn prepare(
            &self,
            indexes: &[usize],
            log: &ApplyLog<'_>,
        ) -> Result<(), ProviderError> {
            log.in_step(&format!("prepare {indexes:?}"), async { Ok::<_, ProviderError>(()) }).await
        }

        async fn clean_up(
            &self,
            indexes: &[usize],
            log: &ApplyLog<'_>,
        ) -> Result<(), ProviderError> {
            let refused = || Err(ProviderError::service(ServiceErrorKind::Refused, "not that"));
            let result = if indexes.contains(&1) { refused() } else { Ok(()) };
            log.in_step(&format!("clean up {indexes:?}"), async { result }).await
        }
    }

    #[tokio::test]
    async fn what_comes_before_and_after_a_batch_is_told_apart_from_it() {
        let plan = plan(["a", "b", "c"].map(|name| Change::Create(a(name))).into());
        let all = batches(&plan, BatchLimits::items(99), |_| Weight { items: 1, bytes: 0 });
        let log = ApplyLog::new("mine", &plan, &());
        let picky = Picky { fault: ServiceErrorKind::Refused, sent: Mutex::default() };
        let result = apply_batches(&plan, &log, all, &Careful(picky)).await;
        assert_eq!(result.unwrap_err().to_string(), "not that");
        let steps: Vec<_> = log.steps().into_iter().map(|(step, _)| step).collect();
        let expected = [
            "prepare [0, 1, 2]",
            "prepare [0]",
            "clean up [0]",
            "prepare [1, 2]",
            "prepare [1]",
            "clean up [1]",
        ];
        assert_eq!(steps, expected);
        // It was made, whatever came of what is cleaned up after it.
        let expected = [Outcome::Applied, Outcome::Applied, Outcome::NotSent];
        assert_eq!(log.outcomes(), expected);
    }

    #[async_trait]
    impl BatchApi for Picky {
        async fn send(&self, indexes: &[usize]) -> Result<(), ProviderError> {
            self.sent.lock().unwrap().push(indexes.to_vec());
            if indexes.contains(&2) {
                Err(ProviderError::service(self.fault, "422: no"))
            } else {
                Ok(())
            }
        }
    }

    #[tokio::test]
    async fn a_refused_batch_is_halved_until_the_culprit_stands_alone() {
        let plan = plan(["a", "b", "c", "d", "e"].map(|name| Change::Create(a(name))).into());
        let all = batches(&plan, BatchLimits::items(99), |_| Weight { items: 1, bytes: 0 });
        let log = ApplyLog::new("mine", &plan, &());
        let service = Picky { fault: ServiceErrorKind::Refused, sent: Mutex::default() };
        let result = apply_batches(&plan, &log, all, &service).await;
        assert_eq!(result.unwrap_err().to_string(), "c.example.com. A: 422: no");
        let expected = [vec![0, 1, 2, 3, 4], vec![0, 1], vec![2, 3, 4], vec![2]];
        assert_eq!(service.sent.into_inner().unwrap(), expected);
        let failed = Outcome::Failed("c.example.com. A: 422: no".to_owned());
        let applied = || Outcome::Applied;
        let left = || Outcome::NotSent;
        assert_eq!(log.outcomes(), [applied(), applied(), failed, left(), left()]);
    }

    #[tokio::test]
    async fn a_lost_answer_is_no_refusal() {
        let plan = plan(["a", "b", "c"].map(|name| Change::Create(a(name))).into());
        let all = batches(&plan, BatchLimits::items(99), |_| Weight { items: 1, bytes: 0 });
        let log = ApplyLog::new("mine", &plan, &());
        let service = Picky { fault: ServiceErrorKind::Indeterminate, sent: Mutex::default() };
        assert!(apply_batches(&plan, &log, all, &service).await.is_err());
        assert_eq!(log.outcomes(), vec![Outcome::Unknown; 3]);
    }
}
