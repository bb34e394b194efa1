//! `octodns check`.

use std::time::Duration;

use clap::{Parser, ValueEnum};

use super::{LoggingArguments, PythonArguments};

const EXAMPLES: &str = "\
Examples:
  octodns-check --config-file config.yaml
      Ask every provider of the configuration whether it lets you in, and which zones it has
  octodns-check --config-file config.yaml --resolver off cloudflare
      Ask one of them, and no DNS server

Nothing is written, neither here nor at a service.

Exit status: 0 when all is fine, also with zones that are not there yet, 1 when a provider or the DNS
is not, and on failure, 2 on wrong usage.";

/// Check that providers can be used: credentials, zones, limits, and the system's DNS.
#[derive(Clone, Debug, Parser)]
#[command(name = "octodns-check", display_name = "octoDNS", version, after_help = EXAMPLES)]
pub struct CheckArguments {
    /// The configuration: providers, zones, processors
    #[arg(long, value_name = "FILE")]
    pub config_file: String,

    /// How long to wait for a provider, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = super::report::seconds)]
    pub timeout: Duration,

    /// The DNS server to try instead of those of the system, with a port if it is not 53; `off` for none
    #[arg(long, value_name = "SERVER|off")]
    pub resolver: Option<String>,

    /// How the result, and what is wrong, is shown
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: CheckFormat,

    /// The providers to ask, by their ids [default: all]
    #[arg(value_name = "PROVIDER")]
    pub providers: Vec<String>,

    /// What is logged, and where to.
    #[command(flatten)]
    pub logging: LoggingArguments,

    /// Which Python runs classes.
    #[command(flatten)]
    pub python: PythonArguments,
}

/// How the result of a check is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people: a table, and on standard error what is wrong
    #[default]
    Text,
    /// JSON, on standard output
    Json,
}
