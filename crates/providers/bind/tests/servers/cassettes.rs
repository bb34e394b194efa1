//! Recordings of the reference: transfers are played to this source, and updates are repeated on a server of
//! the same kind.

use std::fmt::Write as _;

use octodns_core::Zone;
use octodns_testkit::cassette::{Cassettes, Verdicts};
use octodns_testkit::server::{Allow, ClosedPort, Setup, bind};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::support::{component, lines, plan, provider_with, read, sync, zone};

/// The recordings of a class.
fn cassettes(class: &str) -> Option<Vec<(String, Value)>> {
    let mut cassettes = Cassettes::raw("bind")?;
    cassettes.retain(|(_, cassette)| {
        cassette["class"].as_str().is_some_and(|of| of.rsplit('.').next() == Some(class))
    });
    Some(cassettes)
}

fn records(json: &Value) -> &[Value] {
    json.as_array().unwrap()
}

fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().unwrap();
    let pairs = (0..hex.len()).step_by(2).map(|start| &hex[start..start + 2]);
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

/// Reads from a server with the recorded answers, adjusted to the id of the query.
async fn played(cassette: &Value) -> Result<Vec<String>, String> {
    let exchanges = records(&cassette["exchanges"]).to_vec();
    let source_at = |port: u16| {
        let mut config = cassette["config"].clone();
        config["port"] = port.into();
        component(cassette["class"].as_str().unwrap(), &config).unwrap()
    };
    if exchanges.is_empty() {
        let closed = ClosedPort::hold().unwrap();
        return read(&source_at(closed.number()), cassette["zone"].as_str().unwrap()).await;
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let source = source_at(listener.local_addr().unwrap().port());
    let serving = async {
        for exchange in exchanges {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; usize::from(stream.read_u16().await.unwrap())];
            stream.read_exact(&mut request).await.unwrap();
            // The query is the recorded one, up to the signature.
            let recorded = bytes(&exchange["query"]);
            let end = 12 + cassette["zone"].as_str().unwrap().len() + 1 + 4;
            assert_eq!(request[12..end], recorded[12..end]);
            for response in records(&exchange["responses"]) {
                let mut response = bytes(response);
                response[..2].copy_from_slice(&request[..2]);
                let length = u16::try_from(response.len()).unwrap();
                stream.write_u16(length).await.unwrap();
                stream.write_all(&response).await.unwrap();
            }
        }
    };
    let (result, ()) = tokio::join!(read(&source, cassette["zone"].as_str().unwrap()), serving);
    result
}

/// Signed transfers cannot be played: their signatures cover that of the query, which has its own time. Tests
/// next to the verifier use them.
#[tokio::test]
async fn recorded_transfers_are_read_as_the_reference_reads_them() {
    let Some(cassettes) = cassettes("AxfrSource") else { return };
    let mut verdicts = Verdicts::default();
    for (name, cassette) in cassettes {
        let is_signed = cassette["config"]["key_name"].is_string();
        if is_signed && cassette["error"].is_null() {
            verdicts.left_out(&name, "it is signed, with its time; the tests of TSIG verify it");
            continue;
        }
        verdicts.check(&name, is_transferred(cassette)).await;
    }
    verdicts.end();
}

async fn is_transferred(cassette: Value) {
    let result = played(&cassette).await;
    if cassette["error"].is_null() {
        let found = result.unwrap();
        let expected = zone(cassette["zone"].as_str().unwrap(), records(&cassette["populated"]));
        let expected = lines(expected.records());
        if let Some(count) = cassette["count"].as_u64() {
            assert_eq!(found.len() as u64, count);
            assert!(expected.iter().all(|line| found.contains(line)));
        } else {
            assert_eq!(found, expected);
        }
        return;
    }
    let error = result.unwrap_err();
    let theirs = cassette["error"]["message"].as_str().unwrap();
    let words = [
        ("Connection refused", "cannot connect to 127.0.0.1:"),
        ("NOTAUTH", "the server answered NOTAUTH (it has no such zone"),
        ("REFUSED", "the server answered REFUSED (it does not allow that)"),
        ("didn't know the key", "the server answered NOTAUTH, BADKEY (it does not know the key"),
        ("didn't like the signature", "the server answered NOTAUTH, BADSIG (it has another secret"),
    ];
    let expected = words.iter().find(|(of_theirs, _)| theirs.contains(of_theirs));
    let (_, expected) = expected.unwrap_or_else(|| panic!("what is expected of {theirs}?"));
    assert!(error.contains(expected), "{error}");
}

/// A zone as a zone file.
fn master_file(zone: &Zone) -> String {
    let mut text = String::from("@ 3600 SOA ns1 root 2018071501 3600 600 604800 3600\n");
    for record in zone.records() {
        let name = if record.name().is_apex() { "@" } else { record.name().as_str() };
        for rdata in record.rdata_strings() {
            let (ttl, of) = (record.ttl(), record.record_type());
            let _ = writeln!(text, "{name} {ttl} {of} {rdata}");
        }
    }
    text
}

/// The same plan, the same number of changes, and the desired zone afterwards, even if the reference does not
/// get there.
#[tokio::test]
async fn recorded_updates_settle_on_a_real_server() {
    let Some(cassettes) = cassettes("Rfc2136Provider") else { return };
    let master_file = "@ 3600 SOA ns1 root 1 3600 600 604800 3600\n@ 3600 NS ns1.example.net.\n";
    if bind::start(&Setup::open("unit.tests.", master_file)).is_none() {
        return;
    }
    let mut verdicts = Verdicts::default();
    for (name, cassette) in cassettes {
        verdicts.check(&name, comes_to_rest(cassette)).await;
    }
    verdicts.end();
}

async fn comes_to_rest(cassette: Value) {
    let name = cassette["zone"].as_str().unwrap();
    let before = zone(name, records(&cassette["populated"]));
    let mut setup = Setup::open(name, &master_file(&before));
    // The final zone is recorded, unless nobody may change it.
    if !cassette["error"].is_null() && cassette["after"].is_null() {
        setup.zones[0].update = Allow::Nobody;
    }
    let server = bind::start(&setup).unwrap();
    let mut config = cassette["config"].clone();
    config["port"] = server.address().port().into();
    for key in ["key_name", "key_secret", "key_algorithm"] {
        config.as_object_mut().unwrap().remove(key);
    }
    let provider = provider_with(&config);
    let desired = zone(name, records(&cassette["desired"]));

    let planned = plan(&provider, &desired).await.unwrap().unwrap();
    let changes: Vec<Value> = planned
        .changes
        .iter()
        .map(|change| {
            let record = change.record();
            let (name, of) = (record.name().as_str(), record.record_type().as_str());
            json!({ "action": change.verb(), "name": name, "type": of })
        })
        .collect();
    assert_eq!(changes, records(&cassette["changes"]));

    let result = sync(&provider, &desired).await;
    if cassette["error"].is_null() {
        assert_eq!(result, Ok(changes.len()));
        return;
    }
    let error = result.unwrap_err();
    assert!(error.contains("the server answered REFUSED"), "{error}");
    let left = plan(&provider, &before).await.unwrap();
    assert!(left.is_none(), "nothing of it is done");
}
