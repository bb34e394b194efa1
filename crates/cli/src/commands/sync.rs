//! `octodns-sync`.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use octodns_core::{Diagnostic, Report};
use octodns_manager::journal::JournalFolder;
use octodns_manager::verification::Verification;
use octodns_manager::{
    ApplySummary, BuiltIn, Failure, JournalOptions, Journaling, Manager, ManagerOptions, PlanFile,
    PlanFileOptions, PlanFileResult, RecoverOptions, Stop, SyncOptions, SyncResult, Waves,
};

use super::earlier::earlier;
use super::{block_on, errors, manager_of, registry};
use crate::arguments::{FailOn, OutputArguments, SyncArguments};
use crate::logging::Level;
use crate::program::{Ended, Output, Program, only, run, write_result};
use crate::progress::Shown;
use crate::signals::{Signals, end_at_once};

/// What a run did.
struct Done {
    applied: Option<ApplySummary>,
    verification: Option<Verification>,
    /// How many changes were planned.
    planned: usize,
    /// How many plans there were.
    plans: usize,
}

/// Runs `octodns-sync`: plans, and with `--doit` applies.
pub fn sync(built_in: BuiltIn) -> ExitCode {
    run::<SyncArguments, _>(env::args_os(), built_in)
}

impl Program for SyncArguments {
    const LEVEL: Level = Level::INFO;

    fn output(&self) -> OutputArguments {
        self.output.clone()
    }

    fn run(&self, output: &mut Output) -> Result<Ended, Report> {
        if self.runs {
            return self.list_runs(output);
        }
        let stop = Stop::new();
        let signals = self.signals(&stop)?;
        let shown = Shown::new(self.progress, &self.output.logging);
        if signals.is_none() {
            shown.before_drawing(end_at_once);
        }
        let made = |options: &mut ManagerOptions| {
            options.journal = self.journal_options();
            options.stop = stop;
            options.plan_display = self.plan_display();
            options.progress = shown.progress();
        };
        output.colour(self.color);
        if self.plan_format.is_some() {
            output.leave_standard_output();
        }
        let manager = manager_of(self.config_file(), output, made).map_err(errors)?;
        let done = match &self.plan {
            Some(file) => self.apply_file(&manager, file, &shown),
            None if self.resume.is_some() || self.undo.is_some() => self.recover(&manager, &shown),
            None => self.plan_and_apply(&manager, &shown, output),
        };
        drop(shown);
        let report = match done {
            Ok(done) => {
                let has_changes = done.plans > 0;
                tell(done);
                let is_told = self.detailed_exitcode && has_changes;
                return Ok(if is_told { Ended::Changed } else { Ended::Fine });
            }
            Err(failure) => told(failure),
        };
        match signals.and_then(|signals| signals.code()) {
            Some(code) => {
                output.show(&report)?;
                Ok(Ended::Stopped(code))
            }
            None => Err(report),
        }
    }
}

impl From<SyncResult> for Done {
    fn from(result: SyncResult) -> Self {
        let SyncResult { applied, verification, planned, plans, .. } = result;
        Self { applied, verification, planned, plans }
    }
}

impl SyncArguments {
    fn config_file(&self) -> &str {
        // Required unless runs are listed.
        self.config_file.as_deref().unwrap_or_default()
    }

    fn plan_and_apply(
        &self,
        manager: &Arc<Manager>,
        shown: &Shown,
        output: &Output,
    ) -> Result<Done, Failure> {
        let mut options = SyncOptions::default();
        options.plan.zones.clone_from(&self.zones);
        options.plan.sources.clone_from(&self.sources);
        options.plan.targets.clone_from(&self.targets);
        options.apply = self.doit;
        options.force = self.force;
        options.allow = self.allow.iter().copied().collect();
        options.verify = self.verify();
        options.checksum.clone_from(&self.checksum);
        options.plan_out.clone_from(&self.plan_out);
        options.show_origin = self.show_origin;
        options.waves = self.waves()?;
        if let Some(revision) = &self.since {
            let mut earlier = earlier(revision, self.config_file(), registry(output))?;
            earlier.fails_on_drift = self.fail_on == Some(FailOn::Drift);
            options.earlier = Some(earlier);
        }
        Ok(block_on(shown.beside(manager.sync(&options)))?.into())
    }

