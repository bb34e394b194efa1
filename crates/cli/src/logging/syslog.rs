//! The system's log, by the BSD protocol (RFC 3164) over a local socket or UDP.

use std::io;
use std::net::UdpSocket;
#[cfg(unix)]
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::str::FromStr;

use super::LoggingError;
use super::level::Level;

/// What kind of program a message is from (RFC 3164, 4.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facility(u8);

const FACILITIES: &[(&str, u8)] = &[
    ("kern", 0),
    ("user", 1),
    ("mail", 2),
    ("daemon", 3),
    ("auth", 4),
    ("security", 4),
    ("syslog", 5),
    ("lpr", 6),
    ("news", 7),
    ("uucp", 8),
    ("cron", 9),
    ("authpriv", 10),
    ("ftp", 11),
    ("ntp", 12),
    ("console", 14),
    ("solaris-cron", 15),
    ("local0", 16),
    ("local1", 17),
    ("local2", 18),
    ("local3", 19),
    ("local4", 20),
    ("local5", 21),
    ("local6", 22),
    ("local7", 23),
];

impl FromStr for Facility {
    type Err = LoggingError;

    fn from_str(name: &str) -> Result<Self, LoggingError> {
        let found = FACILITIES.iter().find(|(known, _)| *known == name);
        found.map(|(_, code)| Self(*code)).ok_or_else(|| LoggingError::Facility(name.to_owned()))
    }
}

/// An open way to the system's log.
#[derive(Debug)]
pub struct Syslog {
    socket: Socket,
    facility: Facility,
}

#[derive(Debug)]
enum Socket {
    #[cfg(unix)]
    Local(UnixDatagram),
    Udp(UdpSocket),
}

impl Syslog {
    /// Opens a daemon's socket on this machine, such as `/dev/log`.
    ///
    /// # Errors
    ///
    /// When there is no such socket, or nobody listens on it.
    #[cfg(unix)]
    pub fn local(path: &Path, facility: Facility) -> Result<Self, LoggingError> {
        let socket = UnixDatagram::unbound().and_then(|socket| {
            socket.connect(path)?;
            Ok(socket)
        });
        match socket {
            Ok(socket) => Ok(Self { socket: Socket::Local(socket), facility }),
            Err(source) => Err(LoggingError::Open { path: path.to_owned(), source }),
        }
    }

    /// There are no such sockets on this system.
    ///
    /// # Errors
    ///
    /// Always.
    #[cfg(not(unix))]
    pub fn local(path: &Path, _: Facility) -> Result<Self, LoggingError> {
        let source = std::io::ErrorKind::Unsupported.into();
        Err(LoggingError::Open { path: path.to_owned(), source })
    }

    /// Sends to a daemon over the network, by UDP.
    ///
    /// # Errors
    ///
    /// When the address cannot be resolved.
    pub fn udp(host: &str, port: u16, facility: Facility) -> Result<Self, LoggingError> {
        let socket = UdpSocket::bind(("0.0.0.0", 0)).and_then(|socket| {
            socket.connect((host, port))?;
            Ok(socket)
        });
        match socket {
            Ok(socket) => Ok(Self { socket: Socket::Udp(socket), facility }),
            Err(source) => {
                Err(LoggingError::Open { path: format!("{host}:{port}").into(), source })
            }
        }
    }

    /// Sends one message.
    pub(super) fn send(&self, level: Level, text: &str) -> io::Result<()> {
        let priority = self.facility.0 * 8 + severity(level);
        // The zero byte at the end is what daemons are used to from Python.
        let packet = format!("<{priority}>{text}\0");
        let sent = match &self.socket {
            #[cfg(unix)]
            Socket::Local(socket) => socket.send(packet.as_bytes()),
            Socket::Udp(socket) => socket.send(packet.as_bytes()),
        };
        sent.map(drop)
    }
}

/// RFC 3164's number for how bad it is.
fn severity(level: Level) -> u8 {
    match level {
        Level::CRITICAL => 2,
        Level::ERROR => 3,
        Level::WARNING => 4,
        Level::INFO => 6,
        _ => 7,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_message_carries_facility_and_severity() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let daemon = UnixDatagram::bind(&path).unwrap();
        let syslog = Syslog::local(&path, "local0".parse().unwrap()).unwrap();
        syslog.send(Level::WARNING, "octodns[1:1]: Plan hello").unwrap();
        let mut packet = [0; 100];
        let length = daemon.recv(&mut packet).unwrap();
        assert_eq!(&packet[..length], b"<132>octodns[1:1]: Plan hello\0");
    }

    #[test]
    fn a_socket_that_is_not_there_is_an_error() {
        let facility = "daemon".parse().unwrap();
        assert!(Syslog::local(Path::new("no/such/socket"), facility).is_err());
        assert!("nonsense".parse::<Facility>().is_err());
    }
}
