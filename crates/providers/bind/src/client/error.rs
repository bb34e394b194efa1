//! Why a server did not answer as it should.

use std::io;
use std::net::SocketAddr;

use octodns_dns::wire::WireError;

use super::rcode::Rcode;

/// What went wrong between us and a server. One line each, lower case; no secret is in any.
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
        /// What the system says.
        source: Option<io::Error>,
    },
    /// No connection.
    #[error("cannot connect to {address}")]
    Connect {
        /// The server.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The connection broke.
    #[error("the connection broke {progress}")]
    Io {
        /// How far it had come.
        progress: Progress,
        /// What the system says.
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
        /// How far it had come.
        progress: Progress,
    },
    /// The transfer took too long as a whole.
    #[error(
        "not complete after {seconds} s, {progress} (raise transfer_timeout if the zone is that large)"
    )]
    TooSlow {
        /// The limit.
        seconds: f64,
        /// How far it had come.
        progress: Progress,
    },
    /// The transfer was too large as a whole.
    #[error(
        "not complete after {mebibytes} MiB, {progress} (raise transfer_limit if the zone is that large)"
    )]
    TooLarge {
        /// The limit.
        mebibytes: u64,
        /// How far it had come.
        progress: Progress,
    },
    /// The server said no.
    #[error("the server answered {rcode}{}", .rcode.meaning())]
    Refused {
        /// Its answer.
        rcode: Rcode,
    },
    /// A message is not what it should be.
    #[error("{0}")]
    Message(MessageFault),
    /// A signature is not what it should be.
    #[error("{0}")]
    Signature(SignatureFault),
    /// A record is not what it should be.
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
        /// How many bytes the message would have.
        bytes: usize,
        /// How many it may have.
        most: usize,
    },
    /// Signing needs the time.
    #[error("signing needs a clock, which the program does not provide")]
    NoClock,
}

/// How far an exchange has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
    /// It cannot be read.
    #[error("the answer is malformed: {0}")]
    Malformed(String),
    /// It is the answer to something else.
    #[error("the answer has the id {found}, the query had {expected}")]
    Id {
        /// What was sent.
        expected: u16,
        /// What came back.
        found: u16,
    },
    /// It is not an answer.
    #[error("the server sent a query instead of an answer")]
    NoAnswer,
    /// Its opcode is another.
    #[error("the answer is to another kind of request (opcode {0})")]
    Opcode(u8),
    /// Its question is another.
    #[error("the answer is to another query: {0}")]
    Question(String),
    /// It was cut off, which nothing needs to be over TCP.
    #[error("the answer is truncated, over TCP")]
    Truncated,
    /// A transfer begins with the SOA.
    #[error("the transfer does not begin with the SOA of the zone, but with {0}")]
    NoSoa(String),
    /// A transfer ends with the SOA it began with.
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
    /// Something follows the end.
    #[error("the transfer goes on after its end, with {0}")]
    AfterTheEnd(String),
    /// A record is not of this zone.
    #[error("the transfer has a record outside the zone: {0}")]
    OutsideZone(String),
    /// A record is not of the Internet.
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
    /// There is none.
    #[error("the answer is not signed, although the query was")]
    Missing,
    /// There is one, though nobody asked for it.
    #[error("the answer is signed, though no key is configured")]
    Unexpected,
    /// The last message of several has none.
    #[error("the last message of the answer is not signed")]
    MissingAtTheEnd,
    /// More than 99 messages in a row have none (RFC 8945, section 5.3.1).
    #[error("{0} messages in a row are not signed, at most 99 may be")]
    TooFew(usize),
    /// Another key or algorithm was used.
    #[error("the answer is signed with another key or algorithm: {0}")]
    Key(String),
    /// It is not the signature of this message.
    #[error("the signature of message {message} of the answer is wrong")]
    Wrong {
        /// Which one, from 1.
        message: usize,
    },
    /// The clocks differ.
    #[error("the answer was signed {seconds} s {direction} our clock, at most {fudge} are allowed")]
    Time {
        /// By how much they differ.
        seconds: u64,
        /// `before` or `after`.
        direction: &'static str,
        /// How much is allowed.
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
