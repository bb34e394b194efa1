//! Making the changes of a plan one by one: in a safe order, several at a time, each recorded.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::stream::{self, StreamExt};

use super::gaps::{PointedTo, stands_beside_others};
use crate::apply_log::{ApplyLog, Stopped};
use crate::change::Change;
use crate::error::ProviderError;
use crate::name::RecordName;
use crate::plan::Plan;
use crate::record::RecordType;

/// Makes the changes of a plan by calling `make` for each, for services that change one `RRset` at a time.
///
/// What belongs to one name is changed in turn; up to `concurrency` names are changed at the same time.
/// Names that go away go first; then come new names and those whose types change, where what is new is made before
/// what is old goes, unless the one cannot be beside the other: then it comes right after it, so that the name is
/// gone for as short as can be. Then come updates, and last the names that go away although records that change or go as
/// well pointed to them. The log is asked before `make` is called, and told after it.
///
/// # Errors
///
/// The first failure: after it nothing is started any more, and what is under way is brought to its end.
pub async fn apply_each<'p, F, R, E>(
    plan: &'p Plan,
    log: &ApplyLog<'_>,
    concurrency: usize,
    make: F,
) -> Result<(), ProviderError>
where
    F: Fn(&'p Change) -> R,
    R: Future<Output = Result<(), E>>,
    Stopped: From<E>,
{
    let make = async |index: usize| {
        let Some(change) = plan.changes.get(index) else { return Ok(()) };
        let attempt = log.begin(&[index]).await?;
        match make(change).await.map_err(Stopped::from) {
            Ok(()) => attempt.applied(),
            Err(Stopped { error, done, of }) => {
                attempt.partial(done, of, &error);
                return Err(error);
            }
        }
        Ok(())
    };
    let has_failed = AtomicBool::new(false);
    let in_turn = async |queue: Queue| {
        for index in queue {
            if has_failed.load(Ordering::Relaxed) {
                break;
            }
            make(index).await.inspect_err(|_| has_failed.store(true, Ordering::Relaxed))?;
        }
        Ok(())
    };
    for stage in stages(plan) {
        let mut queues = stream::iter(stage).map(&in_turn).buffer_unordered(concurrency.max(1));
        let mut first = Ok(());
        while let Some(result) = queues.next().await {
            first = first.and(result);
        }
        first?;
    }
    Ok(())
}

/// The changes (as indexes) of one name, in turn.
type Queue = Vec<usize>;

/// What is done before what: names that go, names that come or change their type, updates, names that go and were
/// pointed to.
fn stages(plan: &Plan) -> [Vec<Queue>; 4] {
    let pointed_to = PointedTo::of(plan);
    let mut names: BTreeMap<&RecordName, [Vec<usize>; 3]> = BTreeMap::new();
    for (index, change) in plan.changes.iter().enumerate() {
        let kind = match change {
            Change::Delete(_) => 0,
            Change::Create(_) => 1,
            Change::Update { .. } => 2,
        };
        names.entry(change.record().name()).or_default()[kind].push(index);
    }
    let mut stages = <[Vec<Queue>; 4]>::default();
    for [deletes, mut creates, updates] in names.into_values() {
        // A DS without the NS it belongs to is refused by some services.
        let is_ds = |index: &usize| {
            plan.changes
                .get(*index)
                .is_some_and(|change| change.record().record_type() == RecordType::DS)
        };
        creates.sort_by_key(is_ds);
        let stage = if !creates.is_empty() {
            1
        } else if updates.is_empty() && pointed_to.comes_last(&deletes) {
            3
        } else {
            0
        };
        let gives_way = deletes.iter().chain(&creates).any(|index| {
            let change = plan.changes.get(*index);
            change.is_some_and(|change| !stands_beside_others(change.record().record_type()))
        });
        let [first, last] = if gives_way { [deletes, creates] } else { [creates, deletes] };
        stages[stage].push(first.into_iter().chain(last).collect());
        stages[2].push(updates);
    }
    for stage in &mut stages {
        stage.retain(|queue| !queue.is_empty());
    }
    stages
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::ApprovedPlan;
    use crate::apply_log::Outcome;
    use crate::record::{HostName, Record, RecordData};
    use crate::{Zone, ZoneName};

    fn record(name: &str, data: RecordData) -> std::sync::Arc<Record> {
        Record::new(RecordName::new(name).unwrap(), 300, data).into()
    }

    fn a(name: &str) -> std::sync::Arc<Record> {
        record(name, RecordData::A(vec!["192.0.2.1".parse().unwrap()]))
    }

    fn target() -> HostName {
        HostName::new("x.example.").unwrap()
    }

    fn plan(changes: Vec<Change>) -> ApprovedPlan {
        let zone = Zone::new(ZoneName::new("example.com.").unwrap());
        Plan::new(zone.clone(), zone, changes, true).approve_by_force()
    }

    fn shown(change: &Change) -> String {
        let record = change.record();
        format!("{} {} {}", change.verb(), record.name(), record.record_type())
    }

    #[tokio::test]
    async fn a_name_is_never_gone_for_longer_than_it_must() {
        let plan = plan(vec![
            Change::Create(a("new")),
            Change::Create(a("turned")),
            Change::Delete(record("turned", RecordData::Cname(target()))),
            Change::Delete(a("old")),
            Change::Delete(a("moved")),
            Change::Create(record("moved", RecordData::Aaaa(Vec::new()))),
            Change::Update { existing: a("www"), new: a("www") },
            Change::Create(record("child", RecordData::Ds(Vec::new()))),
            Change::Create(record("child", RecordData::Ns(vec![target()]))),
        ]);
        let done = Mutex::new(Vec::new());
        let log = ApplyLog::new("mine", &plan, &());
        let result = apply_each(&plan, &log, 1, async |change| {
            done.lock().unwrap().push(shown(change));
            Ok::<_, ProviderError>(())
        })
        .await;
        assert!(result.is_ok());
        assert_eq!(
            done.into_inner().unwrap(),
            [
                "Delete old A",
                "Create child NS",
                "Create child DS",
                "Create moved AAAA",
                "Delete moved A",
                "Create new A",
                "Delete turned CNAME",
                "Create turned A",
                "Update www A",
            ]
        );
        assert!(log.outcomes().iter().all(|outcome| *outcome == Outcome::Applied));
    }

    #[tokio::test]
    async fn a_failure_ends_the_plan_and_the_log_says_where() {
        let plan =
            plan(["a", "b", "c", "d"].into_iter().map(|name| Change::Create(a(name))).collect());
        let log = ApplyLog::new("mine", &plan, &());
        // Of the two under way when the first fails, the other is brought to its end.
        let result = apply_each(&plan, &log, 2, async |change| {
            let fails = change.record().name().as_str() == "a";
            tokio::task::yield_now().await;
            if fails { Err(ProviderError::failed("no such luck")) } else { Ok(()) }
        })
        .await;
        assert_eq!(result.unwrap_err().to_string(), "no such luck");
        let failed = Outcome::Failed("no such luck".to_owned());
        let expected = [failed, Outcome::Applied, Outcome::NotSent, Outcome::NotSent];
        assert_eq!(log.outcomes(), expected);
    }

    #[tokio::test]
    async fn a_change_whose_answer_is_lost_stays_tried() {
        let plan = plan(vec![Change::Create(a("lost")), Change::Create(a("other"))]);
        let log = ApplyLog::new("mine", &plan, &());
        let lost =
            || ProviderError::service(crate::error::ServiceErrorKind::Indeterminate, "no answer");
        let result = apply_each(&plan, &log, 1, async |_| Err(lost())).await;
        assert_eq!(result.unwrap_err().to_string(), "no answer");
        assert_eq!(log.outcomes(), [Outcome::Unknown, Outcome::NotSent]);
    }
}
