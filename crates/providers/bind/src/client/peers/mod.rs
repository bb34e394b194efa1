//! Misbehaving servers: each is refused with one clear message, within limits of time and memory.

mod signatures;
mod transfers;

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use hickory_proto::op::{Message as Wire, MessageType, OpCode, Query};
use hickory_proto::rr::rdata::{A, NS, NULL, SOA};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::message::Message;
use super::tsig::Key;
use super::*;

const NOW: u64 = 1_800_000_000;

fn zone() -> Name {
    Name::from_str("unit.test.").unwrap()
}

fn key() -> Key {
    Key {
        name: Name::from_str("key.test.").unwrap(),
        algorithm: Algorithm::Sha256,
        secret: b"0123456789abcdef".to_vec(),
    }
}

fn soa(serial: u32) -> Record {
    let ns = Name::from_str("ns.unit.test.").unwrap();
    let soa = SOA::new(ns.clone(), ns, serial, 1, 2, 3, 4);
    Record::from_rdata(zone(), 60, RData::SOA(soa))
}

fn ns() -> Record {
    Record::from_rdata(zone(), 60, RData::NS(NS(Name::from_str("ns.unit.test.").unwrap())))
}

fn a(name: &str) -> Record {
    let name = Name::from_str(name).unwrap();
    Record::from_rdata(name, 60, RData::A(A::new(192, 0, 2, 1)))
}

/// The server's side of one transfer.
struct Peer {
    stream: TcpStream,
    id: u16,
    key: Option<Key>,
    /// What the next signature covers first: the last MAC, then the unsigned messages since.
    mac: Vec<u8>,
    unsigned: Vec<u8>,
    is_first: bool,
}

impl Peer {
    /// An answer with these records.
    fn answer(&self, records: Vec<Record>) -> Vec<u8> {
        let mut message = Wire::new(self.id, MessageType::Response, OpCode::Query);
        message.metadata.authoritative = true;
        message.add_query(Query::query(zone(), RecordType::AXFR));
        message.add_answers(records);
        message.to_vec().unwrap()
    }

    /// Signs exactly as RFC 8945, sections 4.3 and 5.3.1, independently of the code that verifies.
    fn sign(&mut self, message: &[u8], time: u64) -> Vec<u8> {
        let Some(key) = &self.key else { return message.to_vec() };
        let mut covered = u16::try_from(self.mac.len()).unwrap().to_be_bytes().to_vec();
        covered.extend(&self.mac);
        covered.extend(&self.unsigned);
        covered.extend(message);
        let timers = [&time.to_be_bytes()[2..], &[1, 44]].concat();
        let (name, algorithm) = (b"\x03key\x04test\0", b"\x0bhmac-sha256\0");
        if self.is_first {
            covered.extend(name);
            covered.extend([0, 255, 0, 0, 0, 0]);
            covered.extend(algorithm);
            covered.extend(&timers);
            covered.extend([0, 0, 0, 0]);
        } else {
            covered.extend(&timers);
        }
        self.mac = key.algorithm.mac(&key.secret, &covered);
        self.unsigned.clear();
        self.is_first = false;
        let mut signed = message.to_vec();
        let additionals = u16::from_be_bytes([signed[10], signed[11]]) + 1;
        signed[10..12].copy_from_slice(&additionals.to_be_bytes());
        signed.extend(name);
        signed.extend([0, 250, 0, 255, 0, 0, 0, 0]);
        let rdata = [&algorithm[..], &timers, &[0, 32], &self.mac, &message[..2], &[0, 0, 0, 0]];
        let rdata = rdata.concat();
        signed.extend(u16::try_from(rdata.len()).unwrap().to_be_bytes());
        signed.extend(rdata);
        signed
    }

    /// Sends bytes as a message; returns whether that worked. A client that has seen enough closes the
    /// connection.
    async fn send(&mut self, message: &[u8]) -> bool {
        let length = u16::try_from(message.len()).unwrap().to_be_bytes();
        self.stream.write_all(&[&length, message].concat()).await.is_ok()
    }

    async fn send_signed(&mut self, records: Vec<Record>) -> bool {
        let message = self.answer(records);
        let message = self.sign(&message, NOW);
        self.send(&message).await
    }

    async fn send_unsigned(&mut self, records: Vec<Record>) -> bool {
        let message = self.answer(records);
        self.unsigned.extend(&message);
        self.send(&message).await
    }

    /// Waits until the client closes the connection.
    async fn wait(&mut self) {
        let _ = self.stream.read(&mut [0]).await;
    }
}

/// A client of the peer at this port, with a fixed clock.
fn client(port: u16, key: Option<Key>, limits: Limits) -> Client {
    Client {
        server: Server { host: "127.0.0.1".to_owned(), port, ipv6: false },
        key,
        limits,
        clock: Arc::new(|| Some(UNIX_EPOCH + Duration::from_secs(NOW))),
        next_id: 7.into(),
    }
}

/// Waits for a client and its request.
async fn accept(listener: &TcpListener, key: Option<Key>) -> Peer {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut request = vec![0; usize::from(stream.read_u16().await.unwrap())];
    stream.read_exact(&mut request).await.unwrap();
    let message = Message::new(&request).unwrap();
    let signature = message.walk(|_| Ok(())).unwrap();
    let mac = signature.map(|signature| signature.data.mac).unwrap_or_default();
    let id = message.id;
    Peer { stream, id, key, mac, unsigned: Vec::new(), is_first: true }
}

/// The result of a transfer from a peer: the records, or the error.
async fn transfer<F: Future<Output = ()> + Send>(
    key: Option<Key>,
    limits: Limits,
    peer: impl FnOnce(Peer) -> F,
) -> Result<usize, String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let client = client(port, key.clone(), limits);
    let serving = async { peer(accept(&listener, key).await).await };
    let zone = ZoneName::new("unit.test.").unwrap();
    let (result, ()) = tokio::join!(client.transfer(&zone), serving);
    let words = |error: Error| {
        let mut text = error.to_string();
        if let Some(cause) = std::error::Error::source(&error) {
            text = format!("{text}: {cause}");
        }
        text
    };
    result.map(|transferred| transferred.sets.len()).map_err(words)
}

const QUICK: Limits = Limits {
    silence: Duration::from_millis(300),
    transfer: Duration::from_secs(20),
    mebibytes: 16,
};

/// For peers that send a lot, which takes a busy machine long.
const PATIENT: Limits =
    Limits { silence: Duration::from_mins(5), transfer: Duration::from_mins(10), mebibytes: 16 };

/// Checks a peer without and with signatures.
async fn refused<F: Future<Output = ()> + Send>(peer: impl Fn(Peer) -> F, expected: &str) {
    for key in [None, Some(key())] {
        let result = transfer(key.clone(), QUICK, &peer).await;
        assert_eq!(result.as_ref().map_err(String::as_str), Err(expected), "{key:?}");
    }
}
