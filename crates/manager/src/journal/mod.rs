//! Journals: one file a run, which says what was about to be sent, and the outcome.
//!
//! A line is durable before what it names is sent. So after a crash the journal has everything that may have reached
//! a target, with the state before it: enough to finish the run ([`Manager::resume`](crate::Manager::resume)) or to
//! take it back ([`Manager::undo`](crate::Manager::undo)).
//!
//! The file has a JSON object in each line. The first is the header: the plans of the run, with the RRsets before and
//! after every change. A last line that is cut short is normal: the process ended while it wrote.

mod folder;
mod kind;
mod later;
mod line;
mod options;
mod private;
mod read;
mod recording;
mod runs;
mod sink;
mod writer;

pub use folder::JournalFolder;
pub use kind::RunKind;
pub use options::{JournalOptions, Journaling, Retention};
pub use runs::{Run, RunState, Runs};

pub use crate::run_id::{NotARunId, RunId};

pub(crate) use folder::NotReopened;
pub(crate) use kind::RunFor;
pub(crate) use line::Header;
pub(crate) use private::{make_folder, private, refuse_link};
pub(crate) use read::{Recorded, RecordedPlan};
pub(crate) use recording::Recording;
pub(crate) use sink::StepSink;
