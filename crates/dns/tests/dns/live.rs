//! Compares a zone with servers: what counts as equal, as different, and as unknown.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic in a function it calls")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hickory_proto::op::{Message, ResponseCode};
use octodns_core::record::dynamic::{Pool, PoolValue, Rule};
use octodns_core::record::{Dynamic, RecordData, RecordTypes};
use octodns_core::{Record, RecordName, Zone, ZoneName};
use octodns_dns::live::{Difference, Verdict, Verified, verify};
use octodns_dns::{Client, ClientOptions, wire};
use octodns_testkit::dns::{FakeDns, Question, nxdomain, record, send};

fn client() -> Client {
    let mut options = ClientOptions::default();
    options.timeout = Duration::from_secs(60);
    options.tries = 1;
    Client::new(options).unwrap()
}

/// Record data in presentation format.
fn data(of: &str, values: &[&str]) -> RecordData {
    let types = RecordTypes::default();
    let entry = types.get(of).unwrap();
    let values: Vec<_> = values.iter().map(|text| entry.parse(text).unwrap()).collect();
    entry.read(&values).unwrap()
}

fn bytes(of: &str, value: &str) -> Vec<u8> {
    wire::to_bytes(&data(of, &[value])).unwrap().remove(0)
}

fn zone(records: impl IntoIterator<Item = Record>) -> Zone {
    let mut zone = Zone::new(ZoneName::new("example.com.").unwrap());
    for record in records {
        zone.set(record);
    }
    zone
}

fn new(name: &str, ttl: i64, data: RecordData) -> Record {
    Record::new(RecordName::new(name).unwrap(), ttl, data)
}

/// The verdict on one record, at a server with this answer.
async fn verdict(
    wanted: Record,
    answers: impl Fn(&Question, Message) -> Vec<Vec<u8>> + Send + Sync + 'static,
) -> Verdict {
    let server = FakeDns::start(answers).unwrap();
    let zone = zone([wanted]);
    let mut verified = verify(&client(), &zone, &[server.address()], &|| {}).await;
    verified.remove(0).seen.remove(0).verdict
}

/// Answers with these records: the TTL, type and value of each.
fn answer(
    authoritative: bool,
    rows: &'static [(&'static str, u32, &'static str, &'static str)],
) -> impl Fn(&Question, Message) -> Vec<Vec<u8>> {
    move |_, mut message| {
        message.metadata.authoritative = authoritative;
        for (name, ttl, of, value) in rows {
            let number = wire::type_number(octodns_core::RecordType::custom(of)).unwrap();
            message.add_answer(record(name, *ttl, number, &bytes(of, value)));
        }
        send(&message)
    }
}

fn differs(difference: Difference) -> Verdict {
    Verdict::Differs(vec![difference])
}

fn values(missing: &[&str], extra: &[&str]) -> Difference {
    let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
    Difference::Values { missing: owned(missing), extra: owned(extra) }
}

const WWW: &str = "www.example.com.";

#[tokio::test]
async fn values_matter_but_not_their_order_and_spelling() {
    let www = || new("www", 60, data("A", &["192.0.2.1", "192.0.2.2"]));
    let both = answer(true, &[(WWW, 60, "A", "192.0.2.2"), (WWW, 60, "A", "192.0.2.1")]);
    assert_eq!(verdict(www(), both).await, Verdict::Same);
    let other = answer(true, &[(WWW, 60, "A", "192.0.2.3"), (WWW, 60, "A", "192.0.2.1")]);
    let expected = differs(values(&["192.0.2.2"], &["192.0.2.3"]));
    assert_eq!(verdict(www(), other).await, expected);

    let mx = new("", 60, data("MX", &["10 mx.example.net."]));
    assert_eq!(
        verdict(mx, |_, mut message| {
            message.add_answer(record("EXAMPLE.com.", 60, 15, b"\0\x0a\x02MX\x07Example\x03net\0"));
            send(&message)
        })
        .await,
        Verdict::Same
    );
    // Split into other strings.
    let text = new("www", 60, data("TXT", &["\"one two\""]));
    assert_eq!(
        verdict(text, |_, mut message| {
            message.add_answer(record(WWW, 60, 16, b"\x04one \x00\x03two"));
            send(&message)
        })
        .await,
        Verdict::Same
    );
    // It is a difference, not an error, if octoDNS cannot hold the answer.
    let text = new("www", 60, data("TXT", &["\"one\""]));
    assert_eq!(
        verdict(text, |_, mut message| {
            message.add_answer(record(WWW, 60, 16, b"\x01\xff"));
            send(&message)
        })
        .await,
        differs(values(&["\"one\""], &["\"\\255\""]))
    );
}

