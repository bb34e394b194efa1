//! `octodns-sync`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Parser, ValueEnum};
use octodns_core::plan::Danger;
use octodns_manager::verification::VerifyChoice;

use super::{Colour, OutputArguments, ShownPlan, ShownProgress};

const EXAMPLES: &str = "\
Examples:
  octodns-sync --config-file config.yaml
      Show what would change; nothing is written
  octodns-sync --config-file config.yaml --doit
      Make the changes
  octodns-sync --config-file config.yaml --target route53 --doit example.com.
      One zone to one of its targets
  octodns-sync --config-file config.yaml --plan-format html >plan.html
      Show what would change as a page for a browser
  octodns-sync --config-file config.yaml --plan-out plan.json
      Show what would change, and keep it as a file for review
  octodns-sync --config-file config.yaml --plan plan.json --doit
      Make exactly those changes
  octodns-sync --runs
      List the runs that were written down
  octodns-sync --config-file config.yaml --resume
      Show what is left to do of the newest unfinished run; with --doit, do it
  octodns-sync --config-file config.yaml --undo 20261201-001902-3f9a1c
      Show how to take a run back; with --doit, do it

Exit status: 0 when all went well, also with warnings, 1 on any failure, 2 on wrong usage,
130 or 143 when a signal stopped it.
With --detailed-exitcode: 0 when there was nothing to do, 2 when changes are planned or were made,
1 on any failure, 64 on wrong usage.";

/// What fails a run that could do everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Changes that do not follow from the sources
    Drift,
}

