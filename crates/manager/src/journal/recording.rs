//! The journal of the run that is under way.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fmt, io};

use octodns_core::registry::Clock;

use super::line::Line;
use super::writer::Writer;
use crate::run_id::{RunId, time};

/// An open journal. Its file stays locked until this is dropped, or the process dies.
pub(crate) struct Recording {
    pub(super) run: RunId,
    pub(super) path: PathBuf,
    pub(super) writer: Writer,
    pub(super) clock: Clock,
    pub(super) unwritten: AtomicUsize,
}

impl Recording {
    pub(crate) fn run(&self) -> &RunId {
        &self.run
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// How many outcomes could not be written: later readers take them for unknown.
    pub(crate) fn unwritten(&self) -> usize {
        self.unwritten.load(Ordering::Relaxed)
    }

    pub(super) fn now(&self) -> String {
        (self.clock)().and_then(time).unwrap_or_default()
    }

    /// Writes what is about to be sent; it is durable when this returns.
    pub(super) async fn write_before(&self, line: Line) -> io::Result<()> {
        let number = self.writer.append(&line)?;
        self.writer.sync(number).await
    }

    /// Writes an outcome. It becomes durable with the next thing that is sent, or when the run ends.
    pub(super) fn write(&self, line: &Line) {
        if let Err(error) = self.writer.append(line) {
            self.unwritten.fetch_add(1, Ordering::Relaxed);
            let path = self.path.display();
            tracing::debug!(target: "octodns", "cannot write to the journal {path}: {error}");
        }
    }

    /// The run came to its end.
    pub(crate) async fn finish(&self) -> io::Result<()> {
        self.write_before(Line::Finished { at: self.now() }).await
    }

    /// Changes of a plan, and of settings, that a later look found, or a later run made.
    pub(crate) async fn settle(
        &self,
        plan: usize,
        (changes, settings): (Vec<usize>, bool),
        by: Option<RunId>,
    ) -> io::Result<()> {
        self.write_before(Line::Settled { at: self.now(), plan, changes, settings, by }).await
    }

    /// Everything of the run was taken back.
    pub(crate) async fn undone(&self, by: Option<RunId>) -> io::Result<()> {
        self.write_before(Line::Undone { at: self.now(), by }).await
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Recording").field(&self.run).finish()
    }
}
