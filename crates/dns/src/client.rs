//! Queries to one server.

use std::net::SocketAddr;
use std::sync::Arc;

use octodns_core::RecordType;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::answer::Answer;
use crate::error::{NoClient, QueryError};
use crate::network::{self, Network};
use crate::options::ClientOptions;
use crate::wire::{self, WireError};

/// Queries servers. Clones share the limit on concurrent queries.
#[derive(Clone, Debug)]
pub struct Client {
    options: ClientOptions,
    permits: Arc<Semaphore>,
    network: Network,
}

impl Client {
    /// A client with these options.
    ///
    /// # Errors
    ///
    /// Fails in builds without the feature `client`.
    pub fn new(options: ClientOptions) -> Result<Self, NoClient> {
        let network = Network::open()?;
        let most = options.concurrency.clamp(1, Semaphore::MAX_PERMITS);
        Ok(Self { options, permits: Arc::new(Semaphore::new(most)), network })
    }

    /// Its options.
    pub fn options(&self) -> &ClientOptions {
        &self.options
    }

    /// The recursive servers of the system, or why they are not known.
    pub(crate) fn system_servers(&self) -> Result<Vec<SocketAddr>, String> {
        network::system_servers(self.network)
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
        // The semaphore is never closed; without a permit there would be one query too many.
        let _permit = self.permits.acquire().await;
        let deadline = Instant::now() + self.options.timeout;
        let question = (&*labels, number);
        let asking = network::ask(self.network, server, question, &self.options, deadline);
        let answer = tokio::time::timeout_at(deadline, asking).await;
        answer.map_err(|_| self.options.timed_out(server))?
    }

    /// Queries for all of these, as [`query`](Self::query) does for one, as many at a time as the client allows.
    /// `answered` is told the number of each question, in order, and its answer.
    pub(crate) async fn query_all<'q>(
        &self,
        questions: impl Iterator<Item = (SocketAddr, &'q str, RecordType)>,
        answered: impl FnMut(usize, Result<Answer, QueryError>),
    ) {
        let Self { options, permits, network } = self;
        network::ask_all(*network, options, permits, questions, answered).await;
    }
}
