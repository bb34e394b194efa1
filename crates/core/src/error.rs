//! Why a source, provider or processor could not do what it was asked.

use crate::diagnostic::{Diagnostic, Report};
use crate::name::ZoneName;

/// The cause of an error. Walk its `source` chain to show all of it.
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
    /// A service refused, failed, or did not answer.
    #[error("{message}")]
    Service {
        /// What kind of no.
        kind: ServiceErrorKind,
        /// What was asked, and the service's own words.
        message: String,
        /// Why, if there is more to it.
        #[source]
        source: Option<Cause>,
    },
    /// Anything else, with its own message.
    #[error("{message}")]
    Failed {
        /// What failed.
        message: String,
        /// Why.
        #[source]
        source: Option<Cause>,
    },
}

/// The kind of a service's error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ServiceErrorKind {
    /// The credentials are wrong, or lack a permission.
    Unauthorized,
    /// What was asked for does not exist.
    NotFound,
    /// Too many requests; the same call may succeed later.
    Throttled,
    /// It cannot be reached, or is broken; the same call may succeed later.
    Unreachable,
    /// No connection can be made: the host does not exist, nothing listens there, or its certificate is not
    /// valid. Nothing was sent.
    NoConnection,
    /// It refuses the call.
    Refused,
    /// Its answer does not match its documentation.
    Malformed,
    /// The connection or the service was interrupted: whether it did what was asked is not known.
    Indeterminate,
}

impl ServiceErrorKind {
    /// What a user can do about it, as far as the kind says.
    pub fn help(self) -> Option<&'static str> {
        match self {
            Self::Unauthorized => Some("check the credentials and their permissions"),
            Self::Throttled => Some("wait, or send fewer requests at a time"),
            Self::Unreachable => Some("try again later; nothing was changed by this"),
            Self::NoConnection => Some(
                "check the host and the port, the proxy, and the certificates, and that it runs",
            ),
            Self::Indeterminate => {
                Some("run again: the target is read again, and what is missing is done")
            }
            Self::NotFound => Some("check that it exists, and how the config names it"),
            Self::Refused => Some("change what the service rejects, and run again"),
            Self::Malformed => Some("check that `endpoint`, if it is set, points to that service"),
        }
    }
}

/// What to do about a failure of which nothing more is known.
const SEE_LOG: &str = "run again with --debug, and look at the log";

fn first(report: &Report) -> String {
    report.iter().next().map_or_else(|| "invalid data".to_owned(), ToString::to_string)
}

impl ProviderError {
    /// A failure without a further cause.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::Failed { message: message.into(), source: None }
    }

    /// An error of a service without a further cause.
    pub fn service(kind: ServiceErrorKind, message: impl Into<String>) -> Self {
        Self::Service { kind, message: message.into(), source: None }
    }

    /// The zone is not there, and the service has no way to create it.
    pub fn cannot_create(zone: &ZoneName) -> Self {
        let message =
            format!("{zone} cannot be created by the API: create it at the service first");
        Self::service(ServiceErrorKind::Refused, message)
    }

    /// The kind of the service's error, if it is one.
    pub fn kind(&self) -> Option<ServiceErrorKind> {
        match self {
            Self::Service { kind, .. } => Some(*kind),
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
            Self::CannotList => "list the zones in the config",
            Self::Io { source, .. } => match source.kind() {
                ErrorKind::NotFound => "create it, or correct the path in the config",
                ErrorKind::PermissionDenied => {
                    "give the user that runs this the permission to do so"
                }
                ErrorKind::InvalidInput => "put a file in its place",
                _ => "make sure that the file can be read and written, and run again",
            },
            Self::Service { kind, .. } => kind.help().unwrap_or(SEE_LOG),
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
