//! Servers that do not behave: each is refused, with one clear sentence, in bounded time and memory.

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
    /// What the next signature covers first: the last one, then what was not signed since.
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

    /// Signs by the letter of RFC 8945, sections 4.3 and 5.3.1: apart from what verifies it.
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

    /// Sends bytes as a message; whether that went well. A client that has heard enough goes away.
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

    /// Waits until the client goes away.
    async fn wait(&mut self) {
        let _ = self.stream.read(&mut [0]).await;
    }
}

/// What a client makes of a peer: the records it read, or what it says.
async fn transfer<F: Future<Output = ()> + Send>(
    key: Option<Key>,
    limits: Limits,
    peer: impl FnOnce(Peer) -> F,
) -> Result<usize, String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let client = Client {
        server: Server { host: "127.0.0.1".to_owned(), port, ipv6: false },
        key: key.clone(),
        limits,
        clock: Arc::new(|| Some("2027-01-15T08:00:00+00:00".to_owned())),
        next_id: 7.into(),
    };
    let serving = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; usize::from(stream.read_u16().await.unwrap())];
        stream.read_exact(&mut request).await.unwrap();
        let message = Message::new(&request).unwrap();
        let signature = message.walk(|_| Ok(())).unwrap();
        let mac = signature.map(|signature| signature.data.mac).unwrap_or_default();
        let id = message.id;
        peer(Peer { stream, id, key, mac, unsigned: Vec::new(), is_first: true }).await;
    };
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

/// Checks a peer without and with signatures.
async fn refused<F: Future<Output = ()> + Send>(peer: impl Fn(Peer) -> F, expected: &str) {
    for key in [None, Some(key())] {
        let result = transfer(key.clone(), QUICK, &peer).await;
        assert_eq!(result.as_ref().map_err(String::as_str), Err(expected), "{key:?}");
    }
}

#[tokio::test]
async fn a_peer_that_behaves_is_believed() {
    let peer = async |mut peer: Peer| {
        peer.send_signed(vec![soa(1), ns(), a("a.unit.test."), a("A.UNIT.test.")]).await;
        peer.send_signed(vec![a("b.unit.test.")]).await;
        peer.send_signed(vec![soa(1)]).await;
    };
    assert_eq!(transfer(None, QUICK, peer).await, Ok(3));
    assert_eq!(transfer(Some(key()), QUICK, peer).await, Ok(3));
}

#[tokio::test]
async fn silence_and_hanging_up_are_told_apart() {
    refused(async |mut peer| peer.wait().await, "nothing came for 0.3 s before an answer came")
        .await;
    refused(async |_| {}, "the server closed the connection before an answer came").await;
    let half = async |mut peer: Peer| {
        peer.send_signed(vec![soa(1), ns()]).await;
        peer.wait().await;
    };
    let expected = "nothing came for 0.3 s within the answer (after 1 messages with 2 records)";
    refused(half, expected).await;
    let half = async |mut peer: Peer| {
        peer.send_signed(vec![soa(1), ns()]).await;
    };
    let expected = "the server closed the connection within the answer \
                    (after 1 messages with 2 records)";
    refused(half, expected).await;
    // A message that stops in the middle.
    let cut = async |mut peer: Peer| {
        let _ = peer.stream.write_all(&[0, 200, 0, 7]).await;
        peer.wait().await;
    };
    refused(cut, "nothing came for 0.3 s before an answer came").await;
    // Over IXFR that would mean that nothing has changed.
    let lone = async |mut peer: Peer| {
        peer.send_signed(vec![soa(1)]).await;
        peer.wait().await;
    };
    let expected = "nothing came for 0.3 s within the answer (after 1 messages with 1 records)";
    refused(lone, expected).await;
}

#[tokio::test]
async fn a_reset_is_told() {
    for key in [None, Some(key())] {
        let reset = async |mut peer: Peer| {
            peer.send_signed(vec![soa(1)]).await;
            // What is left unread when the connection is closed makes it a reset.
            peer.stream.set_zero_linger().unwrap();
        };
        let error = transfer(key, QUICK, reset).await.unwrap_err();
        let expected = "the connection broke within the answer (after 1 messages with 1 records): ";
        assert!(error.starts_with(expected), "{error}");
    }
}

