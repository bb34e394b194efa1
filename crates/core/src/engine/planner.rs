//! Plans of targets that plan by their own rules: what the engine still sees to.

use std::any::Any;

use async_trait::async_trait;

use super::Context;
use super::guard::Guard;
use super::read::ReadZone;
use super::target::{Pipeline, by};
use crate::diagnostic::Report;
use crate::error::ProviderError;
use crate::plan::Plan;
use crate::provider::{Between, Planner, ToPlan};
use crate::target::Target;
use crate::zone::Zone;

impl Target {
    /// Has a target plan by its own rules, with the processors in their places.
    pub(super) async fn plan_by(
        &self,
        planner: &dyn Planner,
        desired: &Zone,
        read: ReadZone,
        pipeline: Pipeline<'_>,
        context: &Context,
        report: &mut Report,
    ) -> Result<Option<Plan>, ProviderError> {
        let ReadZone { zone: existing, exists, state, hidden, report: found, .. } = read;
        report.merge(found);
        let guard = Guard::new(&existing, None, hidden);
        let found = Report::new();
        let mut hooks = Hooks { target: self, pipeline, context, guard, found };
        let mut what = ToPlan::new(desired, &existing, &state, &context.types);
        what.exists = exists;
        what.sources = pipeline.sources;
        what.lenient = context.lenient;
        let plan = planner.plan(what, &mut hooks).await?;
        let Hooks { guard, found, .. } = hooks;
        report.extend(found.into_iter().map(|diagnostic| self.attributed(diagnostic)));
        let plan = self.process_plan(plan, pipeline, context, &guard, report).await?;
        Ok(plan.map(|plan| self.seal(plan.or_state(state), guard, report)))
    }
}

/// The processors of a zone, for a planner to run.
struct Hooks<'h> {
    target: &'h Target,
    pipeline: Pipeline<'h>,
    context: &'h Context,
    guard: Guard,
    found: Report,
}

#[async_trait]
impl Between for Hooks<'_> {
    async fn run(
        &mut self,
        desired: &mut Zone,
        existing: &mut Zone,
        inside: &(dyn Any + Send + Sync),
    ) -> Result<(), ProviderError> {
        let Self { target, pipeline, context, guard, found } = self;
        guard.watch((existing, desired), || format!("the provider \"{}\"", target.id()))?;
        for processor in pipeline.processors {
            let mut stage = pipeline.stage(target, context, found);
            stage.inside = Some(inside);
            processor.target_zone(existing, &mut stage).await?;
            guard.watch((existing, desired), || by(&**processor))?;
        }
        for processor in pipeline.processors {
            let mut stage = pipeline.stage(target, context, found);
            stage.inside = Some(inside);
            processor.source_and_target_zones(desired, existing, &mut stage).await?;
            guard.watch((existing, desired), || by(&**processor))?;
        }
        Ok(())
    }
}
