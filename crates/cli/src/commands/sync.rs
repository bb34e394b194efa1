//! `octodns-sync`.

use std::io::{self, Write};
use std::process::ExitCode;

use octodns::SyncOptions;

use super::{block_on, errors, manager};
use crate::arguments::SyncArguments;
use crate::logging::Level;
use crate::program::{Ended, run};

/// Runs `octodns-sync`: plans, and with `--doit` applies.
pub fn sync() -> ExitCode {
    run(
        Level::INFO,
        |arguments: &SyncArguments| &arguments.output,
        |arguments, output| {
            let options = SyncOptions {
                zones: arguments.zones.clone(),
                sources: arguments.sources.clone(),
                targets: arguments.targets.clone(),
                apply: arguments.doit,
                force: arguments.force,
                checksum: arguments.checksum.clone(),
            };
            let manager = manager(&arguments.config_file, output)?;
            match block_on(manager.sync(&options)) {
                Ok(result) => {
                    if let Some(applied) =
                        result.applied.filter(|applied| !applied.entries.is_empty())
                    {
                        tracing::info!(target: "octodns", logger = "Manager", "sync: applied\n{applied}");
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
        },
    )
}
