//! `octodns-dump`.

use clap::Parser;

use super::{OutputArguments, ShownProgress};

const EXAMPLES: &str = "\
Examples:
  octodns-dump --config-file config.yaml --output-dir zones example.com. route53
      Write the zone as route53 has it to zones/example.com.yaml
  octodns-dump --config-file config.yaml --output-dir zones '*' route53
      Every configured zone
  octodns-dump --config-file config.yaml --output-dir zones --split example.com. config
      One file for each name

Exit status: 0 when all went well, also with warnings, 1 on any failure, 2 on wrong usage.";

/// Write zones to zone files, as their sources have them.
#[derive(Clone, Debug, Parser)]
#[command(name = "octodns-dump", display_name = "octoDNS", version, after_help = EXAMPLES)]
pub struct DumpArguments {
    /// The configuration: providers, zones, processors
    #[arg(long, value_name = "FILE")]
    pub config_file: String,

    /// The output folder; zone files in it are replaced
    #[arg(long, value_name = "DIR")]
    pub output_dir: String,

    /// The configured provider that writes the files [default: YAML]
    #[arg(long, value_name = "ID")]
    pub output_provider: Option<String>,

    /// Write invalid records as well, as far as possible
    #[arg(long)]
    pub lenient: bool,

    /// Write a file for each name instead of one for the zone
    #[arg(long)]
    pub split: bool,

    /// How it is shown on standard error how far the run has come
    #[arg(long, value_enum, default_value_t, value_name = "HOW")]
    pub progress: ShownProgress,

    /// The zone with its final dot, or '*' (quoted) for all configured zones
    #[arg(value_name = "ZONE")]
    pub zone: String,

    /// Where records are read from
    #[arg(value_name = "SOURCE", required = true)]
    pub sources: Vec<String>,

    /// How findings are shown, and what is logged.
    #[command(flatten)]
    pub output: OutputArguments,
}
