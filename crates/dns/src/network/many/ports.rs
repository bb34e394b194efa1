//! The ports that questions are sent from.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket as Unregistered};
use std::task::{Context, Poll, ready};

use tokio::io::ReadBuf;
use tokio::net::UdpSocket;

use super::random::Random;

/// How many questions are sent from a port before it is replaced by another: few enough that a port is of no use to
/// whoever finds out about it.
const USES: usize = 64;

/// The lowest port that may be used without privileges.
const LOWEST: u16 = 1024;

/// How many random ports are tried, before the system chooses one.
const ATTEMPTS: usize = 10;

/// A port, which is for the questions to one server.
#[derive(Debug)]
struct Port {
    socket: UdpSocket,
    server: SocketAddr,
    /// The ids of the questions under way, and whose they are.
    under_way: Vec<(u16, usize)>,
    uses: usize,
    /// Whether it is closed when no question is under way.
    is_closing: bool,
}

/// Where a question was sent from, and with which id.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    port: usize,
    id: u16,
}

/// All open ports.
#[derive(Debug, Default)]
pub(super) struct Ports {
    all: Vec<Option<Port>>,
    free: Vec<usize>,
    /// The ports that new questions are sent from, one for each server.
    current: HashMap<SocketAddr, usize>,
}

impl Ports {
    /// How many ports there may be; not all of them are open.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Sends the message of a question, with an id that no other question from the same port has. A question that was
    /// sent before is sent from another port.
    pub(super) fn send(
        &mut self,
        context: &mut Context<'_>,
        server: SocketAddr,
        (message, question): (&mut [u8], usize),
        before: &[Place],
        random: &mut Random,
    ) -> Poll<io::Result<Place>> {
        let mut current = self.current.get(&server).copied();
        if let Some(port) = current
            && (before.iter().any(|place| place.port == port) || self.is_used_up(port))
        {
            self.retire(server);
            current = None;
        }
        let key = match current {
            Some(port) => port,
            None => self.open(server, random)?,
        };
        let Some(Some(port)) = self.all.get_mut(key) else {
            return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
        };
        let id = loop {
            let id = random.number()?;
            if port.under_way.iter().all(|(other, _)| *other != id) {
                break id;
            }
        };
        if let Some(place) = message.first_chunk_mut::<2>() {
            *place = id.to_be_bytes();
        }
        let sent = ready!(port.socket.poll_send_to(context, message, server))?;
        if sent != message.len() {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        port.uses += 1;
        port.under_way.push((id, question));
        Poll::Ready(Ok(Place { port: key, id }))
    }

    /// Receives a message at a port, from the server that the port is for; and says which question has its id.
    /// `None` if the message is from elsewhere or has no such id, so that it is ignored.
    pub(super) fn receive(
        &mut self,
        context: &mut Context<'_>,
        key: usize,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<Option<usize>>> {
        let Some(Some(port)) = self.all.get(key) else { return Poll::Pending };
        buffer.clear();
        let from = ready!(port.socket.poll_recv_from(context, buffer))?;
        // Beside address and port, IPv6 addresses have what is of no concern here.
        let is_server = from.ip().to_canonical() == port.server.ip().to_canonical()
            && from.port() == port.server.port();
        let id = buffer.filled().first_chunk().map(|bytes| u16::from_be_bytes(*bytes));
        let question = id.filter(|_| is_server).and_then(|id| {
            port.under_way.iter().find(|(other, _)| *other == id).map(|(_, question)| *question)
        });
        Poll::Ready(Ok(question))
    }

    /// Closes a port that failed, and says which questions were under way from it.
    pub(super) fn close(&mut self, key: usize) -> Vec<usize> {
        self.current.retain(|_, port| *port != key);
        let Some(port) = self.all.get_mut(key).and_then(Option::take) else { return Vec::new() };
        self.free.push(key);
        port.under_way.into_iter().map(|(_, question)| question).collect()
    }

    /// Stops waiting for an answer.
    pub(super) fn forget(&mut self, place: Place) {
        if let Some(Some(port)) = self.all.get_mut(place.port) {
            port.under_way.retain(|(id, _)| *id != place.id);
        }
        self.close_if_done(place.port);
    }

    fn is_used_up(&self, key: usize) -> bool {
        self.all.get(key).and_then(Option::as_ref).is_none_or(|port| port.uses >= USES)
    }

    /// Sends nothing more from the present port for a server.
    fn retire(&mut self, server: SocketAddr) {
        let Some(key) = self.current.remove(&server) else { return };
        if let Some(Some(port)) = self.all.get_mut(key) {
            port.is_closing = true;
        }
        self.close_if_done(key);
    }

    fn close_if_done(&mut self, key: usize) {
        let Some(place) = self.all.get_mut(key) else { return };
        if place.take_if(|port| port.is_closing && port.under_way.is_empty()).is_some() {
            self.free.push(key);
        }
    }

    fn open(&mut self, server: SocketAddr, random: &mut Random) -> io::Result<usize> {
        let socket = bind(server, random)?;
        let port = Port { socket, server, under_way: Vec::new(), uses: 0, is_closing: false };
        let key = self.free.pop().unwrap_or_else(|| {
            self.all.push(None);
            self.all.len() - 1
        });
        if let Some(place) = self.all.get_mut(key) {
            *place = Some(port);
        }
        self.current.insert(server, key);
        Ok(key)
    }
}

/// Opens a random port (RFC 6056, section 3.2). It is not connected, so that what routers say of a question does not
/// count: anyone could.
fn bind(server: SocketAddr, random: &mut Random) -> io::Result<UdpSocket> {
    let address = |port| match server {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, port)),
    };
    for attempt in 0..=ATTEMPTS {
        let number = loop {
            match random.number()? {
                _ if attempt == ATTEMPTS => break 0,
                number if number >= LOWEST => break number,
                _ => {}
            }
        };
        match Unregistered::bind(address(number)) {
            Err(error) if attempt < ATTEMPTS && is_taken(&error) => {}
            Err(error) => return Err(error),
            Ok(socket) => {
                socket.set_nonblocking(true)?;
                return UdpSocket::from_std(socket);
            }
        }
    }
    Err(io::ErrorKind::AddrInUse.into())
}

fn is_taken(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::AddrInUse)
}
