//! The folder with the journals of all runs.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, SystemTime};

use fs4::{FileExt, TryLockError};
use octodns_core::registry::Clock;
use octodns_core::value::visible;
use octodns_core::{Diagnostic, Origin};

use super::line::Header;
use super::options::Retention;
use super::private::{is_everybodys, lock, make_folder, open, private, refuse_link, sync_folder};
use super::read::{Recorded, is_finished};
use super::recording::Recording;
use super::runs::{Run, Runs};
use super::writer::Writer;
use crate::failure::Failure;
use crate::run_id::RunId;

/// How the names of journals end.
const SUFFIX: &str = ".jsonl";

/// A folder with the journals of runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalFolder {
    path: PathBuf,
}

impl JournalFolder {
    /// A folder, which need not exist yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All runs, the newest first. A journal that cannot be read is one of them, with the reason.
    ///
    /// # Errors
    ///
    /// Fails when the folder cannot be read. One that does not exist has no runs.
    pub fn runs(&self) -> Result<Runs, Failure> {
        let ids = self.ids().map_err(|error| self.failed("read", &error))?;
        let later = self.later(&ids);
        let runs = ids.into_iter().map(|id| {
            // Asked before it is read: a run that ends in between is read with its end.
            let is_running = self.is_running(&id);
            match self.read(&id) {
                Ok(recorded) => Run::of(&later.completed(recorded), is_running),
                // It has only just begun.
                Err(_) if is_running => Run::begun(id),
                Err(failure) => Run::unreadable(id, &failure),
            }
        });
        let mut runs: Vec<_> = runs.collect();
        runs.sort_by(|a, b| (&b.started, &b.id).cmp(&(&a.started, &a.id)));
        Ok(Runs::new(runs))
    }

    /// The run that a text names: its id, or the beginning or the end of that.
    ///
    /// # Errors
    ///
    /// Fails when there is no such run, or there are several.
    pub fn find(&self, text: &str) -> Result<RunId, Failure> {
        let ids = self.ids().map_err(|error| self.failed("read", &error))?;
        let is_meant = |id: &&RunId| {
            !text.is_empty() && (id.as_str().starts_with(text) || id.as_str().ends_with(text))
        };
        let mut meant = ids.iter().filter(is_meant);
        let (first, second) = (meant.next(), meant.next());
        let help = "`octodns-sync --runs` lists all runs";
        let fault = |what: &str| {
            let message = format!("{what} \"{}\" in {}", visible(text), self.shown());
            Failure::from(Diagnostic::error("journal", message).help(help))
        };
        match (first, second) {
            (Some(one), None) => Ok(one.clone()),
            (Some(_), Some(_)) => Err(fault("there are several runs")),
            (None, _) => Err(fault("there is no run")),
        }
    }

    /// Reads the journal of a run, with what later runs did to it.
    pub(crate) fn recall(&self, run: &RunId) -> Result<Recorded, Failure> {
        let recorded = self.read(run)?;
        self.with_later(recorded)
    }

    fn with_later(&self, recorded: Recorded) -> Result<Recorded, Failure> {
        let ids = self.ids().map_err(|error| self.failed("read", &error))?;
        Ok(self.later(&ids).completed(recorded))
    }

    /// Reads a journal.
    pub(super) fn read(&self, run: &RunId) -> Result<Recorded, Failure> {
        let text = octodns_files::read(&self.file(run));
        self.recorded(run, text)
    }

    /// The journal of a run, from its text.
    fn recorded(&self, run: &RunId, text: io::Result<Vec<u8>>) -> Result<Recorded, Failure> {
        let fault = |message: String| {
            let path = self.file(run);
            let found =
                Diagnostic::error("journal", message).at(Origin::file(&*path.to_string_lossy()));
            Failure::from(found.help("take it from a backup, or plan again without it"))
        };
        let text = text.map_err(|error| fault(format!("the journal cannot be read: {error}")))?;
        let recorded = Recorded::read(&text).map_err(fault)?;
        if recorded.header.run != *run {
            let other = &recorded.header.run;
            return Err(fault(format!("it is the journal of another run, {other}")));
        }
        Ok(recorded)
    }

    /// Starts the journal of a new run.
    pub(crate) fn create(&self, clock: &Clock, header: &Header) -> io::Result<Recording> {
        make_folder(&self.path)?;
        let path = self.file(&header.run);
        let file = private(OpenOptions::new().append(true).create_new(true)).open(&path)?;
        self.begin(file, path.clone(), clock, header).inspect_err(|_| {
            // Nothing was sent, so nothing is lost with it.
            let _ = fs::remove_file(&path);
        })
    }

