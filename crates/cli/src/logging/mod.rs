//! Logging as the reference does it: named loggers, levels, formatters and handlers.
//!
//! The library emits `tracing` events whose field `logger` names the logger; here they become lines of
//! text. [`Logging`] holds what goes where, and is a `tracing` layer.

mod dict_config;
mod format;
mod handler;
mod layer;
mod level;
mod router;
mod syslog;

use std::path::PathBuf;
use std::process;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::arguments::LoggingArguments;
use crate::progress::waits::{WAITS, WaitLayer};

pub use dict_config::from_dict_config;
pub use format::Format;
pub use handler::{Handler, Sink};
pub use level::Level;
pub use router::{Logger, Logging};
pub use syslog::{Facility, Syslog};

/// The line format of the reference's programs.
const LINE: &str = "%(asctime)s [%(thread)d] %(levelname)-7s %(name)s %(message)s";

/// What its lines start with; the second blank is the reference's.
const LINE_DATE: &str = "%Y-%m-%dT%H:%M:%S ";

/// What goes to syslog.
const SYSLOG: &str = "octodns[%(process)-5s:%(thread)d]: %(name)s %(levelname)-5s %(message)s";

/// Why logging cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoggingError {
    /// A format has a field that there is not, or cannot be read.
    #[error("log format `{format}`: {problem}")]
    Format {
        /// The format as given.
        format: String,
        /// What is wrong with it.
        problem: String,
    },

    /// A file or a socket cannot be opened.
    #[error("cannot log to {}", path.display())]
    Open {
        /// The file or socket.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },

    /// A syslog facility that there is not.
    #[error(
        "unknown syslog facility `{0}`; known ones are kern, user, mail, daemon, auth, local0 to local7 \
         and others"
    )]
    Facility(String),

    /// Something in a logging configuration.
    #[error("logging configuration: {place}: {problem}")]
    Config {
        /// The key, as a path with dots.
        place: String,
        /// Its line; 0 when that is not known.
        line: u32,
        /// What is wrong with it.
        problem: String,
    },
}

impl LoggingError {
    /// The line of a logging configuration that it is about; 0 when that is not known.
    pub fn line(&self) -> u32 {
        if let Self::Config { line, .. } = self { *line } else { 0 }
    }
}

impl Logging {
    /// What the flags ask for; `default` is the level where they do not say.
    ///
    /// # Errors
    ///
    /// When syslog was asked for and cannot be reached.
    pub fn from_arguments(
        arguments: &LoggingArguments,
        default: Level,
    ) -> Result<Self, LoggingError> {
        let stream = if arguments.log_stream_stdout { Sink::Stdout } else { Sink::Stderr };
        let mut handlers = vec![Handler::new(stream, Format::new(LINE, Some(LINE_DATE))?)];
        if arguments.log_syslog {
            let facility = arguments.syslog_facility.parse()?;
            let syslog = Syslog::local(&arguments.syslog_device, facility)?;
            handlers.push(Handler::new(Sink::Syslog(syslog), Format::new(SYSLOG, None)?));
        }
        let level = match (arguments.debug, arguments.quiet) {
            (true, _) => Level::DEBUG,
            (false, true) => Level::WARNING,
            (false, false) => default,
        };
        let root = Logger {
            level: Some(level),
            handlers: (0..handlers.len()).collect(),
            propagate: false,
        };
        let mut logging = Self::new(handlers, root);
        if arguments.quiet && !arguments.debug {
            // The plan is what the program is run for: it is shown all the same.
            let plan = Logger { level: Some(Level::INFO), ..Logger::default() };
            logging.add_logger(router::PLAN, plan);
        }
        Ok(logging)
    }

    /// Makes this what the process logs with. Only the first call in a process has an effect.
    pub fn install(self) {
        let logging = self.with_checksums();
        let level: LevelFilter = logging.most_verbose().into();
        let subscriber =
            tracing_subscriber::registry().with(logging).with(WaitLayer(&WAITS)).with(level);
        // An embedding program may have its own subscriber: then it stays.
        let _ = tracing::subscriber::set_global_default(subscriber);
    }
}

/// The process, as formats show it.
fn process_id() -> u32 {
    process::id()
}
