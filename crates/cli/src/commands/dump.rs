//! `octodns-dump`.

use std::env;
use std::process::ExitCode;

use octodns_core::Report;
use octodns_manager::{BuiltIn, DumpOptions, ManagerOptions};

use super::{block_on, errors, manager_of};
use crate::arguments::{DumpArguments, OutputArguments};
use crate::logging::Level;
use crate::program::{Ended, Output, Program, run};
use crate::progress::Shown;
use crate::signals::end_at_once;

/// Runs `octodns-dump`: writes zones to files.
pub fn dump(built_in: BuiltIn) -> ExitCode {
    run::<DumpArguments, _>(env::args_os(), built_in)
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
        let shown = Shown::new(self.progress, &self.output.logging);
        shown.before_drawing(end_at_once);
        let told = |options: &mut ManagerOptions| options.progress = shown.progress();
        let manager = manager_of(&self.config_file, output, told).map_err(errors)?;
        block_on(shown.beside(manager.dump(&options))).map(|_| Ended::Fine).map_err(errors)
    }
}
