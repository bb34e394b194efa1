//! Waits until a server answers for everything it should serve.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::process::Process;

/// How long a server may take to start, on a busy machine and with a large zone: one that ends is noticed at once.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long to wait before asking again.
const PAUSE: Duration = Duration::from_millis(20);
const TIMEOUT: Duration = Duration::from_secs(5);

/// What must be answered, and at which address.
pub(super) enum Readiness {
    /// The SOA of each of these zones, authoritatively. An open port is not enough: zones load later.
    Zones(SocketAddr, Vec<String>),
    /// A `GET` of this path, with 200.
    Http(SocketAddr, &'static str),
    /// Both.
    Both(Box<[Readiness; 2]>),
}

impl Readiness {
    /// Waits until it is ready, as long as the process lives.
    pub(super) fn wait(&self, process: &mut Process) -> io::Result<()> {
        let start = Instant::now();
        while !self.is_met() {
            if let Some(status) = process.ended()? {
                return Err(io::Error::other(format!("it ended with {status}")));
            }
            if start.elapsed() > PATIENCE {
                return Err(io::Error::other("it does not answer"));
            }
            std::thread::sleep(PAUSE);
        }
        Ok(())
    }

    fn is_met(&self) -> bool {
        match self {
            Self::Zones(address, zones) => {
                zones.iter().all(|zone| answers_soa(*address, zone).unwrap_or(false))
            }
            Self::Http(address, path) => answers_get(*address, path).unwrap_or(false),
            Self::Both(both) => both.iter().all(Self::is_met),
        }
    }
}

fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    Ok(stream)
}

/// Whether the SOA query of a zone gets an authoritative answer (AA), without error and with one record.
fn answers_soa(address: SocketAddr, zone: &str) -> io::Result<bool> {
    let mut stream = connect(address)?;
    stream.write_all(&soa_query(zone))?;
    // Length, id, flags, count of questions, count of answers.
    let mut start = [0; 10];
    stream.read_exact(&mut start)?;
    let [_, _, _, _, high, low, _, _, many, one] = start;
    let (is_authoritative, rcode) = (high & 0b100 != 0, low & 0b1111);
    Ok(is_authoritative && rcode == 0 && (many, one) == (0, 1))
}

/// A query for a zone's SOA, with the length prefix of TCP (RFC 1035, 4.2.2).
fn soa_query(zone: &str) -> Vec<u8> {
    let mut message = vec![0x53, 0x53, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in zone.split('.').filter(|label| !label.is_empty()) {
        message.push(u8::try_from(label.len()).unwrap_or_default());
        message.extend(label.bytes());
    }
    message.extend([0, 0, 6, 0, 1]);
    let length = u16::try_from(message.len()).unwrap_or_default();
    [&length.to_be_bytes()[..], &message].concat()
}

fn answers_get(address: SocketAddr, path: &str) -> io::Result<bool> {
    let mut stream = connect(address)?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
    let mut start = [0; 12];
    stream.read_exact(&mut start)?;
    Ok(start.ends_with(b" 200"))
}
