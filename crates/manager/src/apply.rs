//! Applying the plans of a run.

use std::sync::Arc;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use octodns_core::{ApplySink, ApprovedPlan, Diagnostic, Outcome, Report, ZoneName};

use crate::compat::{MANAGER, log_warnings};
use crate::failure::Failure;
use crate::journal::{Recording, RunFor, StepSink};
use crate::known_sizes::KnownSizes;
use crate::manager::Manager;
use crate::plan::{ApprovedPlans, Step};
use crate::progress::{Counted, Phase, Progress, Working};
use crate::summary::{Applied, ApplySummary, LeftChange, STOPPED};
use crate::turns::Turns;
use crate::waves::{AfterWave, AppliedWave, Waves, unchecked};

type Approved = Step<ApprovedPlan>;

/// A plan, and where it is written down.
type Recorded<'s> = (&'s Approved, &'s StepSink<'s>);

impl Manager {
    /// Applies plans: as many at the same time as their targets and `max_workers` allow. Of zones that lie in each
    /// other, those of one target are applied in order. A failure stops nothing but the plan it happens in.
    ///
    /// Plans of zones with `always-dry-run`, and of targets with `apply_disabled`, are left out.
    ///
    /// # Errors
    ///
    /// Fails if anything was not done; [`Failure::applied`] says what was.
    pub async fn apply(&self, plans: ApprovedPlans) -> Result<ApplySummary, Failure> {
        self.apply_in_waves(plans, &Waves::default(), &unchecked).await
    }

    /// Applies plans wave by wave. A wave in which something fails, or with which `after_wave` finds an error, stops
    /// those after it: they are not begun, and are told as such.
    ///
    /// # Errors
    ///
    /// As [`Manager::apply`], and with what `after_wave` has found.
    pub async fn apply_in_waves(
        &self,
        plans: ApprovedPlans,
        waves: &Waves,
        after_wave: &AfterWave<'_>,
    ) -> Result<ApplySummary, Failure> {
        let mut locks = self.no_locks();
        if self.lock(&mut locks, plans.zones(), plans.since).await? {
            let message = "another run applied to a zone after it was planned";
            return Err(Diagnostic::error("locked", message).help("plan again").into());
        }
        self.apply_for(&RunFor::default(), plans, waves, after_wave).await
    }

    /// Applies plans as a run of this kind. Their zones are locked.
    pub(crate) async fn apply_for(
        &self,
        run_for: &RunFor,
        plans: ApprovedPlans,
        waves: &Waves,
        after_wave: &AfterWave<'_>,
    ) -> Result<ApplySummary, Failure> {
        let ApprovedPlans { steps, .. } = plans;
        let sizes = KnownSizes::after(steps.iter().map(|step| (step.target.id(), &*step.plan)));
        let applied: Vec<_> = steps.iter().filter(|step| step.skipped().is_none()).collect();
        let journal =
            if applied.is_empty() { None } else { self.record(run_for, &applied).await? };
        let changes = applied.iter().map(|step| step.plan.changes.len()).sum();
        let counted = Counted { sink: &*self.apply_sink, progress: &*self.progress };
        let sinks = self.sinks(&steps, journal.as_ref(), &counted);
        let recorded: Vec<_> = steps.iter().zip(&sinks).collect();

        let phase = self.phase(Phase::Applying, changes);
        let (entries, found) = self.apply_parts(&recorded, waves, after_wave).await;
        drop(phase);
        let mut summary = ApplySummary::new(entries);
        if let Some(known) = &self.known_sizes {
            let whole = summary.whole();
            let is_whole = |zone: &ZoneName, target: &str| whole.contains(&(zone, target));
            let keys = self.size_keys(steps.iter().map(|step| step.target.id()));
            known.remember(sizes, is_whole, &keys).await;
        }
        if let Some(journal) = journal {
            finish(&journal).await;
            summary.run = Some(journal.run().clone());
        }
        let total = summary.total();
        tracing::info!(target: "octodns", logger = MANAGER, "sync:   {total} total changes");
        if summary.has_failures() || found.has_errors() {
            return Err(failure(summary, found));
        }
        log_warnings(&found);
        Ok(summary)
    }

