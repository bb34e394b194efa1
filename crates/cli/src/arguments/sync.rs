//! `octodns-sync`.

use std::path::PathBuf;

use clap::Parser;

use super::OutputArguments;

const EXAMPLES: &str = "\
Examples:
  octodns-sync --config-file config.yaml
      Show what would change; nothing is written
  octodns-sync --config-file config.yaml --doit
      Make the changes
  octodns-sync --config-file config.yaml --target route53 --doit example.com.
      One zone to one of its targets
  octodns-sync --config-file config.yaml --plan-out plan.json
      Show what would change, and keep it as a file for review
  octodns-sync --config-file config.yaml --plan plan.json --doit
      Make exactly those changes

Exit status: 0 when all went well, also with warnings, 1 on any failure, 2 on wrong usage.";

/// Bring targets in line with their sources: plan what to change, and with --doit change it.
#[derive(Clone, Debug, Parser)]
#[command(name = "octodns-sync", display_name = "octoDNS", version, after_help = EXAMPLES)]
pub struct SyncArguments {
    /// The configuration: providers, zones, processors
    #[arg(long, value_name = "FILE")]
    pub config_file: String,

    /// Make the changes instead of only showing them
    #[arg(long)]
    pub doit: bool,

    /// Make the changes even if they are unusually many
    // In the reference every beginning of it that `--format` has as well stands for `--force` alone.
    #[arg(long, aliases = ["f", "fo", "for"])]
    pub force: bool,

    /// Make the changes only if the plan has this checksum, which an earlier run printed
    #[arg(long, value_name = "HEX")]
    pub checksum: Option<String>,

    /// Write what would change to this file, to be applied later with --plan
    #[arg(long, value_name = "FILE", conflicts_with_all = ["doit", "checksum", "plan"])]
    pub plan_out: Option<PathBuf>,

    /// Check the changes of this file against the targets and show what is still to be made; with --doit make them.
    /// Sources are not read
    #[arg(long, value_name = "FILE", conflicts_with_all = ["checksum", "sources", "targets", "zones"])]
    pub plan: Option<PathBuf>,

    /// With --plan, leave out what somebody else has changed since; otherwise nothing is done if there is such a
    /// change
    #[arg(long, requires = "plan")]
    pub skip_conflicts: bool,

    /// Only zones with this source; may be repeated
    #[arg(long = "source", value_name = "ID")]
    pub sources: Vec<String>,

    /// Only this target; may be repeated
    #[arg(long = "target", value_name = "ID")]
    pub targets: Vec<String>,

    /// Only these zones, with the final dot, such as example.com. [default: all]
    #[arg(value_name = "ZONE")]
    pub zones: Vec<String>,

    /// How findings are shown, and what is logged.
    #[command(flatten)]
    pub output: OutputArguments,
}
