//! What a plan does not name is not touched.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use octodns_core::provider::{Processor, ProviderError, Stage as ProcessorStage};
use octodns_core::{Plan, RecordName, RecordType, Report, Zone, async_trait};
use serde_json::{Value as Json, json};

use super::zones::a;
use super::{Case, Stage};
use crate::run::told;

type Result = std::result::Result<(), String>;

pub(super) const CASES: &[(&str, Case)] =
    &[("hidden-is-kept", hidden_is_kept), ("unknown-is-kept", unknown_is_kept)];

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
