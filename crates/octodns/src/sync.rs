//! Syncing: plan every zone, show the plans, and apply them if that is asked for and safe.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

use futures::{StreamExt, stream};
use octodns_core::processor::Processor;
use octodns_core::value::{Json, Value};
use octodns_core::{ApplySink, ApprovedPlan, Diagnostic, Plan, Report, Target, ZoneName};
use sha2::{Digest, Sha256};

use crate::compat::{MANAGER, log_warnings};
use crate::config::ZoneConfig;
use crate::failure::Failure;
use crate::manager::Manager;
use crate::plan_zones::{Alias, Job, Planned};
use crate::summary::{Applied, ApplySummary, LeftChange, SyncResult};
use crate::zones::{Selected, Selection, zone_error};

/// What a sync is about.
#[derive(Clone, Debug, Default)]
pub struct SyncOptions {
    /// The zones, in either form; empty: all.
    pub zones: Vec<String>,
    /// Only zones with one of these sources; empty: any.
    pub sources: Vec<String>,
    /// Only these targets; empty: any.
    pub targets: Vec<String>,
    /// Whether plans are applied, not only shown.
    pub apply: bool,
    /// Whether plans are applied that are not safe.
    pub force: bool,
    /// The checksum the plans must have; with it they are applied even without `apply`.
    pub checksum: Option<String>,
}

/// A plan that is to be shown and perhaps applied.
struct Step<P> {
    target: Target,
    plan: P,
    always_dry_run: bool,
}

/// A step that may be applied.
type Approved = Step<ApprovedPlan>;

impl Manager {
    /// Plans zones, shows the plans, and applies them if that is asked for and safe.
    ///
    /// # Errors
    ///
    /// Fails with everything that was found if any zone cannot be planned, a plan is unsafe and force
    /// was not asked for, the checksum is another, or applying failed anywhere. Nothing is applied
    /// unless all zones were planned.
    pub async fn sync(self: &Arc<Self>, options: &SyncOptions) -> Result<SyncResult, Failure> {
        self.begin_run();
        self.check_checksum_option(options)?;
        self.warn_of_unknown("source", &options.sources);
        self.warn_of_unknown("target", &options.targets);
        let selection = self.zones(&options.sources, None).await?;
        let mut report = Report::new();
        let (jobs, aliases) = self.jobs(&selection, options, &mut report);
        if report.has_errors() {
            return Err(report.into());
        }
        log_warnings(&report);
        let steps = self.plan(jobs, aliases, &selection).await?;

        let pairs: Vec<_> = steps.iter().map(|step| (&step.target, &step.plan)).collect();
        self.outputs.run(&pairs, &self.plan_writer)?;
        let checksum = self.checksum(&steps);
        let planned = steps.iter().map(|step| step.plan.changes.len()).sum();
        let steps = approve(steps, options.force)?;
        if !options.apply && options.checksum.is_none() {
            return Ok(SyncResult { planned, checksum, applied: None });
        }
        if let Some(computed) = &checksum
            && Some(computed) != options.checksum.as_ref()
        {
            let given = options.checksum.as_deref().unwrap_or("none");
            let message = format!("the checksum of the plan is {computed}, not {given}");
            let help = "review the plan again, then pass its checksum with --checksum";
            return Err(Diagnostic::error("checksum", message).help(help).into());
        }
        let summary = self.apply(steps).await;
        let total = summary.total();
        tracing::info!(target: "octodns", logger = MANAGER, "sync:   {total} total changes");
        if summary.has_failures() {
            return Err(failure(summary));
        }
        Ok(SyncResult { planned, checksum, applied: Some(summary) })
    }

    /// Differs from octoDNS: there, a checksum that is given while none is computed is not looked at.
    fn check_checksum_option(&self, options: &SyncOptions) -> Result<(), Failure> {
        if options.checksum.is_none() || self.config.manager.enable_checksum {
            return Ok(());
        }
        let message = "a checksum was given, but the config does not enable checksums";
        let help = "set `enable_checksum: true` in the section \"manager\"";
        Err(Diagnostic::error("checksum", message).help(help).into())
    }

