//! What builds without the feature `client` have in place of the network: there is none, so there is no client.

use std::future::Ready;
use std::net::SocketAddr;

use octodns_core::RecordType;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::answer::Answer;
use crate::error::{NoClient, QueryError};
use crate::options::ClientOptions;

/// That there is a network, which there is not.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Network {}

impl Network {
    pub(crate) fn open() -> Result<Self, NoClient> {
        Err(NoClient)
    }
}

pub(crate) fn ask(
    network: Network,
    _: SocketAddr,
    _: (&[Vec<u8>], u16),
    _: &ClientOptions,
    _: Instant,
) -> Ready<Result<Answer, QueryError>> {
    match network {}
}

pub(crate) fn ask_all<'q>(
    network: Network,
    _: &ClientOptions,
    _: &Semaphore,
    _: impl Iterator<Item = (SocketAddr, &'q str, RecordType)>,
    _: impl FnMut(usize, Result<Answer, QueryError>),
) -> Ready<()> {
    match network {}
}

pub(crate) fn system_servers(network: Network) -> Result<Vec<SocketAddr>, String> {
    match network {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_no_network() {
        assert_eq!(Network::open().err(), Some(NoClient));
    }
}
