//! `octodns-validate`.

use std::process::ExitCode;

use octodns::ValidateOptions;

use super::{block_on, errors, manager};
use crate::arguments::ValidateArguments;
use crate::logging::Level;
use crate::program::{Ended, run};

/// Runs `octodns-validate`: shows what is wrong with a config and its zone files.
pub fn validate() -> ExitCode {
    run(
        Level::WARNING,
        |arguments: &ValidateArguments| &arguments.output,
        |arguments, output| {
            let manager = manager(&arguments.config_file, output)?;
            let options = ValidateOptions { lenient: arguments.all };
            let report = block_on(manager.validate(options)).map_err(errors)?;
            output.show(&report)?;
            // As in octoDNS warnings about records count, those about the config do not.
            let counts = report.has_errors() || report.iter().any(|found| found.code != "config");
            Ok(if counts { Ended::Found } else { Ended::Fine })
        },
    )
}
