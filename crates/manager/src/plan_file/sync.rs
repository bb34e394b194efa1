//! A whole run with a plan file: check it against its targets, show it, and apply it if that is asked for and safe.

use std::sync::Arc;

use octodns_core::plan::Allowed;
use octodns_core::{Diagnostic, Report};

use super::{PlanConflict, PlanFile, RebasedPlans};
use crate::compat::MANAGER;
use crate::failure::Failure;
use crate::journal::RunFor;
use crate::manager::Manager;
use crate::output::ReaderGone;
use crate::summary::ApplySummary;
use crate::verification::{Verification, VerifyChoice};
use crate::waves::Waves;

/// What is done with a plan file.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct PlanFileOptions {
    /// Whether it is applied, not only checked and shown.
    pub apply: bool,
    /// Whether it is applied even if it is not safe. Conflicts are never overwritten.
    pub force: bool,
    /// What plans may be applied for although it is not safe. Default: nothing.
    pub allow: Allowed,
    /// What is verified of what was applied. Default: what the config says.
    pub verify: VerifyChoice,
    /// The waves that plans are applied in. Default: all at once.
    pub waves: Waves,
    /// Whether it is logged where each change comes from.
    pub show_origin: bool,
    /// Whether changes that are in conflict are left out; otherwise nothing is applied if there is one.
    pub skip_conflicts: bool,
}

/// What was done with a plan file.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PlanFileResult {
    /// How many changes the file has.
    pub planned: usize,
    /// How many of them were still to be made.
    pub open: usize,
    /// How many of them were made already.
    pub already: usize,
    /// How many records that the file is not about were changed since, as far as that is known.
    pub others: usize,
    /// The changes that were left out.
    pub skipped: Vec<PlanConflict>,
    /// What was applied; `None` if it was only checked.
    pub applied: Option<ApplySummary>,
    /// What was verified after that; `None` if nothing was to be.
    pub verification: Option<Verification>,
    /// How many plans there were, those that change settings alone included.
    pub plans: usize,
}

impl Manager {
    /// Checks a plan file against its targets, shows what is still to be made, and applies that if it is asked for and
    /// safe: [`Manager::rebase`], [`Manager::show`] and [`Manager::apply`] in one.
    ///
    /// # Errors
    ///
    /// Fails with everything that was found if the file cannot be used with this config, a target cannot be read,
    /// changes are in conflict and are not to be skipped, a plan is unsafe and force was not asked for, or applying
    /// failed anywhere. Nothing is applied unless all of that is well.
    pub async fn sync_file(
        self: &Arc<Self>,
        file: &PlanFile,
        options: &PlanFileOptions,
    ) -> Result<PlanFileResult, Failure> {
        let mut locks = self.no_locks();
        if options.apply {
            let zones: Result<Vec<_>, _> = file
                .plans
                .iter()
                .map(|plan| plan.zone_name().map(|zone| (plan.target.as_str(), zone)))
                .collect();
            let zones = zones?;
            let zones = zones.iter().map(|(target, zone)| (*target, zone));
            self.lock(&mut locks, zones, None).await?;
        }
        let rebased = self.until_stopped(self.rebase(file)).await?;
        let reader_gone = if options.apply { ReaderGone::Fails } else { ReaderGone::IsFine };
        self.show_to(&rebased.plans, reader_gone)?;
        if options.show_origin {
            rebased.plans.tell_origins();
        }
        rebased.plans.tell_costs();
        let RebasedPlans { plans, conflicts, planned, open, already, settings, others } = rebased;
        let found: Report = conflicts.iter().map(PlanConflict::to_diagnostic).collect();
        if !found.is_empty() && !options.skip_conflicts {
            return Err(nothing_done(found, planned));
        }
        for found in &found {
            tracing::warn!(target: "octodns", logger = MANAGER, "sync: left out: {found}");
        }
        let word = if options.apply { "applying" } else { "would apply" };
        tracing::info!(
            target: "octodns", logger = MANAGER,
            "sync: {}", outcome(word, (open, planned, already), settings, conflicts.len()),
        );
        if others > 0 {
            let (records, were) = if others == 1 { ("record", "was") } else { ("records", "were") };
            tracing::info!(
                target: "octodns", logger = MANAGER,
                "sync: {others} other {records} {were} changed since it was planned, and will stay so",
            );
        }
        let (count, skipped) = (plans.iter().len(), conflicts);
        let allowed = if options.force { &Allowed::everything() } else { &options.allow };
        let approved = plans.approve_with(allowed)?;
        let (applied, verification) = if options.apply {
            let (applied, verification) = self
                .apply_verified(&RunFor::default(), approved, &options.waves, options.verify)
                .await?;
            (Some(applied), verification)
        } else {
            (None, None)
        };
        let plans = count;
        let result = PlanFileResult {
            planned,
            open,
            already,
            others,
            skipped,
            applied,
            verification,
            plans,
        };
        Ok(result)
    }
}

/// What becomes of the changes of a file: `would apply as reviewed: 11 of 12; 1 is made already`.
fn outcome(
    word: &str,
    (open, planned, already): (usize, usize, usize),
    settings: usize,
    conflicts: usize,
) -> String {
    let is = |count: usize| if count == 1 { "is" } else { "are" };
    if open == 0 && settings == 0 && conflicts == 0 {
        return match planned {
            0 => "nothing to do: the plan file has no changes".to_owned(),
            _ => format!("nothing to do: all {planned} changes of the plan file are made already"),
        };
    }
    let settings = match settings {
        0 => String::new(),
        1 => ", and the settings of 1 zone".to_owned(),
        more => format!(", and the settings of {more} zones"),
    };
    let already = match already {
        0 => String::new(),
        some => format!("; {some} {} made already", is(some)),
    };
    let conflicts = match conflicts {
        0 => String::new(),
        some => format!("; {some} {} in conflict and left out", is(some)),
    };
    format!("{word} as reviewed: {open} of {planned}{settings}{already}{conflicts}")
}

fn nothing_done(mut report: Report, planned: usize) -> Failure {
    let (count, is) = match report.len() {
        1 => ("1 change".to_owned(), "is"),
        more => (format!("{more} changes"), "are"),
    };
    let message = format!(
        "{count} of {planned} {is} in conflict with what the targets hold; nothing was applied"
    );
    let help = "plan again, or apply the rest with --skip-conflicts";
    report.push(Diagnostic::error("conflict", message).about("the plan file").help(help));
    report.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_becomes_of_changes_is_told() {
        for (counts, settings, conflicts, expected) in [
            ((12, 12, 0), 0, 0, "would apply as reviewed: 12 of 12"),
            ((10, 12, 2), 0, 0, "would apply as reviewed: 10 of 12; 2 are made already"),
            (
                (9, 12, 1),
                0,
                2,
                "would apply as reviewed: 9 of 12; 1 is made already; 2 are in conflict and left out",
            ),
            ((0, 12, 12), 0, 0, "nothing to do: all 12 changes of the plan file are made already"),
            ((0, 0, 0), 0, 0, "nothing to do: the plan file has no changes"),
            ((0, 1, 0), 0, 1, "would apply as reviewed: 0 of 1; 1 is in conflict and left out"),
            ((0, 0, 0), 1, 0, "would apply as reviewed: 0 of 0, and the settings of 1 zone"),
        ] {
            assert_eq!(outcome("would apply", counts, settings, conflicts), expected);
        }
    }
}
