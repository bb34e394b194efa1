//! What became of a sync.

use std::fmt;

use octodns_core::{Outcome, ZoneName};

/// What became of the plan of one zone and target.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The zone.
    pub zone: ZoneName,
    /// The target's id.
    pub target: String,
    /// What became of each change, in the plan's order.
    pub outcomes: Vec<Outcome>,
    /// Why it did not all happen, if so.
    pub error: Option<String>,
    /// Why it was left out on purpose (`always-dry-run`, `apply_disabled`), if so.
    pub skipped: Option<&'static str>,
}

impl Applied {
    /// How many changes were made.
    pub fn applied(&self) -> usize {
        self.outcomes.iter().filter(|outcome| **outcome == Outcome::Applied).count()
    }

    /// How many changes were refused, or sent without an answer.
    pub fn failed(&self) -> usize {
        let failed = |outcome: &&Outcome| matches!(outcome, Outcome::Failed(_) | Outcome::Tried);
        self.outcomes.iter().filter(failed).count()
    }

    /// How many changes were not tried.
    pub fn not_tried(&self) -> usize {
        self.outcomes.iter().filter(|outcome| **outcome == Outcome::NotTried).count()
    }
}

/// What became of all plans of a run.
///
/// Displays as a table with a line for every zone and target.
#[derive(Clone, Debug, Default)]
pub struct ApplySummary {
    /// Each zone and target, in the order they were applied.
    pub entries: Vec<Applied>,
}

impl ApplySummary {
    /// How many changes were made in all.
    pub fn total(&self) -> usize {
        self.entries.iter().map(Applied::applied).sum()
    }

    /// Whether something did not happen that should have.
    pub fn has_failures(&self) -> bool {
        self.entries.iter().any(|entry| entry.error.is_some())
    }
}

impl fmt::Display for ApplySummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zones: Vec<_> = self.entries.iter().map(|entry| entry.zone.to_string()).collect();
        let width = |texts: &mut dyn Iterator<Item = usize>, head: usize| {
            texts.max().unwrap_or(0).max(head)
        };
        let zone = width(&mut zones.iter().map(|name| name.chars().count()), 4);
        let target = width(&mut self.entries.iter().map(|entry| entry.target.chars().count()), 6);
        write!(f, "{:zone$}  {:target$}  applied  failed  not tried", "zone", "target")?;
        for (name, entry) in zones.iter().zip(&self.entries) {
            let (applied, failed, not_tried) = (entry.applied(), entry.failed(), entry.not_tried());
            write!(
                f,
                "\n{name:zone$}  {:target$}  {applied:>7}  {failed:>6}  {not_tried:>9}",
                entry.target
            )?;
            if let Some(why) = entry.error.as_deref().or(entry.skipped) {
                write!(f, "  {why}")?;
            }
        }
        Ok(())
    }
}

/// What a sync did.
#[derive(Clone, Debug, Default)]
pub struct SyncResult {
    /// How many changes were planned.
    pub planned: usize,
    /// The checksum of the plans, if there are any and it is enabled.
    pub checksum: Option<String>,
    /// What was applied; `None` for a dry run.
    pub applied: Option<ApplySummary>,
}
