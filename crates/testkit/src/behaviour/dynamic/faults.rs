//! An apply of a dynamic record that stops in the middle: the log is honest, and the next run does the rest.

use futures::FutureExt;
use futures::future::BoxFuture;
use octodns_core::record::Compare;
use octodns_core::{Change, Outcome, Zone};
use serde_json::Value as Json;

use super::samples::Samples;
use super::{Case, Result, converge, is_as_before, with_beside};
use crate::fake::{Control, InjectedFault, Place};
use crate::run::render;

/// The most writing requests of one change, which is where the cases give up.
const MOST: usize = 60;

/// The service refuses every write from one on.
pub(super) fn refused<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move { interrupted(case, &InjectedFault::refused()).await }.boxed()
}

/// The answers to every write from one on are lost, whether it was carried out or not.
pub(super) fn cut_off<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        for carried_out in [true, false] {
            let fault = InjectedFault::Break { place: Place::Start, carried_out };
            let told = |problem| format!("carried out: {carried_out}: {problem}");
            interrupted(case, &fault).await.map_err(told)?;
        }
        Ok(())
    }
    .boxed()
}

/// Creates, changes, makes plain and deletes a record; each with the fault from the first, second, ... write on.
async fn interrupted(case: &Case<'_>, fault: &InjectedFault) -> Result {
    let Some(control) = case.fixture.control() else {
        case.does_not_apply("the server cannot be made to fail");
        return Ok(());
    };
    let samples = Samples::new(case);
    let of = samples.main_type();
    let record = |name, near: &[usize]| samples.usual_record((name, of), near);
    let (Some(first), Some(second), Some(other)) =
        (record("www", &[1, 2]), record("www", &[2, 3]), record("other", &[1, 2]))
    else {
        case.does_not_apply("the service cannot hold the sample");
        return Ok(());
    };
    let plain = samples.plain(("www", of), 7);
    let at =
        |www: Option<&Json>| -> Vec<Json> { www.into_iter().chain([&other]).cloned().collect() };
    converge(case, &at(None)).await?;
    let before = case.fixture.inventory();
    for (what, from, to) in [
        ("create", None, Some(&first)),
        ("change", Some(&first), Some(&second)),
        ("dynamic to plain", Some(&first), Some(&plain)),
        ("plain to dynamic", Some(&plain), Some(&first)),
        ("delete", Some(&first), None),
    ] {
        for after in 0..MOST {
            let told = |problem| format!("{what}, after {after} writes: {problem}");
            converge(case, &at(from)).await.map_err(told)?;
            let is_hit = stopped(case, control, &at(to), (after, fault)).await.map_err(told)?;
            // A second run, of another client.
            converge(case, &at(to)).await.map_err(told)?;
            if !is_hit {
                break;
            }
        }
        converge(case, &at(None)).await?;
        is_as_before(case, before.as_ref()).map_err(|problem| format!("{what}: {problem}"))?;
    }
    Ok(())
}

/// Applies what leads to these records, with a fault in every write after some; `false` if there were no more.
async fn stopped(
    case: &Case<'_>,
    control: &Control,
    records: &[Json],
    (after, fault): (usize, &InjectedFault),
) -> std::result::Result<bool, String> {
    let desired = case.desired(&with_beside(records));
    let harness = case.fixture.harness().await;
    let plan = harness.plan(&desired).await.map_err(|report| render(&report))?;
    let plan = plan.ok_or("there is nothing to do")?;
    let sent = case.writes();
    control.faults().writes_after(after, fault.clone());
    let applied = harness.apply(&plan).await;
    control.faults().clear();
    let is_hit = case.writes() - sent > after;
    let held = case.fixture.harness().await.read(&case.zone).await;
    let held = held.map_err(|report| format!("it cannot be read: {}", render(&report)))?.zone;
    let all_done = applied.outcomes.iter().all(Outcome::is_applied);
    if applied.result.is_ok() && !all_done {
        return Err(format!("Ok, although not every change was made: {:?}", applied.outcomes));
    }
    for (change, outcome) in plan.changes.iter().zip(&applied.outcomes) {
        if !is_honest(change, outcome, &held) {
            let there = held.get(change.record().name(), change.record().record_type());
            return Err(format!(
                "the log says {outcome:?} of {}, there: {:?}",
                change.display(&case.zone),
                there.map(|there| crate::json::record_json(there))
            ));
        }
    }
    let planned = |record: &octodns_core::Record| {
        let mut all = plan.changes.iter().map(Change::record);
        all.any(|other| other.name() == record.name())
    };
    for other in desired.records().filter(|record| !planned(record)) {
        let there = held.get(other.name(), other.record_type());
        if there.is_none_or(|there| there.differs(other, Compare::EVERYTHING)) {
            return Err(format!("{} is not as it was", other.name()));
        }
    }
    Ok(is_hit)
}

/// Whether the outcome that the log has of a change is true of what the service holds.
fn is_honest(change: &Change, outcome: &Outcome, held: &Zone) -> bool {
    let record = change.record();
    let there = held.get(record.name(), record.record_type());
    let is = |wanted: Option<&octodns_core::Record>| match (wanted, there) {
        (None, None) => true,
        (Some(wanted), Some(there)) => !there.differs(wanted, Compare::EVERYTHING),
        _ => false,
    };
    match outcome {
        Outcome::Applied | Outcome::Staged => is(change.desired().map(|record| &**record)),
        Outcome::NotSent => is(change.existing().map(|record| &**record)),
        Outcome::Failed(_) => !is(change.desired().map(|record| &**record)),
        // Not known, or made in part.
        _ => true,
    }
}
