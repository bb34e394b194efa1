//! `octodns-report`.

use std::time::Duration;

use clap::{Parser, ValueEnum};

use super::{LoggingArguments, PythonArguments};
use crate::render::Format;

const EXAMPLES: &str = "\
Examples:
  octodns-report --config-file config.yaml --zone example.com. --source config 192.0.2.53 ns2.example.net
      What two servers answer for every record that `config` has of the zone, as CSV
  octodns-report --config-file config.yaml --zone example.com. --source config --format table --check [2001:db8::53]:5353
      What one server, on another port, answers differently, as a table; exit code 1 if it does

Exit status: 0 when there is a report; 1 on failure, and with --check when the answer of a server
differs from the source or from another server; 2 on wrong usage.";

/// Report what DNS servers answer for the records of a zone.
#[derive(Clone, Debug, Parser)]
#[command(name = "octodns-report", display_name = "octoDNS", version, after_help = EXAMPLES)]
pub struct ReportArguments {
    /// The configuration: providers, zones, processors
    #[arg(long, value_name = "FILE")]
    pub config_file: String,

    /// The zone, with its final dot
    #[arg(long, value_name = "ZONE")]
    pub zone: String,

    /// A source of the records to query; may be repeated
    #[arg(long = "source", value_name = "ID", required = true)]
    pub sources: Vec<String>,

    /// How many queries to send at the same time
    #[arg(long, value_name = "COUNT", default_value_t = 64,
          value_parser = clap::value_parser!(u16).range(1..))]
    pub concurrency: u16,

    /// How long to wait for an answer, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds)]
    pub timeout: Duration,

    /// The format of the report, and of findings if there is no report
    ///
    /// Without it the report is CSV, and findings are text.
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<ShownAs>,

    /// The format of the report, whatever `--format` says
    #[arg(long, value_name = "FORMAT")]
    pub output_format: Option<ReportFormat>,

    /// Read records leniently: errors in them are warnings
    #[arg(long)]
    pub lenient: bool,

    /// Exit with 1 when the answer of a server differs from the source or from another server
    #[arg(long)]
    pub check: bool,

    /// The servers to query: addresses or names, with a port if it is not 53
    #[arg(value_name = "SERVER", required = true)]
    pub servers: Vec<String>,

    /// What is logged, and where to.
    #[command(flatten)]
    pub logging: LoggingArguments,

    /// Which Python runs classes.
    #[command(flatten)]
    pub python: PythonArguments,
}

impl ReportArguments {
    /// How the report is written.
    pub fn report_format(&self) -> ReportFormat {
        let shown_as = match self.format {
            Some(ShownAs::Json) => ReportFormat::Json,
            Some(ShownAs::Table) => ReportFormat::Table,
            _ => ReportFormat::Csv,
        };
        self.output_format.unwrap_or(shown_as)
    }

    /// How findings are shown.
    pub fn finding_format(&self) -> Format {
        match self.format {
            Some(ShownAs::Json) => Format::Json,
            Some(ShownAs::Sarif) => Format::Sarif,
            Some(ShownAs::Github) => Format::Github,
            Some(ShownAs::Csv | ShownAs::Table | ShownAs::Text) | None => Format::Text,
        }
    }
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// Comma-separated values: a row per record, a column per server
    Csv,
    /// JSON: by name, type and server
    Json,
    /// A table of the records that a server answers differently, for people
    Table,
}

/// What `--format` chooses here: the report for people and programs is one thing, what is wrong another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ShownAs {
    /// The report as comma-separated values
    Csv,
    /// The report as a table, for people
    Table,
    /// Report and findings as JSON
    Json,
    /// Findings as text, for people
    Text,
    /// Findings as SARIF 2.1.0
    Sarif,
    /// Findings as annotations of GitHub Actions
    Github,
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err("must be more than 0 seconds".to_owned()),
    }
}
