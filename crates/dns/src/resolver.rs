//! Queries recursive servers, one after the other.

use std::net::SocketAddr;

use hickory_resolver::system_conf::read_system_conf;
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
        let config = match read_system_conf() {
            Ok((config, _)) => config,
            Err(error) => {
                return Self { client, servers: Vec::new(), reason: format!(": {error}") };
            }
        };
        let mut servers = Vec::new();
        for server in config.name_servers() {
            let port = server.connections.first().map_or(53, |connection| connection.port);
            servers.push(SocketAddr::new(server.ip, port));
        }
        Self::new(client, servers)
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
