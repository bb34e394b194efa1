//! Many questions at once, over a network that loses, repeats, delays and reorders, and to servers that send what was
//! not asked for.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic in a function it calls")]

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use hickory_proto::op::{Message, Query, ResponseCode};
use hickory_proto::rr::{Name, RecordType as Number};
use octodns_core::record::RecordData;
use octodns_core::{Record, RecordName, Zone, ZoneName};
use octodns_dns::live::{Difference, Seen, Verdict, verify};
use octodns_dns::{Client, ClientOptions, QueryError};
use octodns_testkit::dns::{FakeDns, Question, record, send};

const RECORDS: u8 = 200;

/// Records whose addresses tell them apart.
fn zone() -> Zone {
    let mut zone = Zone::new(ZoneName::new("example.com.").unwrap());
    for number in 0..RECORDS {
        let data = RecordData::A(vec![[192, 0, 2, number].into()]);
        zone.set(Record::new(RecordName::new(&format!("n{number}")).unwrap(), 60, data));
    }
    zone
}

/// The number in the name of a question.
fn number(name: &str) -> u8 {
    name.strip_prefix('n').and_then(|rest| rest.split_once('.')).unwrap().0.parse().unwrap()
}

/// The answer that belongs to a question.
fn right(question: &Question, mut message: Message) -> Vec<u8> {
    let address = [192, 0, 2, number(&question.name)];
    message.add_answer(record(&question.name, 60, 1, &address));
    send(&message).remove(0)
}

/// Long enough for any machine; what is lost is sent again soon.
fn options() -> ClientOptions {
    let mut options = ClientOptions::default();
    options.timeout = Duration::from_secs(60);
    options.tries = 240;
    options
}

/// What a server says of each record, in order.
async fn seen(options: ClientOptions, server: SocketAddr) -> Vec<Seen> {
    let client = Client::new(options).unwrap();
    let verified = verify(&client, &zone(), &[server], &|| {}).await;
    let mut seen: BTreeMap<u8, Seen> = verified
        .into_iter()
        .map(|mut verified| {
            (
                number(&verified.record.fqdn(&ZoneName::new("example.com.").unwrap())),
                verified.seen.remove(0),
            )
        })
        .collect();
    (0..RECORDS).map(|number| seen.remove(&number).unwrap()).collect()
}

fn assert_all_same(seen: &[Seen]) {
    for (number, seen) in seen.iter().enumerate() {
        assert_eq!(seen.verdict, Verdict::Same, "{number}: {:?}", seen.answer);
    }
}

#[tokio::test]
async fn nothing_is_lost_with_messages_that_are_lost_repeated_forged_cut_off_or_refused() {
    let times = Mutex::new(HashMap::<u8, usize>::new());
    let server = FakeDns::start(move |question, message| {
        let number = number(&question.name);
        let time = *times.lock().unwrap().entry(number).and_modify(|time| *time += 1).or_insert(1);
        let right = right(question, message.clone());
        match number % 8 {
            _ if question.tcp => vec![right],
            0 if time <= 3 => Vec::new(),
            1 => vec![right.clone(), right.clone(), right],
            2 => {
                let mut cut = message;
                cut.metadata.truncation = true;
                send(&cut)
            }
            3 => {
                // With ids of others, and with another question.
                let mut forged: Vec<_> = (1..50_u16)
                    .map(|other| {
                        let mut forged = message.clone();
                        forged.metadata.id ^= other;
                        forged.add_answer(record(&question.name, 60, 1, &[203, 0, 113, 1]));
                        send(&forged).remove(0)
                    })
                    .collect();
                let mut other = message;
                let name = Name::from_ascii("n255.example.com.").unwrap();
                other.queries = vec![Query::query(name.clone(), Number::A)];
                other.add_answer(record("n255.example.com.", 60, 1, &[203, 0, 113, 2]));
                forged.push(send(&other).remove(0));
                let mut two = other.clone();
                two.add_query(Query::query(name, Number::A));
                forged.extend(send(&two));
                forged.extend([vec![], vec![0], vec![0; 12]]);
                forged.push(right);
                forged
            }
            4 if question.edns => {
                let mut refused = message;
                refused.metadata.response_code = ResponseCode::FormErr;
                send(&refused)
            }
            _ => vec![right],
        }
    })
    .unwrap();
    assert_all_same(&seen(options(), server.address()).await);
}

/// A message as a server saw it: what it asks for, from where, and its id.
type Asked = (String, SocketAddr, u16);

