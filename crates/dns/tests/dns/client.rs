//! Queries to servers that answer well, badly, or not at all.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic in a function it calls")]

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hickory_proto::op::{Message, Query, ResponseCode};
use hickory_proto::rr::{Name, RecordType as Number};
use octodns_core::RecordType;
use octodns_core::record::{HostName, RecordData};
use octodns_dns::{Answer, Client, ClientOptions, Code, Found, QueryError, Resolver, RrSet};
use octodns_testkit::dns::{FakeDns, Question, nxdomain, record, send, txt};

const NAME: &str = "www.example.com.";

/// Long enough for any machine, if an answer comes.
fn patient() -> ClientOptions {
    let mut options = ClientOptions::default();
    options.timeout = Duration::from_secs(60);
    options.tries = 1;
    options
}

/// For servers that do not answer.
fn impatient() -> ClientOptions {
    let mut options = ClientOptions::default();
    options.timeout = Duration::from_millis(200);
    options.tries = 2;
    options
}

async fn ask(
    options: ClientOptions,
    answers: impl Fn(&Question, Message) -> Vec<Vec<u8>> + Send + Sync + 'static,
) -> (Result<Answer, QueryError>, Vec<Question>) {
    let server = FakeDns::start(answers).unwrap();
    let answer = Client::new(options).unwrap().query(server.address(), NAME, RecordType::A).await;
    (answer, server.asked())
}

fn address(last: u8) -> Vec<u8> {
    vec![192, 0, 2, last]
}

/// An answer of one record.
fn found(ttl: u32, rdata: Vec<u8>) -> Found {
    let mut rows = RrSet::default();
    rows.ttl = ttl;
    rows.rdatas = vec![rdata];
    Found::RrSet(rows)
}

fn alias(name: &str) -> Vec<u8> {
    let data = RecordData::Cname(HostName::new(name).unwrap());
    octodns_dns::wire::to_bytes(&data).unwrap().remove(0)
}

#[tokio::test]
async fn records_are_found_at_the_end_of_their_aliases() {
    let (answer, asked) = ask(patient(), |_, mut message| {
        message.metadata.authoritative = false;
        message.add_answers([
            record("B.example.net.", 30, 1, &address(2)),
            record("www.Example.com.", 60, 5, &alias("a.example.net.")),
            record("a.example.net.", 60, 5, &alias("b.example.NET.")),
            record("b.example.net.", 20, 1, &address(1)),
            record("c.example.net.", 10, 1, &address(3)),
        ]);
        send(&message)
    })
    .await;
    let answer = answer.unwrap();
    assert_eq!(answer.aliases, ["a.example.net.", "b.example.net."]);
    assert!(!answer.authoritative);
    let Found::RrSet(rows) = answer.found else { panic!("{answer:?}") };
    assert_eq!(rows.ttl, 20);
    let expected = RecordData::A(vec![Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::new(192, 0, 2, 2)]);
    assert_eq!(rows.data(RecordType::A).unwrap(), expected);
    let question = Question { name: NAME.to_owned(), number: 1, tcp: false, edns: true };
    assert_eq!(asked, [question]);
}

#[tokio::test]
async fn missing_records_are_an_answer() {
    let (answer, _) = ask(patient(), |_, message| send(&nxdomain(message))).await;
    assert_eq!(answer.unwrap().found, Found::NxDomain);
    let (answer, _) = ask(patient(), |_, mut message| {
        // A CNAME to a name in another zone, and another type at the name.
        message.add_answer(record(NAME, 60, 5, &alias("elsewhere.example.net.")));
        message.add_answer(record(NAME, 60, 16, &txt(&["text"])));
        send(&message)
    })
    .await;
    let answer = answer.unwrap();
    assert_eq!((answer.found, answer.authoritative), (Found::NoData, true));
    assert_eq!(answer.aliases, ["elsewhere.example.net."]);
}

#[tokio::test]
async fn refusals_are_told_apart() {
    for (code, expected, shown) in [
        (ResponseCode::ServFail, Code::ServFail, "SERVFAIL"),
        (ResponseCode::Refused, Code::Refused, "REFUSED"),
        (ResponseCode::NotImp, Code::NotImp, "NOTIMP"),
        (ResponseCode::YXDomain, Code::YxDomain, "YXDOMAIN"),
        (ResponseCode::NotAuth, Code::Other(9), "RCODE9"),
    ] {
        let (answer, _) = ask(patient(), move |_, mut message| {
            message.metadata.response_code = code;
            send(&message)
        })
        .await;
        let error = answer.unwrap_err();
        assert!(matches!(error, QueryError::Refused { code, .. } if code == expected), "{error}");
        assert!(error.to_string().ends_with(shown), "{error}");
    }
}

