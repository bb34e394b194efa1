//! Queries to one server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hickory_net::NetError;
use hickory_net::proto::op::{DnsResponse, MessageType, Query, ResponseCode};
use hickory_proto::rr::{DNSClass, Name, RecordType as Number};
use octodns_core::RecordType;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::answer::Answer;
use crate::error::{Code, QueryError};
use crate::exchange::Exchange;
use crate::wire::{self, WireError};

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

/// Queries servers. Clones share the limit on concurrent queries.
#[derive(Clone, Debug)]
pub struct Client {
    options: ClientOptions,
    permits: Arc<Semaphore>,
}

impl Default for Client {
    fn default() -> Self {
        Self::new(ClientOptions::default())
    }
}

impl Client {
    /// A client with these options.
    pub fn new(options: ClientOptions) -> Self {
        let most = options.concurrency.clamp(1, Semaphore::MAX_PERMITS);
        Self { options, permits: Arc::new(Semaphore::new(most)) }
    }

    /// Its options.
    pub fn options(&self) -> &ClientOptions {
        &self.options
    }

    /// Queries a server for the records of an absolute name in presentation format.
    ///
    /// Waiting for a permit does not count towards the timeout.
    ///
    /// # Errors
    ///
    /// Says why there is no answer. It is not an error if the records do not exist.
    pub async fn query(
        &self,
        server: SocketAddr,
        name: &str,
        of: RecordType,
    ) -> Result<Answer, QueryError> {
        let number = wire::type_number(of).ok_or(WireError::NoWireForm(of))?;
        let labels = wire::labels(name)?;
        let name = Name::from_labels(labels.iter().map(Vec::as_slice))
            .map_err(|error| WireError::Message(error.to_string()))?;
        let query = Query::query(name, Number::from(number));
        // The semaphore is never closed; without a permit there would be one query too many.
        let _permit = self.permits.acquire().await;
        let deadline = Instant::now() + self.options.timeout;
        let asking = self.converse(server, &query, deadline);
        let response = tokio::time::timeout_at(deadline, asking).await;
        let response = response.map_err(|_| self.timeout(server))??;
        Self::check(server, &response, &query)?;
        Answer::read(&response, query.name(), query.query_type())
            .map_err(|fault| QueryError::Malformed { server, fault })
    }

    fn timeout(&self, server: SocketAddr) -> QueryError {
        QueryError::Timeout { server, timeout: self.options.timeout }
    }

    async fn converse(
        &self,
        server: SocketAddr,
        query: &Query,
        deadline: Instant,
    ) -> Result<DnsResponse, QueryError> {
        let failed = |error| self.failed(server, error);
        let tries = self.options.tries;
        let timeout = self.options.timeout;
        let mut exchange = Exchange { server, query, edns: true, timeout, tries };
        let mut response = exchange.udp().await.map_err(failed)?;
        if response.response_code == ResponseCode::FormErr {
            exchange.edns = false;
            exchange.timeout = deadline - Instant::now();
            response = exchange.udp().await.map_err(failed)?;
        }
        if response.truncation {
            exchange.timeout = deadline - Instant::now();
            response = exchange.tcp().await.map_err(failed)?;
            if response.truncation {
                let fault = "it is truncated, although it came over TCP".to_owned();
                return Err(QueryError::Malformed { server, fault });
            }
        }
        Ok(response)
    }

    /// Checks that a response repeats the question and has a code of an answer.
    fn check(server: SocketAddr, response: &DnsResponse, query: &Query) -> Result<(), QueryError> {
        let malformed = |fault: &str| QueryError::Malformed { server, fault: fault.to_owned() };
        if response.message_type != MessageType::Response {
            return Err(malformed("it is a question"));
        }
        let same = response.queries.iter().all(|asked| {
            asked.name() == query.name()
                && asked.query_type() == query.query_type()
                && asked.query_class() == DNSClass::IN
        });
        if !same || response.queries.len() != 1 {
            return Err(malformed("it answers another question"));
        }
        match Code::of(response.response_code) {
            Some(code) => Err(QueryError::Refused { server, code }),
            None => Ok(()),
        }
    }

    fn failed(&self, server: SocketAddr, error: NetError) -> QueryError {
        match error {
            NetError::Timeout => self.timeout(server),
            NetError::Io(error) => {
                if error.kind() == std::io::ErrorKind::TimedOut {
                    return self.timeout(server);
                }
                let source = std::io::Error::new(error.kind(), error.to_string());
                QueryError::Unreachable { server, source }
            }
            NetError::NoConnections => {
                let source = std::io::ErrorKind::ConnectionReset.into();
                QueryError::Unreachable { server, source }
            }
            error => QueryError::Malformed { server, fault: error.to_string() },
        }
    }
}
