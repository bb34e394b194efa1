//! What a program says about journals, beside the config.

use std::path::PathBuf;
use std::time::Duration;

/// Whether a run is written down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Journaling {
    /// As the config says (`manager.journal`); else in the state folder of the program, if it has one.
    #[default]
    Configured,
    /// In this folder. A run that cannot be written down there does not start.
    In(PathBuf),
    /// It is not.
    Off,
}

/// How many journals are kept, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retention {
    /// How many finished runs are kept. Default: 100.
    pub keep: usize,
    /// How many days any run is kept. Default: 90.
    pub keep_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { keep: 100, keep_days: 90 }
    }
}

/// What a program says about journals. The clock and the random part of ids are those of
/// [`Host`](octodns_core::registry::Host).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct JournalOptions {
    /// Whether runs are written down, and where.
    pub journaling: Journaling,
    /// The folder in which the program keeps its state. Journals are below `runs` unless the config says otherwise,
    /// and locks below `locks`. Default: none.
    pub state: Option<PathBuf>,
    /// Who runs the program, as lists of runs show it. Default: nobody in particular.
    pub who: String,
    /// The id of the process, as lists of runs and messages about locks show it.
    pub process: u32,
    /// How long a run waits for another one that applies to the same zone. Default: not at all.
    pub wait_for_lock: Duration,
}
