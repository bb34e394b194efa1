//! `octodns-versions`.

use std::process::ExitCode;

use super::manager;
use crate::arguments::VersionsArguments;
use crate::logging::Level;
use crate::program::{Ended, run};

/// Runs `octodns-versions`: the engine logs the versions of what a config names when it is read.
pub fn versions() -> ExitCode {
    run(
        Level::INFO,
        |arguments: &VersionsArguments| &arguments.output,
        |arguments, output| manager(&arguments.config_file, output).map(|_| Ended::Fine),
    )
}
