//! The lines of a journal.

use std::collections::BTreeMap;

use octodns_core::Outcome;
use serde::{Deserialize, Serialize};

use super::kind::{RunFor, RunKind};
use crate::run_id::RunId;
use crate::stored::StoredPlan;

/// The version of the format. Readers refuse what is newer, since they would miss what it says.
pub(super) const VERSION: u32 = 1;

/// The first line: what run this is, and its plans.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Header {
    /// The version of the format; its name tells what the file is.
    #[serde(rename = "octodns-journal")]
    pub(super) version: u32,
    pub(crate) run: RunId,
    pub(crate) kind: RunKind,
    /// The run that is finished or taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) of: Option<RunId>,
    /// Whether nothing of that run is left out: once all of this one is made, that one is finished or taken back.
    #[serde(default, rename = "whole", skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_whole: bool,
    pub(crate) program: String,
    pub(crate) started: String,
    pub(crate) who: String,
    pub(crate) process: u32,
    pub(crate) config: String,
    /// A digest of what tells the account of each target from others, by the id of the target.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) accounts: BTreeMap<String, String>,
    /// The plans that are applied, as a plan file has them.
    pub(crate) plans: Vec<StoredPlan>,
}

impl Header {
    /// The header of a run by nobody in particular.
    pub(crate) fn new(run: RunId, started: String, run_for: RunFor) -> Self {
        Self {
            version: VERSION,
            run,
            kind: run_for.kind,
            of: run_for.of,
            is_whole: run_for.is_whole,
            program: concat!("octodns ", env!("CARGO_PKG_VERSION")).to_owned(),
            started,
            who: String::new(),
            process: 0,
            config: String::new(),
            accounts: BTreeMap::new(),
            plans: Vec::new(),
        }
    }
}

/// Every other line. `plan` is the place of a plan in the header, `attempt` the number of what was sent for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "kebab-case")]
pub(super) enum Line {
    /// Changes that are about to be sent, in one call or in a few that belong together.
    Sending { at: String, plan: usize, attempt: usize, changes: Vec<usize> },
    /// What came of them.
    Ended { at: String, plan: usize, attempt: usize, changes: Vec<usize>, outcome: Written },
    /// What is about to be sent and is no change: a zone that is created, a health check.
    Step { at: String, plan: usize, attempt: usize, what: String },
    /// What came of it.
    StepEnded { at: String, plan: usize, attempt: usize, outcome: Written },
    /// What is staged is about to be published.
    Publish { at: String, plan: usize, attempt: usize },
    /// What came of it.
    PublishEnded { at: String, plan: usize, attempt: usize, outcome: Written },
    /// The run came to its end by itself, with or without failures.
    Finished { at: String },
    /// Changes that a later look, or a later run, found at the target or made.
    Settled {
        at: String,
        plan: usize,
        changes: Vec<usize>,
        /// Whether the settings of the zone are so as well.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        settings: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<RunId>,
    },
    /// Everything of the run was taken back.
    Undone {
        at: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<RunId>,
    },
}

/// An [`Outcome`] as journals have it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Written {
    Applied,
    Staged,
    Unknown,
    NotSent,
    Failed(String),
    Partial { done: usize, of: usize, perhaps_one_more: bool, why: String },
}

impl From<&Outcome> for Written {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Applied => Self::Applied,
            Outcome::Staged => Self::Staged,
            Outcome::NotSent => Self::NotSent,
            Outcome::Failed(why) => Self::Failed(why.clone()),
            Outcome::Partial { done, of, perhaps_one_more, why } => Self::Partial {
                done: *done,
                of: *of,
                perhaps_one_more: *perhaps_one_more,
                why: why.clone(),
            },
            // What this version has no word for is not known.
            _ => Self::Unknown,
        }
    }
}

impl From<Written> for Outcome {
    fn from(written: Written) -> Self {
        match written {
            Written::Applied => Self::Applied,
            Written::Staged => Self::Staged,
            Written::Unknown => Self::Unknown,
            Written::NotSent => Self::NotSent,
            Written::Failed(why) => Self::Failed(why),
            Written::Partial { done, of, perhaps_one_more, why } => {
                Self::Partial { done, of, perhaps_one_more, why }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is written stays readable.
    #[test]
    fn lines_have_their_form() {
        let at = || "2026-12-01T00:19:02.120Z".to_owned();
        let run: RunId = "20261201-001902-3f9a1c".parse().unwrap();
        let why = "422: no".to_owned();
        for (line, expected) in [
            (
                Line::Sending { at: at(), plan: 0, attempt: 2, changes: vec![1, 3] },
                r#"{"line":"sending","at":"2026-12-01T00:19:02.120Z","plan":0,"attempt":2,"changes":[1,3]}"#,
            ),
            (
                Line::Ended {
                    at: at(),
                    plan: 0,
                    attempt: 2,
                    changes: vec![1],
                    outcome: Written::Failed(why.clone()),
                },
                r#"{"line":"ended","at":"2026-12-01T00:19:02.120Z","plan":0,"attempt":2,"changes":[1],"outcome":{"failed":"422: no"}}"#,
            ),
            (
                Line::StepEnded { at: at(), plan: 1, attempt: 0, outcome: Written::Applied },
                r#"{"line":"step-ended","at":"2026-12-01T00:19:02.120Z","plan":1,"attempt":0,"outcome":"applied"}"#,
            ),
            (
                Line::Settled {
                    at: at(),
                    plan: 0,
                    changes: vec![2],
                    settings: false,
                    by: Some(run),
                },
                r#"{"line":"settled","at":"2026-12-01T00:19:02.120Z","plan":0,"changes":[2],"by":"20261201-001902-3f9a1c"}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&line).unwrap(), expected);
            assert_eq!(serde_json::from_str::<Line>(expected).unwrap(), line);
        }
        let partial = Outcome::Partial { done: 1, of: 3, perhaps_one_more: true, why };
        assert_eq!(Outcome::from(Written::from(&partial)), partial);
    }
}