    fn begin(
        &self,
        mut file: File,
        path: PathBuf,
        clock: &Clock,
        header: &Header,
    ) -> io::Result<Recording> {
        lock(&file)?;
        let mut text = serde_json::to_vec(header)?;
        text.push(b'\n');
        file.write_all(&text)?;
        file.sync_all()?;
        sync_folder(&self.path)?;
        Ok(Recording {
            run: header.run.clone(),
            path,
            writer: Writer::new(file)?,
            clock: clock.clone(),
            unwritten: AtomicUsize::new(0),
        })
    }

    /// Opens the journal of an earlier run, to write down what became of it, and reads it, with what later runs did,
    /// while nobody else writes to it. A torn line at its end is cut off.
    pub(crate) fn reopen(
        &self,
        run: &RunId,
        clock: &Clock,
    ) -> Result<(Recorded, Recording), NotReopened> {
        let path = self.file(run);
        // What is no file may never end, or never begin.
        octodns_files::check(&path).map_err(NotReopened::Closed)?;
        let mut options = OpenOptions::new();
        let mut file = options.read(true).append(true).open(&path).map_err(NotReopened::Closed)?;
        refuse_link(&file, &path).map_err(NotReopened::Closed)?;
        lock(&file).map_err(NotReopened::Closed)?;
        let mut text = Vec::new();
        let text = file.read_to_end(&mut text).map(|_| text);
        let recorded = self.recorded(run, text).map_err(NotReopened::Spoilt)?;
        file.set_len(recorded.length).map_err(NotReopened::Closed)?;
        let recorded = self.with_later(recorded).map_err(NotReopened::Spoilt)?;
        let writer = Writer::new(file).map_err(NotReopened::Closed)?;
        let (run, clock) = (run.clone(), clock.clone());
        Ok((recorded, Recording { run, path, writer, clock, unwritten: AtomicUsize::new(0) }))
    }

    /// Whether everybody may write to the folder, and so decide what is finished or taken back.
    pub(crate) fn is_everybodys(&self) -> bool {
        is_everybodys(&self.path)
    }

    /// Whether the process that writes a journal is alive.
    pub(crate) fn is_running(&self, run: &RunId) -> bool {
        let Ok(file) = open(&self.file(run)) else { return false };
        matches!(FileExt::try_lock_shared(&file), Err(TryLockError::WouldBlock))
    }

    /// Removes journals that are kept no longer: finished ones of which there are too many, and those too old.
    pub(crate) fn prune(&self, retention: Retention, now: Option<SystemTime>) {
        let Ok(mut ids) = self.ids() else { return };
        ids.sort_by(|a, b| b.cmp(a));
        let age = Duration::from_secs(u64::from(retention.keep_days) * 24 * 60 * 60);
        let oldest = now.and_then(|now| now.checked_sub(age));
        let mut finished = 0;
        for id in ids {
            let path = self.file(&id);
            let is_finished = is_finished(&path);
            finished += usize::from(is_finished);
            // One less, since another run is about to start.
            let is_one_too_many = is_finished && finished >= retention.keep.max(1);
            let is_old = id.started().is_some_and(|start| Some(start) < oldest);
            if (is_one_too_many || is_old) && !self.is_running(&id) {
                // One that stays is removed by a later run.
                let _ = fs::remove_file(path);
            }
        }
    }

    fn ids(&self) -> io::Result<Vec<RunId>> {
        let entries = match fs::read_dir(&self.path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut ids = Vec::new();
        for entry in entries {
            let name = entry?.file_name();
            let id = name.to_str().and_then(|name| name.strip_suffix(SUFFIX));
            ids.extend(id.and_then(|id| id.parse::<RunId>().ok()));
        }
        Ok(ids)
    }

    pub(super) fn file(&self, run: &RunId) -> PathBuf {
        self.path.join(format!("{run}{SUFFIX}"))
    }

    fn shown(&self) -> String {
        visible(&self.path.to_string_lossy()).into_owned()
    }

    fn failed(&self, doing: &str, error: &io::Error) -> Failure {
        let message = format!("cannot {doing} the folder of journals: {error}");
        let origin = Origin::file(&*self.path.to_string_lossy());
        let found = Diagnostic::error("journal", message).at(origin);
        found.help("name a folder that you may use with --journal").into()
    }
}

/// Why a journal cannot be written to again.
#[derive(Debug)]
pub(crate) enum NotReopened {
    /// Another process has it, or the system does not let it be written.
    Closed(io::Error),
    /// It cannot be read.
    Spoilt(Failure),
}

impl NotReopened {
    /// Whether another process writes to it.
    pub(crate) fn is_busy(&self) -> bool {
        matches!(self, Self::Closed(error) if error.kind() == io::ErrorKind::WouldBlock)
    }
}

#[cfg(test)]
mod tests;
