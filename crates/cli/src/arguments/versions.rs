//! `octodns-versions`.

use clap::Parser;

use super::OutputArguments;

const EXAMPLES: &str = "\
Exit status: 0 when the configuration can be used, also with warnings, 1 when not, 2 on wrong usage.";

/// Log the version of everything that a configuration uses.
#[derive(Clone, Debug, Parser)]
#[command(name = "octodns-versions", display_name = "octoDNS", version, after_help = EXAMPLES)]
pub struct VersionsArguments {
    /// The configuration: providers, zones, processors
    #[arg(long, value_name = "FILE")]
    pub config_file: String,

    /// How findings are shown, and what is logged.
    #[command(flatten)]
    pub output: OutputArguments,
}
