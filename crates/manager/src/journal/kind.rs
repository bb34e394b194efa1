//! What a run is for.

use serde::{Deserialize, Serialize};

use crate::run_id::RunId;

/// What a run was for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RunKind {
    /// To bring targets in line with their sources.
    #[default]
    Sync,
    /// To finish another run.
    Resume,
    /// To take another run back.
    Undo,
}

impl RunKind {
    /// Its name in lists.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Resume => "resume",
            Self::Undo => "undo",
        }
    }
}

/// What a run is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RunFor {
    pub(crate) kind: RunKind,
    /// The run that it finishes or takes back.
    pub(crate) of: Option<RunId>,
    /// Whether it does all of that, and leaves nothing out that is in conflict.
    pub(crate) is_whole: bool,
}
