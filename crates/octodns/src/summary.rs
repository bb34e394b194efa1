//! The outcome of a sync.

use std::fmt;

use octodns_core::value::visible;
use octodns_core::{Change, Outcome, Plan, ZoneName};

/// The outcome of the plan of one zone and target.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Applied {
    /// The zone.
    pub zone: ZoneName,
    /// The target's id.
    pub target: String,
    /// The outcome of each change, in the plan's order.
    pub outcomes: Vec<Outcome>,
    /// Why it did not all happen, if so.
    pub error: Option<String>,
    /// If so, what did not happen, or may not have: all but the applied changes.
    pub left: Vec<LeftChange>,
    /// Why it was left out on purpose (`always-dry-run`, `apply_disabled`), if so.
    pub skipped: Option<&'static str>,
}

/// A change that is not known to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftChange {
    /// The change, in short: `update www.example.com. A`.
    pub change: String,
    /// Its outcome.
    pub outcome: Outcome,
}

impl LeftChange {
    /// All changes of `plan` that are not applied, in its order.
    pub(crate) fn of(plan: &Plan, outcomes: &[Outcome]) -> Vec<Self> {
        let left = plan.changes.iter().zip(outcomes);
        let left = left.filter(|(_, outcome)| !outcome.is_applied());
        left.map(|(change, outcome)| {
            let kind = match change {
                Change::Create(_) => "create",
                Change::Update { .. } => "update",
                Change::Delete(_) => "delete",
            };
            let record = change.record();
            let name = record.decoded_fqdn(plan.desired.name());
            let change = format!("{kind} {name} {}", record.record_type());
            Self { change, outcome: outcome.clone() }
        })
        .collect()
    }
}

impl fmt::Display for LeftChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let change = &self.change;
        match &self.outcome {
            Outcome::Applied => write!(f, "applied    {change}"),
            Outcome::Staged => write!(f, "staged     {change}: sent, but not published"),
            Outcome::Unknown => {
                write!(f, "unknown    {change}: it was sent, and may have been made")
            }
            Outcome::Failed(why) => write!(f, "failed     {change}: {why}"),
            Outcome::Partial { done, of, perhaps_one_more, why } => {
                let (head, more) = match perhaps_one_more {
                    true => ("unknown", ", and perhaps one more"),
                    false => ("failed", ""),
                };
                write!(f, "{head:<9}  {change}: {done} of its {of} calls were made{more}: {why}")
            }
            _ => write!(f, "not tried  {change}"),
        }
    }
}

impl Applied {
    /// A plan that was left out on purpose.
    pub(crate) fn skipped(plan: &Plan, target: String, why: &'static str) -> Self {
        let outcomes = vec![Outcome::NotSent; plan.changes.len()];
        let (zone, left) = (plan.desired.name().clone(), Vec::new());
        Self { zone, target, outcomes, error: None, left, skipped: Some(why) }
    }

    /// How many changes were made.
    pub fn applied(&self) -> usize {
        self.count(Outcome::is_applied)
    }

    /// How many changes were refused, or made in part.
    pub fn failed(&self) -> usize {
        self.count(|outcome| {
            matches!(outcome, Outcome::Failed(_) | Outcome::Partial { perhaps_one_more: false, .. })
        })
    }

    /// How many changes were sent without an answer that tells whether they were made, or are staged and
    /// not published.
    pub fn unknown(&self) -> usize {
        self.count(|outcome| outcome.is_unknown() || *outcome == Outcome::Staged)
    }

    /// How many changes were not tried.
    pub fn not_tried(&self) -> usize {
        self.count(|outcome| *outcome == Outcome::NotSent)
    }

    fn count(&self, is_one: impl Fn(&Outcome) -> bool) -> usize {
        self.outcomes.iter().filter(|outcome| is_one(outcome)).count()
    }
}

/// The outcome of all plans of a run.
///
/// Displays as a table with a line for every zone and target, and a list of the changes that are not known
/// to be made.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
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
        write!(f, "{:zone$}  {:target$}  applied  failed  unknown  not tried", "zone", "target")?;
        for (name, entry) in zones.iter().zip(&self.entries) {
            write!(
                f,
                "\n{name:zone$}  {:target$}  {:>7}  {:>6}  {:>7}  {:>9}",
                entry.target,
                entry.applied(),
                entry.failed(),
                entry.unknown(),
                entry.not_tried(),
            )?;
            if let Some(why) = entry.error.as_deref().or(entry.skipped) {
                write!(f, "  {}", visible(why))?;
            }
        }
        for (name, entry) in zones.iter().zip(&self.entries).filter(|(_, of)| !of.left.is_empty()) {
            write!(f, "\n\nNot applied to {name} on {}:", entry.target)?;
            for left in &entry.left {
                write!(f, "\n  {}", visible(&left.to_string()))?;
            }
        }
        Ok(())
    }
}

/// What a sync did.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SyncResult {
    /// How many changes were planned.
    pub planned: usize,
    /// The checksum of the plans, if there are any and it is enabled.
    pub checksum: Option<String>,
    /// What was applied; `None` for a dry run.
    pub applied: Option<ApplySummary>,
}