#[tokio::test]
async fn ttls_are_the_zones_or_have_run_down_in_a_cache() {
    let www = || new("www", 60, data("A", &["192.0.2.1"]));
    let ttl = |found| differs(Difference::Ttl { expected: 60, found });
    let rows: [&'static [_]; 3] = [
        &[(WWW, 59, "A", "192.0.2.1")],
        &[(WWW, 60, "A", "192.0.2.1")],
        &[(WWW, 61, "A", "192.0.2.1")],
    ];
    for (rows, authoritative, expected) in [
        (rows[0], true, ttl(59)),
        (rows[1], true, Verdict::Same),
        (rows[2], true, ttl(61)),
        (rows[0], false, Verdict::Same),
        (rows[1], false, Verdict::Same),
        (rows[2], false, ttl(61)),
    ] {
        assert_eq!(verdict(www(), answer(authoritative, rows)).await, expected);
    }
}

#[tokio::test]
async fn kinds_of_missing_records_are_distinguished() {
    let www = || new("www", 60, data("A", &["192.0.2.1"]));
    let gone = verdict(www(), |_, message| send(&nxdomain(message))).await;
    assert_eq!(gone, differs(Difference::NoName));
    let empty = verdict(www(), |_, message| send(&message)).await;
    assert_eq!(empty, differs(Difference::NoRecord));
    let alias = answer(
        true,
        &[(WWW, 60, "CNAME", "cdn.example.net."), ("cdn.example.net.", 60, "A", "192.0.2.1")],
    );
    let expected = differs(Difference::Alias("cdn.example.net.".to_owned()));
    assert_eq!(verdict(www(), alias).await, expected);
    let refused = verdict(www(), |_, mut message| {
        message.metadata.response_code = ResponseCode::Refused;
        send(&message)
    })
    .await;
    let Verdict::Differs(differences) = refused else { panic!("{refused:?}") };
    assert!(differences[0].to_string().ends_with("answered REFUSED"), "{differences:?}");
    // ALIAS cannot be queried.
    let alias = new("", 60, data("ALIAS", &["cdn.example.net."]));
    let open = verdict(alias, |_, message| send(&message)).await;
    assert_eq!(open, Verdict::Open("ALIAS records are not queried".to_owned()));
}

/// The answer for a pool is one of its values; the record's own values may be absent.
#[tokio::test]
async fn dynamic_records_answer_with_any_of_their_values() {
    let www = || {
        let pools = vec![
            Pool::new("one", [PoolValue::new("192.0.2.11"), PoolValue::new("192.0.2.12")]),
            Pool::new("two", [PoolValue::new("192.0.2.21")]),
        ];
        let dynamic = Dynamic::new(pools, vec![Rule::new("two")]);
        new("www", 60, data("A", &["192.0.2.1"])).with_dynamic(dynamic)
    };
    for rows in [
        &[(WWW, 60, "A", "192.0.2.21")][..],
        &[(WWW, 60, "A", "192.0.2.12"), (WWW, 60, "A", "192.0.2.11")],
        &[(WWW, 60, "A", "192.0.2.1")],
    ] {
        assert_eq!(verdict(www(), answer(true, rows)).await, Verdict::Same, "{rows:?}");
    }
    let other = answer(true, &[(WWW, 60, "A", "192.0.2.22"), (WWW, 60, "A", "192.0.2.21")]);
    assert_eq!(verdict(www(), other).await, differs(values(&[], &["192.0.2.22"])));
}

