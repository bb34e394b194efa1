//! `octodns-validate`.

use std::io::{self, Write};
use std::process::ExitCode;

use octodns::{Manager, ValidateOptions};
use octodns_core::Report;

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
            let mut report = if arguments.fix { fix(&manager)? } else { Report::new() };
            let options = ValidateOptions { lenient: arguments.all };
            report.merge(block_on(manager.validate(options)).map_err(errors)?);
            output.show(&report)?;
            // As in octoDNS warnings about records count, those about the config do not.
            let counts = report.has_errors() || report.iter().any(|found| found.code != "config");
            Ok(if counts { Ended::Found } else { Ended::Fine })
        },
    )
}

/// Puts zone files in order, says which ones, and returns what kept others from it.
fn fix(manager: &Manager) -> Result<Report, Report> {
    let reordered = block_on(manager.put_in_order()).map_err(errors)?;
    let mut err = io::stderr().lock();
    for file in &reordered.files {
        // Who does not read this reads the findings.
        let _ = writeln!(err, "put in order: {file}");
    }
    Ok(reordered.report)
}
