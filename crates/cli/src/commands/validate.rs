//! `octodns-validate`.

use std::io::{self, Write};
use std::process::ExitCode;

use octodns::ValidateOptions;

use super::{block_on, errors, manager};
use crate::arguments::ValidateArguments;
use crate::logging::Level;
use crate::program::{Ended, colour, run};
use crate::render::Renders;

/// Runs `octodns-validate`: shows what is wrong with a config and its zone files.
pub fn validate() -> ExitCode {
    run(
        Level::WARNING,
        |arguments: &ValidateArguments| &arguments.logging,
        |arguments| {
            let manager = manager(&arguments.config_file)?;
            let options = ValidateOptions { lenient: arguments.all };
            let report = block_on(manager.validate(options)).map_err(errors)?;
            if report.is_empty() {
                return Ok(Ended::Fine);
            }
            let text = Renders::new(colour()).report(&report);
            let _ = io::stderr().lock().write_all(text.as_bytes());
            // As in octoDNS warnings about records count, those about the config do not.
            let counts = report.has_errors() || report.iter().any(|found| found.code != "config");
            Ok(if counts { Ended::Found } else { Ended::Fine })
        },
    )
}
