//! Why a source, provider or processor could not do what it was asked.

use crate::diagnostic::{Diagnostic, Report};

/// What made something fail, to be walked by whoever shows it.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a source, provider or processor could not do what it was asked.
///
/// Messages are one line, lower case, without the cause. No variant may carry a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderError {
    /// The source cannot tell which zones it has.
    #[error("cannot list its zones")]
    CannotList,
    /// A file could not be read or written.
    #[error("cannot {doing} \"{path}\"")]
    Io {
        /// `read`, `write`, `list` ...
        doing: &'static str,
        /// The file or folder.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// What was read has faults; all that were found.
    #[error("{}", first(.0))]
    Data(Report),
    /// A service said no, or nothing that is of use.
    #[error("{message}")]
    Service {
        /// What kind of no.
        fault: ServiceErrorKind,
        /// What was asked, and the service's own words.
        message: String,
        /// Why, if there is more to it.
        #[source]
        source: Option<Cause>,
    },
    /// Anything else, in words of its own.
    #[error("{message}")]
    Failed {
        /// What failed.
        message: String,
        /// Why.
        #[source]
        source: Option<Cause>,
    },
}

/// How a service says no: what callers can tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ServiceErrorKind {
    /// The credentials are wrong, or not good enough for this.
    Unauthorized,
    /// What was asked for is not there.
    NotFound,
    /// Too much was asked of it; the same may be done later.
    Throttled,
    /// It cannot be reached, or is broken; the same may be done later.
    Unreachable,
    /// It will not do this.
    Refused,
    /// Its answer is not what it is documented to be.
    Malformed,
    /// The connection or the service broke off: whether it did what was asked is not known.
    Indeterminate,
}

impl ServiceErrorKind {
    /// What a user can do about it, if the kind alone tells.
    pub fn help(self) -> Option<&'static str> {
        match self {
            Self::Unauthorized => Some("check the credentials, and what they may do"),
            Self::Throttled => Some("wait, or lower what is asked of the service at a time"),
            Self::Unreachable => Some("try again later; nothing was changed by this"),
            Self::Indeterminate => {
                Some("run again: what is there is read anew, and the rest is made")
            }
            Self::NotFound => Some("check that it is there, and how the config names it"),
            Self::Refused => Some("change what it objects to, and run again"),
            Self::Malformed => Some("check that `endpoint`, if it is set, leads to that service"),
        }
    }
}

/// What to do about a failure of which nothing more is known.
const SEE_LOG: &str = "run again with --debug to see in the log what came before";

fn first(report: &Report) -> String {
    report.iter().next().map_or_else(|| "faulty data".to_owned(), ToString::to_string)
}

impl ProviderError {
    /// A failure that needs no further cause.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::Failed { message: message.into(), source: None }
    }

    /// A service's no that needs no further cause.
    pub fn service(fault: ServiceErrorKind, message: impl Into<String>) -> Self {
        Self::Service { fault, message: message.into(), source: None }
    }

    /// How the service said no, if one did.
    pub fn kind(&self) -> Option<ServiceErrorKind> {
        match self {
            Self::Service { fault, .. } => Some(*fault),
            _ => None,
        }
    }

    /// The error with its causes, on one line.
    pub fn with_causes(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(inner) = cause {
            text = format!("{text}: {inner}");
            cause = inner.source();
        }
        text
    }

    /// What a user can do about it.
    fn help(&self) -> &'static str {
        use std::io::ErrorKind;
        match self {
            Self::CannotList => "write the zones out in the config",
            Self::Io { source, .. } => match source.kind() {
                ErrorKind::NotFound => "make it, or correct the path in the config",
                ErrorKind::PermissionDenied => "give the user that runs this the right to do so",
                _ => "see to it that the file can be read and written, and run again",
            },
            Self::Service { fault, .. } => fault.help().unwrap_or(SEE_LOG),
            Self::Data(_) | Self::Failed { .. } => SEE_LOG,
        }
    }

    /// The findings a user sees: those of the data, else one with the whole chain of causes.
    pub fn into_report(self, code: &'static str, subject: &str) -> Report {
        let mut report = Report::new();
        match self {
            Self::Data(found) => report = found,
            error => {
                let help = error.help();
                report.push(Diagnostic::error(code, error.with_causes()).about(subject).help(help));
            }
        }
        report
    }
}
