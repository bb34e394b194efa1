//! What the flags that say how plans are shown can be.

use std::ffi::OsString;

use clap::ValueEnum;
use octodns_manager::output::PlanFormat;

/// A format in which plans are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ShownPlan {
    /// What differs, for people
    Diff,
    /// The text that octoDNS logs
    Classic,
    /// A plan file: what octodns-schema --kind plan describes
    Json,
    /// A comment for a merge request
    Markdown,
    /// A page for a browser, in one file
    Html,
}

impl From<ShownPlan> for PlanFormat {
    fn from(shown: ShownPlan) -> Self {
        match shown {
            ShownPlan::Diff => Self::Diff,
            ShownPlan::Classic => Self::Classic,
            ShownPlan::Json => Self::Json,
            ShownPlan::Markdown => Self::Markdown,
            ShownPlan::Html => Self::Html,
        }
    }
}

/// When there are colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Colour {
    /// Whether there are colours in what is written to a terminal or something else.
    pub fn is_on(self, is_terminal: bool, variable: impl Fn(&str) -> Option<OsString>) -> bool {
        let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                is_terminal
                    && !is_set("NO_COLOR")
                    && variable("TERM").is_none_or(|term| term != "dumb")
            }
        }
    }
}