#[tokio::test]
async fn a_transfer_without_end_ends() {
    let endless = async |mut peer: Peer| {
        let mut number = 0_u32;
        peer.send_signed(vec![soa(1)]).await;
        let mut goes_on = true;
        while goes_on {
            number += 1;
            let records = (0..500).map(|n| a(&format!("n{number}-{n}.unit.test."))).collect();
            goes_on = peer.send_signed(records).await;
        }
    };
    for key in [None, Some(key())] {
        let few = Limits { mebibytes: 1, ..QUICK };
        let error = transfer(key.clone(), few, endless).await.unwrap_err();
        assert!(error.starts_with("no end after 1 MiB, within the answer (after "), "{error}");
        assert!(error.ends_with("(raise transfer_limit if the zone is that large)"), "{error}");

        // One message at a time, each before the patience ends, and so for ever.
        let short = Limits { transfer: Duration::from_millis(500), ..QUICK };
        let slow = async |mut peer: Peer| {
            peer.send_signed(vec![soa(1)]).await;
            let mut pace = tokio::time::interval(Duration::from_millis(20));
            while peer.send_signed(vec![a("a.unit.test.")]).await {
                pace.tick().await;
            }
        };
        let error = transfer(key, short, slow).await.unwrap_err();
        assert!(error.starts_with("no end after 0.5 s, within the answer (after "), "{error}");
    }
}

/// A pointer of two bytes stands for a name of up to 255: what it unfolds to counts.
#[tokio::test]
async fn names_that_unfold_are_bounded() {
    let label = "x".repeat(59);
    let longest = format!("{label}.{label}.{label}.{label}.unit.test.");
    let unfolding = async |mut peer: Peer| {
        peer.send_signed(vec![soa(1)]).await;
        // The first record has the name, after the header and the question; 2,000 point at it.
        let mut message = peer.answer(vec![a(&longest)]);
        let pointing = [0xc0, 27, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1];
        message.extend(pointing.repeat(2000));
        message[6..8].copy_from_slice(&2001_u16.to_be_bytes());
        let mut goes_on = true;
        while goes_on {
            let message = peer.sign(&message, NOW);
            goes_on = peer.send(&message).await;
        }
    };
    let most = Limits { mebibytes: 8, silence: Duration::from_secs(5), ..QUICK };
    for key in [None, Some(key())] {
        let error = transfer(key, most, unfolding).await.unwrap_err();
        // Of half a megabyte each: on the wire these are less than 1 MiB.
        let expected =
            "no end after 8 MiB, within the answer (after 17 messages with 32017 records)";
        assert!(error.starts_with(expected), "{error}");
    }
}

#[tokio::test]
async fn what_is_no_answer_to_the_question_is_refused() {
    /// Changes the message after it was made.
    async fn changed(mut peer: Peer, change: impl FnOnce(&mut Vec<u8>)) {
        let mut message = peer.answer(vec![soa(1), ns(), soa(1)]);
        change(&mut message);
        let message = peer.sign(&message, NOW);
        peer.send(&message).await;
        peer.wait().await;
    }
    let id = async |peer| changed(peer, |message| message[1] = 9).await;
    refused(id, "the answer has the id 9, the question had 7").await;
    let question = async |peer| changed(peer, |message| message[2] &= 0x7f).await;
    refused(question, "the server sent a question instead of an answer").await;
    let update = async |peer| changed(peer, |message| message[2] |= 5 << 3).await;
    refused(update, "the answer is to another kind of request (opcode 5)").await;
    let truncated = async |peer| changed(peer, |message| message[2] |= 2).await;
    refused(truncated, "the answer is truncated, over TCP").await;
    let other = async |peer| changed(peer, |message| message[13] = b'x').await;
    refused(other, "the answer is to another question: xnit.test.").await;
    let short = async |mut peer: Peer| {
        peer.send(b"\0\x07\x84").await;
        peer.wait().await;
    };
    refused(short, "the answer is malformed: it is shorter than a header").await;
    let longer = async |peer| changed(peer, |message| message.push(0)).await;
    for key in [None, Some(key())] {
        let error = transfer(key, QUICK, longer).await.unwrap_err();
        assert!(error.starts_with("the answer is malformed: "), "{error}");
    }
}

