//! The plans of a file, on what their targets hold now.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use futures::{StreamExt, stream};
use octodns_core::engine::{Earlier, MetaStanding, Rebased};
use octodns_core::value::Json;
use octodns_core::zone::Fingerprint;
use octodns_core::{Change, Diagnostic, OwnedValue, Plan, Record, Report, Target, Zone, ZoneName};

use super::{CODE, PlanFile};
use crate::compat::log_warnings;
use crate::failure::Failure;
use crate::manager::Manager;
use crate::plan::{Plans, Step};
use crate::progress::{Phase, Working};
use crate::stored::StoredPlan;
use crate::zones::{Selected, Selection};

/// The code of findings about changes that somebody else made meanwhile.
const CONFLICT: &str = "conflict";

/// The plans of a file, on what their targets hold now.
#[derive(Debug)]
#[non_exhaustive]
pub struct RebasedPlans {
    /// What is still to be made, as ordinary plans. Conflicts are not in them.
    pub plans: Plans,
    /// What cannot be made as it was reviewed.
    pub conflicts: Vec<PlanConflict>,
    /// How many changes the file has.
    pub planned: usize,
    /// How many of them are still to be made.
    pub open: usize,
    /// How many of them are made already.
    pub already: usize,
    /// How many zones have settings that are still to be changed, in all plans.
    pub settings: usize,
    /// How many records that the plans are not about were changed since, as far as that is known. They stay as they are.
    pub others: usize,
}

/// A change of a plan file whose target now holds neither what it replaces nor what it makes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PlanConflict {
    /// The zone.
    pub zone: ZoneName,
    /// The id of the target.
    pub target: String,
    /// What is in conflict.
    pub about: Conflicting,
}

/// What is in conflict.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Conflicting {
    /// A change of an `RRset`.
    Change {
        /// The change, with what it was to replace.
        change: Change,
        /// What the target holds: this `RRset`, or one that cannot be beside it; nothing if it is gone.
        live: Option<Arc<Record>>,
    },
    /// Settings of the zone.
    Settings {
        /// What was to be changed.
        planned: OwnedValue,
        /// What would be changed now.
        live: OwnedValue,
    },
}

impl PlanConflict {
    /// The finding that a user sees.
    pub fn to_diagnostic(&self) -> Diagnostic {
        let help = "look who changed it; plan again, or leave these out with --skip-conflicts";
        let (name, message) = match &self.about {
            Conflicting::Change { change, live } => {
                let record = change.record();
                let name = record.decoded_fqdn(&self.zone);
                (format!("{name} {}", record.record_type()), between(change, live.as_deref()))
            }
            Conflicting::Settings { planned, live } => {
                let json = |value| Json::default().text(value);
                let (planned, live) = (json(planned), json(live));
                let message = format!(
                    "the settings of the zone were changed since; planned: {planned}; live: {live}"
                );
                (self.zone.to_string(), message)
            }
        };
        Diagnostic::error(CONFLICT, message).about(format!("{name} ({})", self.target)).help(help)
    }
}

/// The three states of an `RRset` that is in conflict.
fn between(change: &Change, live: Option<&Record>) -> String {
    let of = change.record().record_type();
    let state = |record: Option<&Record>| State { record, is_of_other_type: false }.to_string();
    let is_of_other_type = live.is_some_and(|live| live.record_type() != of);
    format!(
        "it was changed since it was planned; before: {}; planned: {}; live: {}",
        state(change.existing().map(|record| &**record)),
        state(change.desired().map(|record| &**record)),
        State { record: live, is_of_other_type },
    )
}

/// What a name holds of a type, without the name.
struct State<'r> {
    record: Option<&'r Record>,
    is_of_other_type: bool,
}

impl fmt::Display for State<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(record) = self.record else { return f.write_str("nothing") };
        if self.is_of_other_type {
            write!(f, "{} ", record.record_type())?;
        }
        write!(f, "{} {}", record.ttl(), record.rdata_strings().join(", "))?;
        if record.dynamic().is_some() || record.geo().is_some() {
            f.write_str(" and others, by routing")?;
        }
        let options = record.options().to_value();
        options.map_or(Ok(()), |options| write!(f, " {}", Json::default().text(&options)))
    }
}

/// A plan of the file, and what it takes to rebase it.
struct Job {
    zone: Selected,
    target: Target,
    changes: Vec<Change>,
    existed: bool,
    meta: Option<OwnedValue>,
    seen: Option<Fingerprint>,
}

impl Manager {
    /// Reads the targets of a plan file anew, and sorts its changes: still to be made, made already, or in conflict
    /// with what somebody else did since. Sources are not read. Nothing is changed, and nothing is shown.
    ///
    /// # Errors
    ///
    /// Fails with everything that was found if the file is for another config, names what there is not, or if a
    /// target cannot be read.
    pub async fn rebase(self: &Arc<Self>, file: &PlanFile) -> Result<RebasedPlans, Failure> {
        self.begin_run();
        let jobs = self.rebase_jobs(file)?;
        let _phase = self.phase(Phase::Planning, jobs.len());
        let tasks = jobs.into_iter().map(|job| {
            let manager = Arc::clone(self);
            let name = job.zone.name.clone();
            let task = tokio::spawn(async move {
                let rebased = manager.rebase_job(&job).await;
                (job, rebased)
            });
            async move { task.await.map_err(|error| lost(&name, &error)) }
        });
        let done: Vec<_> = stream::iter(tasks).buffered(self.max_workers).collect().await;
        let (mut all, mut report) = (Vec::with_capacity(done.len()), Report::new());
        for ended in done {
            match ended {
                Ok((job, Ok(rebased))) => {
                    log_warnings(&rebased.report);
                    report.extend(rebased.report.iter().cloned());
                    all.push((job, rebased));
                }
                Ok((_, Err(found))) => report.merge(found),
                Err(found) => report.push(found),
            }
        }
        if report.has_errors() {
            return Err(report.into());
        }
        let mut rebased = gather(all, report, file);
        self.doubt_reads_of(&mut rebased.plans).await;
        Ok(rebased)
    }

