//! `octodns-dump`.

use std::process::ExitCode;

use octodns::DumpOptions;

use super::{block_on, errors, manager};
use crate::arguments::DumpArguments;
use crate::logging::Level;
use crate::program::{Ended, run};

/// Runs `octodns-dump`: writes zones to files.
pub fn dump() -> ExitCode {
    run(
        Level::INFO,
        |arguments: &DumpArguments| &arguments.output,
        |arguments, output| {
            let options = DumpOptions {
                zone: arguments.zone.clone(),
                output_dir: arguments.output_dir.clone().into(),
                output_provider: arguments.output_provider.clone(),
                lenient: arguments.lenient,
                split: arguments.split,
                sources: arguments.sources.clone(),
            };
            let manager = manager(&arguments.config_file, output)?;
            block_on(manager.dump(&options)).map(|_| Ended::Fine).map_err(errors)
        },
    )
}
