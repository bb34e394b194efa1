//! `octodns-report`.

use std::env;
use std::process::ExitCode;

use octodns_core::Report;
use octodns_manager::{BuiltIn, ManagerOptions, ReportOptions};

use super::{block_on, errors, manager_of};
use crate::arguments::{OutputArguments, ReportArguments, ReportFormat, ShownProgress};
use crate::logging::Level;
use crate::program::{Ended, Output, Program, run, write_result};
use crate::progress::Shown;
use crate::report_table::table;
use crate::signals::end_at_once;

/// Runs `octodns-report`: prints what servers answer for the records of a zone.
pub fn report(built_in: BuiltIn) -> ExitCode {
    run::<ReportArguments, _>(env::args_os(), built_in)
}

impl Program for ReportArguments {
    const LEVEL: Level = Level::INFO;

    fn output(&self) -> OutputArguments {
        let (logging, python) = (self.logging.clone(), self.python.clone());
        OutputArguments { format: self.finding_format(), logging, python }
    }

    fn run(&self, output: &mut Output) -> Result<Ended, Report> {
        let shown = Shown::new(ShownProgress::Auto, &self.logging);
        shown.before_drawing(end_at_once);
        let mut options =
            ReportOptions::new(&self.zone, self.sources.clone(), self.servers.clone());
        options.lenient = self.lenient;
        options.concurrency = self.concurrency.into();
        options.timeout = self.timeout;
        let told = |options: &mut ManagerOptions| options.progress = shown.progress();
        let manager = manager_of(&self.config_file, output, told).map_err(errors)?;
        let report = block_on(shown.beside(manager.report(&options))).map_err(errors)?;
        drop(shown);
        write_result(&match self.report_format() {
            ReportFormat::Csv => report.csv(),
            ReportFormat::Json => report.json(),
            ReportFormat::Table => table(&report),
        })?;
        let fails = self.check && !report.is_as_it_should_be();
        Ok(if fails { Ended::Found } else { Ended::Fine })
    }
}
