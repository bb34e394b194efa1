//! The outcome of a sync.

use std::collections::{HashMap, HashSet};
use std::fmt;

use octodns_core::value::visible;
use octodns_core::{Change, Outcome, Plan, ZoneName};

use crate::run_id::RunId;
use crate::verification::Verification;

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
    /// What can be done about that, if it is known.
    pub help: Option<String>,
    /// If so, what did not happen, or may not have: all but the applied changes.
    pub left: Vec<LeftChange>,
    /// Why it was left out on purpose (`always-dry-run`, `apply_disabled`), if so.
    pub skipped: Option<&'static str>,
}

/// Why what was left by a run that was stopped was left.
pub(crate) const STOPPED: &str = "the run was stopped";

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
            let change = short(change, plan.desired.name());
            Self { change, outcome: outcome.clone() }
        })
        .collect()
    }
}

/// A change in short: `update www.example.com. A`.
pub(crate) fn short(change: &Change, zone: &ZoneName) -> String {
    let kind = match change {
        Change::Create(_) => "create",
        Change::Update { .. } => "update",
        Change::Delete(_) => "delete",
    };
    let record = change.record();
    format!("{kind} {} {}", record.decoded_fqdn(zone), record.record_type())
}

impl LeftChange {
    /// Why it is not known to be made.
    fn cause(&self) -> String {
        match &self.outcome {
            Outcome::Applied => "applied".to_owned(),
            Outcome::Staged => "staged: sent, but not published".to_owned(),
            Outcome::Unknown => "unknown: sent, and may have been made".to_owned(),
            Outcome::Failed(why) => format!("failed: {why}"),
            Outcome::Partial { done, of, perhaps_one_more, why } => {
                let (head, more) = match perhaps_one_more {
                    true => ("unknown", ", and perhaps one more"),
                    false => ("failed", ""),
                };
                format!("{head}: {done} of its {of} calls were made{more}: {why}")
            }
            _ => "not tried".to_owned(),
        }
    }
}

impl fmt::Display for LeftChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.change, self.cause())
    }
}

impl Applied {
    /// A plan that was left out on purpose.
    pub(crate) fn skipped(plan: &Plan, target: String, why: &'static str) -> Self {
        let outcomes = vec![Outcome::NotSent; plan.changes.len()];
        let (zone, left) = (plan.desired.name().clone(), Vec::new());
        Self { zone, target, outcomes, error: None, help: None, left, skipped: Some(why) }
    }

    /// A plan that was not begun, because the run was stopped.
    pub(crate) fn stopped(plan: &Plan, target: String) -> Self {
        let mut stopped = Self::skipped(plan, target, STOPPED);
        stopped.left = LeftChange::of(plan, &stopped.outcomes);
        (stopped.error, stopped.skipped) = (Some(STOPPED.to_owned()), None);
        stopped
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
    /// Each zone and target, in the order of the plans.
    pub entries: Vec<Applied>,
    /// The run, if it was written down.
    pub run: Option<RunId>,
}

impl ApplySummary {
    pub(crate) fn new(entries: Vec<Applied>) -> Self {
        Self { entries, run: None }
    }

    /// How many changes were made in all.
    pub fn total(&self) -> usize {
        self.entries.iter().map(Applied::applied).sum()
    }

    /// The zones and targets of which everything was applied.
    pub(crate) fn whole(&self) -> HashSet<(&ZoneName, &str)> {
        let whole = self.entries.iter();
        let whole = whole.filter(|entry| entry.error.is_none() && entry.skipped.is_none());
        whole.map(|entry| (&entry.zone, &*entry.target)).collect()
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
            by_cause(&entry.left, f)?;
        }
        Ok(())
    }
}

/// The most changes that are listed of a cause, and the most causes.
const LISTED: usize = 20;

/// Changes that were left, each below its cause; of many, the rest is counted.
fn by_cause(left: &[LeftChange], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (mut causes, mut places) = (Vec::<(String, Vec<&str>)>::new(), HashMap::new());
    for change in left {
        let cause = change.cause();
        let at = *places.entry(cause.clone()).or_insert(causes.len());
        if at == causes.len() {
            causes.push((cause, Vec::new()));
        }
        causes[at].1.push(&change.change);
    }
    for (cause, changes) in causes.iter().take(LISTED) {
        write!(f, "\n  {}:", visible(cause))?;
        for change in changes.iter().take(LISTED) {
            write!(f, "\n    {}", visible(change))?;
        }
        if changes.len() > LISTED {
            write!(f, "\n    and {} more", changes.len() - LISTED)?;
        }
    }
    let rest: usize = causes.iter().skip(LISTED).map(|(_, changes)| changes.len()).sum();
    if rest > 0 { write!(f, "\n  and {rest} more for other causes") } else { Ok(()) }
}

/// What a sync did.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SyncResult {
    /// How many plans there were: zones of targets with something to do.
    pub plans: usize,
    /// How many changes were planned.
    pub planned: usize,
    /// The checksum of the plans, if there are any and it is enabled.
    pub checksum: Option<String>,
    /// What was applied; `None` for a dry run.
    pub applied: Option<ApplySummary>,
    /// What came of verifying it, if that was asked for.
    pub verification: Option<Verification>,
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Listed(Vec<LeftChange>);

    impl fmt::Display for Listed {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            by_cause(&self.0, f)
        }
    }

    fn left(change: String, outcome: Outcome) -> LeftChange {
        LeftChange { change, outcome }
    }

    #[test]
    fn changes_are_listed_below_their_cause_and_many_are_counted() {
        let failed =
            |number| left(format!("create a{number}. A"), Outcome::Failed("no".to_owned()));
        let mut changes: Vec<_> = (0..30).map(failed).collect();
        changes.insert(1, left("delete b. A".to_owned(), Outcome::NotSent));
        changes.push(left("delete c. A".to_owned(), Outcome::NotSent));
        let entry = Applied {
            zone: ZoneName::new("example.com.").unwrap(),
            target: "target".to_owned(),
            outcomes: Vec::new(),
            error: Some("no".to_owned()),
            help: None,
            left: changes,
            skipped: None,
        };
        let shown = ApplySummary::new(vec![entry]).to_string();
        let (_, list) = shown.split_once("\n\n").unwrap();
        let head = "Not applied to example.com. on target:\n  failed: no:\n    create a0. A\n";
        assert!(list.starts_with(head), "{list}");
        let tail =
            "    create a19. A\n    and 10 more\n  not tried:\n    delete b. A\n    delete c. A";
        assert!(list.ends_with(tail), "{list}");
    }

    #[test]
    fn many_causes_are_counted_too() {
        let failed =
            |number| left(format!("create a{number}. A"), Outcome::Failed(format!("no {number}")));
        let shown = Listed((0..25).map(failed).collect()).to_string();
        assert!(shown.ends_with("\n    create a19. A\n  and 5 more for other causes"), "{shown}");
    }
}
