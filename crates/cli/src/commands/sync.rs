//! `octodns-sync`.

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

use octodns::SyncOptions;
use octodns_core::Report;

use super::{block_on, errors, manager};
use crate::arguments::{OutputArguments, SyncArguments};
use crate::logging::Level;
use crate::program::{Ended, Output, Program, run};

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
        let mut options = SyncOptions::default();
        options.plan.zones.clone_from(&self.zones);
        options.plan.sources.clone_from(&self.sources);
        options.plan.targets.clone_from(&self.targets);
        options.apply = self.doit;
        options.force = self.force;
        options.checksum.clone_from(&self.checksum);
        let manager = manager(&self.config_file, output)?;
        match block_on(manager.sync(&options)) {
            Ok(result) => {
                if result.applied.is_none() && result.planned > 0 {
                    tracing::info!(
                        target: "octodns", logger = "Manager",
                        "sync: nothing was changed; run again with --doit to make the changes",
                    );
                }
                if let Some(applied) = result.applied.filter(|applied| !applied.entries.is_empty())
                {
                    tracing::info!(target: "octodns", logger = "Manager", lines = true, "sync: applied\n{applied}");
                }
                Ok(Ended::Fine)
            }
            Err(failure) => {
                if let Some(applied) = &failure.applied {
                    // What was done must be seen, however little is logged.
                    let _ = writeln!(io::stderr().lock(), "\n{applied}\n");
                }
                Err(errors(failure))
            }
        }
    }
}
