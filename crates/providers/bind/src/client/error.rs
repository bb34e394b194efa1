//! Why an exchange with a server failed.

use std::io;
use std::net::SocketAddr;

use octodns_dns::wire::WireError;

use super::rcode::Rcode;

/// Why an exchange with a server failed. Messages are one line, in lowercase, and contain no secrets.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The name of the server has no address.
    #[error("{host} has no {family} address")]
    NoAddress {
        /// The configured host.
        host: String,
        /// `IPv4` or `IPv6`.
        family: &'static str,
        /// The error of the system.
        source: Option<io::Error>,
    },
    /// No connection.
    #[error("cannot connect to {address}{}", connect_hint(.source))]
    Connect {
        /// The server.
        address: SocketAddr,
        /// The error of the system.
        source: io::Error,
    },
    /// The connection broke.
    #[error("the connection broke {progress}")]
    Io {
        /// How far the exchange had come.
        progress: Progress,
        /// The error of the system.
        source: io::Error,
    },
    /// The server closed the connection too early.
    #[error("the server closed the connection {0}")]
    Closed(Progress),
    /// The server stopped sending.
    #[error("no data for {seconds} s {progress}")]
    Silent {
        /// The configured timeout.
        seconds: f64,
        /// How far the exchange had come.
        progress: Progress,
    },
    /// The whole transfer took too long.
    #[error(
        "not complete after {seconds} s, {progress} (raise transfer_timeout if the zone is that large)"
    )]
    TooSlow {
        /// The limit.
        seconds: f64,
        /// How far the exchange had come.
        progress: Progress,
    },
    /// The whole transfer was too large.
    #[error(
        "not complete after {mebibytes} MiB, {progress} (raise transfer_limit if the zone is that large)"
    )]
    TooLarge {
        /// The limit.
        mebibytes: u64,
        /// How far the exchange had come.
        progress: Progress,
    },
    /// The server refused the request.
    #[error("the server answered {rcode}{}", .rcode.meaning(*.is_signed))]
    Refused {
        /// The response code.
        rcode: Rcode,
        /// Whether the request was signed.
        is_signed: bool,
    },
    /// A message is not valid.
    #[error("{0}")]
    Message(MessageFault),
    /// A signature is not valid.
    #[error("{0}")]
    Signature(SignatureFault),
    /// A record is not valid.
    #[error("{record}: {source}")]
    Record {
        /// Name and type.
        record: String,
        /// What is wrong.
        source: WireError,
    },
    /// A change does not fit into a message.
    #[error("{record}: its {bytes} bytes do not fit into one UPDATE message of {most}")]
    TooLargeForUpdate {
        /// Name and type.
        record: String,
        /// The size of the message.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// Signing needs the time.
    #[error("signing needs a clock, which the program does not provide")]
    NoClock,
}

impl Error {
    /// Whether the server has refused the request, which then has no effect.
    pub(crate) fn has_no_effect(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }

    /// Whether a prerequisite of an update failed.
    pub(crate) fn is_prerequisite(&self) -> bool {
        matches!(self, Self::Refused { rcode, .. } if rcode.is_prerequisite())
    }

    /// Whether the server may accept other records than those of the request.
    pub(crate) fn is_of_content(&self) -> bool {
        matches!(self, Self::Refused { rcode, .. } if rcode.is_of_content())
    }
}

fn connect_hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            " (no server listens there over TCP: see host and port)"
        }
        io::ErrorKind::TimedOut => " (nothing answers there: see host and port, and firewalls)",
        _ => "",
    }
}

/// How far an exchange has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Messages received.
    pub messages: usize,
    /// Records received.
    pub records: usize,
}

impl std::fmt::Display for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.messages, self.records) {
            (0, _) => f.write_str("before an answer came"),
            (messages, records) => {
                write!(f, "within the answer (after {messages} messages with {records} records)")
            }
        }
    }
}

/// What is wrong with a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageFault {
    /// It cannot be parsed.
    #[error("the answer is malformed: {0}")]
    Malformed(String),
    /// It answers another request.
    #[error("the answer has the id {found}, the query had {expected}")]
    Id {
        /// The id of the request.
        expected: u16,
        /// The id of the answer.
        found: u16,
    },
    /// It is not an answer.
    #[error("the server sent a query instead of an answer")]
    NoAnswer,
    /// Its opcode is wrong.
    #[error("the answer is to another kind of request (opcode {0})")]
    Opcode(u8),
    /// Its question is wrong.
    #[error("the answer is to another query: {0}")]
    Question(String),
    /// It is truncated, which is never necessary over TCP.
    #[error("the answer is truncated, over TCP")]
    Truncated,
    /// A request is longer than a message can be.
    #[error("the request does not fit into a message")]
    TooLong,
    /// A transfer must begin with the SOA.
    #[error("the transfer does not begin with the SOA of the zone, but with {0}")]
    NoSoa(String),
    /// A transfer must end with the SOA that it began with.
    #[error(
        "the transfer began with serial {opening} and ends with {closing}: \
         the zone changed meanwhile, or the server is faulty"
    )]
    SoaChanged {
        /// The first serial.
        opening: u32,
        /// The last serial.
        closing: u32,
    },
    /// There is more after the end.
    #[error("the transfer goes on after its end, with {0}")]
    AfterTheEnd(String),
    /// A record is outside the zone.
    #[error("the transfer has a record outside the zone: {0}")]
    OutsideZone(String),
    /// A record is not in the class IN.
    #[error("the transfer has a record of class {class}: {record}")]
    Class {
        /// Its class.
        class: u16,
        /// Name and type.
        record: String,
    },
}

/// What is wrong with a signature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureFault {
    /// It is missing.
    #[error("the answer is not signed, although the query was")]
    Missing,
    /// It is present, though the request was not signed.
    #[error("the answer is signed, though no key is configured")]
    Unexpected,
    /// The last of several messages is not signed.
    #[error("the last message of the answer is not signed")]
    MissingAtTheEnd,
    /// More than 99 messages in a row are not signed (RFC 8945, section 5.3.1).
    #[error("{0} messages in a row are not signed, at most 99 may be")]
    TooFew(usize),
    /// It uses another key or algorithm.
    #[error("the answer is signed with another key or algorithm: {0}")]
    Key(String),
    /// It does not match the message.
    #[error("the signature of message {message} of the answer is wrong")]
    Wrong {
        /// The number of the message, from 1.
        message: usize,
    },
    /// The clocks differ.
    #[error("the answer was signed {seconds} s {direction} our clock, at most {fudge} are allowed")]
    Time {
        /// The difference.
        seconds: u64,
        /// `before` or `after`.
        direction: &'static str,
        /// The allowed difference.
        fudge: u16,
    },
}

impl From<MessageFault> for Error {
    fn from(fault: MessageFault) -> Self {
        Self::Message(fault)
    }
}

impl From<SignatureFault> for Error {
    fn from(fault: SignatureFault) -> Self {
        Self::Signature(fault)
    }
}