/// The referral of a parent to a child zone (RFC 1034, section 4.2.1).
fn referral(zone: &'static str) -> impl Fn(&Question, Message) -> Vec<Vec<u8>> {
    move |_, mut message| {
        message.metadata.authoritative = false;
        let ns = bytes("NS", "ns.sub.example.com.");
        message.add_authorities([record(zone, 300, 2, &ns)]);
        let glue = record("ns.sub.example.com.", 300, 1, &[192, 0, 2, 53]);
        message.add_additionals([glue]);
        send(&message)
    }
}

#[tokio::test]
async fn a_zone_cut_is_read_from_the_referral() {
    let sub = "sub.example.com.";
    let ns = new("sub", 300, data("NS", &["ns.sub.example.com."]));
    assert_eq!(verdict(ns, referral(sub)).await, Verdict::Same);
    let ns = new("sub", 300, data("NS", &["other.example.com."]));
    let expected = differs(values(&["other.example.com."], &["ns.sub.example.com."]));
    assert_eq!(verdict(ns, referral(sub)).await, expected);
    let glue = new("ns.sub", 300, data("A", &["192.0.2.53"]));
    assert_eq!(verdict(glue, referral(sub)).await, Verdict::Same);
    let glue = new("ns.sub", 300, data("A", &["192.0.2.54"]));
    let expected = differs(values(&["192.0.2.54"], &["192.0.2.53"]));
    assert_eq!(verdict(glue, referral(sub)).await, expected);
    let below = new("www.sub", 300, data("A", &["192.0.2.53"]));
    let open = verdict(below, referral(sub)).await;
    assert_eq!(open, Verdict::Open("delegated to sub.example.com.".to_owned()));
    // A server that does not have the zone refers to those that do, or to the root.
    for above in ["example.com.", "com.", "."] {
        let www = new("www", 300, data("A", &["192.0.2.53"]));
        let expected = differs(Difference::Elsewhere(above.to_owned()));
        assert_eq!(verdict(www, referral(above)).await, expected);
    }
}

#[tokio::test]
async fn every_server_is_queried_for_every_record_in_order() {
    let servers = [1_u8, 1, 2].map(|last| {
        FakeDns::start(move |question, mut message| {
            let last = if question.name.starts_with("n7.") { last } else { 1 };
            message.add_answer(record(&question.name, 60, 1, &[192, 0, 2, last]));
            send(&message)
        })
        .unwrap()
    });
    let records = (0..20).map(|number| new(&format!("n{number}"), 60, data("A", &["192.0.2.1"])));
    let zone = zone(records);
    let addresses: Vec<_> = servers.iter().map(FakeDns::address).collect();
    let asked = AtomicUsize::new(0);
    let count = || {
        asked.fetch_add(1, Ordering::SeqCst);
    };
    let verified = verify(&client(), &zone, &addresses, &count).await;
    assert_eq!(asked.load(Ordering::SeqCst), 60);
    let names: Vec<_> = verified.iter().map(|verified| verified.record.name().clone()).collect();
    assert!(names.is_sorted() && names.len() == 20);
    for Verified { record, seen, .. } in &verified {
        let same: Vec<_> = seen.iter().map(|seen| seen.verdict == Verdict::Same).collect();
        let expected = record.name().as_str() != "n7";
        assert_eq!(same, [true, true, expected], "{:?}", record.name());
    }
    let odd = verified.iter().find(|verified| verified.differs()).unwrap();
    assert!(odd.is_contradictory() && odd.record.name().as_str() == "n7");
    assert_eq!(verified.iter().filter(|verified| verified.is_contradictory()).count(), 1);
}
