//! Finishing a run that was cut short, and taking one back.
//!
//! Both are the same: changes of an earlier run, as they were or turned round, are held against what the targets hold
//! now. What is still to be made is an ordinary plan, which is shown, approved and applied as any other.

mod look;
mod note;
mod wanted;

use std::sync::Arc;

use octodns_core::plan::Allowed;
use octodns_core::value::visible;
use octodns_core::{Change, Diagnostic, Record, Report};

use crate::compat::MANAGER;
use crate::failure::Failure;
use crate::jobs::PlanOptions;
use crate::journal::{JournalFolder, NotReopened, Recorded, Recording, RunFor, RunKind, RunState};
use crate::manager::Manager;
use crate::output::ReaderGone;
use crate::plan::{ApprovedPlans, Plans};
use crate::run_id::RunId;
use crate::summary::{ApplySummary, SyncResult};
use crate::verification::{Verification, VerifyChoice};
use crate::waves::Waves;
use look::{Key, Looked, Seen};
use note::Done;
use wanted::{stays, wanted};

/// Which run is finished or taken back, and how.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RecoverOptions {
    /// The run: its id, or the beginning or end of that. To be finished, by default the newest of this config that is
    /// unfinished.
    pub run: Option<String>,
    /// Whether plans are applied, not only shown.
    pub apply: bool,
    /// Whether plans are applied that are not safe.
    pub force: bool,
    /// What plans may be applied for although it is not safe. Default: nothing.
    pub allow: Allowed,
    /// What is verified of what was applied. Default: what the config says.
    pub verify: VerifyChoice,
    /// The waves that plans are applied in. Default: all at once.
    pub waves: Waves,
    /// Whether the rest is applied when some changes are in conflict with what somebody else did since.
    pub skip_conflicts: bool,
}

/// What finishing a run, or taking it back, did.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Recovered {
    /// The run; `None` if there was none to finish.
    pub run: Option<RunId>,
    /// How many changes the targets hold already.
    pub already: usize,
    /// How many changes were left out, because they are in conflict with what somebody else did since.
    pub conflicts: usize,
    /// What was planned and applied.
    pub sync: SyncResult,
}

impl Manager {
    /// Finishes a run: of its changes those that are not known to be made, as far as they are still to be made.
    /// Finishing a run twice does nothing.
    ///
    /// # Errors
    ///
    /// Fails when there is no such run, its journal cannot be read, a target cannot be read, or a change is in conflict
    /// with what somebody else did since, and those are not to be skipped; else as [`Manager::sync`].
    pub async fn resume(self: &Arc<Self>, options: &RecoverOptions) -> Result<Recovered, Failure> {
        self.recover(RunKind::Resume, options).await
    }

    /// Takes a run back: the inverse of each of its changes that was made, or may have been, the last plan first, as
    /// far as the target still holds what the run made.
    ///
    /// What cannot be taken back is logged as a warning before anything is done: zones that were created, settings of
    /// zones, and what services keep beside the data of records.
    ///
    /// # Errors
    ///
    /// As [`Manager::resume`]; and when no run is named.
    pub async fn undo(self: &Arc<Self>, options: &RecoverOptions) -> Result<Recovered, Failure> {
        self.recover(RunKind::Undo, options).await
    }

