//! Queries recursive servers, one after the other.

use std::net::SocketAddr;

use octodns_core::RecordType;

use crate::answer::Answer;
use crate::client::Client;
use crate::error::QueryError;

/// Recursive servers that are queried in turn until one answers.
#[derive(Clone, Debug)]
pub struct Resolver {
    client: Client,
    servers: Vec<SocketAddr>,
    /// Why there are no servers.
    reason: String,
}

impl Resolver {
    /// A resolver with these servers.
    pub fn new(client: Client, servers: Vec<SocketAddr>) -> Self {
        Self { client, servers, reason: String::new() }
    }

    /// A resolver with the servers of the system, from `/etc/resolv.conf`. Its search list is not used, since
    /// names are absolute. If the file cannot be read, queries fail with the reason.
    pub fn system(client: Client) -> Self {
        match client.system_servers() {
            Ok(servers) => Self::new(client, servers),
            Err(error) => Self { client, servers: Vec::new(), reason: format!(": {error}") },
        }
    }

    /// Queries for the records of an absolute name in presentation format.
    ///
    /// # Errors
    ///
    /// The error of the last server, if none answers.
    pub async fn query(&self, name: &str, of: RecordType) -> Result<Answer, QueryError> {
        let mut last = QueryError::NoServers { reason: self.reason.clone() };
        for server in &self.servers {
            match self.client.query(*server, name, of).await {
                Err(QueryError::Question(error)) => return Err(error.into()),
                Err(error) => last = error,
                answer => return answer,
            }
        }
        Err(last)
    }
}