    /// Reverse zones are made from all other zones, so a run that leaves some out cannot plan them.
    fn check_complete(&self, options: &SyncOptions, zones: &[Selected], report: &mut Report) {
        let limited =
            !(options.zones.is_empty() && options.sources.is_empty() && options.targets.is_empty());
        if self.config.manager.auto_arpa.is_none() || !limited {
            return;
        }
        for zone in zones.iter().filter(|zone| is_reverse(&zone.name)) {
            let message = "cannot be planned in a run that is limited to some zones, sources or \
                           targets: its records are made from all other zones (auto_arpa)";
            let help = "sync without naming zones, sources or targets";
            let name = zone.name.to_string();
            report.push(zone_error(&name, &zone.config, message.to_owned()).help(help));
        }
    }

    /// A run limited to what is not there does nothing, as in octoDNS, but not silently.
    fn warn_of_unknown(&self, what: &str, ids: &[String]) {
        for id in ids.iter().filter(|id| !self.providers.contains_key(*id)) {
            tracing::warn!(
                target: "octodns", logger = MANAGER,
                "sync: the {what} \"{id}\" this run is limited to is not configured",
            );
        }
    }

    /// What is to be planned: ordinary zones, and those that are aliases of another.
    fn jobs(
        &self,
        selection: &Selection,
        options: &SyncOptions,
        report: &mut Report,
    ) -> (Vec<Job>, Vec<(Selected, String)>) {
        let zones = if options.zones.is_empty() {
            selection.all(self, report)
        } else {
            let names = options.zones.iter();
            names.filter_map(|name| selection.get(name, self, report)).collect()
        };
        self.check_complete(options, &zones, report);
        let (mut jobs, mut aliases) = (Vec::new(), Vec::new());
        for zone in zones {
            match zone.config.alias.clone() {
                Some(source) => {
                    if self.alias_source(&zone, &source, selection, report).is_some() {
                        aliases.push((zone, source));
                    }
                }
                None => jobs.extend(self.job(zone, options, report)),
            }
        }
        (jobs, aliases)
    }

    /// The zone that an alias stands for: one that is configured and not an alias itself.
    pub(crate) fn alias_source(
        &self,
        zone: &Selected,
        source: &str,
        selection: &Selection,
        report: &mut Report,
    ) -> Option<Selected> {
        let mut ignored = Report::new();
        let name = zone.name.to_string();
        let Some(found) = selection.get(source, self, &mut ignored) else {
            let message = format!("is an alias of \"{source}\", which is not configured");
            report.push(
                zone_error(&name, &zone.config, message).help("configure that zone, or correct it"),
            );
            return None;
        };
        if found.config.alias.is_some() {
            let message = format!("is an alias of \"{source}\", which is an alias itself");
            let help = "name the zone that it is an alias of";
            report.push(zone_error(&name, &zone.config, message).help(help));
            return None;
        }
        Some(found)
    }

    fn job(&self, zone: Selected, options: &SyncOptions, report: &mut Report) -> Option<Job> {
        let name = zone.name.to_string();
        tracing::info!(target: "octodns", logger = MANAGER, "sync:   zone={name}");
        let sources = self.sources(&name, &zone.config, &options.sources, report);
        let targets = self.targets(&name, &zone.config, &options.targets, report)?;
        let processors = self.zone_processors(&name, &zone.config, report)?;
        let sources = sources.filter(|sources| !sources.is_empty());
        let Some(sources) = sources else {
            tracing::info!(
                target: "octodns", logger = MANAGER, "sync:   no eligible sources, skipping",
            );
            return None;
        };
        if targets.is_empty() {
            tracing::info!(
                target: "octodns", logger = MANAGER, "sync:   no eligible targets, skipping",
            );
            return None;
        }
        let lenient = zone.config.lenient;
        Some(Job { zone, sources, targets, processors, lenient, aliases: Vec::new() })
    }

