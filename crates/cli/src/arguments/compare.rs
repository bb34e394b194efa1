//! `octodns-compare`.

use clap::Parser;

use super::OutputArguments;

const EXAMPLES: &str = "\
Examples:
  octodns-compare --config-file config.yaml --a config --b route53 --zone example.com.
      What would change in the zone to get from `config` to `route53`

Exit status: 0 when there is no difference, 1 when there is or on failure, 2 on wrong usage.";

/// Show how a zone differs between two sets of sources.
#[derive(Clone, Debug, Parser)]
#[command(name = "octodns-compare", display_name = "octoDNS", version, after_help = EXAMPLES)]
pub struct CompareArguments {
    /// The configuration: providers, zones, processors
    #[arg(long, value_name = "FILE")]
    pub config_file: String,

    /// The sources of the one side
    #[arg(long, value_name = "ID", num_args = 1.., required = true, overrides_with = "a")]
    pub a: Vec<String>,

    /// The sources of the other side
    #[arg(long, value_name = "ID", num_args = 1.., required = true, overrides_with = "b")]
    pub b: Vec<String>,

    /// The zone, with its final dot
    #[arg(long, value_name = "ZONE")]
    pub zone: String,

    /// Leave out records whose full name starts with this
    #[arg(long, value_name = "PREFIX")]
    pub ignore_prefix: Option<String>,

    /// How findings are shown, and what is logged.
    #[command(flatten)]
    pub output: OutputArguments,
}
