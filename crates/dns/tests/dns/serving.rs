//! What a server serves of a change, judged by the zone before and after it.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic in a function it calls")]

use std::time::Duration;

use hickory_proto::op::Message;
use octodns_core::record::dynamic::{Pool, PoolValue, Rule};
use octodns_core::record::{Dynamic, RecordData, RecordTypes};
use octodns_core::{Record, RecordName, RecordType, Zone, ZoneName};
use octodns_dns::live::{Content, Question, Serving, serving};
use octodns_dns::{Client, ClientOptions, wire};
use octodns_testkit::dns::{FakeDns, nxdomain, record, send};

/// A record by name, type, TTL and value.
type Row = (&'static str, &'static str, i64, &'static str);

fn data(of: &str, value: &str) -> RecordData {
    let types = RecordTypes::default();
    let entry = types.get(of).unwrap();
    entry.read(&[entry.parse(value).unwrap()]).unwrap()
}

fn zone(rows: &[Row]) -> Zone {
    let mut zone = Zone::new(ZoneName::new("example.com.").unwrap());
    for (name, of, ttl, value) in rows {
        zone.set(Record::new(RecordName::new(name).unwrap(), *ttl, data(of, value)));
    }
    zone
}

/// A name and type that is asked for, the zone before and after, what is sent, and what that is.
type Case = ((&'static str, &'static str), &'static [Row], &'static [Row], Sends, &'static str);

/// What a server sends.
#[derive(Clone, Copy, Debug)]
enum Sends {
    NoName,
    NoData,
    Refused,
    /// These as the answer, with absolute names.
    Answer(&'static [Row]),
    /// These in the authority section, without an answer.
    Referral(&'static [Row], &'static [Row]),
    /// That there is no such name in the zone with this SOA record; whether it is authoritative.
    NoNameIn(&'static str, bool),
    /// Nothing, from a server that is not authoritative.
    Lame,
}

impl Sends {
    fn fill(self, mut message: Message) -> Message {
        let rows = |rows: &[Row]| {
            let row = |(name, of, ttl, value): &Row| {
                let number = wire::type_number(RecordType::custom(of)).unwrap();
                let rdata = wire::to_bytes(&data(of, value)).unwrap().remove(0);
                record(name, u32::try_from(*ttl).unwrap(), number, &rdata)
            };
            rows.iter().map(row).collect::<Vec<_>>()
        };
        match self {
            Self::NoName => return nxdomain(message),
            Self::NoData => {}
            Self::Refused => {
                message.metadata.response_code = hickory_proto::op::ResponseCode::Refused;
            }
            Self::Answer(answer) => _ = message.add_answers(rows(answer)),
            Self::Referral(ns, glue) => {
                message.metadata.authoritative = false;
                message.add_authorities(rows(ns));
                message.add_additionals(rows(glue));
            }
            Self::NoNameIn(zone, authoritative) => {
                message.metadata.authoritative = authoritative;
                let names = [b"\x02ns\0\x01h\0".as_slice(), &[0; 20]].concat();
                message.add_authority(record(zone, 60, 6, &names));
                return nxdomain(message);
            }
            Self::Lame => message.metadata.authoritative = false,
        }
        message
    }
}

async fn judge(
    (name, of): (&str, &'static str),
    (before, after): (&Zone, &Zone),
    any_ttl: bool,
    sends: Sends,
) -> Serving {
    let server = FakeDns::start(move |_, message| send(&sends.fill(message))).unwrap();
    let mut options = ClientOptions::default();
    options.timeout = Duration::from_secs(60);
    options.tries = 1;
    let name = RecordName::new(name).unwrap();
    let of = RecordType::custom(of);
    let fqdn = name.fqdn(after.name());
    let answer = Client::new(options).unwrap().query(server.address(), &fqdn, of).await;
    let question = Question { name: &name, of, any_ttl };
    serving(question, &Content::of(before), &Content::of(after), &answer)
}

const WWW: &str = "www.example.com.";
const OLD: Row = ("www", "A", 60, "192.0.2.1");
const NEW: Row = ("www", "A", 60, "192.0.2.2");
const WILD: Row = ("*", "A", 60, "192.0.2.9");
const WILD_ALIAS: Row = ("*", "CNAME", 60, "there.example.net.");
const ALIAS: Row = ("www", "CNAME", 60, "There.example.net.");
const CUT: Row = ("sub", "NS", 60, "ns.example.net.");
const GLUE: Row = ("ns.sub", "A", 60, "192.0.2.5");
const OLD_ANSWER: Sends = Sends::Answer(&[(WWW, "A", 60, "192.0.2.1")]);
const NEW_ANSWER: Sends = Sends::Answer(&[(WWW, "A", 60, "192.0.2.2")]);
const WILD_ANSWER: Sends = Sends::Answer(&[(WWW, "A", 60, "192.0.2.9")]);
const ALIAS_ANSWER: Sends = Sends::Answer(&[(WWW, "CNAME", 60, "there.example.net.")]);
const CUT_ANSWER: Sends =
    Sends::Referral(&[("sub.example.com.", "NS", 60, "ns.example.net.")], &[]);
const GLUE_ANSWER: Sends = Sends::Referral(
    &[("sub.example.com.", "NS", 60, "ns.sub.example.com.")],
    &[("ns.sub.example.com.", "A", 60, "192.0.2.5")],
);
const UP: Sends = Sends::Referral(&[("com.", "NS", 60, "ns.example.net.")], &[]);

#[tokio::test]
async fn the_zone_before_and_after_say_what_is_new_and_what_is_old() {
    let www = ("www", "A");
    let cases: &[Case] = &[
        // Creations.
        (www, &[], &[NEW], NEW_ANSWER, "served"),
        (www, &[], &[NEW], Sends::NoName, "missing"),
        (www, &[], &[NEW], Sends::NoData, "missing"),
        (www, &[], &[NEW], OLD_ANSWER, "other"),
        (www, &[], &[NEW], Sends::Refused, "no answer"),
        (www, &[], &[NEW], UP, "other"),
        // In place of what a wildcard answered.
        (www, &[WILD], &[WILD, NEW], WILD_ANSWER, "old"),
        (www, &[WILD], &[WILD, NEW], NEW_ANSWER, "served"),
        // Updates.
        (www, &[OLD], &[NEW], NEW_ANSWER, "served"),
        (www, &[OLD], &[NEW], OLD_ANSWER, "old"),
        (www, &[OLD], &[NEW], Sends::NoName, "missing"),
        (www, &[OLD], &[("www", "A", 90, "192.0.2.1")], OLD_ANSWER, "old"),
        // Deletions.
        (www, &[OLD], &[], Sends::NoName, "served"),
        (www, &[OLD], &[], Sends::NoData, "served"),
        (www, &[OLD], &[], OLD_ANSWER, "old"),
        (www, &[OLD], &[], NEW_ANSWER, "other"),
        // A server says of its own zones alone that there is nothing; a resolver says whose answer it is.
        (www, &[OLD], &[], Sends::NoNameIn("Example.com.", true), "served"),
        (www, &[OLD], &[], Sends::NoNameIn("example.com.", false), "served"),
        (www, &[OLD], &[], Sends::NoNameIn("com.", true), "no answer"),
        (www, &[OLD], &[], Sends::NoNameIn("com.", false), "no answer"),
        (www, &[OLD], &[], Sends::NoNameIn(".", true), "no answer"),
        (www, &[OLD], &[], Sends::NoNameIn("ample.com.", true), "no answer"),
        (www, &[OLD], &[], Sends::Lame, "no answer"),
        (www, &[], &[NEW], Sends::NoNameIn("com.", true), "no answer"),
        (www, &[], &[NEW], Sends::NoNameIn("example.com.", true), "missing"),
        // What a wildcard answers then is right.
        (www, &[OLD, WILD], &[WILD], WILD_ANSWER, "served"),
        (www, &[OLD, WILD], &[WILD], Sends::NoName, "missing"),
        (www, &[OLD, WILD], &[WILD], OLD_ANSWER, "old"),
        (www, &[OLD, WILD_ALIAS], &[WILD_ALIAS], ALIAS_ANSWER, "served"),
        // But not if the name is still there, by itself or between others.
        (
            www,
            &[OLD, WILD, ("www", "TXT", 60, "x")],
            &[WILD, ("www", "TXT", 60, "x")],
            Sends::NoData,
            "served",
        ),
        (
            www,
            &[OLD, WILD, ("a.www", "A", 60, "192.0.2.7")],
            &[WILD, ("a.www", "A", 60, "192.0.2.7")],
            Sends::NoData,
            "served",
        ),
        (
            www,
            &[OLD, WILD, ("a.www", "A", 60, "192.0.2.7")],
            &[WILD, ("a.www", "A", 60, "192.0.2.7")],
            WILD_ANSWER,
            "other",
        ),
        // An address became an alias, and the other way round.
        (www, &[OLD], &[ALIAS], ALIAS_ANSWER, "served"),
        (www, &[OLD], &[ALIAS], OLD_ANSWER, "old"),
        (("www", "CNAME"), &[OLD], &[ALIAS], ALIAS_ANSWER, "served"),
        (("www", "CNAME"), &[OLD], &[ALIAS], Sends::NoData, "missing"),
        (www, &[ALIAS], &[NEW], ALIAS_ANSWER, "old"),
        (("www", "CNAME"), &[ALIAS], &[NEW], Sends::NoData, "served"),
        (("www", "CNAME"), &[ALIAS], &[NEW], ALIAS_ANSWER, "old"),
        // Delegations.
        (("sub", "NS"), &[], &[CUT], CUT_ANSWER, "served"),
        (("sub", "NS"), &[], &[CUT], Sends::NoName, "missing"),
        (("sub", "NS"), &[CUT], &[], CUT_ANSWER, "old"),
        (("sub", "NS"), &[CUT], &[], Sends::NoName, "served"),
        (("ns.sub", "A"), &[CUT], &[CUT, GLUE], GLUE_ANSWER, "served"),
        (("ns.sub", "A"), &[CUT, GLUE], &[CUT], GLUE_ANSWER, "old"),
        (("ns.sub", "A"), &[CUT, GLUE], &[CUT], CUT_ANSWER, "left out"),
        // What has no form on the wire, and what it stands for.
        (
            ("www", "ALIAS"),
            &[],
            &[("www", "ALIAS", 60, "there.example.net.")],
            Sends::NoData,
            "left out",
        ),
        (www, &[OLD], &[("www", "ALIAS", 60, "there.example.net.")], OLD_ANSWER, "left out"),
    ];
    for (asked, before, after, sends, expected) in cases {
        let serving = judge(*asked, (&zone(before), &zone(after)), false, *sends).await;
        assert_eq!(
            serving.to_string(),
            *expected,
            "{asked:?} {before:?} {after:?} {sends:?}: {serving:?}"
        );
    }
}

#[tokio::test]
async fn a_ttl_counts_unless_the_service_chooses_it() {
    let (before, after) = (zone(&[OLD]), zone(&[("www", "A", 300, "192.0.2.2")]));
    for (any_ttl, expected) in [(false, "other"), (true, "served")] {
        let serving = judge(("www", "A"), (&before, &after), any_ttl, NEW_ANSWER).await;
        assert_eq!(serving.to_string(), expected, "{serving:?}");
    }
}

fn routed(of: &str, default: &str, pool: &str) -> Zone {
    let entry = |value: &str| PoolValue::new(value);
    let dynamic = Dynamic::new(vec![Pool::new("one", [entry(pool)])], vec![Rule::new("one")]);
    let record = Record::new(RecordName::new("www").unwrap(), 60, data(of, default));
    let mut zone = zone(&[]);
    zone.set(record.with_dynamic(dynamic));
    zone
}

#[tokio::test]
async fn any_answer_of_a_pool_will_do() {
    const THROUGH: Sends = Sends::Answer(&[
        (WWW, "CNAME", 30, "pools.example.net."),
        ("pools.example.net.", "A", 30, "192.0.2.2"),
    ]);
    let addresses = routed("A", "192.0.2.1", "192.0.2.2");
    let aliases = routed("CNAME", "one.example.net.", "two.example.net.");
    let nothing = zone(&[]);
    for (of, after, sends, expected) in [
        ("A", &addresses, OLD_ANSWER, "served"),
        ("A", &addresses, NEW_ANSWER, "served"),
        ("A", &addresses, Sends::Answer(&[(WWW, "A", 5, "192.0.2.2")]), "served"),
        ("A", &addresses, THROUGH, "served"),
        ("A", &addresses, ALIAS_ANSWER, "left out"),
        ("A", &addresses, WILD_ANSWER, "other"),
        ("A", &addresses, Sends::NoName, "missing"),
        ("CNAME", &aliases, Sends::Answer(&[(WWW, "CNAME", 5, "two.example.net.")]), "served"),
        ("CNAME", &aliases, ALIAS_ANSWER, "left out"),
        ("CNAME", &aliases, Sends::NoName, "missing"),
    ] {
        let serving = judge(("www", of), (&nothing, after), false, sends).await;
        assert_eq!(serving.to_string(), expected, "{of} {sends:?}: {serving:?}");
    }
}