    fn targets(
        &self,
        zone: &str,
        config: &ZoneConfig,
        eligible: &[String],
        report: &mut Report,
    ) -> Option<Vec<Target>> {
        let Some(names) = &config.targets else {
            let found = zone_error(zone, config, "has no \"targets\"".to_owned());
            report.push(found.help("add `targets` with the ids of providers to write it to"));
            return None;
        };
        let mut targets = Vec::new();
        for name in names {
            if !eligible.is_empty() && !eligible.contains(name) {
                continue;
            }
            match self.providers.get(name).map(|configured| &configured.target) {
                Some(Some(target)) => targets.push(target.clone()),
                Some(None) => {
                    let message = format!("names the target \"{name}\", which can only be read");
                    report.push(zone_error(zone, config, message).help("name it below `sources`"));
                    return None;
                }
                None => {
                    report.push(self.unknown(zone, config, "target", name));
                    return None;
                }
            }
        }
        Some(targets)
    }

    /// The processors of a zone: those of all zones, its own, and again those of all zones.
    pub(crate) fn zone_processors(
        &self,
        zone: &str,
        config: &ZoneConfig,
        report: &mut Report,
    ) -> Option<Vec<Arc<dyn Processor>>> {
        let manager = &self.config.manager;
        let names = manager.processors.iter().chain(&config.processors);
        let mut processors = Vec::new();
        for name in names.chain(&manager.post_processors) {
            let Some(processor) = self.processors.get(name) else {
                report.push(self.unknown(zone, config, "processor", name));
                return None;
            };
            processors.push(Arc::clone(processor));
        }
        Some(processors)
    }

    /// Plans everything; fails with all findings if anything failed.
    async fn plan(
        self: &Arc<Self>,
        jobs: Vec<Job>,
        aliases: Vec<(Selected, String)>,
        selection: &Selection,
    ) -> Result<Vec<Step<Plan>>, Failure> {
        let mut report = Report::new();
        // Reverse zones come when every other zone has been through the processors.
        let delays = self.config.manager.auto_arpa.is_some();
        let (reverse, forward) =
            jobs.into_iter().partition(|job| delays && is_reverse(&job.zone.name));
        let (mut planned, aliases) = self.plan_with_aliases(forward, aliases, selection).await;
        let (later, aliases) = self.plan_with_aliases(reverse, aliases, selection).await;
        planned.extend(later);
        for (zone, source) in aliases {
            let message = format!("is an alias of \"{source}\", which is not part of this run");
            let help = format!("sync \"{source}\" as well");
            report.push(zone_error(&zone.name.to_string(), &zone.config, message).help(help));
        }

        let mut steps = Vec::new();
        for Planned { plans, report: found, always_dry_run } in planned {
            log_warnings(&found);
            report
                .extend(found.into_iter().filter(|d| d.severity == octodns_core::Severity::Error));
            steps.extend(plans.into_iter().map(|(target, plan)| Step {
                target,
                plan,
                always_dry_run,
            }));
        }
        if report.has_errors() {
            return Err(report.into());
        }
        // Zones before the zones they lie in, so that records can move down into them safely. A plan
        // without changes (settings only) comes last.
        let length = |step: &Step<Plan>| {
            if step.plan.changes.is_empty() { 0 } else { step.plan.desired.name().as_str().len() }
        };
        steps.sort_by_key(|step| std::cmp::Reverse(length(step)));
        Ok(steps)
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
        let digest = Sha256::digest(Json::default().text(&Value::from(plans)));
        let mut checksum = String::with_capacity(64);
        for byte in digest {
            // Writing to a `String` cannot fail.
            let _ = write!(checksum, "{byte:02x}");
        }
        tracing::info!(target: "octodns", logger = "Checksum", "checksum={checksum}");
        Some(checksum)
    }

