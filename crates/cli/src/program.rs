//! The life of a program: arguments, logging, the command, what is said at the end, the exit code.

use std::env;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};
use octodns_core::{Diagnostic, Origin, Report};
use octodns_yaml::{LoadOptions, load_bytes};

use crate::arguments::{self, LoggingArguments};
use crate::logging::{Level, Logging, LoggingError, from_dict_config};
use crate::render::Renders;

/// How a command that could do its work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// There is nothing to object to: exit code 0.
    Fine,
    /// What was looked for was found, differences or faults: exit code 1.
    Found,
}

/// Runs a program: reads the arguments, sets up logging at `level`, runs the command, shows why it failed.
pub fn run<A: CommandFactory + FromArgMatches>(
    level: Level,
    logging: fn(&A) -> &LoggingArguments,
    command: impl FnOnce(&A) -> Result<Ended, Report>,
) -> ExitCode {
    let arguments: A = match arguments::parse(env::args_os()) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help that nobody reads to the end is not an error.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let result = set_up(logging(&arguments), level).and_then(|()| command(&arguments));
    match result {
        Ok(Ended::Fine) => ExitCode::SUCCESS,
        Ok(Ended::Found) => ExitCode::FAILURE,
        Err(report) => {
            let text = Renders::new(colour()).report(&report);
            let _ = io::stderr().lock().write_all(text.as_bytes());
            ExitCode::FAILURE
        }
    }
}

/// Writes a command's result. That its reader went away is not an error.
///
/// # Errors
///
/// When standard output cannot be written to, as on a full disk.
pub fn write_result(text: &str) -> Result<(), Report> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let message = format!("cannot write to standard output: {error}");
            Err(only(Diagnostic::error("output", message)))
        }
        _ => Ok(()),
    }
}

fn set_up(arguments: &LoggingArguments, level: Level) -> Result<(), Report> {
    let logging = match &arguments.logging_config {
        Some(file) => from_file(file)?,
        None => Logging::from_arguments(arguments, level).map_err(|error| failed(&error, None))?,
    };
    logging.install();
    Ok(())
}

fn from_file(file: &Path) -> Result<Logging, Report> {
    let name = file.display().to_string();
    let bytes = fs::read(file).map_err(|error| {
        let message = format!("cannot read the logging configuration: {error}");
        only(Diagnostic::error("logging", message).at(Origin::file(name.as_str())))
    })?;
    let document = load_bytes(&bytes, &LoadOptions::new(name.as_str()))
        .map_err(|error| only(error.to_diagnostic()))?;
    from_dict_config(&document.root).map_err(|error| failed(&error, Some(&name)))
}

/// The finding that an error about logging is.
fn failed(error: &LoggingError, file: Option<&str>) -> Report {
    let mut message = error.to_string();
    if let Some(source) = std::error::Error::source(error) {
        message = format!("{message}: {source}");
    }
    let mut diagnostic = Diagnostic::error("logging", message);
    if let Some(file) = file {
        diagnostic.origin = Origin { line: error.line(), column: 1, ..Origin::file(file) };
    }
    only(diagnostic)
}

/// A report of one finding.
pub fn only(diagnostic: Diagnostic) -> Report {
    let mut report = Report::new();
    report.push(diagnostic);
    report
}

/// Colours are for people: on a terminal, unless `NO_COLOR` is set (no-color.org).
pub fn colour() -> bool {
    io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
