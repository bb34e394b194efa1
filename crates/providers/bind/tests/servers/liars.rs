//! Servers that mishandle an update: the outcome is found by reading the zone back.

use std::net::Ipv4Addr;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hickory_proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::{A, NS, SOA};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use octodns_core::Outcome;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::live::LAB;
use super::support::{apply, plan, provider_with, record, zone};

/// The behaviour of such a server.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Lie {
    /// It reports success and does nothing.
    Yes,
    /// It applies the update, and does not answer.
    Nothing,
    /// It closes the connection without an answer.
    HangsUp,
    /// It applies the update, and closes the connection.
    HangsUpWhenDone,
    /// Its answer has another id.
    Id,
    /// Its answer has the opcode of a query.
    Opcode,
    /// Its answer is about another zone.
    Zone,
    /// Its answer is truncated.
    Short,
    /// It reports a failure.
    Fails,
}

fn name(text: &str) -> Name {
    Name::from_str(text).unwrap()
}

/// The whole zone.
fn answers(has_www: bool) -> Vec<Record> {
    let soa = SOA::new(name("ns1.lab.test."), name("root.lab.test."), 7, 1, 2, 3, 4);
    let soa = Record::from_rdata(name(LAB), 60, RData::SOA(soa));
    let ns = Record::from_rdata(name(LAB), 60, RData::NS(NS(name("ns1.other.test."))));
    let www = A(Ipv4Addr::new(192, 0, 2, 1));
    let www = Record::from_rdata(name("www.lab.test."), 60, RData::A(www));
    let mut records = vec![soa.clone(), ns];
    records.extend(has_www.then_some(www));
    records.push(soa);
    records
}

/// The answer to a request, or none.
fn answer(request: &Message, lie: Lie, has_www: &AtomicBool) -> Option<Vec<u8>> {
    let metadata = &request.metadata;
    let mut answer = Message::new(metadata.id, MessageType::Response, metadata.op_code);
    if metadata.op_code == OpCode::Query {
        answer.add_query(Query::query(name(LAB), RecordType::AXFR));
        answer.add_answers(answers(has_www.load(Ordering::Relaxed)));
        return Some(answer.to_vec().unwrap());
    }
    answer.add_query(Query::query(name(LAB), RecordType::SOA));
    match lie {
        Lie::HangsUp => return None,
        Lie::Nothing | Lie::HangsUpWhenDone => {
            has_www.store(true, Ordering::Relaxed);
            return None;
        }
        Lie::Id => answer.metadata.id ^= 1,
        Lie::Opcode => answer.metadata.op_code = OpCode::Query,
        Lie::Zone => {
            answer.queries.clear();
            answer.add_query(Query::query(name("other.test."), RecordType::SOA));
        }
        Lie::Fails => answer.metadata.response_code = ResponseCode::ServFail,
        Lie::Yes | Lie::Short => {}
    }
    let mut bytes = answer.to_vec().unwrap();
    if lie == Lie::Short {
        bytes.truncate(20);
    }
    Some(bytes)
}

async fn converse(mut stream: TcpStream, lie: Lie, has_www: &AtomicBool) {
    let mut request = vec![0; usize::from(stream.read_u16().await.unwrap())];
    stream.read_exact(&mut request).await.unwrap();
    let request = Message::from_vec(&request).unwrap();
    if let Some(answer) = answer(&request, lie, has_www) {
        stream.write_u16(u16::try_from(answer.len()).unwrap()).await.unwrap();
        stream.write_all(&answer).await.unwrap();
    } else if lie == Lie::Nothing {
        // Until the client closes the connection.
        let _ = stream.read(&mut [0]).await;
    }
}

fn desired() -> Vec<Value> {
    vec![
        record("", "NS", 60, json!(["ns1.other.test."])),
        record("www", "A", 60, json!("192.0.2.1")),
    ]
}

#[tokio::test]
async fn the_outcome_of_an_update_is_found() {
    let ignored = "the server answered NOERROR, but ignored it";
    for (lie, expected, failure) in [
        (Lie::Yes, "its serial is the one from before", Some(ignored)),
        (Lie::Nothing, "no data for 0.3 s before an answer came", None),
        (Lie::HangsUpWhenDone, "the server closed the connection before an answer came", None),
        (
            Lie::HangsUp,
            "the server closed the connection before an answer came",
            Some("the server closed the connection before an answer came"),
        ),
        (Lie::Id, "the answer has the id ", Some("the answer has the id ")),
        (
            Lie::Opcode,
            "the answer is to another kind of request (opcode 0)",
            Some("the answer is to another kind of request (opcode 0)"),
        ),
        (
            Lie::Zone,
            "the answer is to another query: other.test.",
            Some("the answer is to another query: other.test."),
        ),
        (Lie::Short, "the answer is malformed: ", Some("the answer is malformed: ")),
        (
            Lie::Fails,
            "the server answered SERVFAIL (it failed; its log says why)",
            Some("the server answered SERVFAIL (it failed; its log says why)"),
        ),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let has_www = Arc::new(AtomicBool::new(false));
        let state = Arc::clone(&has_www);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                converse(stream, lie, &state).await;
            }
        });
        let options = json!({ "host": "127.0.0.1", "port": port, "timeout": 0.3 });
        let provider = provider_with(&options);
        let planned = plan(&provider, &zone(LAB, &desired())).await.unwrap().unwrap();
        let (outcomes, error) = apply(&provider, &planned).await;
        let error = error.unwrap();
        assert!(error.contains(expected), "{lie:?}: {error}");
        match (&outcomes[..], failure) {
            ([Outcome::Applied], None) => {}
            ([Outcome::Failed(why)], Some(word)) => assert!(why.contains(word), "{lie:?}: {why}"),
            _ => panic!("{lie:?}: {outcomes:?}"),
        }
        let left = plan(&provider, &zone(LAB, &desired())).await.unwrap();
        assert_eq!(left.is_none(), has_www.load(Ordering::Relaxed), "{lie:?}");
        serving.abort();
    }
}
