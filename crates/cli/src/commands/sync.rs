//! `octodns-sync`.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use octodns::verification::Verification;
use octodns::{ApplySummary, Failure, Manager, PlanFile, PlanFileOptions, SyncOptions, Waves};
use octodns_core::{Diagnostic, Report};

use super::earlier::earlier;
use super::{block_on, errors, manager};
use crate::arguments::{FailOn, OutputArguments, SyncArguments};
use crate::logging::Level;
use crate::program::{Ended, Output, Program, only, run};

/// Runs `octodns-sync`: plans, and with `--doit` applies.
pub fn sync() -> ExitCode {
    run::<SyncArguments, _>(env::args_os())
}

impl Program for SyncArguments {
    const LEVEL: Level = Level::INFO;

    fn output(&self) -> OutputArguments {
        self.output.clone()
    }

    fn run(&self, output: &mut Output) -> Result<Ended, Report> {
        let manager = manager(&self.config_file, output)?;
        match &self.plan {
            Some(file) => self.apply_file(&manager, file),
            None => self.plan_and_apply(&manager),
        }
    }
}

impl SyncArguments {
    fn plan_and_apply(&self, manager: &Arc<Manager>) -> Result<Ended, Report> {
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
            let mut earlier = earlier(revision, &self.config_file)?;
            earlier.fails_on_drift = self.fail_on == Some(FailOn::Drift);
            options.earlier = Some(earlier);
        }
        let result = block_on(manager.sync(&options)).map_err(told)?;
        tell(result.applied, result.verification, result.planned);
        Ok(self.ended(result.plans > 0))
    }

    fn apply_file(&self, manager: &Arc<Manager>, file: &Path) -> Result<Ended, Report> {
        let file = PlanFile::read(file).map_err(errors)?;
        let mut options = PlanFileOptions::default();
        options.apply = self.doit;
        options.force = self.force;
        options.allow = self.allow.iter().copied().collect();
        options.verify = self.verify();
        options.waves = self.waves()?;
        options.show_origin = self.show_origin;
        options.skip_conflicts = self.skip_conflicts;
        let result = block_on(manager.sync_file(&file, &options)).map_err(told)?;
        tell(result.applied, result.verification, result.open);
        Ok(self.ended(result.plans > 0))
    }

    fn waves(&self) -> Result<Waves, Report> {
        self.waves.as_deref().map_or_else(|| Ok(Waves::default()), parse_waves)
    }

    fn ended(&self, has_changes: bool) -> Ended {
        if self.detailed_exitcode && has_changes { Ended::Changed } else { Ended::Fine }
    }
}

/// Logs what was applied and verified; what could have been if nothing was to be.
fn tell(applied: Option<ApplySummary>, verification: Option<Verification>, planned: usize) {
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
        let _ = writeln!(stderr, "\n{applied}\n");
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
