//! How far a run has come, told while it goes on: to a bar, to the log, to nobody.
//!
//! A [`Progress`] is handed in with [`ManagerOptions::progress`](crate::ManagerOptions::progress). It is told of every
//! [`Event`]; a [`Tally`] adds them up. [`Logged`], the default, logs a line now and then of a run that takes long.
//!
//! Waits for services are not among the events, as they are of whatever sends requests. They are spans of `tracing`:
//! see [`WAIT`].

mod event;
mod logged;
mod sink;
mod tally;
mod telling;

pub use event::{Event, Phase, Progress};
pub use logged::{Logged, Waiting};
pub(crate) use sink::Counted;
pub use tally::Tally;
pub(crate) use telling::{Telling, Working};

/// The target of the `tracing` spans that stand for waits until a service takes more requests.
///
/// A span is there as long as the wait. Its field `service` names the service; `seconds` is how long it waits, if that
/// is known.
pub const WAIT: &str = "octodns::wait";