/// Old servers do not know EDNS (RFC 6891, section 7).
#[tokio::test]
async fn a_server_without_edns_is_asked_without() {
    let (answer, asked) = ask(patient(), |question, mut message| {
        if question.edns {
            message.metadata.response_code = ResponseCode::FormErr;
        } else {
            message.add_answer(record(NAME, 60, 1, &address(1)));
        }
        send(&message)
    })
    .await;
    assert_eq!(answer.unwrap().found, found(60, address(1)));
    assert_eq!(asked.len(), 2);
}

#[tokio::test]
async fn truncated_answers_are_repeated_over_tcp() {
    let (answer, asked) = ask(patient(), |question, mut message| {
        if question.tcp {
            message.add_answers((0..=255).map(|last| record(NAME, 60, 1, &address(last))));
        } else {
            message.metadata.truncation = true;
        }
        send(&message)
    })
    .await;
    let Found::RrSet(rows) = answer.unwrap().found else { panic!("no records") };
    assert_eq!(rows.rdatas.len(), 256);
    assert_eq!(asked.iter().map(|question| question.tcp).collect::<Vec<_>>(), [false, true]);
}

#[tokio::test]
async fn a_lost_query_is_sent_again() {
    let seen = AtomicUsize::new(0);
    let mut options = ClientOptions::default();
    options.timeout = Duration::from_secs(20);
    options.tries = 200;
    options.concurrency = 1;
    let (answer, asked) = ask(options, move |_, mut message| {
        if seen.fetch_add(1, Ordering::SeqCst) == 0 {
            return Vec::new();
        }
        message.add_answer(record(NAME, 60, 1, &address(1)));
        send(&message)
    })
    .await;
    assert!(matches!(answer.unwrap().found, Found::RrSet(_)));
    assert!(asked.len() >= 2);
}

#[tokio::test]
async fn silence_is_a_timeout() {
    // The second question has time to arrive.
    let mut twice = impatient();
    twice.timeout = Duration::from_secs(4);
    let (answer, asked) = ask(twice, |_, _| Vec::new()).await;
    assert!(matches!(answer, Err(QueryError::Timeout { .. })), "{answer:?}");
    assert_eq!(asked.len(), 2);
    // Also over TCP, and with a message that never ends.
    let (answer, _) = ask(impatient(), |question, mut message| {
        message.metadata.truncation = true;
        if question.tcp { Vec::new() } else { send(&message) }
    })
    .await;
    assert!(matches!(answer, Err(QueryError::Timeout { .. })), "{answer:?}");
    let nobody = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let answer = Client::new(impatient()).unwrap().query(nobody, NAME, RecordType::A).await;
    assert!(matches!(answer, Err(QueryError::Timeout { .. })), "{answer:?}");
}

/// Other messages are ignored, and the real answer still counts.
#[tokio::test]
async fn forged_answers_are_overlooked() {
    let (answer, _) = ask(patient(), |_, mut message| {
        let mut wrong_id = message.clone();
        wrong_id.metadata.id ^= 1;
        wrong_id.add_answer(record(NAME, 60, 1, &address(66)));
        let mut other = message.clone();
        other.queries = vec![Query::query(Name::from_ascii("x.").unwrap(), Number::A)];
        other.add_answer(record(NAME, 60, 1, &address(67)));
        message.add_answer(record(NAME, 60, 1, &address(1)));
        [vec![vec![]], vec![vec![0]], send(&wrong_id), send(&other), send(&message)].concat()
    })
    .await;
    assert_eq!(answer.unwrap().found, found(60, address(1)));
}

