//! Reads a journal: what became of each change, as far as it was written down.

use std::collections::HashMap;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use octodns_core::{Outcome, OwnedValue};

use super::line::{Header, Line, VERSION};
use super::private::open;
use crate::run_id::RunId;
use crate::stored::StoredPlan;

/// What a journal says.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    pub(crate) header: Header,
    pub(crate) plans: Vec<RecordedPlan>,
    /// Whether the run came to its end by itself.
    pub(crate) is_finished: bool,
    /// Whether it was taken back.
    pub(crate) is_undone: bool,
    /// The run that took it back, if that is known.
    pub(crate) undone_by: Option<RunId>,
    /// The length of the lines that are whole.
    pub(crate) length: u64,
}

/// What became of one plan.
#[derive(Clone, Debug)]
pub(crate) struct RecordedPlan {
    /// The outcome of each change, in the plan's order.
    pub(crate) outcomes: Vec<Outcome>,
    /// Whether a later look, or a later run, has seen to it.
    pub(crate) settled: Vec<bool>,
    /// What was sent and is no change.
    pub(crate) steps: Vec<(String, Outcome)>,
    /// What came of publishing, if that was sent.
    published: Option<Outcome>,
    /// Whether settings of the zone were to be changed as well.
    pub(crate) has_settings: bool,
    /// Whether a later look, or a later run, has seen to them.
    pub(crate) settings_settled: bool,
}

impl RecordedPlan {
    /// A plan of which nothing was sent.
    fn new(plan: &StoredPlan) -> Self {
        let count = plan.changes.len();
        Self {
            outcomes: vec![Outcome::NotSent; count],
            settled: vec![false; count],
            steps: Vec::new(),
            published: None,
            has_settings: plan.meta().is_some_and(OwnedValue::is_truthy),
            settings_settled: false,
        }
    }

    /// Whether settings of the zone are not known to be changed. They are steps, or a part of the changes.
    pub(crate) fn has_settings_left(&self, is_finished: bool) -> bool {
        let beside = || self.steps.iter().map(|(_, outcome)| outcome).chain(&self.published);
        let is_sent = beside().next().is_some() || !self.outcomes.is_empty();
        let is_applied = beside().chain(&self.outcomes).all(Outcome::is_applied);
        self.has_settings && !self.settings_settled && !(is_finished && is_sent && is_applied)
    }

    /// Whether a change is known to be made.
    pub(crate) fn is_made(&self, change: usize) -> bool {
        self.settled.get(change).is_some_and(|settled| *settled)
            || self.outcomes.get(change).is_some_and(Outcome::is_applied)
    }

    /// Whether something of a change may be at the target.
    pub(crate) fn may_be_made(&self, change: usize) -> bool {
        let nothing = |outcome: &Outcome| matches!(outcome, Outcome::NotSent | Outcome::Failed(_));
        self.is_made(change) || self.outcomes.get(change).is_some_and(|outcome| !nothing(outcome))
    }

    /// The changes that are not known to be made.
    pub(crate) fn left(&self) -> impl Iterator<Item = usize> {
        (0..self.outcomes.len()).filter(|change| !self.is_made(*change))
    }
}

impl Recorded {
    /// Whether a change of any plan, or of settings, is not known to be made, and was not taken back.
    pub(crate) fn has_left(&self) -> bool {
        let is_left = |plan: &RecordedPlan| {
            plan.left().next().is_some() || plan.has_settings_left(self.is_finished)
        };
        !self.is_undone && self.plans.iter().any(is_left)
    }

    /// Reads a journal. What is cut short at its end is left out; anything else that is wrong is an error, as text.
    pub(crate) fn read(text: &[u8]) -> Result<Self, String> {
        let mut lines = Lines { text, at: 0 };
        let first = lines.next().ok_or("it has no whole line")?;
        let header = header(first)?;
        let plans = header.plans.iter().map(RecordedPlan::new).collect();
        let mut reading = Reading { plans, ..Reading::default() };
        let (mut number, mut length, mut unreadable) = (1, lines.at, None);
        while let Some(line) = lines.next() {
            number += 1;
            match serde_json::from_slice(line) {
                Ok(line) => {
                    // A power failure may leave lines without their text at the end, but none before others.
                    unreadable.map_or(Ok(()), Err)?;
                    reading.take(line).map_err(|fault| format!("line {number} {fault}"))?;
                    (unreadable, length) = (None, lines.at);
                }
                Err(error) => {
                    unreadable =
                        unreadable.or_else(|| Some(format!("line {number} is no entry: {error}")));
                }
            }
        }
        let Reading { plans, is_finished, is_undone, undone_by, .. } = reading;
        let length = length as u64;
        Ok(Self { header, plans, is_finished, is_undone, undone_by, length })
    }
}

/// Lines that are whole.
struct Lines<'t> {
    text: &'t [u8],
    /// Behind the last one.
    at: usize,
}

