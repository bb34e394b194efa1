//! `octodns-schema`.

use std::env;
use std::process::ExitCode;

use octodns_core::schema::Dialect;
use octodns_core::{Diagnostic, Origin, Report};
use octodns_manager::BuiltIn;

use super::registry;
use crate::arguments::{Kind, OutputArguments, SchemaArguments};
use crate::logging::Level;
use crate::program::{Ended, Output, Program, only, run, write_result};

/// The most blanks a level, beyond which nobody reads.
const MAX_INDENT: usize = 64;

/// Runs `octodns-schema`: writes a schema.
pub fn schema(built_in: BuiltIn) -> ExitCode {
    run::<SchemaArguments, _>(env::args_os(), built_in)
}

impl Program for SchemaArguments {
    const LEVEL: Level = Level::WARNING;

    fn output(&self) -> OutputArguments {
        self.findings.clone()
    }

    fn run(&self, output: &mut Output) -> Result<Ended, Report> {
        write(self, output).map(|()| Ended::Fine)
    }
}

fn write(arguments: &SchemaArguments, output: &Output) -> Result<(), Report> {
    let dialect = if arguments.complete { Dialect::Complete } else { Dialect::Octodns };
    let schema = match arguments.kind {
        Kind::Zone => octodns_manager::zone_schema(&registry(output), dialect),
        Kind::Config => octodns_manager::config_schema(&registry(output), dialect),
        Kind::Plan => octodns_manager::plan_schema(),
    };
    let indent = usize::try_from(arguments.indent).unwrap_or(0).min(MAX_INDENT);
    let text = octodns_manager::schema_text(&schema, indent);
    let Some(file) = &arguments.output else { return write_result(&text) };
    octodns_manager::output::write_file(file, text.as_bytes()).map_err(|error| {
        let message = format!("cannot write the schema: {error}");
        let origin = Origin::file(&*file.to_string_lossy());
        let found = Diagnostic::error("output", message).at(origin);
        only(found.help("name a writable file with --output"))
    })
}