    async fn recover(
        self: &Arc<Self>,
        kind: RunKind,
        options: &RecoverOptions,
    ) -> Result<Recovered, Failure> {
        let folder = self.folder_of_runs()?;
        let Some(run) = self.meant_run(&folder, kind, options)? else {
            tracing::info!(
                target: "octodns", logger = MANAGER, "sync: there is no unfinished run of this config",
            );
            return Ok(Recovered::default());
        };
        let (recorded, journal) = self.open(&folder, &run, options).await?;
        self.warn_about(&folder, &recorded, kind)?;
        let wanted = wanted(kind, &recorded, self.types())?;
        let mut locks = self.no_locks();
        if options.apply {
            let zones = wanted.iter().map(|wanted| (&*wanted.stored.target, &wanted.name));
            self.lock(&mut locks, zones, None).await?;
        }
        let Looked { steps, seen, conflicts } =
            self.until_stopped(self.look(&recorded.header, wanted)).await?;
        let mut plans = Plans::rebased(steps, Report::new(), PlanOptions::default());
        self.doubt_reads_of(&mut plans).await;
        let reader_gone = if options.apply { ReaderGone::Fails } else { ReaderGone::IsFine };
        self.show_to(&plans, reader_gone)?;

        let mut recovered = Recovered::of(&run, &plans, &seen, &conflicts);
        recovered.tell(&run);
        let has_conflicts = !conflicts.is_empty();
        leave_out(conflicts, options)?;
        let allowed = if options.force { &Allowed::everything() } else { &options.allow };
        let approved = plans.approve_with(allowed)?;
        if !options.apply {
            return Ok(recovered);
        }
        let keys = approved.steps.iter().map(|step| keys(&step.plan.changes)).collect();
        let is_whole = !has_conflicts && approved.steps.iter().all(|step| step.skipped().is_none());
        let run_for = RunFor { kind, of: Some(run), is_whole };
        let applied = self.apply_rest(&run_for, approved, options).await;
        let summary = match &applied {
            Ok((summary, _)) => Some(summary),
            Err(failure) => failure.applied.as_ref(),
        };
        if let (Some(journal), Some(summary)) = (journal, summary) {
            let done = Done { kind, recorded, seen, keys, by: summary.run.clone() };
            done.note(&folder, &journal, &summary.entries).await;
        }
        let (applied, verification) = applied?;
        recovered.sync.applied = Some(applied);
        recovered.sync.verification = verification;
        Ok(recovered)
    }

    /// Applies what is still to be done, as a run of its own; nothing is no run.
    async fn apply_rest(
        &self,
        run_for: &RunFor,
        approved: ApprovedPlans,
        options: &RecoverOptions,
    ) -> Result<(ApplySummary, Option<Verification>), Failure> {
        if approved.steps.is_empty() {
            return Ok((ApplySummary::default(), None));
        }
        self.apply_verified(run_for, approved, &options.waves, options.verify).await
    }

    /// Says what is odd about a run, and what will stay when it is taken back.
    ///
    /// # Errors
    ///
    /// Fails if it is to be finished, and was taken back: what is left of it would be half of what it was for.
    fn warn_about(
        &self,
        folder: &JournalFolder,
        recorded: &Recorded,
        kind: RunKind,
    ) -> Result<(), Failure> {
        let header = &recorded.header;
        if folder.is_everybodys() {
            tracing::warn!(
                target: "octodns", logger = MANAGER,
                "sync: everybody may write to {}, and so decide what is done of a run",
                folder.path().display(),
            );
        }
        if recorded.is_undone {
            let by = recorded.undone_by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
            let message = format!("run {} was taken back{by}", header.run);
            if kind == RunKind::Resume {
                let found = Diagnostic::error("journal", message);
                return Err(found.help("plan again, without --resume").into());
            }
            tracing::warn!(target: "octodns", logger = MANAGER, "undo: {message} already");
        }
        if header.config != self.config_name() {
            let (run, config) = (&header.run, visible(&header.config));
            tracing::warn!(
                target: "octodns", logger = MANAGER, "sync: run {run} was made with another config, {config}",
            );
        }
        let stays = if kind == RunKind::Undo { stays(recorded) } else { Vec::new() };
        for what in stays {
            tracing::warn!(target: "octodns", logger = MANAGER, "undo: {}", visible(&what));
        }
        Ok(())
    }

    fn folder_of_runs(&self) -> Result<JournalFolder, Failure> {
        self.journal_folder().ok_or_else(|| {
            let message = "it is not known where runs were written down";
            let help = "name the folder with --journal or in `manager.journal.directory`";
            Diagnostic::error("journal", message).help(help).into()
        })
    }

