//! Planning many zones at once.

use std::sync::Arc;

use futures::future::join_all;
use futures::{StreamExt, stream};
use octodns_core::engine::{Pipeline, ReadZone, read_sources};
use octodns_core::processor::{Processor, Stage};
use octodns_core::zone::AddOptions;
use octodns_core::{
    Context, Diagnostic, Plan, ProviderError, Report, Source, Target, Zone, ZoneName,
};

use crate::compat::{MANAGER, plan_summary};
use crate::manager::Manager;
use crate::progress::Working;
use crate::zones::Selected;

/// One zone, with all it takes to plan it.
pub(crate) struct Job {
    pub(crate) zone: Selected,
    pub(crate) sources: Vec<Arc<dyn Source>>,
    pub(crate) targets: Vec<Target>,
    pub(crate) processors: Vec<Arc<dyn Processor>>,
    pub(crate) lenient: bool,
    /// Whether what the sources said is kept.
    pub(crate) keeps_sources: bool,
    /// The zones that are aliases of it.
    pub(crate) aliases: Vec<Alias>,
}

/// A zone that takes over the desired state of another.
pub(crate) struct Alias {
    pub(crate) zone: Selected,
    /// Its place among all aliases of the run, which their plans keep.
    pub(crate) place: usize,
}

/// What planning a zone gave.
pub(crate) struct Planned {
    pub(crate) zone: ZoneName,
    /// What the sources said, if that is kept and whole.
    pub(crate) desired: Option<Zone>,
    pub(crate) plans: Vec<(Target, Plan)>,
    pub(crate) report: Report,
    pub(crate) always_dry_run: bool,
    /// The dynamic entry of the config that stands for the zone, if one does.
    pub(crate) entry: Option<String>,
    /// How it is planned once more, if there are plans.
    pub(crate) again: Option<Arc<Again>>,
}

/// What it takes to plan a zone once more, with what its sources said the first time.
#[derive(Clone)]
pub(crate) struct Again {
    /// Processors have changed it already.
    pub(crate) desired: Zone,
    pub(crate) sources: Vec<Arc<dyn Source>>,
    pub(crate) processors: Vec<Arc<dyn Processor>>,
    pub(crate) context: Context,
}

impl Again {
    /// A second plan for a target: what it would take to make it hold the same.
    ///
    /// # Errors
    ///
    /// With everything that was found if there is an error in it.
    pub(crate) async fn plan(&self, target: &Target) -> Result<Option<Plan>, Report> {
        let read = target.read(&self.desired, &self.context).await?;
        let mut pipeline = Pipeline::default();
        pipeline.processors = &self.processors;
        pipeline.sources = &self.sources;
        let mut report = Report::new();
        let plan = target.plan(&self.desired, read, pipeline, &self.context, &mut report).await;
        let plan = plan.map_err(|error| {
            error.into_report("plan", &format!("{} ({})", self.desired.name(), target.id()))
        })?;
        if report.has_errors() { Err(report) } else { Ok(plan) }
    }
}

/// Where the desired state of a zone comes from.
enum Origin<'a> {
    Sources(&'a [Arc<dyn Source>]),
    AliasOf(&'a Zone),
}

impl<'a> Origin<'a> {
    /// The sources that processors are told of.
    fn sources(&self) -> &'a [Arc<dyn Source>] {
        match self {
            Self::Sources(sources) => sources,
            Self::AliasOf(_) => &[],
        }
    }
}

/// Planning one zone: a zone of a job, or one of its aliases.
struct Task<'a> {
    zone: &'a Selected,
    origin: Origin<'a>,
    job: &'a Job,
    context: Context,
}

impl Manager {
    /// Plans zones, as many at the same time as the config allows, and returns them in their order;
    /// then come their aliases.
    pub(crate) async fn plan_all(self: &Arc<Self>, jobs: Vec<Job>) -> Vec<Planned> {
        let done: Vec<_> =
            stream::iter(jobs)
                .map(|job| {
                    let manager = Arc::clone(self);
                    let name = job.zone.name.clone();
                    // In a box: it is large, and spawning moves it a dozen times.
                    let task = tokio::spawn(Box::pin(async move { manager.plan_job(&job).await }));
                    async move {
                        task.await.unwrap_or_else(|error| (lost_task(&name, &error), Vec::new()))
                    }
                })
                .buffered(self.max_workers)
                .collect()
                .await;
        let (mut planned, aliases): (Vec<_>, Vec<_>) = done.into_iter().unzip();
        let mut aliases: Vec<_> = aliases.into_iter().flatten().collect();
        aliases.sort_by_key(|(place, _)| *place);
        planned.extend(aliases.into_iter().map(|(_, planned)| planned));
        planned
    }

    /// Plans a zone, and from its desired state those that are aliases of it.
    async fn plan_job(&self, job: &Job) -> (Planned, Vec<(usize, Planned)>) {
        let task = self.task(&job.zone, Origin::Sources(&job.sources), job);
        let (planned, desired) = self.plan_zone(&task).await;
        let mut aliases = Vec::with_capacity(job.aliases.len());
        let Some(desired) = desired else { return (planned, aliases) };
        for alias in &job.aliases {
            let task = self.task(&alias.zone, Origin::AliasOf(&desired), job);
            aliases.push((alias.place, self.plan_zone(&task).await.0));
        }
        (planned, aliases)
    }

