//! Why a query failed.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use crate::wire::WireError;

/// There is no client: it is the feature `client`, which this build does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this build has no DNS client")]
pub struct NoClient;

/// Why a query failed.
///
/// It is an answer, not an error, if a name or its records do not exist. Messages are one line, in lowercase,
/// without the cause.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The server did not answer in time.
    #[error("no answer from {server} within {timeout:?}")]
    Timeout {
        /// The server.
        server: SocketAddr,
        /// The timeout, including all attempts.
        timeout: Duration,
    },
    /// The server answered with an error.
    #[error("{server} answered {code}")]
    Refused {
        /// The server.
        server: SocketAddr,
        /// The response code.
        code: Code,
    },
    /// The response is not an answer to the question.
    #[error("{server} sent a malformed answer: {fault}")]
    Malformed {
        /// The server.
        server: SocketAddr,
        /// What is wrong with it.
        fault: String,
    },
    /// The server cannot be reached.
    #[error("cannot query {server}")]
    Unreachable {
        /// The server.
        server: SocketAddr,
        /// The error of the system.
        source: std::io::Error,
    },
    /// The query is not possible: the name is not valid, or the type does not exist on the wire.
    #[error(transparent)]
    Question(#[from] WireError),
    /// No server is known.
    #[error("no DNS server is known{reason}")]
    NoServers {
        /// Why none is known, after a colon.
        reason: String,
    },
}

/// The response codes of failed queries (RFC 1035, section 4.1.1; RFC 2136, section 2.2; RFC 6895, section
/// 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Code {
    /// The server does not understand the query.
    FormErr,
    /// The server failed: it does not have the zone though it should, or cannot query others.
    ServFail,
    /// The server does not implement this kind of query.
    NotImp,
    /// The server refuses to answer: the zone is not its own.
    Refused,
    /// A name that exists although it should not: a `DNAME` makes it too long (RFC 6672, section 2.2).
    YxDomain,
    /// Any other.
    Other(u16),
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FormErr => f.write_str("FORMERR"),
            Self::ServFail => f.write_str("SERVFAIL"),
            Self::NotImp => f.write_str("NOTIMP"),
            Self::Refused => f.write_str("REFUSED"),
            Self::YxDomain => f.write_str("YXDOMAIN"),
            Self::Other(code) => write!(f, "RCODE{code}"),
        }
    }
}
