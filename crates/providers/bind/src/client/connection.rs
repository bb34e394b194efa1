//! One TCP connection to a server: messages with a length prefix (RFC 1035, section 4.2.2).

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::error::{Error, Progress};

/// Room for a message of the maximum size, so that a transfer needs few system calls.
const BUFFER: usize = 64 * 1024;

/// The address of a server.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Whether to resolve a name to IPv6 addresses instead of IPv4.
    pub(crate) ipv6: bool,
}

impl Server {
    /// Its addresses, looked up if it is a name.
    async fn addresses(&self) -> Result<Vec<SocketAddr>, Error> {
        if let Ok(address) = self.host.parse() {
            return Ok(vec![SocketAddr::new(address, self.port)]);
        }
        let family = if self.ipv6 { "IPv6" } else { "IPv4" };
        let none = |source| Error::NoAddress { host: self.host.clone(), family, source };
        let found = lookup_host((self.host.as_str(), self.port)).await;
        let found = found.map_err(|error| none(Some(error)))?;
        let of_family: Vec<_> = found.filter(|address| address.is_ipv6() == self.ipv6).collect();
        if of_family.is_empty() { Err(none(None)) } else { Ok(of_family) }
    }
}

/// A connection, with its timeout.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    time_limit: Duration,
}

impl Connection {
    /// Connects to the first of a server's addresses that answers.
    pub(crate) async fn open(server: &Server, time_limit: Duration) -> Result<Self, Error> {
        let looking_up = timeout(time_limit, server.addresses());
        let addresses = match looking_up.await {
            Ok(addresses) => addresses?,
            Err(_) => return Err(silent(time_limit, Progress::default())),
        };
        let mut failure = None;
        for address in addresses {
            let source = match timeout(time_limit, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    // A request is a single write, so there is nothing to wait for.
                    let _ = stream.set_nodelay(true);
                    let stream = BufReader::with_capacity(BUFFER, stream);
                    return Ok(Self { stream, time_limit });
                }
                Ok(Err(error)) => error,
                Err(_) => io::ErrorKind::TimedOut.into(),
            };
            failure = Some(Error::Connect { address, source });
        }
        // There was at least one address.
        Err(failure.unwrap_or_else(|| silent(time_limit, Progress::default())))
    }

    /// Sends a message.
    pub(crate) async fn send(&mut self, message: &[u8]) -> Result<(), Error> {
        let length = u16::try_from(message.len()).unwrap_or(u16::MAX);
        let framed = [&length.to_be_bytes(), message].concat();
        let progress = Progress::default();
        match timeout(self.time_limit, self.stream.get_mut().write_all(&framed)).await {
            Ok(sent) => sent.map_err(|source| Error::Io { progress, source }),
            Err(_) => Err(silent(self.time_limit, progress)),
        }
    }

    /// Receives a message into `message`, replacing its content.
    pub(crate) async fn receive(
        &mut self,
        message: &mut Vec<u8>,
        progress: Progress,
    ) -> Result<(), Error> {
        let stream = &mut self.stream;
        let receiving = async {
            let length = stream.read_u16().await?;
            message.resize(usize::from(length), 0);
            stream.read_exact(message).await.map(drop)
        };
        match timeout(self.time_limit, receiving).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(Error::Closed(progress))
            }
            Ok(Err(source)) => Err(Error::Io { progress, source }),
            Err(_) => Err(silent(self.time_limit, progress)),
        }
    }
}

fn silent(time_limit: Duration, progress: Progress) -> Error {
    Error::Silent { seconds: time_limit.as_secs_f64(), progress }
}

impl std::fmt::Display for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} port {}", self.host, self.port)
    }
}
