//! Sends one query and receives one response, over UDP or TCP.

use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use futures::future::{self, Either};
use futures::{StreamExt, stream};
use hickory_net::proto::op::{DnsRequest, DnsRequestOptions, DnsResponse, Query};
use hickory_net::runtime::TokioRuntimeProvider;
use hickory_net::tcp::TcpClientStream;
use hickory_net::udp::UdpClientStream;
use hickory_net::xfer::DnsRequestSender;
use hickory_net::{DnsMultiplexer, NetError};

use crate::options::ClientOptions;

/// A query and its server.
#[derive(Clone, Debug)]
pub(crate) struct Exchange<'q> {
    pub(crate) server: SocketAddr,
    pub(crate) query: &'q Query,
    /// Whether to announce a UDP payload size (EDNS, RFC 6891); servers without EDNS answer FORMERR.
    pub(crate) edns: bool,
    pub(crate) timeout: Duration,
    pub(crate) tries: u8,
}

impl<'q> Exchange<'q> {
    /// The first exchange about a query.
    pub(crate) fn first(server: SocketAddr, query: &'q Query, options: &ClientOptions) -> Self {
        let ClientOptions { timeout, tries, .. } = *options;
        Self { server, query, edns: true, timeout, tries }
    }

    /// The message that is sent.
    pub(crate) fn request(&self) -> DnsRequest {
        let mut options = DnsRequestOptions::default();
        options.use_edns = self.edns;
        options.retry_interval = self.timeout / u32::from(self.tries.max(1));
        DnsRequest::from_query(self.query.clone(), options)
    }

    /// Each query is sent from its own port; messages from another address, to another question or with
    /// another id are ignored.
    pub(crate) async fn udp(&self) -> Result<DnsResponse, NetError> {
        let request = self.request();
        // The retry interval is that of the request.
        let mut socket = UdpClientStream::builder(self.server, TokioRuntimeProvider::new())
            .with_timeout(Some(self.timeout))
            .with_max_retries(self.tries.max(1))
            .with_retry_interval_floor(0)
            .build();
        socket.send_message(request).next().await.unwrap_or(Err(NetError::Timeout))
    }

    /// RFC 7766: one connection per query.
    pub(crate) async fn tcp(&self) -> Result<DnsResponse, NetError> {
        let provider = TokioRuntimeProvider::new();
        let (connect, sender) =
            TcpClientStream::new(self.server, None, Some(self.timeout), provider);
        let mut connection = DnsMultiplexer::new(connect.await?, sender).with_timeout(self.timeout);
        let mut answers = connection.send_message(self.request());
        // The connection has to be polled to receive responses.
        let ended = pin!(
            stream::poll_fn(|context| connection.poll_next_unpin(context)).for_each(|_| async {})
        );
        match future::select(answers.next(), ended).await {
            Either::Left((answer, _)) => answer.unwrap_or(Err(NetError::NoConnections)),
            Either::Right(((), mut answers)) => {
                (&mut answers).await.unwrap_or(Err(NetError::NoConnections))
            }
        }
    }
}
