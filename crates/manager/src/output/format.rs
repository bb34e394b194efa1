//! The formats in which a program shows plans, where the config does not say how, or instead of what it says.

use octodns_core::plan::Allowed;

use super::diff::{self, DiffOptions};
use super::{Planned, comment, page, plan_text};

/// A format in which plans are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlanFormat {
    /// What differs, for people at a terminal.
    Diff,
    /// The text that octoDNS logs.
    Classic,
    /// A plan file.
    Json,
    /// A comment on a merge request.
    Markdown,
    /// A page for a browser.
    Html,
}

/// How a program shows plans.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PlanDisplay {
    /// The format.
    pub format: PlanFormat,
    /// Whether it is shown instead of all outputs of the config that have no file. Otherwise it is shown if the config
    /// names no outputs. Default: false.
    pub overrides: bool,
    /// Whether [`PlanFormat::Diff`] has colours. Default: false.
    pub is_coloured: bool,
    /// The command that makes the changes, for [`PlanFormat::Diff`]. Default: none, as they are made now.
    pub command: Option<String>,
    /// What that command allows although it is not safe; [`PlanFormat::Diff`] adds the flags for what else the plans
    /// need. Default: nothing.
    pub allowed: Allowed,
}

impl PlanDisplay {
    /// A format, with the default for everything else.
    pub fn new(format: PlanFormat) -> Self {
        let allowed = Allowed::default();
        Self { format, overrides: false, is_coloured: false, command: None, allowed }
    }

    /// The text of plans; `file` makes that of a plan file.
    pub(crate) fn text(&self, plans: &[Planned<'_>], file: impl FnOnce() -> String) -> String {
        match self.format {
            PlanFormat::Diff => {
                let options = DiffOptions {
                    is_coloured: self.is_coloured,
                    command: self.command.clone(),
                    allowed: self.allowed.clone(),
                };
                diff::text(plans, &options)
            }
            PlanFormat::Classic => plan_text(plans),
            PlanFormat::Json => file(),
            PlanFormat::Markdown => comment::text(plans),
            PlanFormat::Html => page::text(plans),
        }
    }
}