    async fn rebase_job(&self, job: &Job) -> Result<Rebased, Report> {
        let _working = Working::on(&job.zone.name, &*self.progress);
        let context = self.context(&job.zone.config, job.zone.config.lenient);
        let zone: Zone = job.zone.empty();
        let mut earlier = Earlier::new(&zone, &job.changes);
        earlier.existed = job.existed;
        earlier.meta = job.meta.as_ref();
        earlier.seen = job.seen.as_ref();
        job.target.rebase(&earlier, &context).await
    }

    /// What there is to rebase; every fault of the file is told.
    fn rebase_jobs(&self, file: &PlanFile) -> Result<Vec<Job>, Failure> {
        let mut report = Report::new();
        self.check_config(file, &mut report);
        if report.has_errors() {
            return Err(report.into());
        }
        let dynamic = file.plans.iter().filter_map(|plan| {
            let entry = file.config.zones.get(&plan.zone)?.entry.as_deref()?;
            Some((plan.zone_name().ok()?, entry))
        });
        let dynamic: Vec<_> = dynamic.collect();
        let selection =
            self.zones_without_listing(dynamic.iter().map(|(name, entry)| (name, *entry)))?;
        let mut seen = HashSet::new();
        let mut jobs = Vec::with_capacity(file.plans.len());
        for plan in &file.plans {
            if !seen.insert((&plan.zone, &plan.target)) {
                report.push(twice(plan));
            }
            match self.rebase_job_of(plan, &selection) {
                Ok(job) => jobs.push(job),
                Err(found) => report.merge(found),
            }
        }
        if report.has_errors() { Err(report.into()) } else { Ok(jobs) }
    }

    fn rebase_job_of(&self, plan: &StoredPlan, selection: &Selection) -> Result<Job, Report> {
        let fault = |message: &str| -> Report {
            let about = format!("{} ({})", plan.zone, plan.target);
            let found = Diagnostic::error(CODE, message.to_owned()).about(about);
            [found.help("write a new plan file with --plan-out")].into_iter().collect()
        };
        let mut report = Report::new();
        let Some(zone) = selection.get(&plan.zone, self, &mut report) else { return Err(report) };
        let target = self.providers.get(&plan.target).and_then(|found| found.target.clone());
        let Some(target) = target else { return Err(fault("there is no such target")) };
        let targets = zone.config.targets.as_deref().unwrap_or_default();
        if !targets.contains(&plan.target) {
            return Err(fault("the zone does not have this target"));
        }
        if target.provider().class_name() != plan.class {
            return Err(fault("the target is of another class now"));
        }
        let changes = plan.changes(&self.types)?;
        let seen = plan.seen()?;
        let (existed, meta) = (plan.exists, plan.meta().cloned());
        Ok(Job { zone, target, changes, existed, meta, seen })
    }
}

fn twice(plan: &StoredPlan) -> Diagnostic {
    let about = format!("{} ({})", plan.zone, plan.target);
    let found = Diagnostic::error(CODE, "the plan file has two plans for it").about(about);
    found.help("write a new plan file with --plan-out")
}

/// What stands for a plan whose task broke down.
fn lost(zone: &ZoneName, error: &tokio::task::JoinError) -> Diagnostic {
    let message = format!("checking the plan failed: {error}; this is a bug in the program");
    let found = Diagnostic::error("internal", message).about(zone.to_string());
    found.help("report it, with the log of a run with --debug")
}

fn gather(all: Vec<(Job, Rebased)>, warnings: Report, file: &PlanFile) -> RebasedPlans {
    let (mut steps, mut conflicts) = (Vec::new(), Vec::new());
    let (mut open, mut already, mut settings, mut others) = (0, 0, 0, 0);
    for (job, rebased) in all {
        open += rebased.open();
        already += rebased.already();
        others += rebased.others.unwrap_or_default();
        settings += usize::from(rebased.meta == MetaStanding::Open);
        conflicts.extend(conflicts_of(&job, &rebased));
        if let Some(plan) = rebased.plan {
            steps.push(step(job, plan));
        }
    }
    let plans = Plans::rebased(steps, warnings, (&file.selection).into());
    RebasedPlans { plans, conflicts, planned: file.changes(), open, already, settings, others }
}

fn conflicts_of(job: &Job, rebased: &Rebased) -> Vec<PlanConflict> {
    let conflict = |about| PlanConflict {
        zone: job.zone.name.clone(),
        target: job.target.id().to_owned(),
        about,
    };
    let of_changes = rebased.conflicts().filter_map(|(index, live)| {
        let change = job.changes.get(index)?.clone();
        Some(Conflicting::Change { change, live: live.cloned() })
    });
    let of_settings = match (&rebased.meta, &job.meta) {
        (MetaStanding::Conflict(live), Some(planned)) => {
            Some(Conflicting::Settings { planned: planned.clone(), live: live.clone() })
        }
        _ => None,
    };
    of_changes.chain(of_settings).map(conflict).collect()
}

fn step(job: Job, plan: Plan) -> Step<Plan> {
    let always_dry_run = job.zone.config.always_dry_run;
    let (target, entry) = (job.target, job.zone.entry);
    Step { target, plan, always_dry_run, entry, again: None, desired: None }
}
