//! A service that is slow, fails or refuses; only where the server can be made to.

use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use octodns_core::Outcome;
use octodns_core::record::Compare;
use serde_json::{Value as Json, json};

use super::samples::addresses;
use super::{Case, CaseFn, chain};
use crate::fake::{Control, InjectedFault, Place, Request, Response, Seen};
use crate::run::render;

type Result = std::result::Result<(), String>;

pub(super) const CASES: &[(&str, CaseFn)] = &[
    ("throttled", throttled),
    ("pause", pause),
    ("unavailable", unavailable),
    ("broken-connection", broken_connection),
    ("wrong-answer", wrong_answer),
    ("half-an-apply", half_an_apply),
    ("cut-off", cut_off),
    ("broken-off", broken_off),
    ("storm", storm),
];

fn records(many: usize) -> Vec<Json> {
    let record = |index| json!({"name": format!("host-{index}"), "type": "A", "ttl": 300, "value": format!("192.0.2.{}", index % 250)});
    (0..many).map(record).collect()
}

/// Creates the zone first, so that the faults hit the writes to it.
async fn prepared<'s>(case: &'s Case<'s>) -> std::result::Result<Option<&'s Control>, String> {
    case.converge_to(&records(1)).await?;
    Ok(case.fixture.control())
}

/// Each of the next requests is throttled once.
fn throttled<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let Some(control) = prepared(case).await? else { return Ok(()) };
        control.faults().next(3, case.fixture.throttled());
        case.apply(&case.desired(&records(4))).await?;
        control.faults().next(1, case.fixture.throttled());
        case.holds(&case.desired(&records(4))).await
    }
    .boxed()
}

/// The client waits as long as `Retry-After` says before it sends again: for a zone, and for a record.
fn pause<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let Some(control) = case.fixture.control() else { return Ok(()) };
        let InjectedFault::Response(Response { status, mut headers, body }) =
            case.fixture.throttled()
        else {
            return Ok(());
        };
        headers.retain(|(name, _)| name != "retry-after");
        headers.push(("retry-after".to_owned(), "1".to_owned()));
        let throttled = InjectedFault::Response(Response { status, headers, body });
        for many in [1, 2] {
            control.measured().clear();
            control.faults().next_of(Request::is_write, 1, throttled.clone());
            case.converge_to(&records(many)).await?;
            let seen = control.measured().seen();
            let mut writes = seen.iter().filter(|seen| seen.is_write());
            // A request that was not carried out has no status.
            let Some(first) = writes.by_ref().find(|seen| seen.status.is_none()) else { continue };
            let is_same = |seen: &&Seen| {
                (&seen.method, &seen.target, &seen.body)
                    == (&first.method, &first.target, &first.body)
            };
            let Some(again) = writes.find(is_same) else { continue };
            let after = again.at.duration_since(first.at);
            if after < Duration::from_millis(950) {
                let (method, target) = (&first.method, &first.target);
                return Err(format!(
                    "{method} {target} is sent again after {after:?}, not a second"
                ));
            }
        }
        Ok(())
    }
    .boxed()
}

/// The service answers 503, whether it carried out the request or not.
fn unavailable<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let Some(control) = prepared(case).await? else { return Ok(()) };
        for fault in [InjectedFault::unavailable(), InjectedFault::unavailable_after()] {
            control.faults().next(1, fault.clone());
            control.faults().next_of(Request::is_write, 2, fault);
            case.converge_to(&records(5)).await?;
            control.faults().clear();
            case.converge_to(&records(1)).await?;
        }
        Ok(())
    }
    .boxed()
}

/// The connection breaks at any point of the response, whether the request was carried out or not.
fn broken_connection<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let Some(control) = prepared(case).await? else { return Ok(()) };
        for place in Place::ALL {
            for carried_out in [false, true] {
                let fault = InjectedFault::Break { place, carried_out };
                control.faults().next_of(Request::is_write, 2, fault.clone());
                let told = |problem| format!("{fault:?}: {problem}");
                case.converge_to(&records(5)).await.map_err(told)?;
                control.faults().clear();
                case.converge_to(&records(1)).await?;
            }
        }
        Ok(())
    }
    .boxed()
}