    fn apply_file(
        &self,
        manager: &Arc<Manager>,
        file: &Path,
        shown: &Shown,
    ) -> Result<Done, Failure> {
        let file = PlanFile::read(file)?;
        let mut options = PlanFileOptions::default();
        options.apply = self.doit;
        options.force = self.force;
        options.allow = self.allow.iter().copied().collect();
        options.verify = self.verify();
        options.waves = self.waves()?;
        options.show_origin = self.show_origin;
        options.skip_conflicts = self.skip_conflicts;
        let result = block_on(shown.beside(manager.sync_file(&file, &options)))?;
        let PlanFileResult { applied, verification, open: planned, plans, .. } = result;
        Ok(Done { applied, verification, planned, plans })
    }

    fn waves(&self) -> Result<Waves, Report> {
        self.waves.as_deref().map_or_else(|| Ok(Waves::default()), parse_waves)
    }

    fn recover(&self, manager: &Arc<Manager>, shown: &Shown) -> Result<Done, Failure> {
        let mut options = RecoverOptions::default();
        options.run = self.undo.clone().or_else(|| self.resume.clone().flatten());
        options.apply = self.doit;
        options.force = self.force;
        options.allow = self.allow.iter().copied().collect();
        options.verify = self.verify();
        options.waves = self.waves()?;
        options.skip_conflicts = self.skip_conflicts;
        let result = block_on(shown.beside(async {
            if self.undo.is_some() {
                manager.undo(&options).await
            } else {
                manager.resume(&options).await
            }
        }))?;
        Ok(result.sync.into())
    }

    /// Signals are left alone by runs that change nothing.
    fn signals(&self, stop: &Stop) -> Result<Option<Signals>, Report> {
        if !self.doit && self.checksum.is_none() {
            return Ok(None);
        }
        Signals::watch(stop.clone()).map(Some).map_err(|error| {
            let found = Diagnostic::error("runtime", format!("cannot watch for signals: {error}"));
            only(found.help("raise the limit of threads of this process"))
        })
    }

    fn journal_options(&self) -> JournalOptions {
        let mut options = JournalOptions::default();
        options.journaling = match &self.journal {
            _ if self.no_journal => Journaling::Off,
            Some(folder) => Journaling::In(folder.clone()),
            None => Journaling::Configured,
        };
        options.state = state_folder(|name| env::var_os(name));
        options.who = who();
        options.process = std::process::id();
        options.wait_for_lock = Duration::from_secs(self.wait_for_lock.unwrap_or(0).into());
        options
    }

    /// Lists runs. Without a config file those of the folder that is named, or of the user.
    fn list_runs(&self, output: &mut Output) -> Result<Ended, Report> {
        let folder = if let Some(config) = &self.config_file {
            let made = |options: &mut ManagerOptions| options.journal = self.journal_options();
            manager_of(config, output, made).map_err(errors)?.journal_folder()
        } else {
            let default = || Some(state_folder(|name| env::var_os(name))?.join("runs"));
            self.journal.clone().or_else(default).map(JournalFolder::new)
        };
        let Some(folder) = folder else {
            let found =
                Diagnostic::error("journal", "it is not known where runs were written down");
            return Err(only(found.help("name the folder with --journal")));
        };
        write_result(&format!("{}\n", folder.runs().map_err(errors)?))?;
        Ok(Ended::Fine)
    }
}

