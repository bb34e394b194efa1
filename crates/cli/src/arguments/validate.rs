//! `octodns-validate`.

use clap::Parser;

use super::OutputArguments;

const EXAMPLES: &str = "\
Examples:
  octodns-validate --config-file config.yaml
      Check the configuration and the YAML files of all zones, without talking to any service
  octodns-validate --config-file config.yaml --all
      The same, with errors as warnings, so that nothing ends the check early
  octodns-validate --config-file config.yaml --fix
      Put the keys of zone files in order first; comments move with what they are about

Exit status: 0 when nothing was found but warnings about the configuration, 1 on errors and on
warnings about records, 2 on wrong usage.";

/// Check the configuration and the records of its zone files.
#[derive(Clone, Debug, Parser)]
#[command(name = "octodns-validate", display_name = "octoDNS", version, after_help = EXAMPLES)]
pub struct ValidateArguments {
    /// The configuration: providers, zones, processors
    #[arg(long, value_name = "FILE")]
    pub config_file: String,

    /// Read records leniently: errors in them are shown as warnings
    #[arg(long)]
    pub all: bool,

    /// Rewrite zone files whose keys are out of order, and check what is left
    #[arg(long)]
    pub fix: bool,

    /// How findings are shown, and what is logged.
    #[command(flatten)]
    pub output: OutputArguments,
}