impl<'t> Iterator for Lines<'t> {
    type Item = &'t [u8];

    fn next(&mut self) -> Option<&'t [u8]> {
        let rest = self.text.get(self.at..)?;
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        self.at += end + 1;
        rest.get(..end)
    }
}

fn header(line: &[u8]) -> Result<Header, String> {
    /// All that headers of every version have.
    #[derive(serde::Deserialize)]
    struct Any {
        #[serde(rename = "octodns-journal")]
        version: u32,
    }
    let no_header = |error| format!("its first line is not the header of a journal: {error}");
    let Any { version } = serde_json::from_slice(line).map_err(no_header)?;
    if version > VERSION {
        return Err(format!("a newer version of this program wrote it (format {version})"));
    }
    serde_json::from_slice(line).map_err(no_header)
}

/// What is known so far.
#[derive(Default)]
struct Reading {
    plans: Vec<RecordedPlan>,
    /// The place of a step, by its plan and attempt.
    steps: HashMap<(usize, usize), usize>,
    /// The changes that are being published, by their plan.
    publishing: HashMap<usize, Vec<usize>>,
    is_finished: bool,
    is_undone: bool,
    undone_by: Option<RunId>,
}

impl Reading {
    fn take(&mut self, line: Line) -> Result<(), String> {
        match line {
            Line::Sending { plan, changes, .. } => {
                self.set(plan, &changes, &Outcome::Unknown)?;
            }
            Line::Ended { plan, changes, outcome, .. } => {
                self.set(plan, &changes, &outcome.into())?;
            }
            Line::Step { plan, attempt, what, .. } => {
                let steps = &mut self.plan(plan)?.steps;
                steps.push((what, Outcome::Unknown));
                let place = steps.len() - 1;
                self.steps.insert((plan, attempt), place);
            }
            Line::StepEnded { plan, attempt, outcome, .. } => {
                let place = self.steps.get(&(plan, attempt)).copied();
                let step = place.and_then(|place| self.plan(plan).ok()?.steps.get_mut(place));
                step.ok_or("is about a step that was not begun")?.1 = outcome.into();
            }
            Line::Publish { plan, .. } => self.publishes(plan)?,
            Line::PublishEnded { plan, outcome, .. } => self.published(plan, &outcome.into())?,
            Line::Finished { .. } => self.is_finished = true,
            Line::Settled { plan, changes, settings, .. } => {
                let plan = self.plan(plan)?;
                plan.settings_settled |= settings;
                let settled = &mut plan.settled;
                for change in changes {
                    *settled.get_mut(change).ok_or("is about a change that there is not")? = true;
                }
            }
            Line::Undone { by, .. } => (self.is_undone, self.undone_by) = (true, by),
        }
        Ok(())
    }

    fn plan(&mut self, plan: usize) -> Result<&mut RecordedPlan, String> {
        self.plans.get_mut(plan).ok_or_else(|| "is about a plan that there is not".to_owned())
    }

    fn set(&mut self, plan: usize, changes: &[usize], outcome: &Outcome) -> Result<(), String> {
        let outcomes = &mut self.plan(plan)?.outcomes;
        for change in changes {
            let held = outcomes.get_mut(*change).ok_or("is about a change that there is not")?;
            held.clone_from(outcome);
        }
        Ok(())
    }

    /// While what is staged is being published, nobody knows what of it the target serves.
    fn publishes(&mut self, plan: usize) -> Result<(), String> {
        self.plan(plan)?.published = Some(Outcome::Unknown);
        let mut staged = Vec::new();
        for (change, held) in self.plan(plan)?.outcomes.iter_mut().enumerate() {
            if *held == Outcome::Staged {
                *held = Outcome::Unknown;
                staged.push(change);
            }
        }
        self.publishing.insert(plan, staged);
        Ok(())
    }

    /// What was refused to be published stays staged.
    fn published(&mut self, plan: usize, outcome: &Outcome) -> Result<(), String> {
        self.plan(plan)?.published = Some(outcome.clone());
        let staged = self.publishing.remove(&plan).unwrap_or_default();
        match outcome {
            Outcome::Unknown => Ok(()),
            Outcome::Applied => self.set(plan, &staged, &Outcome::Applied),
            _ => self.set(plan, &staged, &Outcome::Staged),
        }
    }
}

/// Whether a run came to its end, by the end of its file alone.
pub(super) fn is_finished(path: &Path) -> bool {
    const END: u64 = 4096;
    let tail = || {
        let mut file = open(path).ok()?;
        let length = file.metadata().ok()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(END))).ok()?;
        let mut tail = Vec::new();
        file.take(END).read_to_end(&mut tail).ok()?;
        Some(tail)
    };
    let tail = tail().unwrap_or_default();
    tail.split(|byte| *byte == b'\n').any(|line| {
        matches!(serde_json::from_slice(line), Ok(Line::Finished { .. } | Line::Undone { .. }))
    })
}

#[cfg(test)]
mod tests;
