//! What can go wrong with a class in Python, and what a user can do about it.

mod advice;
mod convert;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

pub(crate) use convert::warnings;
use octodns_core::ProviderError;
use octodns_core::value::visible;

use crate::doing::NamedBy;
pub use crate::doing::{Doing, Ending, Task};
use crate::raised::Raised;
use crate::wire::frame::TooLarge;

/// An interpreter, as messages name it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Interpreter {
    /// Its version, such as `3.11.7`; may be empty.
    pub version: String,
    /// Its path, as it knows it itself.
    pub executable: String,
    /// The interpreter of a virtual environment beside the config, if that is another one.
    pub beside: Option<PathBuf>,
}

/// `Python 3.11 (/srv/dns/venv/bin/python)`.
impl fmt::Display for Interpreter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minor: Vec<&str> = self.version.split('.').take(2).collect();
        let minor = minor.join(".");
        let space = if minor.is_empty() { "" } else { " " };
        write!(f, "Python{space}{minor} ({})", visible(&self.executable))
    }
}

/// Why something could not be done in Python.
///
/// Messages are one line. No text of it has a secret that the host was given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BridgeError {
    /// There is no interpreter.
    #[error("there is no Python to run it")]
    NoPython {
        /// What was looked for.
        tried: Vec<String>,
        /// The interpreter of a virtual environment beside the config.
        beside: Option<PathBuf>,
    },
    /// The interpreter does not start.
    #[error("cannot run \"{program}\"")]
    CannotRun {
        /// The interpreter.
        program: String,
        /// Who named it.
        named_by: NamedBy,
        /// What the system says.
        source: io::Error,
    },
    /// The process ended before it said hello.
    #[error("\"{program}\" ended before it was ready ({how})")]
    NoHello {
        /// The interpreter.
        program: String,
        /// Who named it.
        named_by: NamedBy,
        /// How it ended.
        how: Ending,
        /// The end of what it wrote to standard error.
        last: Vec<String>,
    },
    /// The interpreter has no octoDNS, or one that does not work.
    #[error("{}", advice::no_octodns(.python, .raised))]
    NoOctodns {
        /// The interpreter.
        python: Box<Interpreter>,
        /// What importing it raised.
        raised: Box<Raised>,
    },
    /// The interpreter has an octoDNS that is too old.
    #[error("octodns {found} in {python} is older than 1.9, the oldest this program can drive")]
    TooOld {
        /// Its version.
        found: String,
        /// The interpreter.
        python: Box<Interpreter>,
    },
    /// A class cannot be had, or does not take its options.
    #[error("{}", advice::class_fault(.doing, .raised, .python))]
    Class {
        /// Which class.
        doing: Doing,
        /// What is wrong; its `kind` is known.
        raised: Box<Raised>,
        /// The interpreter.
        python: Box<Interpreter>,
        /// The options that the class was given.
        given: Vec<String>,
    },
    /// The class raised an exception.
    #[error("{}", advice::raised(.doing, .raised))]
    Raised {
        /// What it did.
        doing: Doing,
        /// The exception.
        raised: Box<Raised>,
    },
    /// The process ended while it was at work.
    #[error("Python ended while {doing} ({how})")]
    Ended {
        /// What it did.
        doing: Doing,
        /// How it ended.
        how: Ending,
        /// The end of what it wrote to standard error.
        last: Vec<String>,
    },
    /// The process had ended before.
    #[error("not done: Python had ended when {doing}")]
    HadEnded {
        /// What was to be done.
        doing: Doing,
    },
    /// What the host said is no frame, or not one that belongs there. The process was ended.
    #[error("Python said what cannot be read while {doing}: {what}")]
    Malformed {
        /// What it did.
        doing: Doing,
        /// What is wrong.
        what: String,
    },
    /// Something is too large to be sent to Python.
    #[error("cannot be sent to Python")]
    TooLarge {
        /// What was to be done.
        doing: Doing,
        /// What it is.
        source: TooLarge,
    },
    /// It took longer than it may. The process was ended if it did not stop.
    #[error("gave up after {} s while {doing}", .limit.as_secs())]
    TimedOut {
        /// What it did.
        doing: Doing,
        /// The most time that it may take.
        limit: Duration,
    },
    /// It was cancelled.
    #[error("cancelled while {doing}")]
    Cancelled {
        /// What it did.
        doing: Doing,
    },
    /// What the engine was asked on the way failed.
    #[error("{0}")]
    Engine(#[source] ProviderError),
}

impl BridgeError {
    /// What it was about; nothing before anything was done.
    pub fn doing(&self) -> Option<&Doing> {
        match self {
            Self::Class { doing, .. }
            | Self::Raised { doing, .. }
            | Self::Ended { doing, .. }
            | Self::HadEnded { doing }
            | Self::Malformed { doing, .. }
            | Self::TooLarge { doing, .. }
            | Self::TimedOut { doing, .. }
            | Self::Cancelled { doing } => Some(doing),
            _ => None,
        }
    }

    /// The exception, if Python raised one.
    pub fn exception(&self) -> Option<&Raised> {
        match self {
            Self::NoOctodns { raised, .. }
            | Self::Class { raised, .. }
            | Self::Raised { raised, .. } => Some(raised),
            _ => None,
        }
    }

    /// The message with its causes, on one line.
    pub fn words(&self) -> String {
        let mut words = self.to_string();
        let mut cause = std::error::Error::source(self);
        // What the engine says is its message already.
        if matches!(self, Self::Engine(_)) {
            cause = cause.and_then(std::error::Error::source);
        }
        while let Some(inner) = cause {
            words = format!("{words}: {inner}");
            cause = inner.source();
        }
        words
    }
}
