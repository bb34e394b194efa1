//! The provider does not touch what a plan does not name, and forgets what an earlier run saw.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use octodns_core::processor::Processor;
use octodns_core::processor::Stage as ProcessorStage;
use octodns_core::provider::ProviderError;
use octodns_core::{Change, Plan, RecordName, RecordType, Report, Zone, ZoneName, async_trait};
use serde_json::{Value as Json, json};

use super::zones::a;
use super::{Case, CaseFn};
use crate::run::render;

type Result = std::result::Result<(), String>;

pub(super) const CASES: &[(&str, CaseFn)] = &[
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

/// Plans with `www A` hidden; the error says why there is no plan.
async fn planned_beside(
    case: &Case<'_>,
    desired: &Zone,
) -> std::result::Result<Option<Plan>, Report> {
    let harness = case.fixture.harness().await;
    let read = harness.read(&case.zone).await?;
    harness.plan_through(desired, read, &[Arc::new(Hides) as Arc<dyn Processor>]).await
}

/// A processor hides a record that the desired state creates: refused before anything is sent.
fn hidden_record<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        case.converge_to(&[a("other", 1), private()]).await?;
        let desired = case.desired(&[a("other", 1), a("www", 2)]);
        let before = case.writes();
        match planned_beside(case, &desired).await {
            Ok(plan) => {
                let changes = plan.map(|plan| plan.changes).unwrap_or_default();
                let change = |change: &Change| change.display(&case.zone).to_string();
                let changes: Vec<_> = changes.iter().map(change).collect();
                return Err(format!("a hidden record is planned over: {}", changes.join("; ")));
            }
            Err(report) => {
                let mut found = report.iter().filter(|found| found.code == "hidden-record");
                let Some(found) = found.next() else {
                    return Err(format!("the plan fails for another reason: {}", render(&report)));
                };
                if !found.to_string().contains(HIDES) {
                    return Err(format!("who hid it is not named: {found}"));
                }
            }
        }
        if case.writes() != before {
            return Err("it was refused, and something was sent".to_owned());
        }
        case.holds(&case.desired(&[a("other", 1), private()])).await
    }
    .boxed()
}

/// Changes next to a hidden record leave it as it is.
fn hidden_is_kept<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        case.converge_to(&[a("other", 1), a("old", 1), private()]).await?;
        let desired = case.desired(&[a("other", 2), a("new", 1)]);
        let plan = planned_beside(case, &desired).await.map_err(|report| render(&report))?;
        let plan = plan.ok_or("there is nothing to do")?;
        let applied = case.harness.apply(&plan).await;
        applied.result.map_err(|error| format!("applying: {}", super::chain(&error)))?;
        case.holds(&case.desired(&[a("other", 2), a("new", 1), private()])).await
    }
    .boxed()
}

/// Records of a type that the provider does not know stay as they are.
fn unknown_is_kept<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let Some(service) = case.fixture.service() else {
            case.does_not_apply("the server cannot be given what no client sends");
            return Ok(());
        };
        case.converge_to(&[a("www", 1), a("old", 1)]).await?;
        let planted = service.plant_unknown(case.zone.without_dot())?;
        case.converge_to(&[a("www", 2), a("new", 1)]).await?;
        case.converge_to(&[]).await?;
        if service.holds(case.zone.without_dot(), &planted) {
            return Ok(());
        }
        Err(format!("{planted} is gone, or changed"))
    }
    .boxed()
}

/// A provider that has run once plans the next run from the current state: in between, others have changed
/// records and created a zone.
fn second_run<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        case.converge_to(&[a("www", 1), a("old", 1)]).await?;
        // The first run learns the list of zones before the second zone exists.
        let new = ZoneName::new(&case.fixture.zone("second-run-of-others"));
        let new = new.map_err(|error| error.to_string())?;
        let is_new = new != case.zone;
        drop(case.harness.provider().list_zones().await);
        if is_new {
            case.harness.read(&new).await.map_err(|report| render(&report))?;
            let others = Case::new(case.fixture, "second-run-of-others", None).await?;
            others.converge_to(&[a("theirs", 1)]).await?;
        }
        let others = Case { harness: case.fixture.harness().await, ..case.clone() };
        others.converge_to(&[a("www", 3), a("theirs", 1)]).await?;

        case.harness.begin_run();
        if is_new {
            sees(case, &new).await?;
        }
        case.converge_to(&[a("www", 4), a("new", 1)]).await
    }
    .boxed()
}

/// Checks that the provider knows a zone that others have created.
async fn sees(case: &Case<'_>, zone: &ZoneName) -> Result {
    if let Ok(zones) = case.harness.provider().list_zones().await
        && !zones.contains(zone)
    {
        return Err(format!("{zone} is not listed, though it is there now"));
    }
    let desired = case
        .harness
        .zone(zone, &[case.fixture.default_records(zone), vec![a("theirs", 1)]].concat());
    let plan = case.harness.plan(&desired).await.map_err(|report| render(&report))?;
    let changes = plan.map(|plan| plan.changes).unwrap_or_default();
    if changes.iter().any(|change| change.record().name().as_str() == "theirs") {
        return Err(format!("{zone} reads as it was before it was made"));
    }
    Ok(())
}