/// A malformed response is an error, never an empty zone.
fn wrong_answer<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let Some(control) = prepared(case).await? else { return Ok(()) };
        for fault in [InjectedFault::malformed(), InjectedFault::refused()] {
            control.faults().next(usize::MAX, fault.clone());
            let read = case.harness.read(&case.zone).await;
            control.faults().clear();
            if let Ok(read) = read {
                return Err(format!("{fault:?} reads as a zone with {} records", read.zone.len()));
            }
        }
        Ok(())
    }
    .boxed()
}

/// The service refuses a request in the middle of an apply: the log says what was applied and what was not,
/// and a second run does the rest.
fn half_an_apply<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let Some(control) = prepared(case).await? else { return Ok(()) };
        let desired = case.desired(&records(40));
        let plan = case.harness.plan(&desired).await.map_err(|report| render(&report))?;
        let plan = plan.ok_or("there is nothing to do")?;
        control.faults().writes_after(10, InjectedFault::refused());
        let applied = case.harness.apply(&plan).await;
        control.faults().clear();
        let Err(error) = applied.result else {
            // Everything is in one request, which is all or nothing: the case does not apply.
            return case.holds(&desired).await;
        };
        if !chain(&error).contains("injected: refused") {
            return Err(format!("the error has not the service's words: {}", chain(&error)));
        }
        let held = case.harness.read(&case.zone).await.map_err(|report| render(&report))?.zone;
        for (change, outcome) in plan.changes.iter().zip(&applied.outcomes) {
            let record = change.record();
            let is_there = held.get(record.name(), record.record_type()).is_some();
            if is_there != is_made(outcome) {
                return Err(format!(
                    "{}: the log says {outcome:?}, there: {is_there}",
                    record.name()
                ));
            }
        }
        let is_any = |is: fn(&Outcome) -> bool| applied.outcomes.iter().any(is);
        if !is_any(|outcome| matches!(outcome, Outcome::Failed(_))) {
            return Err("the log does not say what failed".to_owned());
        }
        let several = is_any(is_made);
        if several && !is_any(|outcome| *outcome == Outcome::NotSent) {
            return Err("it goes on after the service has refused a change".to_owned());
        }
        case.converge_to(&records(40)).await
    }
    .boxed()
}

/// Whether the service has the change, published or not.
pub(super) fn is_made(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Applied | Outcome::Staged)
}

/// From the middle of an apply on, the response to every write is lost. What the log reports as applied is
/// there, what it reports as not tried is not, and a second run does the rest.
fn cut_off<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let Some(control) = prepared(case).await? else { return Ok(()) };
        for carried_out in [true, false] {
            let many = if carried_out { 12 } else { 24 };
            let desired = case.desired(&records(many));
            let plan = case.harness.plan(&desired).await.map_err(|report| render(&report))?;
            let plan = plan.ok_or("there is nothing to do")?;
            let fault = InjectedFault::Break { place: Place::Start, carried_out };
            control.faults().writes_after(3, fault);
            let applied = case.harness.apply(&plan).await;
            control.faults().clear();
            let held = case.harness.read(&case.zone).await.map_err(|report| render(&report))?.zone;
            for (change, outcome) in plan.changes.iter().zip(&applied.outcomes) {
                let record = change.record();
                let is_there = held.get(record.name(), record.record_type()).is_some();
                let is_true = match outcome {
                    Outcome::Applied | Outcome::Staged => is_there,
                    Outcome::NotSent => !is_there,
                    // Indeterminate, or tried and refused.
                    _ => true,
                };
                if !is_true {
                    let name = record.name();
                    return Err(format!("{name}: the log says {outcome:?}, there: {is_there}"));
                }
            }
            let all_done = applied.outcomes.iter().all(|outcome| *outcome == Outcome::Applied);
            if applied.result.is_ok() && !all_done {
                return Err("Ok, although not every change was made".to_owned());
            }
            case.converge_to(&records(many)).await?;
        }
        Ok(())
    }
    .boxed()
}

