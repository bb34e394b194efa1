//! Applying the plans of a run.

use futures::{StreamExt, stream};
use octodns_core::{ApplySink, ApprovedPlan, Diagnostic, Report};

use crate::compat::MANAGER;
use crate::failure::Failure;
use crate::known_sizes::KnownSizes;
use crate::manager::Manager;
use crate::plan::{ApprovedPlans, Step};
use crate::summary::{Applied, ApplySummary, LeftChange};

type Approved = Step<ApprovedPlan>;

impl Manager {
    /// Applies plans: those of one target in order, different targets at the same time. A failure
    /// stops nothing but the plan it happens in.
    ///
    /// Plans of zones with `always-dry-run`, and of targets with `apply_disabled`, are left out.
    ///
    /// # Errors
    ///
    /// Fails if anything was not done; [`Failure::applied`] says what was.
    pub async fn apply(&self, plans: ApprovedPlans) -> Result<ApplySummary, Failure> {
        let ApprovedPlans { steps } = plans;
        let sizes = KnownSizes::after(steps.iter().map(|step| (step.target.id(), &*step.plan)));
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
        let summary =
            ApplySummary { entries: entries.into_iter().map(|(_, entry)| entry).collect() };
        if let Some(known) = &self.known_sizes {
            let whole = summary.whole();
            known.remember(sizes, |zone, target| whole.contains(&(zone, target))).await;
        }
        let total = summary.total();
        tracing::info!(target: "octodns", logger = MANAGER, "sync:   {total} total changes");
        if summary.has_failures() { Err(failure(summary)) } else { Ok(summary) }
    }
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
    let report = done.error.map(|error| error.into_report("apply", ""));
    let help = report.iter().flatten().find_map(|found| found.help.clone());
    let error = report.map(|report| {
        let text = |found: &Diagnostic| match &*found.code {
            "apply" => found.message.clone(),
            _ => found.to_string(),
        };
        report.iter().map(text).collect::<Vec<_>>().join("; ")
    });
    let left =
        error.as_ref().map(|_| LeftChange::of(&step.plan, &done.outcomes)).unwrap_or_default();
    Applied { zone, target, outcomes: done.outcomes, error, help, left, skipped: None }
}

fn failure(summary: ApplySummary) -> Failure {
    let mut report = Report::new();
    for entry in &summary.entries {
        if let Some(error) = &entry.error {
            let subject = format!("{} ({})", entry.zone, entry.target);
            let found = Diagnostic::error("apply", error.clone()).about(subject);
            let advice = entry.help.as_deref().unwrap_or("fix the cause");
            report.push(found.help(format!("{advice}; run again: what is applied stays")));
        }
    }
    Failure { report, applied: Some(summary), verification: None }
}
