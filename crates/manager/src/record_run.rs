//! Where runs are written down, and what starts their journals.

use std::path::PathBuf;
use std::sync::Arc;
use std::{fs, io};

use octodns_core::{ApprovedPlan, Diagnostic, Origin};

use crate::compat::MANAGER;
use crate::failure::Failure;
use crate::journal::{Header, JournalFolder, Journaling, Recording, Retention, RunFor};
use crate::manager::Manager;
use crate::plan::Step;
use crate::run_id::{RunId, time};
use crate::stored::StoredPlan;

/// A folder for journals, and whether somebody asked for it.
struct Place {
    folder: JournalFolder,
    is_asked_for: bool,
}

impl Manager {
    /// The folder with the journals of this config's runs; `None` if none are kept.
    pub fn journal_folder(&self) -> Option<JournalFolder> {
        self.journal_place().map(|place| place.folder)
    }

    fn journal_place(&self) -> Option<Place> {
        let section = &self.config.manager.journal;
        let asked =
            |folder: &PathBuf| Place { folder: JournalFolder::new(folder), is_asked_for: true };
        match &self.journal.journaling {
            Journaling::Off => None,
            Journaling::In(folder) => Some(asked(folder)),
            Journaling::Configured => section.directory.as_ref().map(asked).or_else(|| {
                let folder = JournalFolder::new(self.journal.state.as_ref()?.join("runs"));
                Some(Place { folder, is_asked_for: false })
            }),
        }
    }

    fn retention(&self) -> Retention {
        let (section, default) = (&self.config.manager.journal, Retention::default());
        Retention {
            keep: section.keep.unwrap_or(default.keep),
            keep_days: section.keep_days.unwrap_or(default.keep_days),
        }
    }

    /// The config file, as journals name it.
    pub(crate) fn config_name(&self) -> String {
        let Some(file) = self.config.files.first() else { return String::new() };
        let whole = fs::canonicalize(&**file);
        whole.map_or_else(|_| file.to_string(), |path| path.to_string_lossy().into_owned())
    }

    /// Starts the journal of a run that applies these plans, unless none is kept.
    ///
    /// # Errors
    ///
    /// Fails when somebody asked for a journal, and it cannot be written. Any other is done without, with a warning.
    pub(crate) async fn record(
        &self,
        run_for: &RunFor,
        steps: &[&Step<ApprovedPlan>],
    ) -> Result<Option<Arc<Recording>>, Failure> {
        let Some(Place { folder, is_asked_for }) = self.journal_place() else {
            tracing::debug!(
                target: "octodns", logger = MANAGER, "sync: the run is not written down",
            );
            return Ok(None);
        };
        let made = self.header(run_for, steps).map(|header| {
            let (clock, retention) = (self.registry.host.clock.clone(), self.retention());
            let place = folder.clone();
            tokio::task::spawn_blocking(move || {
                place.prune(retention, clock());
                place.create(&clock, &header)
            })
        });
        let created = match made {
            Ok(created) => created.await.unwrap_or_else(|error| Err(io::Error::other(error))),
            Err(error) => Err(error),
        };
        match created {
            Ok(recording) => {
                tracing::info!(
                    target: "octodns", logger = MANAGER,
                    "sync: run {} is written down in {}",
                    recording.run(), recording.path().display(),
                );
                Ok(Some(Arc::new(recording)))
            }
            Err(error) if is_asked_for => {
                let message =
                    format!("the run cannot be written down, so nothing was sent: {error}");
                let found = Diagnostic::error("journal", message)
                    .at(Origin::file(&*folder.path().to_string_lossy()));
                let help = "name a folder that can be written to with --journal or in \
                            `manager.journal.directory`, or use --no-journal";
                Err(found.help(help).into())
            }
            Err(error) => {
                tracing::warn!(
                    target: "octodns", logger = MANAGER,
                    "sync: the run is not written down, so it could not be resumed or undone: {}: {error}",
                    folder.path().display(),
                );
                Ok(None)
            }
        }
    }
    /// The first line of the journal of a run that starts now.
    fn header(&self, run_for: &RunFor, steps: &[&Step<ApprovedPlan>]) -> io::Result<Header> {
        let host = &self.registry.host;
        let now = (host.clock)().ok_or_else(|| io::Error::other("the program has no clock"))?;
        let random = (host.uuid)().ok_or_else(|| io::Error::other("there are no random bytes"))?;
        let (run, started) = RunId::new(now, &random)
            .zip(time(now))
            .ok_or_else(|| io::Error::other("time and random bytes make no id"))?;
        let mut header = Header::new(run, started, run_for.clone());
        header.who.clone_from(&self.journal.who);
        header.process = self.journal.process;
        header.config = self.config_name();
        let account = |step: &&Step<ApprovedPlan>| {
            let id = step.target.id();
            (id.to_owned(), self.account_digest(id))
        };
        header.accounts = steps.iter().map(account).collect();
        header.plans = steps.iter().map(|step| StoredPlan::of(&step.target, &step.plan)).collect();
        Ok(header)
    }
}
