//! One question, one answer: over UDP, or over TCP.

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

/// What is known of the question and its server.
#[derive(Clone, Debug)]
pub(crate) struct Exchange<'q> {
    pub(crate) server: SocketAddr,
    pub(crate) query: &'q Query,
    /// Whether the size of answers over UDP is told (RFC 6891); servers that do not know that say FORMERR.
    pub(crate) edns: bool,
    pub(crate) timeout: Duration,
    pub(crate) tries: u8,
}

impl Exchange<'_> {
    fn request(&self) -> DnsRequest {
        let mut options = DnsRequestOptions::default();
        options.use_edns = self.edns;
        options.retry_interval = self.timeout / u32::from(self.tries.max(1));
        DnsRequest::from_query(self.query.clone(), options)
    }

    /// Each question goes out from a port of its own; answers from elsewhere, to other questions or
    /// with another id are not seen.
    pub(crate) async fn udp(&self) -> Result<DnsResponse, NetError> {
        let request = self.request();
        // The interval of the request counts.
        let mut socket = UdpClientStream::builder(self.server, TokioRuntimeProvider::new())
            .with_timeout(Some(self.timeout))
            .with_max_retries(self.tries.max(1))
            .with_retry_interval_floor(0)
            .build();
        socket.send_message(request).next().await.unwrap_or(Err(NetError::Timeout))
    }

    /// RFC 7766: one connection for the question.
    pub(crate) async fn tcp(&self) -> Result<DnsResponse, NetError> {
        let provider = TokioRuntimeProvider::new();
        let (connect, sender) =
            TcpClientStream::new(self.server, None, Some(self.timeout), provider);
        let mut connection = DnsMultiplexer::new(connect.await?, sender).with_timeout(self.timeout);
        let mut answers = connection.send_message(self.request());
        // The connection has to be polled for its answers to come.
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
