//! Why a call failed: an enum of what callers can distinguish.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use octodns_core::provider::Cause;
use octodns_core::registry::BuildError;
use octodns_core::value::Position;
use octodns_core::{ProviderError, ServiceErrorKind};

/// A call to a service: method and path, without the query, which may contain a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Call {
    /// `GET`, `POST` ...
    pub method: http::Method,
    /// The path, from its first slash.
    pub path: Arc<str>,
}

impl Call {
    /// A call of this method and path.
    pub fn new(method: http::Method, path: impl Into<Arc<str>>) -> Self {
        Self { method, path: path.into() }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// Why a call to a service failed.
///
/// Messages are one line, in lowercase, without the cause: renderers walk `source()`. No variant contains a
/// header, a request body, a query, or anything else that may contain a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The options are not valid.
    #[error("{message}")]
    Options {
        /// What is wrong, and with which option.
        message: String,
        /// Why.
        #[source]
        source: Option<Cause>,
    },
    /// The request is not valid; nothing was sent.
    #[error("{call}: {message}")]
    InvalidRequest {
        /// The call.
        call: Call,
        /// What is wrong with it.
        message: String,
    },
    /// The request could not be signed; nothing was sent.
    #[error("the request cannot be signed: {message}")]
    Unsigned {
        /// What is wrong.
        message: String,
    },
    /// The login failed, so the call was not sent. Calls that waited for the same login share its error.
    #[error("cannot log in")]
    Login {
        /// The error of the login.
        source: Arc<Error>,
    },
    /// An asynchronous job of the service has failed.
    #[error("{call}: the service gave up: {message}")]
    JobFailed {
        /// The call that started it.
        call: Call,
        /// The service's error message.
        message: String,
    },
    /// The credentials are wrong or insufficient (usually 401 and 403).
    #[error("{call}: {status}: {message}")]
    Unauthorized {
        /// The call.
        call: Call,
        /// The status of the answer.
        status: u16,
        /// The service's error message.
        message: String,
    },
    /// Not found (usually 404).
    #[error("{call}: {status}: {message}")]
    NotFound {
        /// The call.
        call: Call,
        /// The status of the answer.
        status: u16,
        /// The service's error message.
        message: String,
    },
    /// The service refused the call.
    #[error("{call}: {status}: {message}")]
    Refused {
        /// The call.
        call: Call,
        /// The status of the answer.
        status: u16,
        /// The service's error message.
        message: String,
    },
    /// Too many requests, even after `attempts` attempts (usually 429).
    #[error("{call}: {status}: {message} ({})", gave_up(*.attempts, *.wait))]
    Throttled {
        /// The call.
        call: Call,
        /// The status of the answer.
        status: u16,
        /// The service's error message.
        message: String,
        /// The number of attempts; 0 if it was not sent, since the service refused another.
        attempts: u32,
        /// How long the service asks to wait, if it says so.
        wait: Option<Duration>,
    },
    /// The service is unavailable, even after `attempts` attempts (usually 5xx).
    #[error("{call}: {status}: {message} ({})", gave_up(*.attempts, *.wait))]
    Unavailable {
        /// The call.
        call: Call,
        /// The status of the answer.
        status: u16,
        /// The service's error message.
        message: String,
        /// The number of attempts.
        attempts: u32,
        /// How long the service asks to wait, if it says so.
        wait: Option<Duration>,
    },
    /// No response after `attempts` attempts. The call can be repeated safely.
    #[error("{call}: no answer from {peer} ({})", gave_up(*.attempts, None))]
    Unreachable {
        /// The call.
        call: Call,
        /// Host and port, and the option that has them.
        peer: String,
        /// The number of attempts.
        attempts: u32,
        /// What went wrong with the connection.
        source: Cause,
    },
    /// No connection can be made, and another attempt would not help. Nothing was sent.
    #[error("{call}: cannot connect to {peer}")]
    NoConnection {
        /// The call.
        call: Call,
        /// Host and port, and the option that has them.
        peer: String,
        /// Why.
        source: Cause,
    },
    /// The call was sent and may not be repeated, and it is not known whether it was carried out.
    #[error("{call}: interrupted, it is not known whether it was carried out: {message}")]
    Indeterminate {
        /// The call.
        call: Call,
        /// The service's error message, or what happened to the connection.
        message: String,
    },
    /// The response is not as documented.
    #[error("{call}: unexpected answer at {at}")]
    Malformed {
        /// The call.
        call: Call,
        /// The position in the response.
        at: String,
        /// What is wrong there.
        source: Cause,
    },
    /// A list has fewer entries than the service reports.
    #[error("{call}: {read} entries were read, but the service reports {total}")]
    Incomplete {
        /// The last call of the list.
        call: Call,
        /// The reported number.
        total: u64,
        /// The number that was read.
        read: u64,
    },
    /// The response is larger than allowed.
    #[error("{call}: the answer has more than {limit} bytes")]
    TooLarge {
        /// The call.
        call: Call,
        /// The maximum size in bytes.
        limit: usize,
    },
}

impl Error {
    /// The kind of the error.
    pub fn kind(&self) -> ServiceErrorKind {
        match self {
            Self::Login { source } => match source.kind() {
                // The call itself was not sent.
                ServiceErrorKind::Indeterminate => ServiceErrorKind::Unreachable,
                ServiceErrorKind::Refused | ServiceErrorKind::NotFound => {
                    ServiceErrorKind::Unauthorized
                }
                other => other,
            },
            Self::Unauthorized { .. } => ServiceErrorKind::Unauthorized,
            Self::NotFound { .. } => ServiceErrorKind::NotFound,
            Self::Throttled { .. } => ServiceErrorKind::Throttled,
            Self::Unavailable { .. } | Self::Unreachable { .. } => ServiceErrorKind::Unreachable,
            Self::NoConnection { .. } => ServiceErrorKind::NoConnection,
            Self::Indeterminate { .. } => ServiceErrorKind::Indeterminate,
            Self::Malformed { .. } | Self::Incomplete { .. } | Self::TooLarge { .. } => {
                ServiceErrorKind::Malformed
            }
            Self::Options { .. }
            | Self::InvalidRequest { .. }
            | Self::Unsigned { .. }
            | Self::JobFailed { .. }
            | Self::Refused { .. } => ServiceErrorKind::Refused,
        }
    }