    /// The run that is asked for.
    fn meant_run(
        &self,
        folder: &JournalFolder,
        kind: RunKind,
        options: &RecoverOptions,
    ) -> Result<Option<RunId>, Failure> {
        match &options.run {
            Some(text) => folder.find(text).map(Some),
            None if kind == RunKind::Undo => {
                let found = Diagnostic::error("journal", "no run is named");
                Err(found.help("`octodns-sync --runs` lists all runs").into())
            }
            None => {
                let config = self.config_name();
                let runs = folder.runs()?.runs;
                for run in &runs {
                    if let RunState::Unreadable(why) = &run.state {
                        tracing::warn!(
                            target: "octodns", logger = MANAGER,
                            "sync: what is left of run {} is not known: {}", run.id, visible(why),
                        );
                    }
                }
                let runs = runs.into_iter().filter(|run| run.config == config);
                for (later, run) in runs.enumerate() {
                    if !run.is_unfinished() {
                        continue;
                    }
                    if later > 0 {
                        tracing::warn!(
                            target: "octodns", logger = MANAGER,
                            "sync: {later} runs of this config came after {}", run.id,
                        );
                    }
                    return Ok(Some(run.id));
                }
                Ok(None)
            }
        }
    }

    /// Reads the journal of a run, and opens it to write down what becomes of the run, if that is possible.
    async fn open(
        &self,
        folder: &JournalFolder,
        run: &RunId,
        options: &RecoverOptions,
    ) -> Result<(Recorded, Option<Recording>), Failure> {
        if folder.is_running(run) {
            return Err(still_going_on(run, folder.recall(run).ok().as_ref()));
        }
        if !options.apply {
            return Ok((folder.recall(run)?, None));
        }
        let (place, id) = (folder.clone(), run.clone());
        let clock = self.registry.host.clock.clone();
        let reopened = tokio::task::spawn_blocking(move || place.reopen(&id, &clock)).await;
        let error = match reopened {
            Ok(Ok((recorded, earlier))) => return Ok((recorded, Some(earlier))),
            // Somebody else finishes it, or takes it back.
            Ok(Err(error)) if error.is_busy() => {
                return Err(still_going_on(run, folder.recall(run).ok().as_ref()));
            }
            Ok(Err(NotReopened::Spoilt(failure))) => return Err(failure),
            Ok(Err(NotReopened::Closed(error))) => error.to_string(),
            Err(error) => error.to_string(),
        };
        tracing::warn!(
            target: "octodns", logger = MANAGER,
            "sync: what becomes of run {run} cannot be noted in its journal: {error}",
        );
        Ok((folder.recall(run)?, None))
    }
}

fn still_going_on(run: &RunId, recorded: Option<&Recorded>) -> Failure {
    let process = recorded.map(|recorded| recorded.header.process);
    let process = process.map(|process| format!(" (process {process})")).unwrap_or_default();
    let message = format!("run {run} is still going on{process}");
    let help = "wait for its end, or stop that process";
    Diagnostic::error("journal", message).help(help).into()
}

impl Recovered {
    fn of(run: &RunId, plans: &Plans, seen: &[Seen], conflicts: &Report) -> Self {
        let mut recovered = Self { run: Some(run.clone()), ..Self::default() };
        recovered.already = seen.iter().map(|seen| seen.already.len()).sum();
        recovered.conflicts = conflicts.iter().count();
        recovered.sync.planned = plans.changes();
        recovered.sync.plans = plans.iter().len();
        recovered
    }

    fn tell(&self, run: &RunId) {
        let Self { already, conflicts, sync, .. } = self;
        tracing::info!(
            target: "octodns", logger = MANAGER,
            "sync: of run {run}: {} changes to make, {already} made already, {conflicts} in conflict",
            sync.planned,
        );
    }
}

/// Leaves out what is in conflict, if that is asked for; otherwise nothing is done.
fn leave_out(conflicts: Report, options: &RecoverOptions) -> Result<(), Failure> {
    if !conflicts.is_empty() && !options.skip_conflicts {
        return Err(conflicts.into());
    }
    for found in &conflicts {
        tracing::warn!(target: "octodns", logger = MANAGER, "sync: left out: {found}");
    }
    Ok(())
}

fn keys(changes: &[Change]) -> Vec<Key> {
    let key = |record: &Record| (record.name().clone(), record.record_type());
    changes.iter().map(|change| key(change.record())).collect()
}
