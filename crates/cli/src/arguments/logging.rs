//! The flags of every program that say what is logged, and where to.

use std::path::PathBuf;

use clap::Args;

/// What is logged, and where to.
#[derive(Args, Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(next_help_heading = "Logging")]
pub struct LoggingArguments {
    /// Log to standard output instead of standard error
    #[arg(long)]
    pub log_stream_stdout: bool,

    /// Send the log to syslog as well
    #[arg(long)]
    pub log_syslog: bool,

    /// The socket of the syslog daemon
    #[arg(long, value_name = "PATH", default_value = "/dev/log")]
    pub syslog_device: PathBuf,

    /// The syslog facility, such as daemon or local0
    #[arg(long, value_name = "NAME", default_value = "local0")]
    pub syslog_facility: String,

    /// Log everything, to track down a problem
    // In the reference `--de` stands for it alone.
    #[arg(long, alias = "de")]
    pub debug: bool,

    /// Log only warnings, errors and the plan
    #[arg(long)]
    pub quiet: bool,

    /// Set up logging from a YAML file instead
    ///
    /// The file follows Python's logging.config dictionary: `version: 1`, `formatters` (format,
    /// datefmt), `handlers` (logging.StreamHandler, logging.FileHandler,
    /// logging.handlers.SysLogHandler, logging.NullHandler), `loggers` and `root` (level, handlers,
    /// propagate). With it the other logging flags have no effect.
    #[arg(long, value_name = "FILE")]
    pub logging_config: Option<PathBuf>,
}