/// Bring targets in line with their sources: plan what to change, and with --doit change it.
#[derive(Clone, Debug, Parser)]
#[command(name = "octodns-sync", display_name = "octoDNS", version, disable_version_flag = true, after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct SyncArguments {
    /// The configuration: providers, zones, processors
    // In the reference the beginning that it has in common with `--color` stands for it alone.
    #[arg(long, value_name = "FILE", required_unless_present = "runs", alias = "co")]
    pub config_file: Option<String>,

    /// Make the changes instead of only showing them
    #[arg(long)]
    pub doit: bool,

    /// Make the changes even if they are unusually many
    // In the reference every beginning of it that `--format` has as well stands for `--force` alone.
    #[arg(long, aliases = ["f", "fo", "for"])]
    pub force: bool,

    /// Make the changes although they are unusual in this way; may be repeated. --force allows all
    #[arg(long, value_name = "WHAT", value_parser = dangers())]
    pub allow: Vec<Danger>,

    /// Make the changes only if the plan has this checksum, which an earlier run printed
    #[arg(long, value_name = "HEX")]
    pub checksum: Option<String>,

    /// Write what would change to this file, to be applied later with --plan
    #[arg(long, value_name = "FILE", conflicts_with_all = ["doit", "checksum", "plan"])]
    pub plan_out: Option<PathBuf>,

    /// How the plan is shown, on standard output, instead of by outputs of the configuration without a file [default:
    /// as it says; where it says nothing, diff on a terminal, else as octoDNS logs it]
    #[arg(long, value_name = "FORMAT", conflicts_with = "log_stream_stdout")]
    pub plan_format: Option<ShownPlan>,

    /// Whether there are colours: by default on a terminal, unless `NO_COLOR` is set
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Colour,

    /// Check the changes of this file against the targets and show what is still to be made; with --doit make them.
    /// Sources are not read
    #[arg(long, value_name = "FILE", group = "earlier", conflicts_with_all = ["checksum", "sources", "targets", "zones"])]
    pub plan: Option<PathBuf>,

    /// With --plan, --resume or --undo, leave out what somebody else has changed since; otherwise nothing is done if
    /// there is such a change
    #[arg(long, requires = "earlier")]
    pub skip_conflicts: bool,

    /// Verify what was applied: read it back, or ask name servers (dns); may be repeated
    ///
    /// Without HOW it is read back. `none` verifies nothing, whatever the configuration says.
    #[arg(long, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "read")]
    pub verify: Vec<VerifyBy>,

    /// Exit with 2 when changes are planned or were made, and with 0 only when there was nothing to do
    #[arg(long)]
    pub detailed_exitcode: bool,

    /// Apply in waves, each only if the one before went well: as many as a number says, or those in a
    /// file, a list with `zones` and `targets` in each item
    #[arg(long, value_name = "FILE|N")]
    pub waves: Option<String>,

    /// Log where each change comes from: source, file and line
    #[arg(long)]
    pub show_origin: bool,

    /// Log which changes follow from what was changed in the sources since this git revision
    /// (intended), and which do not, as somebody changed the target (drift)
    #[arg(long, value_name = "REVISION", conflicts_with = "earlier")]
    pub since: Option<String>,

    /// Fail if there is such a change: nothing is applied then. Needs --since
    #[arg(long, value_name = "WHAT", requires = "since")]
    pub fail_on: Option<FailOn>,

    /// Only zones with this source; may be repeated
    // In the reference every beginning of it that other flags have as well stands for `--source` alone.
    #[arg(long = "source", value_name = "ID", aliases = ["s"])]
    pub sources: Vec<String>,

    /// Only this target; may be repeated
    #[arg(long = "target", value_name = "ID")]
    pub targets: Vec<String>,

    /// Write down in this folder what is sent, and do nothing if that fails [default: the state folder of the user, if it
    /// can be written to]
    #[arg(long, value_name = "DIR", conflicts_with = "no_journal")]
    pub journal: Option<PathBuf>,

    /// Do not write down what is sent
    #[arg(long)]
    pub no_journal: bool,

    /// List the runs that were written down, and do nothing else
    #[arg(long, conflicts_with_all = ["doit", "earlier", "plan_out", "zones"])]
    pub runs: bool,

    /// Finish a run: its changes that are not known to be made [default: the newest unfinished run]
    #[arg(long, value_name = "RUN", num_args = 0..=1, group = "earlier", conflicts_with_all = ["checksum", "plan_out", "sources", "targets", "zones"])]
    pub resume: Option<Option<String>>,

    /// Take a run back: the inverse of its changes
    #[arg(long, value_name = "RUN", group = "earlier", conflicts_with_all = ["checksum", "plan_out", "sources", "targets", "zones"])]
    pub undo: Option<String>,

    /// Wait so long for another run that applies to the same zone [default: 0]
    #[arg(long, value_name = "SECONDS")]
    pub wait_for_lock: Option<u32>,

    /// How it is shown on standard error how far the run has come
    #[arg(long, value_enum, default_value_t, value_name = "HOW")]
    pub progress: ShownProgress,

    /// Only these zones, with the final dot, such as example.com. [default: all]
    #[arg(value_name = "ZONE")]
    pub zones: Vec<String>,

    /// Print version
    // In the reference every beginning of it that `--verify` has as well stands for `--version` alone.
    #[arg(long, short = 'V', display_order = 1000, action = ArgAction::Version, aliases = ["v", "ve", "ver"])]
    version: Option<bool>,

    /// How findings are shown, and what is logged.
    #[command(flatten)]
    pub output: OutputArguments,
}

/// How what was applied is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum VerifyBy {
    /// Zones are read back from their targets
    Read,
    /// Name servers are asked
    Dns,
    /// Not at all
    None,
}

impl SyncArguments {
    /// What is verified, as far as arguments say.
    pub fn verify(&self) -> VerifyChoice {
        let mut choice = VerifyChoice::default();
        for by in &self.verify {
            match by {
                VerifyBy::Read => choice.read_back = Some(true),
                VerifyBy::Dns => choice.dns = Some(true),
                VerifyBy::None => choice = VerifyChoice::nothing(),
            }
        }
        choice
    }
}

/// The values of `--allow`.
fn dangers() -> impl TypedValueParser<Value = Danger> {
    PossibleValuesParser::new(Danger::ALL.map(Danger::name)).try_map(|name| name.parse::<Danger>())
}
