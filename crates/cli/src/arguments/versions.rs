//! `octodns-versions`.

use clap::Parser;

use super::LoggingArguments;

const EXAMPLES: &str = "\
Exit status: 0 when the configuration can be used, 1 when not, 2 on wrong usage.";

/// Log the version of everything that a configuration uses.
#[derive(Clone, Debug, Parser)]
#[command(name = "octodns-versions", display_name = "octoDNS", version, after_help = EXAMPLES)]
pub struct VersionsArguments {
    /// The configuration: providers, zones, processors
    #[arg(long, value_name = "FILE")]
    pub config_file: String,

    /// What is logged, and where to.
    #[command(flatten)]
    pub logging: LoggingArguments,
}
