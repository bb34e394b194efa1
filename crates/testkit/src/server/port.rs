//! Ports that no other test takes while a server uses them.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the ephemeral ports of the system.
const FIRST: u16 = 20_000;
const COUNT: u16 = 10_000;

/// The address for reservations. Servers with `SO_REUSEPORT` share a port silently, so binding the port
/// itself is not enough. All of 127.0.0.0/8 is this machine, and only tests listen at this address.
const RESERVED: Ipv4Addr = Ipv4Addr::new(127, 53, 0, 1);

/// A port of 127.0.0.1 (and of `::1`), TCP and UDP, reserved for as long as this lives.
pub(super) struct Port {
    number: u16,
    _reservation: Option<TcpListener>,
}

impl Port {
    /// Finds and reserves one.
    pub(super) fn free() -> io::Result<Self> {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        // Parallel test programs start at different ports.
        let start = u16::try_from(std::process::id() % u32::from(COUNT)).unwrap_or_default();
        for _ in 0..COUNT {
            let step = NEXT.fetch_add(1, Ordering::Relaxed) % COUNT;
            let number = FIRST + (start + step) % COUNT;
            if let Some(port) = Self::reserve(number) {
                return Ok(port);
            }
        }
        Err(io::Error::other("no free port"))
    }

    fn reserve(number: u16) -> Option<Self> {
        let reservation = match TcpListener::bind((RESERVED, number)) {
            Ok(listener) => Some(listener),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return None,
            // If 127.0.0.1 is the only loopback address, there are no reservations.
            Err(_) => None,
        };
        let local = (Ipv4Addr::LOCALHOST, number);
        let is_free = TcpListener::bind(local).is_ok() && UdpSocket::bind(local).is_ok();
        is_free.then_some(Self { number, _reservation: reservation })
    }

    pub(super) fn number(&self) -> u16 {
        self.number
    }

    pub(super) fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.number).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_port_is_reserved_twice() {
        let ports: Vec<Port> = (0..20).map(|_| Port::free().unwrap()).collect();
        let mut numbers: Vec<u16> = ports.iter().map(Port::number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 20);
        assert!(Port::reserve(numbers[0]).is_none());
    }
}
