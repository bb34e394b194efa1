//! `octodns-schema`.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use super::OutputArguments;

const EXAMPLES: &str = "\
Examples:
  octodns-schema --complete --kind config --output octodns-config.schema.json
  octodns-schema --complete --output octodns-zone.schema.json

An editor with the YAML language server completes and checks a file that starts with
  # yaml-language-server: $schema=octodns-zone.schema.json

Exit status: 0, 1 when the file cannot be written, 2 on wrong usage.";

/// Write JSON Schema (draft 2020-12) of zone files, config files or plan files.
#[derive(Clone, Debug, Parser)]
#[command(name = "octodns-schema", display_name = "octoDNS", version, after_help = EXAMPLES)]
pub struct SchemaArguments {
    /// What to describe
    #[arg(long, value_enum, default_value_t = Kind::Zone)]
    pub kind: Kind,

    /// Describe all that this program reads, with every option of every class that is compiled in;
    /// without it, what octoDNS 1.22 describes
    #[arg(long)]
    pub complete: bool,

    /// Spaces per level of indentation
    #[arg(long, value_name = "N", default_value_t = 2, allow_negative_numbers = true)]
    pub indent: i64,

    /// The file to write to, instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// How findings are shown, and what is logged.
    #[command(flatten)]
    pub findings: OutputArguments,
}

/// What a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Zone files: names and records.
    Zone,
    /// Config files: providers, zones, and what is between them.
    Config,
    /// Plan files, as octodns-sync --plan-out writes them.
    Plan,
}