#[tokio::test]
async fn a_loop_of_names_is_refused() {
    /// The owner of the second record points at `target`, for which the last two bytes of its
    /// own pointer are found.
    async fn pointing(mut peer: Peer, target: impl FnOnce(usize) -> usize) {
        let mut message = peer.answer(vec![soa(1)]);
        let at = message.len();
        message[7] = 2;
        let pointer = u16::try_from(target(at)).unwrap() | 0xc000;
        message.extend(pointer.to_be_bytes());
        message.extend([0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 192, 0, 2, 1]);
        let message = peer.sign(&message, NOW);
        peer.send(&message).await;
        peer.wait().await;
    }
    let itself = async |peer| pointing(peer, |at| at).await;
    let forward = async |peer| pointing(peer, |at| at + 2).await;
    for key in [None, Some(key())] {
        let error = transfer(key.clone(), QUICK, itself).await.unwrap_err();
        assert!(error.starts_with("the answer is malformed: "), "{error}");
        let error = transfer(key, QUICK, forward).await.unwrap_err();
        assert!(error.starts_with("the answer is malformed: "), "{error}");
    }
}

#[tokio::test]
async fn what_is_no_zone_is_refused() {
    /// A transfer of these records, then waiting.
    async fn of(mut peer: Peer, records: Vec<Record>) {
        peer.send_signed(records).await;
        peer.wait().await;
    }
    let no_soa = async |peer| of(peer, vec![ns(), soa(1)]).await;
    let expected = "the transfer does not begin with the SOA of the zone, but with unit.test. NS";
    refused(no_soa, expected).await;
    let outside = async |peer| of(peer, vec![soa(1), a("www.other.test."), soa(1)]).await;
    let expected = "the transfer has a record outside the zone: www.other.test. A";
    refused(outside, expected).await;
    // Ends in the same letters, and is another zone.
    let outside = async |peer| of(peer, vec![soa(1), a("xunit.test."), soa(1)]).await;
    refused(outside, "the transfer has a record outside the zone: xunit.test. A").await;
    let changed = async |peer| of(peer, vec![soa(1), ns(), soa(2)]).await;
    let expected = "the transfer began with serial 1 and ends with 2: \
                    the zone changed meanwhile, or the server is faulty";
    refused(changed, expected).await;
    let after = async |peer| of(peer, vec![soa(1), ns(), soa(1), a("a.unit.test.")]).await;
    refused(after, "the transfer goes on after its end, with a.unit.test. A").await;
    let class = async |peer| {
        let mut chaos = ns();
        chaos.dns_class = DNSClass::CH;
        of(peer, vec![soa(1), chaos, soa(1)]).await;
    };
    refused(class, "the transfer has a record of class 3: unit.test. NS").await;
    let short = async |peer| {
        let data = RData::Unknown { code: RecordType::MX, rdata: NULL::with(vec![0]) };
        of(peer, vec![soa(1), Record::from_rdata(zone(), 60, data), soa(1)]).await;
    };
    for key in [None, Some(key())] {
        let error = transfer(key, QUICK, short).await.unwrap_err();
        assert!(error.starts_with("the answer is malformed: "), "{error}");
    }
}

/// A transfer of `count` messages, of which one is changed on its way.
async fn tampered(
    count: usize,
    index: usize,
    tamper: impl Fn(&mut Vec<u8>, &[u8]) + Copy + Send + Sync,
) -> Result<usize, String> {
    transfer(Some(key()), QUICK, async |mut peer| {
        for number in 0..count {
            let mut records = vec![a(&format!("a{number}.unit.test."))];
            if number == 0 {
                records.insert(0, soa(1));
            }
            if number + 1 == count {
                records.push(soa(1));
            }
            let bare = peer.answer(records);
            let mut message = peer.sign(&bare, NOW);
            if number == index {
                tamper(&mut message, &bare);
            }
            peer.send(&message).await;
        }
        peer.wait().await;
    })
    .await
}

#[tokio::test]
async fn a_wrong_signature_is_found_in_every_message() {
    assert_eq!(tampered(4, 9, |_, _| ()).await, Ok(4));
    for index in 0..4 {
        let mac = |message: &mut Vec<u8>, _: &[u8]| {
            let end = message.len() - 20;
            message[end] ^= 1;
        };
        let expected = format!("the signature of message {} of the answer is wrong", index + 1);
        assert_eq!(tampered(4, index, mac).await, Err(expected.clone()));
        // The address of the record.
        let data = |message: &mut Vec<u8>, bare: &[u8]| {
            let position = bare.windows(4).position(|bytes| bytes == [192, 0, 2, 1]).unwrap();
            message[position + 3] = 9;
        };
        assert_eq!(tampered(4, index, data).await, Err(expected));
    }
}