/// Logs what was applied and verified; what could have been if nothing was to be.
fn tell(done: Done) {
    let Done { applied, verification, planned, .. } = done;
    match applied {
        None if planned > 0 => tracing::info!(
            target: "octodns", logger = "Manager",
            "sync: nothing was changed; run again with --doit to make the changes",
        ),
        Some(applied) if !applied.entries.is_empty() => tracing::info!(
            target: "octodns", logger = "Manager", lines = true, "sync: applied\n{applied}",
        ),
        _ => {}
    }
    if let Some(verified) = verification.filter(|of| !of.zones.is_empty()) {
        tracing::info!(target: "octodns", logger = "Manager", lines = true, "sync: verified\n{verified}");
    }
}

/// The errors of a run; what was done before is told at once.
fn told(failure: Failure) -> Report {
    let mut stderr = io::stderr().lock();
    if let Some(applied) = &failure.applied {
        // What was done must be seen, however little is logged.
        let _ = writeln!(stderr, "\n{applied}\n{}", way_on(applied));
    }
    if let Some(verified) = failure.verification.as_ref().filter(|of| !of.zones.is_empty()) {
        let _ = writeln!(stderr, "{verified}\n");
    }
    errors(failure)
}

/// Waves by their number, or as a file has them.
fn parse_waves(text: &str) -> Result<Waves, Report> {
    let failed = |message: String| {
        let found = Diagnostic::error("waves", message);
        only(found.help("write `--waves 4`, or name a readable file of waves"))
    };
    match text.parse::<usize>() {
        Ok(0) => Err(failed("there are no 0 waves".to_owned())),
        Ok(count) => Ok(Waves::even(count)),
        Err(_) => {
            let read = fs::read(text);
            let bytes = read.map_err(|error| failed(format!("cannot read \"{text}\": {error}")))?;
            Waves::from_yaml(Path::new(text), &bytes)
        }
    }
}

/// How to go on after a run that did not do everything.
fn way_on(applied: &ApplySummary) -> String {
    let Some(run) = &applied.run else { return String::new() };
    // It may have done everything, and verifying it failed.
    let resume = if applied.has_failures() {
        format!("--resume {run} finishes it, ")
    } else {
        String::new()
    };
    format!("\nThis was run {run}: {resume}--undo {run} takes it back.\n")
}

/// Where programs keep their state (XDG Base Directory Specification): for this one, the journals of runs.
fn state_folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let absolute = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME");
    let home = || Some(absolute("HOME")?.join(".local/state"));
    // Windows has neither.
    let local = || absolute("LOCALAPPDATA");
    state.or_else(home).or_else(local).map(|state| state.join("octodns"))
}

/// Who runs this process, and where.
fn who() -> String {
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let user = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(variable);
    let name = |path: &str| Some(fs::read_to_string(Path::new(path)).ok()?.trim().to_owned());
    let host = variable("HOSTNAME").or_else(|| name("/proc/sys/kernel/hostname"));
    match (user, host) {
        (Some(user), Some(host)) => format!("{user}@{host}"),
        (Some(name), None) | (None, Some(name)) => name,
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_written_down_where_the_environment_says() {
        for (state, home, folder) in [
            (Some("/state"), Some("/home/a"), Some("/state/octodns")),
            (None, Some("/home/a"), Some("/home/a/.local/state/octodns")),
            (Some("state"), Some("/home/a"), Some("/home/a/.local/state/octodns")),
            (Some(""), None, None),
            (None, Some("."), None),
        ] {
            let found = state_folder(|name| match name {
                "XDG_STATE_HOME" => state.map(OsString::from),
                _ => home.map(OsString::from),
            });
            assert_eq!(found.as_deref(), folder.map(Path::new), "{state:?} {home:?}");
        }
        let windows = state_folder(|name| (name == "LOCALAPPDATA").then(|| "/local".into()));
        assert_eq!(windows.as_deref(), Some(Path::new("/local/octodns")));
    }
}
