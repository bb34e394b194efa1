//! A DNS server in this process that gives whatever answers a test needs.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{Name, RData, Record, RecordType, rdata::NULL};

/// A question that the fake received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The name, absolute, in lower case.
    pub name: String,
    /// The number of the type.
    pub number: u16,
    /// Whether it came over TCP.
    pub tcp: bool,
    /// Whether it announces a UDP payload size (EDNS, RFC 6891).
    pub edns: bool,
}

/// Answers a question: each item is sent as one message; none at all is a timeout.
type Answers = dyn Fn(&Question, Message) -> Vec<Vec<u8>> + Send + Sync;

/// A DNS server on a free port of 127.0.0.1, over UDP and TCP, until it is dropped.
pub struct FakeDns {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Question>>>,
    ending: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl FakeDns {
    /// Starts a server that sends what `answers` returns for a question and an empty authoritative answer to
    /// it.
    ///
    /// # Errors
    ///
    /// If there is no free port.
    pub fn start(
        answers: impl Fn(&Question, Message) -> Vec<Vec<u8>> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let (tcp, udp) = sockets()?;
        let address = udp.local_addr()?;
        let asked = Arc::new(Mutex::new(Vec::new()));
        let ending = Arc::new(AtomicBool::new(false));
        let server = Arc::new(Serving {
            answers: Box::new(answers),
            asked: Arc::clone(&asked),
            ending: Arc::clone(&ending),
        });
        let over_tcp = Arc::clone(&server);
        let threads = vec![
            thread::spawn(move || server.serve_udp(&udp)),
            thread::spawn(move || over_tcp.serve_tcp(&tcp)),
        ];
        Ok(Self { address, asked, ending, threads })
    }

    /// Its address, for TCP and UDP.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The questions received so far, in order.
    pub fn asked(&self) -> Vec<Question> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for FakeDns {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::SeqCst);
        // Wakes both threads, which wait for a client.
        let _ = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))
            .and_then(|socket| socket.send_to(&[], self.address));
        let _ = TcpStream::connect(self.address);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// The same free port for TCP and UDP.
fn sockets() -> io::Result<(TcpListener, UdpSocket)> {
    let mut result = Err(io::Error::other("no free port"));
    for _ in 0..100 {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        result = UdpSocket::bind(tcp.local_addr()?).map(|udp| (tcp, udp));
        if result.is_ok() {
            break;
        }
    }
    result
}

struct Serving {
    answers: Box<Answers>,
    asked: Arc<Mutex<Vec<Question>>>,
    ending: Arc<AtomicBool>,
}

impl Serving {
    fn serve_udp(&self, socket: &UdpSocket) {
        let mut bytes = vec![0; 65_535];
        while let Ok((length, peer)) = socket.recv_from(&mut bytes) {
            if self.ending.load(Ordering::SeqCst) {
                return;
            }
            for answer in self.answer(&bytes[..length], false) {
                let _ = socket.send_to(&answer, peer);
            }
        }
    }

    fn serve_tcp(self: &Arc<Self>, listener: &TcpListener) {
        while let Ok((stream, _)) = listener.accept() {
            if self.ending.load(Ordering::SeqCst) {
                return;
            }
            let server = Arc::clone(self);
            // The thread ends with its connection.
            thread::spawn(move || server.converse(stream));
        }
    }

    fn converse(&self, mut stream: TcpStream) -> io::Result<()> {
        loop {
            let mut length = [0; 2];
            stream.read_exact(&mut length)?;
            let mut bytes = vec![0; u16::from_be_bytes(length).into()];
            stream.read_exact(&mut bytes)?;
            for answer in self.answer(&bytes, true) {
                let length = u16::try_from(answer.len()).map_err(io::Error::other)?;
                stream.write_all(&[&length.to_be_bytes()[..], &answer].concat())?;
            }
        }
    }

    fn answer(&self, bytes: &[u8], tcp: bool) -> Vec<Vec<u8>> {
        let Ok(request) = Message::from_vec(bytes) else { return Vec::new() };
        let Some(query) = request.queries.first() else { return Vec::new() };
        let question = Question {
            name: query.name().to_lowercase().to_ascii(),
            number: query.query_type().into(),
            tcp,
            edns: request.edns.is_some(),
        };
        let mut response = Message::response(request.metadata.id, request.metadata.op_code);
        response.metadata.authoritative = true;
        response.metadata.recursion_desired = request.metadata.recursion_desired;
        response.add_query(query.clone());
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(question.clone());
        (self.answers)(&question, response)
    }
}

/// The message as the only answer.
///
/// # Panics
///
/// If it cannot be encoded.
pub fn send(message: &Message) -> Vec<Vec<u8>> {
    vec![message.to_vec().unwrap_or_else(|error| panic!("{error}: {message}"))]
}

/// The message with the response code NXDOMAIN (RFC 2308).
#[must_use]
pub fn nxdomain(mut message: Message) -> Message {
    message.metadata.response_code = ResponseCode::NXDomain;
    message
}

/// A record.
///
/// # Panics
///
/// If the name is not valid, or the record data is empty.
pub fn record(name: &str, ttl: u32, number: u16, rdata: &[u8]) -> Record {
    let name = Name::from_ascii(name).unwrap_or_else(|error| panic!("{name}: {error}"));
    let code = RecordType::from(number);
    Record::from_rdata(name, ttl, RData::Unknown { code, rdata: NULL::with(rdata.to_vec()) })
}

/// The record data of a `TXT` record with these strings (RFC 1035, section 3.3.14).
///
/// # Panics
///
/// If a string has more than 255 bytes.
pub fn txt(strings: &[&str]) -> Vec<u8> {
    let mut rdata = Vec::new();
    for string in strings {
        rdata.push(u8::try_from(string.len()).unwrap_or_else(|_| panic!("{string} is too long")));
        rdata.extend(string.bytes());
    }
    rdata
}