    /// Applies plans: those of one target in order, different targets at the same time. A failure
    /// stops nothing but the plan it happens in.
    async fn apply(&self, steps: Vec<Approved>) -> ApplySummary {
        let mut by_target: Vec<(String, Vec<(usize, Approved)>)> = Vec::new();
        for (at, step) in steps.into_iter().enumerate() {
            let id = step.target.id().to_owned();
            match by_target.iter_mut().find(|(other, _)| *other == id) {
                Some((_, steps)) => steps.push((at, step)),
                None => by_target.push((id, vec![(at, step)])),
            }
        }
        let targets = by_target.into_iter().map(|(_, steps)| async move {
            let mut done = Vec::with_capacity(steps.len());
            for (at, step) in steps {
                done.push((at, apply_step(&step, &*self.apply_sink).await));
            }
            done
        });
        let done: Vec<_> = stream::iter(targets).buffer_unordered(self.max_workers).collect().await;
        let mut entries: Vec<_> = done.into_iter().flatten().collect();
        entries.sort_by_key(|(at, _)| *at);
        ApplySummary { entries: entries.into_iter().map(|(_, entry)| entry).collect() }
    }
}

/// Whether a zone is part of the reverse tree.
pub(crate) fn is_reverse(zone: &ZoneName) -> bool {
    zone.as_str().ends_with("arpa.")
}

async fn apply_step(step: &Approved, sink: &dyn ApplySink) -> Applied {
    let (zone, target) = (step.plan.desired.name().clone(), step.target.id().to_owned());
    if step.always_dry_run {
        tracing::info!(
            target: "octodns", logger = MANAGER, "sync: zone={zone} skipping always-dry-run",
        );
        return Applied::skipped(&step.plan, target, "skipped: always-dry-run");
    }
    if step.target.options().apply_disabled {
        return Applied::skipped(&step.plan, target, "skipped: apply_disabled");
    }
    let done = step.target.apply(&step.plan, sink).await;
    let error = done.error.map(|error| {
        let text = |found: &Diagnostic| match &*found.code {
            "apply" => found.message.clone(),
            _ => found.to_string(),
        };
        let texts: Vec<_> = error.into_report("apply", "").iter().map(text).collect();
        texts.join("; ")
    });
    let left =
        error.as_ref().map(|_| LeftChange::of(&step.plan, &done.outcomes)).unwrap_or_default();
    Applied { zone, target, outcomes: done.outcomes, error, left, skipped: None }
}

/// Approves the plans of a run: all of them, or none if one of them is not safe and `force` was not asked for.
fn approve(steps: Vec<Step<Plan>>, force: bool) -> Result<Vec<Approved>, Failure> {
    let mut report = Report::new();
    let mut approved = Vec::with_capacity(steps.len());
    for Step { target, plan, always_dry_run } in steps {
        let plan = if force { Ok(plan.approve_by_force()) } else { plan.approve() };
        match plan {
            Ok(plan) => approved.push(Step { target, plan, always_dry_run }),
            Err(refused) => report.extend(refused.reasons.iter().map(|reason| {
                Diagnostic::error("unsafe-plan", reason.to_string())
                    .about(format!("{} ({})", refused.plan.desired.name(), target.id()))
                    .help("look at the plan; if it is right, run again with --force")
            })),
        }
    }
    if report.has_errors() { Err(report.into()) } else { Ok(approved) }
}

fn failure(summary: ApplySummary) -> Failure {
    let mut report = Report::new();
    for entry in &summary.entries {
        if let Some(error) = &entry.error {
            let subject = format!("{} ({})", entry.zone, entry.target);
            let found = Diagnostic::error("apply", error.clone()).about(subject);
            report.push(found.help("fix the cause and run again: what is applied stays"));
        }
    }
    Failure { report, applied: Some(summary) }
}