    fn task<'a>(&self, zone: &'a Selected, origin: Origin<'a>, job: &'a Job) -> Task<'a> {
        Task { zone, origin, job, context: self.context(&zone.config, job.lenient) }
    }

    /// Plans a zone for all its targets; returns its desired state as well, if it is whole.
    async fn plan_zone(&self, task: &Task<'_>) -> (Planned, Option<Zone>) {
        let mut report = Report::new();
        let name = &task.zone.name;
        let _working = Working::on(name, &*self.progress);
        let empty = task.zone.empty();

        // Targets are read while the sources are: neither depends on the other.
        let targets = task.job.targets.iter();
        let reads = join_all(targets.map(|target| target.read(&empty, &task.context)));
        let desire = desire(task, empty.clone(), &mut report);
        let (desired, reads) = futures::future::join(desire, reads).await;

        let mut plans = Vec::new();
        for (target, read) in task.job.targets.iter().zip(reads) {
            let read = match read {
                Ok(read) => read,
                Err(found) => {
                    report.merge(found);
                    continue;
                }
            };
            let Some(desired) = desired.as_ref().filter(|_| !report.has_errors()) else { continue };
            match plan_target(task, target, desired, read, &mut report).await {
                Ok(Some(plan)) => plans.push((target.clone(), plan)),
                Ok(None) => {}
                Err(error) => {
                    report.merge(error.into_report("plan", &format!("{name} ({})", target.id())));
                }
            }
        }
        let always_dry_run = task.zone.config.always_dry_run;
        let zone = name.clone();
        let desired = desired.filter(|_| !report.has_errors());
        let entry = task.zone.entry.clone();
        let again =
            desired.as_ref().filter(|_| !plans.is_empty()).map(|desired| task.again(desired));
        let kept = desired.clone().filter(|_| task.job.keeps_sources);
        let planned = Planned { zone, desired: kept, plans, report, always_dry_run, entry, again };
        (planned, desired)
    }
}

impl Task<'_> {
    /// What it takes to do it once more.
    fn again(&self, desired: &Zone) -> Arc<Again> {
        Arc::new(Again {
            desired: desired.clone(),
            sources: self.origin.sources().to_vec(),
            processors: self.job.processors.clone(),
            context: self.context.clone(),
        })
    }

    /// What a processor of the desired state is told of the run.
    fn stage<'a>(&'a self, report: &'a mut Report) -> Stage<'a> {
        let Context { record_validators, types, .. } = &self.context;
        let mut stage = Stage::new(record_validators, types, report);
        stage.sources = self.origin.sources();
        stage.lenient = self.job.lenient;
        stage
    }
}

/// The desired state: from the sources or the zone it is an alias of, then changed by processors. `None` when
/// it cannot be had as a whole.
async fn desire(task: &Task<'_>, empty: Zone, report: &mut Report) -> Option<Zone> {
    let read = match task.origin {
        Origin::Sources(sources) => read_sources(empty, sources, &task.context, report).await,
        Origin::AliasOf(zone) => copy(zone, empty, task.job.lenient),
    };
    let mut desired = match read {
        Ok(desired) => desired,
        Err(found) => {
            report.merge(found);
            return None;
        }
    };
    for processor in &task.job.processors {
        let done = processor.source_zone(&mut desired, &mut task.stage(report)).await;
        if let Err(error) = done {
            let subject = format!("{} ({})", task.zone.name, processor.id());
            report.merge(error.into_report("processor", &subject));
        }
    }
    task.context.validate(&desired, report).await;
    Some(desired)
}

fn copy(zone: &Zone, mut desired: Zone, lenient: bool) -> Result<Zone, Report> {
    let mut report = Report::new();
    let mut how = AddOptions::default();
    how.lenient = lenient;
    for record in zone.records() {
        if let Err(error) = desired.add(Arc::clone(record), how) {
            report.push(error.to_diagnostic());
        }
    }
    if report.has_errors() { Err(report) } else { Ok(desired) }
}

async fn plan_target(
    task: &Task<'_>,
    target: &Target,
    desired: &Zone,
    read: ReadZone,
    report: &mut Report,
) -> Result<Option<Plan>, ProviderError> {
    let mut pipeline = Pipeline::default();
    pipeline.processors = &task.job.processors;
    pipeline.sources = task.origin.sources();
    let plan = target.plan(desired, read, pipeline, &task.context, report).await?;
    let outcome = plan.as_ref().map_or_else(|| "no changes".to_owned(), plan_summary);
    let name = desired.name();
    tracing::info!(
        target: "octodns", logger = MANAGER, "plan: {name} on {}: {outcome}", target.id(),
    );
    Ok(plan)
}

/// What stands for a zone whose task broke down: an error, never an empty plan.
fn lost_task(zone: &ZoneName, error: &tokio::task::JoinError) -> Planned {
    let mut report = Report::new();
    let message = format!("planning failed: {error}; this is a bug in the program");
    report.push(
        Diagnostic::error("internal", message)
            .about(zone.to_string())
            .help("report it, with the log of a run with --debug"),
    );
    let (zone, plans) = (zone.clone(), Vec::new());
    let (desired, entry, again) = (None, None, None);
    Planned { zone, desired, plans, report, always_dry_run: true, entry, again }
}
