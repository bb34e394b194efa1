//! Lists of runs, as people ask for them.

use std::fmt;

use octodns_core::value::visible;
use octodns_core::{Outcome, Severity};

use super::kind::RunKind;
use super::read::Recorded;
use crate::failure::Failure;
use crate::run_id::{RunId, time};

/// How far a run came.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunState {
    /// The process that does it is alive.
    Running,
    /// Everything was done, by the run itself or by a later one.
    Finished,
    /// It came to its end, but not everything was done.
    Unfinished,
    /// It did not come to its end, and not everything is known to be done.
    Interrupted,
    /// A later run took it back.
    Undone,
    /// Its journal cannot be read, for this reason.
    Unreadable(String),
}

impl fmt::Display for RunState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Running => f.write_str("running"),
            Self::Finished => f.write_str("finished"),
            Self::Unfinished => f.write_str("unfinished"),
            Self::Interrupted => f.write_str("unfinished: interrupted"),
            Self::Undone => f.write_str("undone"),
            Self::Unreadable(why) => write!(f, "unreadable: {}", visible(why)),
        }
    }
}

/// A run, as its journal has it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// What it was for.
    pub kind: RunKind,
    /// The run that it finished or took back.
    pub of: Option<RunId>,
    /// When it started, as in RFC 3339.
    pub started: String,
    /// Who ran it.
    pub who: String,
    /// The id of the process.
    pub process: u32,
    /// The config file.
    pub config: String,
    /// How many changes were made, by this run or by one that finished it.
    pub applied: usize,
    /// How many were refused, or made in part.
    pub failed: usize,
    /// How many were sent, and may have been made.
    pub unknown: usize,
    /// How many were not sent.
    pub not_tried: usize,
    /// How far it came.
    pub state: RunState,
}

impl Run {
    pub(super) fn of(recorded: &Recorded, is_running: bool) -> Self {
        let header = &recorded.header;
        let mut run = Self {
            kind: header.kind,
            of: header.of.clone(),
            started: header.started.clone(),
            who: header.who.clone(),
            process: header.process,
            config: header.config.clone(),
            ..Self::unknown(header.run.clone())
        };
        for plan in &recorded.plans {
            for (change, outcome) in plan.outcomes.iter().enumerate() {
                let count = match outcome {
                    _ if plan.is_made(change) => &mut run.applied,
                    Outcome::NotSent => &mut run.not_tried,
                    Outcome::Failed(_) | Outcome::Partial { perhaps_one_more: false, .. } => {
                        &mut run.failed
                    }
                    _ => &mut run.unknown,
                };
                *count += 1;
            }
        }
        run.state = match () {
            () if is_running => RunState::Running,
            () if recorded.is_undone => RunState::Undone,
            () if !recorded.has_left() => RunState::Finished,
            () if recorded.is_finished => RunState::Unfinished,
            () => RunState::Interrupted,
        };
        run
    }

    /// A run whose journal is just being begun.
    pub(super) fn begun(id: RunId) -> Self {
        Self { state: RunState::Running, ..Self::unknown(id) }
    }

    pub(super) fn unreadable(id: RunId, failure: &Failure) -> Self {
        let first = failure.report.of(Severity::Error).next();
        let why = first.map_or_else(String::new, |found| found.message.clone());
        Self { state: RunState::Unreadable(why), ..Self::unknown(id) }
    }

    fn unknown(id: RunId) -> Self {
        let started = id.started().and_then(time).unwrap_or_default();
        Self {
            id,
            kind: RunKind::Sync,
            of: None,
            started,
            who: String::new(),
            process: 0,
            config: String::new(),
            applied: 0,
            failed: 0,
            unknown: 0,
            not_tried: 0,
            state: RunState::Finished,
        }
    }

    /// Whether something of it is left to be done.
    pub fn is_unfinished(&self) -> bool {
        matches!(self.state, RunState::Unfinished | RunState::Interrupted)
    }

    /// What it was for, in a list: `resume of 20261201-001902-3f9a1c`.
    fn purpose(&self) -> String {
        match &self.of {
            Some(of) => format!("{} of {of}", self.kind.as_str()),
            None => self.kind.as_str().to_owned(),
        }
    }
}

/// Runs, the newest first. Displays as a table with a line for each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Runs {
    /// The runs.
    pub runs: Vec<Run>,
}

impl Runs {
    pub(super) fn new(runs: Vec<Run>) -> Self {
        Self { runs }
    }
}

impl fmt::Display for Runs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.runs.is_empty() {
            return f.write_str("no runs");
        }
        let heads = ["run", "started", "who", "what"].map(str::to_owned);
        let row = |run: &Run| {
            let [started, who] = [&run.started, &run.who].map(|text| visible(text).into_owned());
            [run.id.to_string(), started, who, run.purpose()]
        };
        let rows: Vec<_> = self.runs.iter().map(row).collect();
        let width = |at: usize| {
            let widths = rows.iter().chain([&heads]).map(|row| row[at].chars().count());
            widths.max().unwrap_or(0)
        };
        let widths = [0, 1, 2, 3].map(width);
        let texts = |f: &mut fmt::Formatter<'_>, row: &[String; 4]| {
            row.iter().zip(widths).try_for_each(|(text, width)| write!(f, "{text:width$}  "))
        };
        texts(f, &heads)?;
        write!(f, "applied  failed  unknown  not tried  state")?;
        for (row, run) in rows.iter().zip(&self.runs) {
            f.write_str("\n")?;
            texts(f, row)?;
            let Run { applied, failed, unknown, not_tried, state, .. } = run;
            write!(f, "{applied:>7}  {failed:>6}  {unknown:>7}  {not_tried:>9}  {state}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_a_line_for_each_run_and_shows_what_is_hostile_as_it_is() {
        let id: RunId = "20261201-001902-3f9a1c".parse().unwrap();
        let mut one = Run::unknown(id.clone());
        one.who = "eve\u{1b}[2J\n@host".to_owned();
        one.applied = 12;
        let mut other = Run::unknown("20261130-001902-3f9a1c".parse().unwrap());
        (other.kind, other.of) = (RunKind::Undo, Some(id));
        other.state = RunState::Unreadable("no \u{7}".to_owned());
        let shown = Runs::new(vec![one, other]).to_string();
        let lines: Vec<_> = shown.lines().collect();
        assert_eq!(lines.len(), 3, "{shown}");
        assert!(lines[0].starts_with("run                     started "), "{shown}");
        assert!(lines[1].ends_with("     12       0        0          0  finished"), "{shown}");
        assert!(lines[2].contains("  undo of 20261201-001902-3f9a1c  "), "{shown}");
        assert!(!shown.contains(['\u{1b}', '\u{7}']), "{shown}");
        assert_eq!(Runs::default().to_string(), "no runs");
    }
}
