//! Planning many zones at once.

use std::sync::Arc;

use futures::{StreamExt, stream};
use octodns_core::engine::read_sources;
use octodns_core::provider::{Processor, Stage};
use octodns_core::{Plan, Report, Source, Target, Zone};

use crate::log::MANAGER;
use crate::manager::Manager;
use crate::zones::Selected;

/// One zone, with all it takes to plan it.
pub(crate) struct Job {
    pub(crate) zone: Selected,
    /// Where the records come from: sources, or for an alias zone another zone's desired state.
    pub(crate) sources: Vec<Arc<dyn Source>>,
    pub(crate) targets: Vec<Target>,
    pub(crate) processors: Vec<Arc<dyn Processor>>,
    pub(crate) lenient: bool,
    pub(crate) alias_of: Option<Zone>,
    /// Whether its desired state is needed again, for zones that are aliases of it.
    pub(crate) has_aliases: bool,
}

/// What planning a zone gave.
pub(crate) struct Planned {
    pub(crate) plans: Vec<(Target, Plan)>,
    /// The desired state, where zones are aliases of it.
    pub(crate) desired: Option<Zone>,
    pub(crate) report: Report,
    pub(crate) always_dry_run: bool,
}

impl Manager {
    /// Plans zones, as many at the same time as the config allows, and returns them in their order.
    pub(crate) async fn plan_all(self: &Arc<Self>, jobs: Vec<Job>) -> Vec<Planned> {
        stream::iter(jobs)
            .map(|job| {
                let manager = Arc::clone(self);
                let empty = manager.empty_zone(&job.zone.name, &job.zone.config);
                let lost = empty.clone();
                let task = tokio::spawn(async move { manager.plan_zone(job, empty).await });
                async move { task.await.unwrap_or_else(|error| lost_task(lost, &error)) }
            })
            .buffered(self.max_workers)
            .collect()
            .await
    }

    async fn plan_zone(&self, job: Job, empty: Zone) -> Planned {
        let mut report = Report::new();
        let mut desired = empty.clone();
        let context = self.context(&job.zone.config, job.lenient);
        let always_dry_run = job.zone.config.always_dry_run;

        // Targets are read while the sources are: neither depends on the other.
        let reads = futures::future::join_all(job.targets.iter().map(|target| {
            let (empty, context) = (&empty, &context);
            async move {
                let mut found = Report::new();
                let read = target.read(empty, context, &mut found).await;
                (read, found)
            }
        }));
        let desire = self.desire(&job, &mut desired, &context, &mut report);
        let ((), reads) = futures::join!(desire, reads);

        let mut plans = Vec::new();
        for (target, (read, found)) in job.targets.iter().zip(reads) {
            let failed = found.has_errors();
            report.merge(found);
            if failed || report.has_errors() {
                continue;
            }
            match self.plan_target(&job, target, &desired, read, &context, &mut report).await {
                Ok(Some(plan)) => plans.push((target.clone(), plan)),
                Ok(None) => {}
                Err(error) => {
                    let subject = format!("{} ({})", job.zone.name, target.id());
                    report.merge(error.into_report("plan", &subject));
                }
            }
        }
        let desired = job.has_aliases.then_some(desired);
        Planned { plans, desired, report, always_dry_run }
    }

    /// Fills the desired state: from the sources or the zone it is an alias of, then by processors.
    async fn desire(
        &self,
        job: &Job,
        desired: &mut Zone,
        context: &octodns_core::Context,
        report: &mut Report,
    ) {
        match &job.alias_of {
            Some(zone) => {
                for record in zone.records() {
                    let how = octodns_core::zone::Adding { replace: false, lenient: job.lenient };
                    if let Err(error) = desired.add(Arc::clone(record), how) {
                        report.push(error.to_diagnostic());
                    }
                }
            }
            None => read_sources(desired, &job.sources, context, report).await,
        }
        if report.has_errors() {
            return;
        }
        for processor in &job.processors {
            let mut stage = Stage {
                sources: &job.sources,
                target: None,
                lenient: job.lenient,
                validators: &context.record_validators,
                types: &context.types,
                report: &mut *report,
            };
            if let Err(error) = processor.source_zone(desired, &mut stage).await {
                let subject = format!("{} ({})", job.zone.name, processor.id());
                report.merge(error.into_report("processor", &subject));
            }
        }
        context.zone_validators.report(desired, job.lenient, report);
    }

    async fn plan_target(
        &self,
        job: &Job,
        target: &Target,
        desired: &Zone,
        read: octodns_core::engine::ReadZone,
        context: &octodns_core::Context,
        report: &mut Report,
    ) -> Result<Option<Plan>, octodns_core::ProviderError> {
        let name = desired.name();
        let mut plan = target.plan(desired, read, &job.processors, context, report).await?;
        for processor in &job.processors {
            let mut stage = Stage {
                sources: &job.sources,
                target: Some(target),
                lenient: job.lenient,
                validators: &context.record_validators,
                types: &context.types,
                report: &mut *report,
            };
            plan = processor.plan(plan, &mut stage).await?;
        }
        let outcome = plan.as_ref().map_or_else(|| "no changes".to_owned(), ToString::to_string);
        tracing::info!(
            target: "octodns", logger = MANAGER, "plan: {name} on {}: {outcome}", target.id(),
        );
        Ok(plan)
    }
}

/// What stands for a zone whose task broke down: an error, never an empty plan.
fn lost_task(desired: Zone, error: &tokio::task::JoinError) -> Planned {
    let mut report = Report::new();
    let message = format!("planning broke down: {error}; this is a fault of the program");
    report.push(
        octodns_core::Diagnostic::error("internal", message).about(desired.name().to_string()),
    );
    Planned { plans: Vec::new(), desired: Some(desired), report, always_dry_run: true }
}
