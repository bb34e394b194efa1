//! How servers are queried.

use std::net::SocketAddr;
use std::time::Duration;

use crate::error::QueryError;

/// How to query.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ClientOptions {
    /// The timeout of a query, including all attempts. Default: 5 seconds.
    pub timeout: Duration,
    /// How many times to send a query over UDP within the timeout, at least 1. Default: 3.
    pub tries: u8,
    /// The maximum number of concurrent queries, at least 1. Default: 64.
    pub concurrency: usize,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(5), tries: 3, concurrency: 64 }
    }
}

impl ClientOptions {
    /// The error of a query that was not answered within the timeout.
    pub(crate) fn timed_out(&self, server: SocketAddr) -> QueryError {
        QueryError::Timeout { server, timeout: self.timeout }
    }
}