#[tokio::test]
async fn a_missing_signature_is_found() {
    let strip = |message: &mut Vec<u8>, bare: &[u8]| message.clone_from(&bare.to_vec());
    let missing = "the answer is not signed, though the question was".to_owned();
    assert_eq!(tampered(4, 0, strip).await, Err(missing));
    // The next signature does not cover what was taken away.
    let wrong = "the signature of message 3 of the answer is wrong".to_owned();
    assert_eq!(tampered(4, 1, strip).await, Err(wrong));
    let last = "the last message of the answer is not signed".to_owned();
    assert_eq!(tampered(4, 3, strip).await, Err(last));
}

#[tokio::test]
async fn up_to_99_messages_in_a_row_are_not_signed() {
    for (count, expected) in [
        (99, Ok(1)),
        (100, Err("100 messages in a row are not signed, at most 99 may be".to_owned())),
    ] {
        let peer = async |mut peer: Peer| {
            peer.send_signed(vec![soa(1)]).await;
            for _ in 0..count {
                peer.send_unsigned(vec![a("a.unit.test.")]).await;
            }
            peer.send_signed(vec![soa(1)]).await;
            peer.wait().await;
        };
        assert_eq!(transfer(Some(key()), QUICK, peer).await, expected);
    }
}

#[tokio::test]
async fn signatures_are_of_the_key_and_of_this_time() {
    for (time, expected) in [
        (NOW - 300, Ok(1)),
        (NOW + 300, Ok(1)),
        (NOW - 301, Err("the answer was signed 301 s before our clock, at most 300 are allowed")),
        (NOW + 999, Err("the answer was signed 999 s after our clock, at most 300 are allowed")),
    ] {
        let peer = async |mut peer: Peer| {
            let message = peer.answer(vec![soa(1), ns(), soa(1)]);
            let message = peer.sign(&message, time);
            peer.send(&message).await;
        };
        let result = transfer(Some(key()), QUICK, peer).await;
        assert_eq!(result, expected.map_err(str::to_owned));
    }
    let other = async |mut peer: Peer| {
        let message = peer.answer(vec![soa(1), ns(), soa(1)]);
        let mut message = peer.sign(&message, NOW);
        let position = message.windows(4).rposition(|bytes| bytes == b"\x03key").unwrap();
        message[position + 1] = b'K';
        message[position + 2] = b'a';
        peer.send(&message).await;
    };
    let expected = "the answer is signed with another key or algorithm: Kay.test. hmac-sha256";
    assert_eq!(transfer(Some(key()), QUICK, other).await, Err(expected.to_owned()));
    let unasked = async |mut peer: Peer| {
        peer.key = Some(key());
        peer.send_signed(vec![soa(1), ns(), soa(1)]).await;
    };
    let expected = "the answer is signed, though no key is configured";
    assert_eq!(transfer(None, QUICK, unasked).await, Err(expected.to_owned()));
}

#[tokio::test]
async fn a_no_is_told_with_what_it_may_mean() {
    for (code, expected) in [
        (5, "the server answered REFUSED (it does not allow that)"),
        (9, "the server answered NOTAUTH (it has no such zone, or wants a key for it)"),
        (2, "the server answered SERVFAIL (it failed; its log says why)"),
        (11, "the server answered code 11"),
    ] {
        let peer = async |mut peer: Peer| {
            let mut message = peer.answer(Vec::new());
            message[3] |= code;
            peer.send(&message).await;
        };
        refused(peer, expected).await;
    }
}

#[tokio::test]
async fn without_a_clock_nothing_is_signed() {
    let client = Client {
        server: Server { host: "127.0.0.1".to_owned(), port: 9, ipv6: false },
        key: Some(key()),
        limits: QUICK,
        clock: Arc::new(|| None),
        next_id: 1.into(),
    };
    let error = client.transfer(&ZoneName::new("unit.test.").unwrap()).await.unwrap_err();
    assert_eq!(error.to_string(), "the program gives no clock, which signing needs");
}