#[tokio::test]
async fn malformed_answers_are_errors() {
    type Spoil = fn(Message) -> Vec<Vec<u8>>;
    let spoils: [(&str, Spoil); 6] = [
        ("cut in the middle", |mut message| {
            message.add_answer(record(NAME, 60, 1, &address(1)));
            let mut bytes = send(&message).remove(0);
            bytes.truncate(bytes.len() - 5);
            vec![bytes]
        }),
        ("names that point to themselves", |message| {
            let mut bytes = send(&message).remove(0);
            // The header promises one more answer, whose name is a pointer to itself.
            bytes[7] = 1;
            let place = u8::try_from(bytes.len()).unwrap();
            bytes.extend([0xc0, place, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]);
            vec![bytes]
        }),
        ("an address of three bytes", |mut message| {
            message.add_answer(record(NAME, 60, 1, &[192, 0, 2]));
            send(&message)
        }),
        ("aliases without end", |mut message| {
            message.add_answer(record(NAME, 60, 5, &alias("a.")));
            message.add_answer(record("a.", 60, 5, &alias(NAME)));
            send(&message)
        }),
        ("a question", |message| {
            let mut bytes = send(&message).remove(0);
            bytes[2] &= 0x7f;
            vec![bytes]
        }),
        ("cut off over TCP too", |mut message| {
            message.metadata.truncation = true;
            send(&message)
        }),
    ];
    for (what, spoil) in spoils {
        let (answer, _) = ask(patient(), move |_, message| spoil(message)).await;
        assert!(matches!(answer, Err(QueryError::Malformed { .. })), "{what}: {answer:?}");
    }
}

#[tokio::test]
async fn a_referral_is_not_an_answer() {
    let (answer, _) = ask(patient(), |_, mut message| {
        message.metadata.authoritative = false;
        let ns = b"\x02ns\x03www\x07example\x03com\0";
        message.add_authorities([record(NAME, 300, 2, ns)]);
        message.add_additionals([record("ns.www.example.com.", 300, 1, &address(53))]);
        send(&message)
    })
    .await;
    let answer = answer.unwrap();
    assert_eq!(answer.found, Found::NoData);
    let referral = answer.referral.unwrap();
    assert_eq!(referral.zone, NAME);
    assert_eq!(referral.ns.ttl, 300);
    assert_eq!(referral.glue[&("ns.www.example.com.".to_owned(), 1)].rdatas, [address(53)]);
}

/// Ten queries to a server that answers only that of another client, which is sent after them.
#[tokio::test]
async fn concurrent_queries_are_limited() {
    let server = FakeDns::start(
        |question, message| {
            if question.name == "last." { send(&message) } else { Vec::new() }
        },
    )
    .unwrap();
    let mut options = patient();
    options.concurrency = 3;
    let client = Client::new(options).unwrap();
    let asking: Vec<_> = (0..10)
        .map(|number| {
            let (client, server) = (client.clone(), server.address());
            let name = format!("n{number}.example.com.");
            tokio::spawn(async move { client.query(server, &name, RecordType::A).await })
        })
        .collect();
    let last =
        Client::new(patient()).unwrap().query(server.address(), "last.", RecordType::A).await;
    assert_eq!(last.unwrap().found, Found::NoData);
    assert_eq!(server.asked().len(), 3 + 1);
    asking.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn a_resolver_goes_on_to_the_next_server() {
    let failing = FakeDns::start(|_, mut message| {
        message.metadata.response_code = ResponseCode::ServFail;
        send(&message)
    })
    .unwrap();
    let knowing = FakeDns::start(|_, message| send(&nxdomain(message))).unwrap();
    let servers = vec![failing.address(), knowing.address()];
    let resolver = Resolver::new(Client::new(patient()).unwrap(), servers);
    let answer = resolver.query(NAME, RecordType::TXT).await.unwrap();
    assert_eq!(answer.found, Found::NxDomain);

    let resolver = Resolver::new(Client::new(patient()).unwrap(), vec![failing.address()]);
    let error = resolver.query(NAME, RecordType::TXT).await.unwrap_err();
    assert!(matches!(error, QueryError::Refused { code: Code::ServFail, .. }), "{error}");
    let nobody: Vec<SocketAddr> = Vec::new();
    let error =
        Resolver::new(Client::new(patient()).unwrap(), nobody).query(NAME, RecordType::A).await;
    assert!(matches!(error, Err(QueryError::NoServers { .. })));
}

#[tokio::test]
async fn impossible_queries_are_errors() {
    let server = SocketAddr::from(([127, 0, 0, 1], 9));
    for (name, of) in [(NAME, RecordType::ALIAS), ("a..b.", RecordType::A), ("a", RecordType::A)] {
        let answer = Client::new(patient()).unwrap().query(server, name, of).await;
        assert!(matches!(answer, Err(QueryError::Question(_))), "{name} {of}");
    }
}
