//! A plan that was kept is applied as it was reviewed: what somebody else did meanwhile is told apart, and not touched.

use futures::FutureExt;
use futures::future::BoxFuture;
use octodns_core::engine::{Rebased, Standing};
use octodns_core::{Change, Plan};
use serde_json::Value as Json;

use super::zones::a;
use super::{Case, CaseFn, chain};
use crate::run::render;

type Result<T = ()> = std::result::Result<T, String>;

pub(super) const CASES: &[(&str, CaseFn)] = &[("reviewed-plan", reviewed_plan)];

/// Between planning and applying, a second client changes one set to something else, makes a change of the plan
/// itself, and adds a set that the plan does not name.
fn reviewed_plan<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        case.converge_to(&[a("mine", 1), a("theirs", 1), a("same", 1), a("gone", 1)]).await?;
        let desired = case.desired(&[a("mine", 2), a("theirs", 2), a("same", 2), a("new", 1)]);
        let plan = case.harness.plan(&desired).await.map_err(|report| render(&report))?;
        let plan = plan.ok_or("there is nothing to do")?;

        let others = Case { harness: case.fixture.harness().await, ..case.clone() };
        let theirs = [a("mine", 1), a("theirs", 3), a("same", 2), a("gone", 1), a("beside", 1)];
        others.converge_to(&theirs).await?;

        let rebased = rebase(case, &plan).await?;
        expect(&plan, &rebased, |name| match name {
            "theirs" => 'c',
            "same" => 'a',
            _ => 'o',
        })?;
        let live = rebased.conflicts().map(|(_, live)| live.map(|live| live.rdata_strings()));
        if live.collect::<Vec<_>>() != [Some(vec!["192.0.2.3".to_owned()])] {
            return Err("what is there is not what is shown of it".to_owned());
        }
        let open = rebased.plan.ok_or("nothing is still to be made")?;
        let applied = case.harness.apply(&open).await;
        applied.result.map_err(|error| format!("applying: {}", chain(&error)))?;
        let expected = [a("mine", 2), a("theirs", 3), a("same", 2), a("new", 1), a("beside", 1)];
        case.holds(&case.desired(&expected)).await?;

        let again = rebase(case, &plan).await?;
        expect(&plan, &again, |name| if name == "theirs" { 'c' } else { 'a' })?;
        match again.plan {
            None => Ok(()),
            Some(plan) => Err(format!("it is applied twice: {}", shown(case, &plan.changes))),
        }
    }
    .boxed()
}

/// Makes the service hold exactly these records by a plan that was kept, and checks that it is known before and after.
pub(super) async fn converge_to(case: &Case<'_>, records: &[Json]) -> Result {
    let desired = case.desired(records);
    let plan = case.harness.plan(&desired).await.map_err(|report| render(&report))?;
    let Some(plan) = plan else { return case.holds(&desired).await };
    let rebased = rebase(case, &plan).await?;
    expect(&plan, &rebased, |_| 'o')?;
    let open = rebased.plan.ok_or("nothing is still to be made")?;
    if shown(case, &open.changes) != shown(case, &plan.changes) {
        let (planned, open) = (shown(case, &plan.changes), shown(case, &open.changes));
        return Err(format!("planned was {planned}; still to be made is {open}"));
    }
    let applied = case.harness.apply(&open).await;
    applied.result.map_err(|error| format!("applying: {}", chain(&error)))?;
    case.holds(&desired).await?;
    expect(&plan, &rebase(case, &plan).await?, |_| 'a')
}

async fn rebase(case: &Case<'_>, plan: &Plan) -> Result<Rebased> {
    case.harness.begin_run();
    case.harness.rebase(plan).await.map_err(|report| format!("rebasing: {}", render(&report)))
}

/// Checks how each change stands: open, made already, or in conflict.
fn expect(plan: &Plan, rebased: &Rebased, standing: impl Fn(&str) -> char) -> Result {
    for (change, found) in plan.changes.iter().zip(&rebased.standings) {
        let name = change.record().name().as_str();
        let is = match found {
            Standing::Open => 'o',
            Standing::Already => 'a',
            _ => 'c',
        };
        if is != standing(name) {
            return Err(format!("\"{name}\" is {found:?} of {change:?}"));
        }
    }
    Ok(())
}

fn shown(case: &Case<'_>, changes: &[Change]) -> String {
    let lines = changes.iter().map(|change| change.display(&case.zone).to_string());
    lines.collect::<Vec<_>>().join("; ")
}
