//! `octodns-compare`.

use std::process::ExitCode;

use octodns::CompareOptions;

use super::{block_on, errors, manager};
use crate::arguments::CompareArguments;
use crate::logging::Level;
use crate::program::{Ended, run, write_result};

/// Runs `octodns-compare`: prints how a zone differs between sources.
pub fn compare() -> ExitCode {
    run(
        Level::INFO,
        |arguments: &CompareArguments| &arguments.output,
        |arguments, output| {
            let options = CompareOptions {
                a: arguments.a.clone(),
                b: arguments.b.clone(),
                zone: arguments.zone.clone(),
                ignore_prefix: arguments.ignore_prefix.clone(),
            };
            let manager = manager(&arguments.config_file, output)?;
            let comparison = block_on(manager.compare(&options)).map_err(errors)?;
            write_result(&format!("{comparison}\n"))?;
            Ok(if comparison.changes.is_empty() { Ended::Fine } else { Ended::Found })
        },
    )
}