/// The first write is carried out, and its response is lost or makes no sense; whatever the service says to the
/// following ones, no change that was made is reported as failed or not tried.
fn broken_off<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let Some(control) = prepared(case).await? else { return Ok(()) };
        let answer = |body: &str| {
            let body = body.as_bytes().to_vec();
            InjectedFault::ResponseAfter(Response { body, ..Response::json(200, json!({})) })
        };
        let firsts = [
            InjectedFault::BreakAfter,
            InjectedFault::unavailable_after(),
            answer("{\"result\": {\"id"),
            answer("<html><title>Sign in</title></html>"),
        ];
        let thens = [
            None,
            Some(case.fixture.throttled()),
            Some(InjectedFault::unavailable()),
            Some(InjectedFault::refused()),
            Some(InjectedFault::malformed()),
        ];
        let before = addresses(3, 0);
        // One is changed, one stays, one goes, one is new.
        let mut after = addresses(4, 0);
        after[0] = addresses(1, 7).remove(0);
        after.remove(2);
        for first in &firsts {
            for then in &thens {
                let told = |problem| format!("{first:?}, then {then:?}: {problem}");
                case.converge_to(&before).await?;
                let desired = case.desired(&after);
                let plan = case.harness.plan(&desired).await.map_err(|report| render(&report))?;
                let plan = plan.ok_or("there is nothing to do")?;
                control.faults().next_of(Request::is_write, 1, first.clone());
                if let Some(then) = then {
                    control.faults().writes_after(0, then.clone());
                }
                let applied = case.harness.apply(&plan).await;
                control.faults().clear();
                let held = case.harness.read(&case.zone).await.map_err(|report| render(&report))?;
                for (change, outcome) in plan.changes.iter().zip(&applied.outcomes) {
                    let record = change.record();
                    let there = held.zone.get(record.name(), record.record_type());
                    let is_made = match (change.desired(), there) {
                        (None, there) => there.is_none(),
                        (Some(new), Some(there)) => !there.differs(new, Compare::EVERYTHING),
                        (Some(_), None) => false,
                    };
                    let is_true = match outcome {
                        Outcome::Applied | Outcome::Staged => is_made,
                        Outcome::NotSent | Outcome::Failed(_) => !is_made,
                        // Indeterminate, or made in part.
                        _ => true,
                    };
                    if !is_true {
                        let (verb, name) = (change.verb(), record.name());
                        let problem =
                            format!("{verb} {name}: the log says {outcome:?}, made: {is_made}");
                        return Err(told(problem));
                    }
                }
                case.converge_to(&after).await.map_err(told)?;
            }
        }
        Ok(())
    }
    .boxed()
}

/// One response in ten is 429 or 503 and one in fifty is interrupted, with or without the request being
/// carried out: nothing is lost or duplicated. Half of the changes are updates, half are creations.
fn storm<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let half = if case.fixture.service().is_some() { 500 } else { 100 };
        case.converge_to(&addresses(half, 0)).await?;
        let Some(control) = case.fixture.control() else { return Ok(()) };
        let desired = case.desired(&addresses(half * 2, 1));
        let faults = control.faults();
        faults.share(5, 1, case.fixture.throttled());
        faults.share(3, 2, InjectedFault::unavailable());
        faults.share(2, 3, InjectedFault::unavailable_after());
        faults.share(1, 4, InjectedFault::BreakBefore);
        faults.share(1, 5, InjectedFault::BreakAfter);
        control.measured().clear();
        let result = case.apply(&desired).await;
        faults.clear();
        result?;
        let seen = control.measured().seen();
        let failed = seen.iter().filter(|seen| seen.status.is_none()).count();
        if seen.len() > 500 && failed < 50 {
            return Err(format!("only {failed} of {} requests went wrong", seen.len()));
        }
        case.holds(&desired).await?;
        let Some(service) = case.fixture.service() else { return Ok(()) };
        match service.count(case.zone.without_dot(), "A") {
            count if count == half * 2 => Ok(()),
            count => Err(format!("{count} items of type A, not {}", half * 2)),
        }
    }
    .boxed()
}
