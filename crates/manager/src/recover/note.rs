//! Notes in the journal of a run what became of it.

use std::collections::HashSet;
use std::io;

use octodns_core::Diagnostic;

use super::look::{Key, Seen};
use crate::compat::MANAGER;
use crate::failure::Failure;
use crate::journal::{JournalFolder, NotReopened, Recorded, Recording, RunKind};
use crate::run_id::RunId;
use crate::summary::Applied;

/// What a run did to finish another, or to take it back.
pub(super) struct Done {
    pub(super) kind: RunKind,
    pub(super) recorded: Recorded,
    pub(super) seen: Vec<Seen>,
    /// What each change of each plan that was applied is about.
    pub(super) keys: Vec<Vec<Key>>,
    /// The run, if there was something to do and it was written down.
    pub(super) by: Option<RunId>,
}

impl Done {
    /// Writes it into the journal of the earlier run. Without it, a later look finds out the same.
    pub(super) async fn note(
        &self,
        folder: &JournalFolder,
        journal: &Recording,
        entries: &[Applied],
    ) {
        if let Err(failure) = self.try_note(folder, journal, entries).await {
            tracing::warn!(target: "octodns", logger = MANAGER, "sync: {failure}");
        }
    }

    async fn try_note(
        &self,
        folder: &JournalFolder,
        journal: &Recording,
        entries: &[Applied],
    ) -> Result<(), Failure> {
        let failed = |error: io::Error| unnoted(journal.run(), &error);
        let made: Vec<_> = self.seen.iter().map(|seen| self.made(seen, entries)).collect();
        let mut pairs = self.seen.iter().zip(&made);
        let is_whole = pairs.all(|(seen, made)| made.len() == seen.changes.len());
        if self.kind == RunKind::Undo {
            if is_whole && !self.recorded.is_undone {
                journal.undone(self.by.clone()).await.map_err(failed)?;
            }
            return Ok(());
        }
        for (seen, made) in self.seen.iter().zip(made) {
            let settings = seen.settings && has_ended_well(seen, entries);
            if settings || !made.is_empty() {
                let made = (made, settings);
                journal.settle(seen.plan, made, self.by.clone()).await.map_err(failed)?;
            }
        }
        let header = &self.recorded.header;
        match &header.of {
            // What it took back is taken back now.
            Some(of) if is_whole && header.kind == RunKind::Undo => {
                self.note_undone(folder, journal, of).await
            }
            _ => Ok(()),
        }
    }

    async fn note_undone(
        &self,
        folder: &JournalFolder,
        journal: &Recording,
        of: &RunId,
    ) -> Result<(), Failure> {
        let failed = |error: &dyn std::fmt::Display| unnoted(of, error);
        let (place, id, clock) = (folder.clone(), of.clone(), journal.clock().clone());
        let reopened = tokio::task::spawn_blocking(move || place.reopen(&id, &clock)).await;
        let reopened = reopened.map_err(|error| failed(&error))?;
        let (_, undone) = reopened.map_err(|error| match error {
            NotReopened::Closed(error) => failed(&error),
            NotReopened::Spoilt(failure) => failure,
        })?;
        undone.undone(self.by.clone()).await.map_err(|error| failed(&error))
    }

    /// The places of the changes of a plan that the target holds now.
    fn made(&self, seen: &Seen, entries: &[Applied]) -> Vec<usize> {
        let mut made = seen.already.clone();
        let step = seen.step.and_then(|step| self.keys.get(step).zip(entries.get(step)));
        if let Some((keys, entry)) = step {
            let outcomes = keys.iter().zip(&entry.outcomes);
            let applied = outcomes.filter(|(_, outcome)| outcome.is_applied()).map(|(key, _)| key);
            let applied: HashSet<_> = applied.collect();
            let changes = seen.changes.iter().filter(|(_, key)| applied.contains(key));
            made.extend(changes.map(|(place, _)| *place));
        }
        made.sort_unstable();
        made
    }
}

fn unnoted(run: &RunId, error: &dyn std::fmt::Display) -> Failure {
    let message = format!("what became of run {run} could not be noted in its journal: {error}");
    Diagnostic::error("journal", message).help("make room for it").into()
}

/// Whether nothing was left to be done for a plan, or all of that was done.
fn has_ended_well(seen: &Seen, entries: &[Applied]) -> bool {
    let entry = seen.step.map(|step| entries.get(step));
    entry.is_none_or(|entry| {
        entry.is_some_and(|entry| entry.error.is_none() && entry.skipped.is_none())
    })
}
