//! `octodns init`.

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use octodns_manager::init::NewProvider;

use super::OutputArguments;

const EXAMPLES: &str = "\
Examples:
  octodns-init
      Ask which of the providers to take whose credentials are in the environment
  octodns-init --provider cloudflare --provider route53=aws
      Take these two, the second one with the id `aws`, and all of their zones
  octodns-init --yes --config-file dns/config.yaml --directory dns/zones --zone example.com.
      Take every provider whose credentials are there, and one zone, into other places

Nothing is changed at a provider, and no file that is there is replaced. The configuration names the
variables that the credentials are in, as env/NAME, and has none of their values.

Exit status: 0 when the repository is there and its plan is empty, 1 when the plan is not empty, and
on failure, when nothing is left behind, 2 on wrong usage.";

/// Make a new repository: a configuration, and the zones of providers as zone files.
#[derive(Clone, Debug, Parser)]
#[command(name = "octodns-init", display_name = "octoDNS", version, after_help = EXAMPLES)]
pub struct InitArguments {
    /// The configuration file to make
    #[arg(long, value_name = "FILE", default_value = "config.yaml")]
    pub config_file: PathBuf,

    /// The folder to make for zone files; an empty one may be there
    #[arg(long, value_name = "DIR", default_value = "zones")]
    pub directory: PathBuf,

    /// A provider whose credentials are in the environment, with the id it is to have; may be repeated
    #[arg(long = "provider", value_name = "CLASS[=ID]")]
    pub providers: Vec<NewProvider>,

    /// A zone to take; may be repeated [default: all that the providers list]
    #[arg(long = "zone", value_name = "ZONE")]
    pub zones: Vec<String>,

    /// Write invalid records as well, as far as possible, and let the zones be lenient
    #[arg(long)]
    pub lenient: bool,

    /// Take every provider whose credentials are in the environment, without asking
    #[arg(long, conflicts_with = "providers")]
    pub yes: bool,

    /// How findings are shown, and what is logged.
    #[command(flatten)]
    pub output: OutputArguments,
}

impl InitArguments {
    /// The arguments, if they say which providers to take, or somebody can be asked.
    ///
    /// # Errors
    ///
    /// Wrong usage, with advice.
    pub fn that_can_be_done(self) -> Result<Self, clap::Error> {
        let can_ask = io::stdin().is_terminal() && io::stderr().is_terminal();
        if can_ask || self.yes || !self.providers.is_empty() {
            return Ok(self);
        }
        let message = "without a terminal nobody can be asked which providers to take: \
                       name them with --provider, or take all with --yes";
        let mut command = Self::command().name("init").bin_name("octodns init");
        Err(command.error(ErrorKind::MissingRequiredArgument, message))
    }
}
