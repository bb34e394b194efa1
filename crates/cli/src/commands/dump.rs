//! `octodns-dump`.

use std::env;
use std::process::ExitCode;

use octodns::DumpOptions;
use octodns_core::Report;

use super::{block_on, errors, manager};
use crate::arguments::{DumpArguments, OutputArguments};
use crate::logging::Level;
use crate::program::{Ended, Output, Program, run};

/// Runs `octodns-dump`: writes zones to files.
pub fn dump() -> ExitCode {
    run::<DumpArguments, _>(env::args_os())
}

impl Program for DumpArguments {
    const LEVEL: Level = Level::INFO;

    fn output(&self) -> OutputArguments {
        self.output.clone()
    }

    fn run(&self, output: &mut Output) -> Result<Ended, Report> {
        let mut options = DumpOptions::new(&self.zone, self.sources.clone(), &self.output_dir);
        options.output_provider.clone_from(&self.output_provider);
        options.lenient = self.lenient;
        options.split = self.split;
        let manager = manager(&self.config_file, output)?;
        block_on(manager.dump(&options)).map(|_| Ended::Fine).map_err(errors)
    }
}