/// A server over UDP that answers when it has received so many questions, or none any more; the last comes first, each
/// answer twice, and late ones go to ports that may be closed by then. With none at all it never answers.
fn reordering(batch: Option<usize>) -> (SocketAddr, Arc<Mutex<Vec<Asked>>>) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&asked);
    socket.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    thread::spawn(move || {
        let (mut bytes, mut held, mut sent) = (vec![0; 4096], Vec::new(), Vec::new());
        let mut idle = 0;
        while idle < 500 {
            match socket.recv_from(&mut bytes) {
                Ok((length, peer)) => {
                    idle = 0;
                    let request = Message::from_vec(&bytes[..length]).unwrap();
                    let name = request.queries[0].name().to_ascii();
                    told.lock().unwrap().push((name, peer, request.metadata.id));
                    held.push((request, peer));
                }
                Err(_) => idle += 1,
            }
            let Some(batch) = batch else { continue };
            if held.len() < batch && idle == 0 {
                continue;
            }
            let again: Vec<(Vec<u8>, SocketAddr)> = std::mem::take(&mut sent);
            for (request, peer) in held.drain(..).rev() {
                let query = request.queries[0].clone();
                let name = query.name().to_ascii();
                let mut message = Message::response(request.metadata.id, request.metadata.op_code);
                message.metadata.authoritative = true;
                message.add_query(query);
                message.add_answer(record(&name, 60, 1, &[192, 0, 2, number(&name)]));
                sent.push((send(&message).remove(0), peer));
            }
            for (bytes, peer) in sent.iter().chain(&again) {
                let _ = socket.send_to(bytes, *peer);
            }
        }
    });
    (address, asked)
}

#[tokio::test]
async fn answers_are_told_apart_in_whatever_order_they_come_and_however_often() {
    let (server, _) = reordering(Some(48));
    assert_all_same(&seen(options(), server).await);
}

/// Whoever forges an answer has to guess the port and the id.
#[tokio::test]
async fn a_port_is_used_for_few_questions_and_an_id_at_it_once_at_a_time() {
    let (server, asked) = reordering(Some(1));
    assert_all_same(&seen(options(), server).await);
    let asked = asked.lock().unwrap().clone();
    let mut ports = HashMap::<SocketAddr, usize>::new();
    for (_, peer, _) in &asked {
        *ports.entry(*peer).or_default() += 1;
    }
    assert!(ports.values().all(|uses| *uses <= 64), "{ports:?}");
    let ids: HashSet<u16> = asked.iter().map(|(_, _, id)| *id).collect();
    // Of 200 random ids, hardly any are equal.
    assert!(ids.len() > 190, "{ids:?}");
    let steps: HashSet<u16> =
        asked.windows(2).map(|pair| pair[1].2.wrapping_sub(pair[0].2)).collect();
    assert!(steps.len() > 190, "{steps:?}");
}

/// A question that is sent again is sent from another port, as a new one would be.
#[tokio::test]
async fn a_lost_question_comes_from_another_port_with_another_id() {
    let (server, asked) = reordering(None);
    let mut twice = options();
    (twice.timeout, twice.tries) = (Duration::from_secs(2), 2);
    for seen in seen(twice, server).await {
        assert!(matches!(seen.answer, Err(QueryError::Timeout { .. })), "{:?}", seen.answer);
    }
    let mut ports = HashMap::<String, HashSet<SocketAddr>>::new();
    for (name, peer, _) in asked.lock().unwrap().drain(..) {
        ports.entry(name).or_default().insert(peer);
    }
    assert_eq!(ports.len(), usize::from(RECORDS));
    assert!(ports.values().all(|ports| ports.len() == 2), "{ports:?}");
}

#[tokio::test]
async fn silence_is_a_timeout_of_each_question() {
    let mut impatient = options();
    (impatient.timeout, impatient.tries) = (Duration::from_millis(100), 2);
    let nobody = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for seen in seen(impatient, nobody).await {
        assert!(matches!(seen.answer, Err(QueryError::Timeout { .. })), "{:?}", seen.answer);
        let Verdict::Differs(differences) = seen.verdict else { panic!("{:?}", seen.verdict) };
        assert!(matches!(differences[..], [Difference::Unanswered(_)]), "{differences:?}");
    }
}

/// Messages without end that belong to no question do not keep the answers of others from being read.
#[tokio::test]
async fn a_flood_of_messages_does_not_hold_up_the_answers() {
    let server = FakeDns::start(|question, message| {
        let mut other = message.clone();
        other.metadata.id ^= 1;
        let mut all = vec![send(&other).remove(0); 200];
        all.insert(100, right(question, message));
        all
    })
    .unwrap();
    let mut few = options();
    few.concurrency = 4;
    assert_all_same(&seen(few, server.address()).await);
}

#[tokio::test]
async fn other_clients_keep_to_the_same_limit() {
    let silent = FakeDns::start(|_, _| Vec::new()).unwrap();
    let server = FakeDns::start(|question, message| vec![right(question, message)]).unwrap();
    let mut options = options();
    options.concurrency = 2;
    let client = Client::new(options).unwrap();
    let (other, address) = (client.clone(), silent.address());
    let asking = tokio::spawn(async move {
        other.query(address, "n0.example.com.", octodns_core::RecordType::A).await
    });
    let verified = verify(&client, &zone(), &[server.address()], &|| {}).await;
    assert_eq!(verified.len(), usize::from(RECORDS));
    assert!(verified.iter().all(|verified| !verified.differs()));
    asking.abort();
}
