//! Changes of dynamic records beside others.

use futures::FutureExt;
use futures::future::BoxFuture;
use octodns_core::Change;
use serde_json::Value as Json;

use super::samples::Samples;
use super::{Case, Result, converge, is_as_before, with_beside};
use crate::run::render;

/// One value of a pool changes: one update, with as few calls as stated, and the other records stay.
pub(super) fn one_value<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let samples = Samples::new(case);
        let of = samples.main_type();
        let record = |name, near: &[usize]| samples.usual_record((name, of), near);
        let states = [
            record("www", &[1, 2]),
            record("www", &[1, 3]),
            record("api", &[1, 2]),
            record("www.sub", &[1, 2]),
        ];
        let Some(states) = states.into_iter().collect::<Option<Vec<_>>>() else {
            case.does_not_apply("the service cannot hold the sample");
            return Ok(());
        };
        let [before, after, others @ ..] = &*states else { return Ok(()) };
        let all = |record: &Json| [std::slice::from_ref(record), others].concat();
        converge(case, &all(before)).await?;
        let desired = case.desired(&with_beside(&all(after)));
        let plan = case.harness.plan(&desired).await.map_err(|report| render(&report))?;
        let plan = plan.ok_or("there is nothing to do")?;
        if !matches!(&*plan.changes, [Change::Update { new, .. }] if new.name().as_str() == "www") {
            let told = |change: &Change| change.display(&case.zone).to_string();
            let told: Vec<_> = plan.changes.iter().map(told).collect();
            return Err(format!("another value of one pool is not one update, but: {told:?}"));
        }
        let sent = case.writes();
        let applied = case.harness.apply(&plan).await;
        applied.result.map_err(|error| format!("applying: {}", crate::behaviour::chain(&error)))?;
        let sent = case.writes() - sent;
        if let Some(most) = case.fixture.dynamic_writes().filter(|most| sent > *most) {
            return Err(format!("another value takes {sent} writing requests, not {most}"));
        }
        case.holds(&desired).await
    }
    .boxed()
}

/// Records with the same pools and values, whose names and types are alike: one goes, the others stay.
pub(super) fn same_pools<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let samples = Samples::new(case);
        let mut records = Vec::new();
        for of in samples.types() {
            // A CNAME has no other types beside it.
            let (name, other) = match of.as_str() {
                "A" | "AAAA" => ("www", "www2"),
                _ => ("alias", "alias2"),
            };
            records.extend(samples.usual_record((name, of), &[1, 2]));
            records.extend(samples.usual_record((other, of), &[1, 2]));
        }
        // A name has one of CNAME and DNAME.
        records.retain(|record| record["type"] != "DNAME");
        converge(case, &[]).await?;
        let before = case.fixture.inventory();
        for index in 0..records.len() {
            let told = |problem| {
                format!(
                    "{} of {} records are left: {problem}",
                    records.len() - index,
                    records.len()
                )
            };
            converge(case, &records[index..]).await.map_err(told)?;
        }
        converge(case, &[]).await?;
        is_as_before(case, before.as_ref())
    }
    .boxed()
}

/// A record becomes dynamic, plain, and dynamic again.
pub(super) fn plain_and_back<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let samples = Samples::new(case);
        for of in samples.types() {
            let record = |near: &[usize]| samples.usual_record(("www", of), near);
            let (Some(first), Some(second)) = (record(&[1, 2]), record(&[2, 3])) else {
                case.does_not_apply("the service cannot hold the sample");
                return Ok(());
            };
            let plain = samples.plain(("www", of), 7);
            let told = |problem| format!("{of}: {problem}");
            converge(case, &[]).await.map_err(told)?;
            let empty = case.fixture.inventory();
            converge(case, std::slice::from_ref(&plain)).await.map_err(told)?;
            let before = case.fixture.inventory();
            converge(case, &[first]).await.map_err(told)?;
            converge(case, std::slice::from_ref(&plain)).await.map_err(told)?;
            is_as_before(case, before.as_ref()).map_err(told)?;
            converge(case, &[second]).await.map_err(told)?;
            converge(case, &[]).await.map_err(told)?;
            is_as_before(case, empty.as_ref()).map_err(told)?;
        }
        Ok(())
    }
    .boxed()
}