    /// The call that failed, if there is one.
    pub fn call(&self) -> Option<&Call> {
        match self {
            Self::Options { .. } | Self::Unsigned { .. } | Self::Login { .. } => None,
            Self::InvalidRequest { call, .. }
            | Self::JobFailed { call, .. }
            | Self::Unauthorized { call, .. }
            | Self::NotFound { call, .. }
            | Self::Refused { call, .. }
            | Self::Throttled { call, .. }
            | Self::Unavailable { call, .. }
            | Self::Unreachable { call, .. }
            | Self::NoConnection { call, .. }
            | Self::Indeterminate { call, .. }
            | Self::Malformed { call, .. }
            | Self::Incomplete { call, .. }
            | Self::TooLarge { call, .. } => Some(call),
        }
    }

    /// The status of the error response; `None` if there was no response.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Unauthorized { status, .. }
            | Self::NotFound { status, .. }
            | Self::Refused { status, .. }
            | Self::Throttled { status, .. }
            | Self::Unavailable { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// How long the service asks to wait, if it says so.
    pub fn wait(&self) -> Option<Duration> {
        match self {
            Self::Throttled { wait, .. } | Self::Unavailable { wait, .. } => *wait,
            _ => None,
        }
    }

    /// Whether the same call may succeed a little later.
    pub fn is_transient(&self) -> bool {
        matches!(self.kind(), ServiceErrorKind::Throttled | ServiceErrorKind::Unreachable)
    }

    /// The request cannot be signed: for [`Auth::sign`](crate::Auth::sign).
    pub fn unsigned(message: impl Into<String>) -> Self {
        Self::Unsigned { message: message.into() }
    }

    /// The same call, as one with an unknown outcome.
    pub(crate) fn indeterminate(self, call: &Call) -> Self {
        if matches!(self, Self::Indeterminate { .. }) {
            return self;
        }
        let mut message = self.to_string();
        if let Some(own) = self.call()
            && let Some(rest) = message.strip_prefix(&format!("{own}: "))
        {
            message = rest.to_owned();
        }
        if let Some(cause) = std::error::Error::source(&self) {
            message = format!("{message}: {}", chain(cause));
        }
        Self::Indeterminate { call: call.clone(), message }
    }

    /// An invalid option.
    pub(crate) fn option(message: impl Into<String>, source: Option<Cause>) -> Self {
        Self::Options { message: message.into(), source }
    }

    /// A response that is invalid for another reason than its JSON.
    pub fn malformed(call: &Call, at: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Malformed { call: call.clone(), at: at.into(), source: why.into().into() }
    }
}

/// How often a call was tried, and how long the service asked to wait.
fn gave_up(attempts: u32, wait: Option<Duration>) -> String {
    let plural = if attempts == 1 { "" } else { "s" };
    let mut text = match attempts {
        0 => "not sent".to_owned(),
        _ => format!("gave up after {attempts} attempt{plural}"),
    };
    if let Some(wait) = wait.filter(|wait| !wait.is_zero()) {
        let seconds = wait.as_secs_f64().ceil();
        text = format!("{text}; the service asks to wait {seconds} s");
    }
    text
}

/// An error with all its causes, without repetitions.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let words = inner.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        cause = inner.source();
    }
    text
}

/// The result, or `None` if the service says that there is no such thing.
///
/// # Errors
///
/// Any other error of the call.
pub fn optional<T>(result: Result<T, Error>) -> Result<Option<T>, Error> {
    match result {
        Err(Error::NotFound { .. }) => Ok(None),
        result => result.map(Some),
    }
}

impl From<Error> for ProviderError {
    fn from(mut error: Error) -> Self {
        let (kind, message) = (error.kind(), error.to_string());
        let source = match &mut error {
            Error::Options { source, .. } => source.take(),
            Error::Login { source } => Some(Arc::clone(source).into()),
            Error::Unreachable { source, .. }
            | Error::NoConnection { source, .. }
            | Error::Malformed { source, .. } => Some(std::mem::replace(source, "".into())),
            _ => None,
        };
        Self::Service { kind, message, source }
    }
}

/// For clients that are built while options are read.
impl From<Error> for BuildError {
    fn from(error: Error) -> Self {
        Self::new(chain(&error), Position::NONE)
    }
}