    /// Where each plan is written down.
    fn sinks<'s>(
        &self,
        steps: &[Approved],
        journal: Option<&Arc<Recording>>,
        program: &'s dyn ApplySink,
    ) -> Vec<StepSink<'s>> {
        let mut place = 0;
        let sink = |step: &Approved| {
            let journal = journal.map(|journal| (Arc::clone(journal), place));
            place += usize::from(step.skipped().is_none());
            StepSink { journal, program, stop: self.stop.clone() }
        };
        steps.iter().map(sink).collect()
    }

    /// Applies plans wave by wave; what came of each, in their order, and what was found after the waves.
    async fn apply_parts(
        &self,
        steps: &[Recorded<'_>],
        waves: &Waves,
        after_wave: &AfterWave<'_>,
    ) -> (Vec<Applied>, Report) {
        let names = steps.iter().map(|(step, _)| (step.plan.desired.name(), step.target.id()));
        let parts = waves.part(names);
        let (of, mut found) = (parts.len(), Report::new());
        let mut entries: Vec<(usize, Applied)> = Vec::with_capacity(steps.len());
        let mut is_stopped = false;
        for (index, places) in parts.into_iter().enumerate() {
            let wave: Vec<_> = places.iter().filter_map(|at| steps.get(*at).copied()).collect();
            if is_stopped {
                let not_begun = wave.into_iter().map(|(step, sink)| not_begun(step, sink));
                entries.extend(places.into_iter().zip(not_begun));
                continue;
            }
            let number = index + 1;
            if of > 1 {
                let count = wave.len();
                tracing::info!(
                    target: "octodns", logger = MANAGER, "sync: wave {number} of {of}: {count} plans",
                );
            }
            let applied = self.apply_steps(&wave).await;
            is_stopped = applied.iter().any(|entry| entry.error.is_some());
            if !is_stopped {
                let plans = wave.iter().zip(&applied);
                let plans =
                    plans.map(|((step, _), entry)| (&step.target, &*step.plan, entry)).collect();
                let checked = after_wave(AppliedWave { number, of, plans }).await;
                is_stopped = checked.has_errors();
                found.merge(checked);
            }
            entries.extend(places.into_iter().zip(applied));
        }
        entries.sort_by_key(|(at, _)| *at);
        (entries.into_iter().map(|(_, entry)| entry).collect(), found)
    }

    /// Applies plans; what came of each, in their order.
    async fn apply_steps(&self, steps: &[Recorded<'_>]) -> Vec<Applied> {
        let wanted = steps.iter().map(|(step, _)| {
            let at_once = step.target.provider().zones_at_once();
            (step.target.id(), at_once, step.plan.desired.name())
        });
        let mut turns = Turns::new(wanted, self.max_workers);
        let mut under_way = FuturesUnordered::new();
        let mut entries = Vec::with_capacity(steps.len());
        loop {
            while let Some(at) = turns.begin() {
                let progress = &*self.progress;
                under_way.extend(steps.get(at).map(|(step, sink)| async move {
                    (at, apply_step(step, sink, progress).await)
                }));
            }
            let Some((at, entry)) = under_way.next().await else { break };
            turns.ended(at);
            entries.push((at, entry));
        }
        entries.sort_by_key(|(at, _)| *at);
        entries.into_iter().map(|(_, entry)| entry).collect()
    }
}

/// What stands for a plan whose wave was not begun.
fn not_begun(step: &Approved, sink: &StepSink<'_>) -> Applied {
    let target = step.target.id().to_owned();
    if sink.stop.is_stopped() {
        return Applied::stopped(&step.plan, target);
    }
    Applied::skipped(&step.plan, target, "not begun: an earlier wave failed")
}

/// Ends a journal. What is not in it is not known to those who read it, and looked up by them.
async fn finish(journal: &Recording) {
    let path = journal.path().display();
    if let Err(error) = journal.finish().await {
        tracing::warn!(
            target: "octodns", logger = MANAGER,
            "sync: the end of the run could not be written to {path}: {error}",
        );
    }
    let unwritten = journal.unwritten();
    if unwritten > 0 {
        tracing::warn!(
            target: "octodns", logger = MANAGER,
            "sync: {unwritten} outcomes could not be written to {path}",
        );
    }
}

async fn apply_step(step: &Approved, sink: &StepSink<'_>, progress: &dyn Progress) -> Applied {
    let (zone, target) = (step.plan.desired.name().clone(), step.target.id().to_owned());
    if let Some(why) = step.skipped() {
        if step.always_dry_run {
            tracing::info!(
                target: "octodns", logger = MANAGER, "sync: zone={zone} skipping always-dry-run",
            );
        }
        return Applied::skipped(&step.plan, target, why);
    }
    if sink.stop.is_stopped() {
        return Applied::stopped(&step.plan, target);
    }
    let working = Working::on(&zone, progress);
    let done = step.target.apply(&step.plan, sink).await;
    drop(working);
    let report = done.error.map(|error| error.into_report("apply", ""));
    let help = report.iter().flatten().find_map(|found| found.help.clone());
    let error = report.map(|report| {
        let text = |found: &Diagnostic| match &*found.code {
            "apply" => found.message.clone(),
            _ => found.to_string(),
        };
        report.iter().map(text).collect::<Vec<_>>().join("; ")
    });
    let has_failed =
        |outcome: &Outcome| matches!(outcome, Outcome::Failed(_) | Outcome::Partial { .. });
    let error = match error {
        // What ended it was the refusal to send more.
        Some(_) if sink.stop.is_stopped() && !done.outcomes.iter().any(has_failed) => {
            Some(STOPPED.to_owned())
        }
        error => error,
    };
    let left =
        error.as_ref().map(|_| LeftChange::of(&step.plan, &done.outcomes)).unwrap_or_default();
    Applied { zone, target, outcomes: done.outcomes, error, help, left, skipped: None }
}

fn failure(summary: ApplySummary, found: Report) -> Failure {
    let mut report = Report::new();
    for entry in &summary.entries {
        if let Some(error) = &entry.error {
            let subject = format!("{} ({})", entry.zone, entry.target);
            let found = Diagnostic::error("apply", error.clone()).about(subject);
            let advice = entry.help.as_deref().unwrap_or("fix the cause");
            report.push(found.help(format!("{advice}; run again: what is applied stays")));
        }
    }
    report.merge(found);
    Failure { report, applied: Some(summary), verification: None }
}
