//! `octodns fmt`.

use std::path::PathBuf;

use clap::Parser;

use super::OutputArguments;

const EXAMPLES: &str = "\
Examples:
  octodns-fmt --config-file config.yaml
      Put the files of all zones in order, those that they include as well
  octodns-fmt --check --config-file config.yaml
      For a pipeline: write nothing, and name the files that are not in order
  octodns-fmt --diff zones/example.com.yaml shared
      Show what would change in a file, and in the files of a folder

Exit status: 0 when all files are in order or were put in order; 1 when --check or --diff find one
that is not, when one cannot be put in order, and on failure; 2 on wrong usage.";

/// Put the keys of zone files in order; comments move with what they are about.
#[derive(Clone, Debug, Parser)]
#[command(name = "octodns-fmt", display_name = "octoDNS", version, after_help = EXAMPLES)]
pub struct FmtArguments {
    /// The configuration, whose zone files are put in the order that their providers ask for
    #[arg(long, value_name = "FILE", required_unless_present = "paths")]
    pub config_file: Option<String>,

    /// Write nothing, name the files that are not in order, and exit with 1 if there are any
    #[arg(long)]
    pub check: bool,

    /// Write nothing, show what would change as a unified diff, and exit with 1 if anything would
    #[arg(long)]
    pub diff: bool,

    /// Zone files, and folders with zone files; with a configuration, which of its files
    #[arg(value_name = "FILE|FOLDER")]
    pub paths: Vec<PathBuf>,

    /// How findings are shown, and what is logged.
    #[command(flatten)]
    pub output: OutputArguments,
}
