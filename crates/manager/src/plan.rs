//! Planning a run: what every zone needs at every target, as plans that are shown, approved and applied.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use octodns_core::plan::{Allowed, Danger};
use octodns_core::value::{Json, Value};
use octodns_core::{ApprovedPlan, Diagnostic, Plan, Report, Severity, Target, Zone, ZoneName};

use crate::compat::{MANAGER, log_warnings};
use crate::digest::sha256;
use crate::failure::Failure;
use crate::jobs::{PlanOptions, is_reverse};
use crate::known_sizes;
use crate::manager::Manager;
use crate::output::ReaderGone;
use crate::plan_zones::{Again, Alias, Job, Planned};
use crate::progress::Phase;
use crate::zones::{Selected, Selection, zone_error};

/// A plan of a run, and what it is for.
pub(crate) struct Step<P> {
    pub(crate) target: Target,
    pub(crate) plan: P,
    pub(crate) always_dry_run: bool,
    /// The dynamic entry of the config that stands for the zone, if one does.
    pub(crate) entry: Option<String>,
    /// How the zone is planned once more, if it can be.
    pub(crate) again: Option<Arc<Again>>,
    /// What the sources said of the zone, if that is kept.
    pub(crate) desired: Option<Zone>,
}

/// The plans of a run, in the order they are shown and applied.
///
/// They are made by [`Manager::plan`] alone, which makes all of them or none. Applying takes [`ApprovedPlans`]:
///
/// ```
/// # extern crate octodns_manager as octodns;
/// # use octodns::{Failure, Manager, PlanOptions};
/// # async fn apply(manager: &std::sync::Arc<Manager>) -> Result<(), Failure> {
/// let plans = manager.plan(&PlanOptions::default()).await?;
/// manager.show(&plans)?;
/// let summary = manager.apply(plans.approve()?).await?;
/// # Ok(())
/// # }
/// ```
///
/// ```compile_fail,E0308
/// # extern crate octodns_manager as octodns;
/// # use octodns::{Failure, Manager, PlanOptions};
/// # async fn apply(manager: &std::sync::Arc<Manager>) -> Result<(), Failure> {
/// let plans = manager.plan(&PlanOptions::default()).await?;
/// let summary = manager.apply(plans).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Plans {
    pub(crate) steps: Vec<Step<Plan>>,
    checksum: Option<String>,
    warnings: Report,
    /// What the run was limited to.
    selection: PlanOptions,
    /// When the first zone was looked at, if that is known.
    since: Option<SystemTime>,
}

impl Plans {
    /// Plans that were made earlier, on what their targets hold now.
    pub(crate) fn rebased(
        steps: Vec<Step<Plan>>,
        warnings: Report,
        selection: PlanOptions,
    ) -> Self {
        Self { steps, checksum: None, warnings, selection, since: None }
    }

    pub(crate) fn steps(&self) -> &[Step<Plan>] {
        &self.steps
    }

    /// What the run was limited to.
    pub fn selection(&self) -> &PlanOptions {
        &self.selection
    }

    /// Each plan with the target that it is for.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Target, &Plan)> {
        self.steps.iter().map(|step| (&step.target, &step.plan))
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// How many changes there are in all plans.
    pub fn changes(&self) -> usize {
        self.steps.iter().map(|step| step.plan.changes.len()).sum()
    }

    /// The checksum of the plans (SHA-256 of their JSON, in hexadecimal), if there are any and the config
    /// enables it.
    pub fn checksum(&self) -> Option<&str> {
        self.checksum.as_deref()
    }

    /// What was found while planning, and prevents nothing.
    pub fn warnings(&self) -> &Report {
        &self.warnings
    }

    /// Everything that speaks against applying the plans without force; empty when all are safe.
    pub fn safety(&self) -> Report {
        self.objections(&Allowed::default())
    }

    /// What speaks against applying the plans, beyond what is allowed. Each finding names the flag it needs.
    pub fn objections(&self, allowed: &Allowed) -> Report {
        let mut report = Report::new();
        for Step { target, plan, .. } in &self.steps {
            report.extend(plan.objections(allowed).into_iter().map(|reason| {
                Diagnostic::error("unsafe-plan", reason.to_string())
                    .about(format!("{} ({})", plan.desired.name(), target.id()))
                    .help(flag_for(reason.danger()))
            }));
        }
        report
    }

    /// Approves the plans if all of them are safe.
    ///
    /// # Errors
    ///
    /// Fails with all of [`Plans::safety`]. To look at the plans then, ask that first: this consumes them.
    pub fn approve(self) -> Result<ApprovedPlans, Failure> {
        self.approve_with(&Allowed::default())
    }

