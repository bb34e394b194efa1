//! `octodns-validate`.

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

use octodns_core::Report;
use octodns_manager::{BuiltIn, Manager, ValidateOptions};

use super::{block_on, silent_manager};
use crate::arguments::{OutputArguments, ValidateArguments};
use crate::logging::Level;
use crate::program::{Ended, Output, Program, run};

/// The codes of warnings that do not make a validation fail.
const HINTS: [&str; 7] = [
    "config",
    "name-twice",
    "ttl-number",
    "unknown-key",
    "value-twice",
    "yaml-empty",
    "yaml-spelling",
];

/// Runs `octodns-validate`: shows what is wrong with a config and its zone files.
pub fn validate(built_in: BuiltIn) -> ExitCode {
    run::<ValidateArguments, _>(env::args_os(), built_in)
}

impl Program for ValidateArguments {
    const LEVEL: Level = Level::WARNING;

    fn output(&self) -> OutputArguments {
        self.output.clone()
    }

    fn run(&self, output: &mut Output) -> Result<Ended, Report> {
        let manager = silent_manager(&self.config_file, output)?;
        let mut shown = manager.warnings().clone();
        let found = look(&manager, self).map_err(|failed| together(&shown, failed))?;
        // As in octoDNS warnings about records count; those that octoDNS does not have, and those about the config, do not.
        let is_hint = |code: &str| HINTS.contains(&code);
        let counts = found.has_errors() || found.iter().any(|found| !is_hint(&found.code));
        shown.merge(found);
        output.show(&shown)?;
        Ok(if counts { Ended::Found } else { Ended::Fine })
    }
}

/// Everything that is found in the zones, after putting them in order if that is asked for.
fn look(manager: &Manager, arguments: &ValidateArguments) -> Result<Report, Report> {
    let mut report = if arguments.fix { fix(manager)? } else { Report::new() };
    let mut options = ValidateOptions::default();
    options.lenient = arguments.all;
    let found = block_on(manager.validate(options)).map_err(|failure| failure.report)?;
    report.merge(found);
    Ok(report)
}

/// What was known before a failure, and what it says.
fn together(warnings: &Report, failed: Report) -> Report {
    let mut all = warnings.clone();
    all.merge(failed);
    all
}

/// Puts zone files in order, says which ones, and returns what kept others from it.
fn fix(manager: &Manager) -> Result<Report, Report> {
    let reordered = block_on(manager.sort_keys()).map_err(|failure| failure.report)?;
    let mut err = io::stderr().lock();
    for file in &reordered.files {
        // Who does not read this reads the findings.
        let _ = writeln!(err, "sorted: {file}");
    }
    Ok(reordered.report)
}
