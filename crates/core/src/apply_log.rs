//! The record of an apply: what was about to be written, what was, and what was not.

use std::ops::Range;

use crate::plan::Plan;
use crate::provider::{ProviderError, ServiceFault};

/// What became of one change of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was sent.
    #[default]
    NotTried,
    /// It was sent; whether it was done is not known.
    Tried,
    /// The target has confirmed it.
    Applied,
    /// The target has refused it, in these words.
    Failed(String),
}

/// Follows an apply as it happens: a progress bar, a journal on disk ...
pub trait ApplySink: Send {
    /// The changes of `range` (indexes into the plan's changes) now have this outcome.
    fn changed(&mut self, plan: &Plan, range: Range<usize>, outcome: &Outcome);
}

/// A sink that keeps nothing.
impl ApplySink for () {
    fn changed(&mut self, _plan: &Plan, _range: Range<usize>, _outcome: &Outcome) {}
}

/// What a provider writes down while it applies a plan, change by change or batch by batch.
///
/// The before-image of every change is in the plan itself, so that log and plan together say what a
/// target held, what was tried and what came of it.
pub struct ApplyLog<'l> {
    plan: &'l Plan,
    outcomes: Vec<Outcome>,
    sink: &'l mut dyn ApplySink,
}

impl<'l> ApplyLog<'l> {
    /// A log of applying `plan`, nothing tried yet.
    pub fn new(plan: &'l Plan, sink: &'l mut dyn ApplySink) -> Self {
        Self { plan, outcomes: vec![Outcome::NotTried; plan.changes.len()], sink }
    }

    /// About to send the changes of `range`.
    pub fn trying(&mut self, range: Range<usize>) {
        self.set(range, &Outcome::Tried);
    }

    /// The changes of `range` are confirmed.
    pub fn applied(&mut self, range: Range<usize>) {
        self.set(range, &Outcome::Applied);
    }

    /// The changes of `range` were refused, in these words.
    pub fn failed(&mut self, range: Range<usize>, words: impl Into<String>) {
        self.set(range, &Outcome::Failed(words.into()));
    }

    /// The changes of `range` ended in this error: they failed, unless the error is that nobody knows
    /// whether they were made.
    pub fn ended_in(&mut self, range: Range<usize>, error: &ProviderError) {
        if error.fault() != Some(ServiceFault::Unsure) {
            self.failed(range, error.with_causes());
        }
    }

    /// The changes of `range` were sent and are surely not made, though nothing is wrong with them: they
    /// were refused along with others, and may be tried again.
    pub fn undone(&mut self, range: Range<usize>) {
        self.set(range, &Outcome::NotTried);
    }

    /// What became of each change, in the plan's order.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// What became of each change, in the plan's order.
    pub fn into_outcomes(self) -> Vec<Outcome> {
        self.outcomes
    }

    fn set(&mut self, range: Range<usize>, outcome: &Outcome) {
        if let Some(outcomes) = self.outcomes.get_mut(range.clone()) {
            outcomes.fill(outcome.clone());
            self.sink.changed(self.plan, range, outcome);
        }
    }
}