    /// Approves the plans if all of them are safe but for what is allowed.
    ///
    /// # Errors
    ///
    /// Fails with all of [`Plans::objections`].
    pub fn approve_with(self, allowed: &Allowed) -> Result<ApprovedPlans, Failure> {
        let report = self.objections(allowed);
        if report.has_errors() { Err(report.into()) } else { Ok(self.approve_by_force()) }
    }

    /// Approves the plans, safe or not: somebody looked at them and wants them applied.
    pub fn approve_by_force(self) -> ApprovedPlans {
        let approve = |Step { target, plan, always_dry_run, entry, again, .. }: Step<Plan>| Step {
            target,
            plan: plan.approve_by_force(),
            always_dry_run,
            entry,
            again,
            desired: None,
        };
        ApprovedPlans { steps: self.steps.into_iter().map(approve).collect(), since: self.since }
    }
}

/// The plans of a run that may be applied: all are safe, or were approved by force.
#[derive(Debug)]
pub struct ApprovedPlans {
    pub(crate) steps: Vec<Step<ApprovedPlan>>,
    /// When the first zone was looked at, if that is known.
    pub(crate) since: Option<SystemTime>,
}

impl ApprovedPlans {
    /// The target and zone of each plan that is to be applied.
    pub(crate) fn zones(&self) -> impl Iterator<Item = (&str, &ZoneName)> {
        let applied = self.steps.iter().filter(|step| step.skipped().is_none());
        applied.map(|step| (step.target.id(), step.plan.desired.name()))
    }
}

impl Step<ApprovedPlan> {
    /// Why it is left out on purpose, if so.
    pub(crate) fn skipped(&self) -> Option<&'static str> {
        if self.always_dry_run {
            return Some("skipped: always-dry-run");
        }
        self.target.options().apply_disabled.then_some("skipped: apply_disabled")
    }
}

impl<P: fmt::Debug> fmt::Debug for Step<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Step").field(&self.target.id()).field(&self.plan).finish()
    }
}

impl Manager {
    /// Plans zones. Nothing is changed, and nothing is shown: see [`Manager::show`].
    ///
    /// # Errors
    ///
    /// Fails with everything that was found if any zone cannot be planned.
    pub async fn plan(self: &Arc<Self>, options: &PlanOptions) -> Result<Plans, Failure> {
        let since = (self.registry.host.clock)();
        self.begin_run();
        self.warn_of_unknown("source", &options.sources);
        self.warn_of_unknown("target", &options.targets);
        let selection = self.zones(None).await?;
        let mut report = Report::new();
        let (jobs, aliases) = self.jobs(&selection, options, &mut report);
        if report.has_errors() {
            return Err(report.into());
        }
        log_warnings(&report);
        let mut steps = self.plan_jobs(jobs, aliases, &selection, &mut report).await?;
        self.doubt_reads(&mut steps).await;
        let checksum = self.checksum(&steps);
        Ok(Plans { steps, checksum, warnings: report, selection: options.clone(), since })
    }

    /// Shows plans by the plan outputs of the config: in the log, unless it says otherwise.
    ///
    /// # Errors
    ///
    /// Fails when an output cannot be written, or nobody reads it: do not apply the plans then.
    pub fn show(&self, plans: &Plans) -> Result<(), Failure> {
        self.show_to(plans, ReaderGone::Fails)
    }

    /// The same, with a say in what it means that the reader went away.
    pub(crate) fn show_to(&self, plans: &Plans, reader_gone: ReaderGone) -> Result<(), Failure> {
        let file = || self.plan_file(plans).to_text();
        let planned: Vec<_> = plans.iter().collect();
        self.outputs.run(&planned, file, &self.destination, reader_gone)
    }

    /// Adds to plans what speaks against them by the sizes that their zones had after earlier runs.
    async fn doubt_reads(&self, steps: &mut [Step<Plan>]) {
        let Some(sizes) = &self.known_sizes else {
            tracing::debug!(
                target: "octodns", logger = MANAGER,
                "sync: zones that shrank are not noticed: there is no folder to remember their sizes in",
            );
            return;
        };
        let keys = self.size_keys(steps.iter().map(|step| step.target.id()));
        let key = |target: &str| keys.get(target).cloned().unwrap_or_default();
        let plans = steps.iter_mut().map(|step| (key(step.target.id()), &mut step.plan));
        sizes.doubt(plans.collect()).await;
    }

