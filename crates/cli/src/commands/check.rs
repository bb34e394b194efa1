//! `octodns check`.

use std::path::Path;

use octodns_core::Report;
use octodns_manager::ManagerOptions;
use octodns_manager::check::{CheckOptions, Checked, ResolverChoice, check};

use super::{block_on, registry};
use crate::arguments::{CheckArguments, CheckFormat, OutputArguments};
use crate::check_shown::{json, table};
use crate::logging::Level;
use crate::program::{Ended, Output, Program, write_result};
use crate::render::Format;

impl Program for CheckArguments {
    const LEVEL: Level = Level::WARNING;

    fn output(&self) -> OutputArguments {
        let format = match self.format {
            CheckFormat::Text => Format::Text,
            CheckFormat::Json => Format::Json,
        };
        OutputArguments { format, logging: self.logging.clone(), python: self.python.clone() }
    }

    fn run(&self, output: &mut Output) -> Result<Ended, Report> {
        let checked = match checked(self, output) {
            // One form for whatever goes wrong.
            Err(report) if self.format == CheckFormat::Json => {
                let mut none = Checked::default();
                none.report = report;
                none
            }
            checked => checked?,
        };
        match self.format {
            CheckFormat::Json => write_result(&json(&checked))?,
            CheckFormat::Text => {
                write_result(&table(&checked))?;
                let report = checked.all();
                if !report.is_empty() {
                    output.show(&report)?;
                }
            }
        }
        Ok(if checked.is_fine() { Ended::Fine } else { Ended::Found })
    }
}

fn checked(arguments: &CheckArguments, output: &mut Output) -> Result<Checked, Report> {
    output.config_file(&arguments.config_file);
    let mut options = CheckOptions::default();
    options.providers.clone_from(&arguments.providers);
    options.timeout = arguments.timeout;
    options.resolver = match arguments.resolver.as_deref() {
        None => ResolverChoice::System,
        Some("off") => ResolverChoice::Off,
        Some(server) => ResolverChoice::Server(server.to_owned()),
    };
    let mut manager = ManagerOptions::new(registry(output));
    // All findings are shown.
    manager.log_warnings = false;
    let checked = check(Path::new(&arguments.config_file), &options, &manager);
    let checked = block_on(checked).map_err(|failure| failure.report)?;
    output.config_is_read(checked.config_files.iter().cloned());
    output.may_show(&checked.folders);
    Ok(checked)
}
