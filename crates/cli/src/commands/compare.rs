//! `octodns-compare`.

use std::env;
use std::process::ExitCode;

use octodns_core::Report;
use octodns_manager::{BuiltIn, CompareOptions};

use super::{block_on, errors, manager};
use crate::arguments::{CompareArguments, OutputArguments};
use crate::logging::Level;
use crate::program::{Ended, Output, Program, run, write_result};

/// Runs `octodns-compare`: prints how a zone differs between sources.
pub fn compare(built_in: BuiltIn) -> ExitCode {
    run::<CompareArguments, _>(env::args_os(), built_in)
}

impl Program for CompareArguments {
    const LEVEL: Level = Level::INFO;

    fn output(&self) -> OutputArguments {
        self.output.clone()
    }

    fn run(&self, output: &mut Output) -> Result<Ended, Report> {
        let mut options = CompareOptions::new(self.a.clone(), self.b.clone(), &self.zone);
        options.ignore_prefix.clone_from(&self.ignore_prefix);
        let manager = manager(&self.config_file, output)?;
        let comparison = block_on(manager.compare(&options)).map_err(errors)?;
        write_result(&format!("{comparison}\n"))?;
        Ok(if comparison.changes.is_empty() { Ended::Fine } else { Ended::Found })
    }
}
