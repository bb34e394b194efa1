//! Asking recursive servers, one after the other.

use std::net::SocketAddr;

use hickory_resolver::system_conf::read_system_conf;
use octodns_core::RecordType;

use crate::answer::Answer;
use crate::client::Client;
use crate::error::QueryError;

/// Recursive servers that are asked in turn until one answers.
#[derive(Clone, Debug)]
pub struct Resolver {
    client: Client,
    servers: Vec<SocketAddr>,
    /// Why there are none.
    reason: String,
}

impl Resolver {
    /// Asks these servers.
    pub fn new(client: Client, servers: Vec<SocketAddr>) -> Self {
        Self { client, servers, reason: String::new() }
    }

    /// Asks the servers that the system is set up with: `/etc/resolv.conf`, which is read here. Its search
    /// list does not count, since names are absolute. Where it cannot be read, whoever asks is told.
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

    /// Asks for the records of an absolute name in presentation format.
    ///
    /// # Errors
    ///
    /// The error of the last server, when none answers.
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
