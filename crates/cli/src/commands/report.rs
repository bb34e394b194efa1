//! `octodns-report`.

use std::env;
use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use octodns::ReportOptions;
use octodns::report::Progress;
use octodns_core::Report;

use super::{block_on, errors, manager};
use crate::arguments::{OutputArguments, ReportArguments, ReportFormat};
use crate::logging::Level;
use crate::program::{Ended, Output, Program, run, write_result};
use crate::report_table::table;

/// Runs `octodns-report`: prints what servers answer for the records of a zone.
pub fn report() -> ExitCode {
    run::<ReportArguments, _>(env::args_os())
}

impl Program for ReportArguments {
    const LEVEL: Level = Level::INFO;

    fn output(&self) -> OutputArguments {
        let (logging, python) = (self.logging.clone(), self.python.clone());
        OutputArguments { format: self.finding_format(), logging, python }
    }

    fn run(&self, output: &mut Output) -> Result<Ended, Report> {
        // A log of everything would be written across it.
        let without = self.logging.quiet || self.logging.debug;
        let bar = (!without && io::stderr().is_terminal()).then(progress_bar);
        let mut options =
            ReportOptions::new(&self.zone, self.sources.clone(), self.servers.clone());
        options.lenient = self.lenient;
        options.concurrency = self.concurrency.into();
        options.timeout = self.timeout;
        options.progress = bar.clone().map(shown_by);
        let manager = manager(&self.config_file, output)?;
        let report = block_on(manager.report(&options)).map_err(errors);
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        let report = report?;
        write_result(&match self.report_format() {
            ReportFormat::Csv => report.csv(),
            ReportFormat::Json => report.json(),
            ReportFormat::Table => table(&report),
        })?;
        let fails = self.check && !report.is_as_it_should_be();
        Ok(if fails { Ended::Found } else { Ended::Fine })
    }
}

fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    match ProgressStyle::with_template("{wide_bar} {pos} of {len} answers, {per_sec}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn shown_by(bar: ProgressBar) -> Progress {
    Arc::new(move |answered, questions| {
        bar.set_length(u64::try_from(questions).unwrap_or(u64::MAX));
        bar.set_position(u64::try_from(answered).unwrap_or(u64::MAX));
    })
}
