//! What a plan does not name is not touched, and what an earlier run saw is forgotten.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use octodns_core::provider::{Processor, ProviderError, Stage as ProcessorStage};
use octodns_core::{Change, Plan, RecordName, RecordType, Report, Zone, ZoneName, async_trait};
use serde_json::{Value as Json, json};

use super::zones::a;
use super::{Case, Stage};
use crate::run::told;

type Result = std::result::Result<(), String>;

pub(super) const CASES: &[(&str, Case)] = &[
    ("hidden-record", hidden_record),
    ("hidden-is-kept", hidden_is_kept),
    ("unknown-is-kept", unknown_is_kept),
    ("second-run", second_run),
];

/// The id of the processor that hides a record.
const HIDES: &str = "hides-private-addresses";

/// Hides `www A` of a target, as a filter of private addresses does.
struct Hides;

#[async_trait]
impl Processor for Hides {
    fn id(&self) -> &'static str {
        HIDES
    }

    async fn target_zone(
        &self,
        existing: &mut Zone,
        _stage: &mut ProcessorStage<'_>,
    ) -> std::result::Result<(), ProviderError> {
        if let Ok(name) = RecordName::new("www") {
            existing.remove(&name, RecordType::A);
        }
        Ok(())
    }
}

fn private() -> Json {
    json!({"name": "www", "type": "A", "ttl": 300, "value": "10.0.0.5"})
}

/// Plans with `www A` hidden: the plan, or what speaks against it.
async fn planned_beside(
    stage: &Stage<'_>,
    desired: &Zone,
) -> std::result::Result<Option<Plan>, Report> {
    let bench = stage.lab.bench().await;
    let read = bench.read(&stage.zone).await?;
    bench.plan_through(desired, read, &[Arc::new(Hides) as Arc<dyn Processor>]).await
}

/// A processor hides a record, and the desired state creates it: that is refused before anything is sent.
fn hidden_record<'s>(stage: &'s Stage<'s>) -> BoxFuture<'s, Result> {
    async move {
        stage.become_(&[a("other", 1), private()]).await?;
        let desired = stage.desired(&[a("other", 1), a("www", 2)]);
        let before = stage.writes();
        match planned_beside(stage, &desired).await {
            Ok(plan) => {
                let changes = plan.map(|plan| plan.changes).unwrap_or_default();
                let change = |change: &Change| change.display(&stage.zone, "").to_string();
                let changes: Vec<_> = changes.iter().map(change).collect();
                return Err(format!("a hidden record is planned over: {}", changes.join("; ")));
            }
            Err(report) => {
                let mut found = report.iter().filter(|found| found.code == "hidden-record");
                let Some(found) = found.next() else {
                    return Err(format!("the plan fails for another reason: {}", told(&report)));
                };
                if !found.to_string().contains(HIDES) {
                    return Err(format!("who hid it is not named: {found}"));
                }
            }
        }
        if stage.writes() != before {
            return Err("it was refused, and something was sent".to_owned());
        }
        stage.holds(&stage.desired(&[a("other", 1), private()])).await
    }
    .boxed()
}

/// Changes beside a hidden record leave it as it is.
fn hidden_is_kept<'s>(stage: &'s Stage<'s>) -> BoxFuture<'s, Result> {
    async move {
        stage.become_(&[a("other", 1), a("old", 1), private()]).await?;
        let desired = stage.desired(&[a("other", 2), a("new", 1)]);
        let plan = planned_beside(stage, &desired).await.map_err(|report| told(&report))?;
        let plan = plan.ok_or("there is nothing to do")?;
        let applied = stage.bench.apply(&plan).await;
        applied.result.map_err(|error| format!("applying: {}", super::chain(&error)))?;
        stage.holds(&stage.desired(&[a("other", 2), a("new", 1), private()])).await
    }
    .boxed()
}

/// What is of a type that the provider does not know is nobody's to change.
fn unknown_is_kept<'s>(stage: &'s Stage<'s>) -> BoxFuture<'s, Result> {
    async move {
        let Some(service) = stage.lab.service() else {
            stage.does_not_apply("the server cannot be given what no client sends");
            return Ok(());
        };
        stage.become_(&[a("www", 1), a("old", 1)]).await?;
        let planted = service.plant_unknown(stage.zone.without_dot())?;
        stage.become_(&[a("www", 2), a("new", 1)]).await?;
        stage.become_(&[]).await?;
        if service.holds(stage.zone.without_dot(), &planted) {
            return Ok(());
        }
        Err(format!("{planted} is gone, or changed"))
    }
    .boxed()
}

/// A provider that has run once plans the next run from the world as it is then: others have changed the records,
/// and made a zone.
fn second_run<'s>(stage: &'s Stage<'s>) -> BoxFuture<'s, Result> {
    async move {
        stage.become_(&[a("www", 1), a("old", 1)]).await?;
        // What the first run knows of zones, it learns before there is the other.
        let new = ZoneName::new(&stage.lab.zone("second-run-of-others"));
        let new = new.map_err(|error| error.to_string())?;
        let is_new = new != stage.zone;
        drop(stage.bench.provider().list_zones().await);
        if is_new {
            stage.bench.read(&new).await.map_err(|report| told(&report))?;
            let others = Stage::new(stage.lab, "second-run-of-others", None).await?;
            others.become_(&[a("theirs", 1)]).await?;
        }
        let others = Stage { bench: stage.lab.bench().await, ..stage.clone() };
        others.become_(&[a("www", 3), a("theirs", 1)]).await?;

        stage.bench.begin_run();
        if is_new {
            sees(stage, &new).await?;
        }
        stage.become_(&[a("www", 4), a("new", 1)]).await
    }
    .boxed()
}

/// Sees that the provider knows a zone that others have made.
async fn sees(stage: &Stage<'_>, zone: &ZoneName) -> Result {
    if let Ok(zones) = stage.bench.provider().list_zones().await
        && !zones.contains(zone)
    {
        return Err(format!("{zone} is not listed, though it is there now"));
    }
    let desired = stage.bench.zone(zone, &[stage.lab.given(zone), vec![a("theirs", 1)]].concat());
    let plan = stage.bench.plan(&desired).await.map_err(|report| told(&report))?;
    let changes = plan.map(|plan| plan.changes).unwrap_or_default();
    if changes.iter().any(|change| change.record().name().as_str() == "theirs") {
        return Err(format!("{zone} reads as it was before it was made"));
    }
    Ok(())
}