    /// The keys of targets, by their ids, in what is known of the sizes of zones.
    pub(crate) fn size_keys<'t>(
        &self,
        targets: impl Iterator<Item = &'t str>,
    ) -> HashMap<String, String> {
        let (config, mut keys) = (self.config_name(), HashMap::new());
        for target in targets {
            if !keys.contains_key(target) {
                let key = known_sizes::key(&config, &self.account_and_folder(target), target);
                keys.insert(target.to_owned(), key);
            }
        }
        keys
    }

    /// The same for plans that were made from what was planned before.
    pub(crate) async fn doubt_reads_of(&self, plans: &mut Plans) {
        self.doubt_reads(&mut plans.steps).await;
    }

    /// Plans everything; fails with all findings if anything failed.
    async fn plan_jobs(
        self: &Arc<Self>,
        jobs: Vec<Job>,
        aliases: Vec<(Selected, String)>,
        selection: &Selection,
        report: &mut Report,
    ) -> Result<Vec<Step<Plan>>, Failure> {
        let (planned, aliases) = self.plan_reverse_last(jobs, aliases, selection).await;
        for (zone, source) in aliases {
            let message = format!("is an alias of \"{source}\", which is not part of this run");
            let help = format!("sync \"{source}\" as well");
            report.push(zone_error(&zone.name.to_string(), &zone.config, message).help(help));
        }

        let mut steps = Vec::new();
        for Planned { plans, report: found, always_dry_run, entry, again, desired, .. } in planned {
            log_warnings(&found);
            report.merge(found);
            let entry = || entry.clone();
            steps.extend(plans.into_iter().map(|(target, plan)| Step {
                target,
                plan,
                always_dry_run,
                entry: entry(),
                again: again.clone(),
                desired: desired.clone(),
            }));
        }
        if report.has_errors() {
            return Err(errors(report));
        }
        // Zones before the zones they lie in, so that records can move down into them safely. A plan
        // without changes (settings only) comes last.
        let length = |step: &Step<Plan>| {
            if step.plan.changes.is_empty() { 0 } else { step.plan.desired.name().as_str().len() }
        };
        steps.sort_by_key(|step| std::cmp::Reverse(length(step)));
        Ok(steps)
    }

    /// Plans zones, the reverse ones when every other zone has been through the processors; returns the aliases of
    /// none of them as well.
    pub(crate) async fn plan_reverse_last(
        self: &Arc<Self>,
        jobs: Vec<Job>,
        aliases: Vec<(Selected, String)>,
        selection: &Selection,
    ) -> (Vec<Planned>, Vec<(Selected, String)>) {
        let _phase = self.phase(Phase::Planning, jobs.len() + aliases.len());
        let delays = self.config.manager.auto_arpa.is_some();
        let (reverse, forward) =
            jobs.into_iter().partition(|job| delays && is_reverse(&job.zone.name));
        let (mut planned, aliases) = self.plan_with_aliases(forward, aliases, selection).await;
        let (later, aliases) = self.plan_with_aliases(reverse, aliases, selection).await;
        planned.extend(later);
        (planned, aliases)
    }

    /// Plans zones, then those that are aliases of one of them; returns the other aliases as well.
    async fn plan_with_aliases(
        self: &Arc<Self>,
        mut jobs: Vec<Job>,
        aliases: Vec<(Selected, String)>,
        selection: &Selection,
    ) -> (Vec<Planned>, Vec<(Selected, String)>) {
        let places: HashMap<_, _> =
            jobs.iter().enumerate().map(|(at, job)| (job.zone.name.clone(), at)).collect();
        let mut others = Vec::new();
        for (place, (zone, source)) in aliases.into_iter().enumerate() {
            let mut ignored = Report::new();
            let found = selection.get(&source, self, &mut ignored);
            // Differs from octoDNS: processors and leniency are those of the zone it is an alias of.
            match found.and_then(|source| places.get(&source.name)) {
                Some(at) => jobs[*at].aliases.push(Alias { zone, place }),
                None => others.push((zone, source)),
            }
        }
        (self.plan_all(jobs).await, others)
    }

    fn checksum(&self, steps: &[Step<Plan>]) -> Option<String> {
        if steps.is_empty() || !self.config.manager.enable_checksum {
            return None;
        }
        let plans: Vec<_> = steps.iter().map(|step| step.plan.to_value()).collect();
        Some(sha256(Json::default().text(&Value::from(plans)).as_bytes()))
    }
}

/// What to do about a plan with this danger.
fn flag_for(danger: Danger) -> String {
    format!("look at the plan; if it is right, run again with --allow {danger}, or --force for all")
}

/// What made planning fail. Its warnings were logged by zone.
fn errors(report: &mut Report) -> Failure {
    let found = std::mem::take(report).into_iter();
    found.filter(|found| found.severity == Severity::Error).collect::<Report>().into()
}
