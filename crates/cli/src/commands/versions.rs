//! `octodns-versions`.

use std::env;
use std::process::ExitCode;

use octodns_core::Report;
use octodns_manager::BuiltIn;

use super::manager;
use crate::arguments::{OutputArguments, VersionsArguments};
use crate::logging::Level;
use crate::program::{Ended, Output, Program, run};

/// Runs `octodns-versions`: the engine logs the versions of what a config names when it is read.
pub fn versions(built_in: BuiltIn) -> ExitCode {
    run::<VersionsArguments, _>(env::args_os(), built_in)
}

impl Program for VersionsArguments {
    const LEVEL: Level = Level::INFO;

    fn output(&self) -> OutputArguments {
        self.output.clone()
    }

    fn run(&self, output: &mut Output) -> Result<Ended, Report> {
        manager(&self.config_file, output).map(|_| Ended::Fine)
    }
}
