//! Against BIND, Knot, PowerDNS and NSD: what is written is read back, and a refusal changes nothing.

use std::sync::Mutex;

use octodns_core::apply_log::{Entry, Sending};
use octodns_core::provider::Cause;
use octodns_core::{ApplyLog, ApplySink, Outcome, async_trait};
use octodns_testkit::run::render;
use octodns_testkit::server::{Allow, Key, ServedZone, Server, Setup, bind, knot, nsd, powerdns};
use serde_json::{Value, json};

use super::support::cases::cases;
use super::support::{
    apply, component, options, plan, provider, provider_with, read, record, shown, sync, zone,
};

pub(crate) const LAB: &str = "lab.test.";

pub(crate) const ZONE: &str = "\
$TTL 300
@ 3600 SOA ns1 hostmaster 1 3600 600 86400 60
@ 3600 NS ns1
ns1 A 192.0.2.53
";

/// The records of [`ZONE`].
pub(crate) fn base() -> Vec<Value> {
    vec![
        record("", "NS", 3600, json!(["ns1.lab.test."])),
        record("ns1", "A", 300, json!("192.0.2.53")),
    ]
}

/// [`base`] with more.
pub(crate) fn with(records: impl IntoIterator<Item = Value>) -> Vec<Value> {
    base().into_iter().chain(records).collect()
}

pub(crate) fn key() -> Key {
    Key::new("key", "hmac-sha256")
}

pub(crate) fn updatable() -> Vec<(&'static str, Server)> {
    let setup = Setup::with_key(LAB, ZONE);
    let servers = [
        ("BIND", bind::start(&setup)),
        ("Knot", knot::start(&setup)),
        ("PowerDNS", powerdns::start(&setup)),
    ];
    servers.into_iter().filter_map(|(name, server)| Some((name, server?))).collect()
}

/// Every case in the table is created, gets another TTL, other values, and is deleted; after each step
/// nothing is planned.
#[tokio::test]
async fn every_type_settles() {
    let state = |ttl, second: bool| {
        with(
            cases()
                .into_iter()
                .map(|(name, of, one, two)| record(name, of, ttl, if second { two } else { one })),
        )
    };
    for (name, server) in updatable() {
        let provider = provider(server.address(), Some(&key()));
        let count = cases().len();
        for (step, records) in
            [("create", state(60, false)), ("ttl", state(61, false)), ("values", state(61, true))]
        {
            let result = sync(&provider, &zone(LAB, &records)).await;
            assert_eq!(result, Ok(count), "{name}, {step}");
        }
        assert_eq!(sync(&provider, &zone(LAB, &base())).await, Ok(count), "{name}, delete");
        // The lowest and the highest TTL.
        for ttl in [0, 0x7fff_ffff] {
            let records = with([record("ttl", "A", ttl, json!("192.0.2.1"))]);
            assert_eq!(sync(&provider, &zone(LAB, &records)).await, Ok(1), "{name}, {ttl}");
        }
    }
}

/// Octets that nobody would write, put there by others: they are data, and can be removed.
#[tokio::test]
async fn whatever_a_server_holds_can_be_removed() {
    const ODD: &str = "\
caf\\233 TXT x
xn--0 A 192.0.2.1
a\\.b\\000\\010 TXT x
txt TXT \"caf\\233\" \"\"
caa CAA 0 issue \"caf\\233\"
naptr NAPTR 1 2 \"S\" \"caf\\233\" \"\" caf\\233.
cname CNAME caf\\233\\000.
_uri._tcp URI 1 2 \"http://caf\\233/\"
svcb SVCB 1 . alpn=\"caf\\233\" key65280=\"caf\\233\"
";
    // Others check tags when they load a zone.
    let odd_tag = format!("{ODD}tag CAA \\# 9 00036120623a3a3a3a\n");
    let setup = |odd: &str| Setup::with_key(LAB, &format!("{ZONE}{odd}"));
    for (name, server, count) in
        [("BIND", bind::start(&setup(ODD)), 9), ("Knot", knot::start(&setup(&odd_tag)), 10)]
    {
        let Some(server) = server else { continue };
        let provider = provider(server.address(), Some(&key()));
        let planned = plan(&provider, &zone(LAB, &base())).await.unwrap().unwrap();
        assert!(shown(&planned).contains("\\233") && shown(&planned).is_ascii(), "{name}");
        for expected in [count, 0] {
            let result = sync(&provider, &zone(LAB, &base())).await;
            assert_eq!(result, Ok(expected), "{name}\n{}", server.log());
        }
    }
}

/// In each step one name changes its type, one message each.
#[tokio::test]
async fn types_change_places() {
    let cname = record("www", "CNAME", 60, json!("a.other.test."));
    let a = record("www", "A", 60, json!("192.0.2.1"));
    let txt = record("www", "TXT", 60, json!("text"));
    for (name, server) in updatable() {
        let provider = provider(server.address(), Some(&key()));
        for (records, count) in [
            (vec![cname.clone()], 1),
            (vec![a.clone(), txt.clone()], 3),
            (vec![cname.clone()], 3),
            (vec![record("www", "DNAME", 60, json!("other.test."))], 2),
            (vec![record("a.www", "A", 60, json!("192.0.2.1"))], 2),
        ] {
            let result = sync(&provider, &zone(LAB, &with(records))).await;
            assert_eq!(result, Ok(count), "{name}\n{}", server.log());
        }
    }
}

/// The NS set at the apex cannot be replaced as a whole, and its servers need addresses at any moment.
#[tokio::test]
async fn name_servers_at_the_apex_change() {
    let address = |name, n| record(name, "A", 300, json!(format!("192.0.2.{n}")));
    let ns = |ttl, targets: &[&str]| record("", "NS", ttl, json!(targets));
    let states = [
        // All different, with new addresses, and without the old ones.
        (
            vec![
                ns(3600, &["ns2.lab.test.", "z.ns3.lab.test."]),
                address("ns2", 54),
                address("z.ns3", 55),
            ],
            4,
        ),
        (vec![ns(60, &["ns2.lab.test."]), address("ns2", 54)], 2),
        (vec![ns(90, &["ns2.lab.test."]), address("ns2", 54)], 1),
        (vec![ns(90, &["ns1.other.test.", "ns2.other.test."])], 2),
        (vec![ns(60, &["ns1.other.test.", "ns2.other.test."])], 1),
        (vec![ns(90, &["ns1.other.test.", "ns2.lab.test."]), address("ns2", 56)], 2),
        (base(), 3),
    ];
    for (name, server) in updatable() {
        // All in one message, and one message per change.
        for batch in [1000, 1] {
            let mut options = options(server.address(), Some(&key()));
            options["update_batch_size"] = batch.into();
            let provider = provider_with(&options);
            for (records, count) in &states {
                let result = sync(&provider, &zone(LAB, records)).await;
                assert_eq!(result, Ok(*count), "{name}, {batch}\n{}", server.log());
            }
        }
    }
}

/// A thousand large texts need more messages than their number suggests.
#[tokio::test]
async fn large_plans_are_split_by_their_size() {
    let text = "0123456789".repeat(20);
    let texts: Vec<Value> = (0..1000)
        .map(|n| record(&format!("txt{n}"), "TXT", 60, json!(format!("{n} {text}"))))
        .collect();
    // A set that nearly fills a message, and its change: the old and the new one do not fit into one.
    let pieces = |n| -> Vec<String> {
        // BIND accepts at most 100 records in a set.
        (0..90).map(|m| format!("{n}{m}{}", "0123456789".repeat(50))).collect()
    };
    let large = |n: u8| record("large", "TXT", 60, json!(pieces(n)));
    for (name, server) in updatable() {
        let provider = provider(server.address(), Some(&key()));
        let mut records = with(texts.clone());
        assert_eq!(sync(&provider, &zone(LAB, &records)).await, Ok(1000), "{name}");
        records.push(large(1));
        assert_eq!(sync(&provider, &zone(LAB, &records)).await, Ok(1), "{name}");
        *records.last_mut().unwrap() = large(2);
        assert_eq!(sync(&provider, &zone(LAB, &records)).await, Ok(1), "{name}");
        assert_eq!(sync(&provider, &zone(LAB, &base())).await, Ok(1001), "{name}");
    }
}

/// A change that does not fit into one message is refused before anything is sent.
#[tokio::test]
async fn a_set_that_is_too_large_for_dns_is_refused() {
    let Some(server) = bind::start(&Setup::open(LAB, ZONE)) else { return };
    let provider = provider(server.address(), None);
    let values: Vec<String> = (0..90).map(|n| format!("{n}{}", "x".repeat(800))).collect();
    let records =
        with([record("a", "A", 60, json!("192.0.2.1")), record("large", "TXT", 60, json!(values))]);
    let error = sync(&provider, &zone(LAB, &records)).await.unwrap_err();
    assert!(error.contains("large.lab.test. TXT: its "), "{error}");
    assert!(error.contains("do not fit into one UPDATE message of 65535"), "{error}");
    assert_eq!(sync(&provider, &zone(LAB, &base())).await, Ok(0));
}

/// Many messages, one record changed in between, and everything added by update.
#[tokio::test]
async fn a_zone_of_5000_records_is_written_and_read() {
    let records = with((0..5000).map(|n| {
        let address = format!("10.0.{}.{}", n / 250, n % 250 + 1);
        record(&format!("host-{n}"), "A", 300, json!(address))
    }));
    for (name, server) in updatable() {
        let provider = provider(server.address(), Some(&key()));
        assert_eq!(sync(&provider, &zone(LAB, &records)).await, Ok(5000), "{name}");
        let mut changed = records.clone();
        *changed.last_mut().unwrap() = record("host-4999", "A", 60, json!("192.0.2.1"));
        assert_eq!(sync(&provider, &zone(LAB, &changed)).await, Ok(1), "{name}");
    }
}

/// Each kind of wrong key, when reading and when writing.
#[tokio::test]
async fn keys_are_right_wrong_missing_or_unknown() {
    let right = key();
    let wrong = right.with_wrong_secret();
    let unknown = Key::new("unknown", "hmac-sha256");
    let other = Key { algorithm: "hmac-sha512".to_owned(), ..right.clone() };
    let desired = zone(LAB, &with([record("www", "A", 60, json!("192.0.2.1"))]));
    let mut servers = updatable();
    servers.extend(nsd::start(&Setup::with_key(LAB, ZONE)).map(|server| ("NSD", server)));
    for (name, server) in servers {
        let address = server.address();
        let planned = plan(&provider(address, Some(&right)), &desired).await.unwrap().unwrap();
        for (key, said) in [
            (Some(&wrong), ["BADSIG", "NOTAUTH", "REFUSED"]),
            (Some(&unknown), ["BADKEY", "NOTAUTH", "REFUSED"]),
            (Some(&other), ["BADKEY", "NOTAUTH", "REFUSED"]),
            (None, ["REFUSED", "NOTAUTH", "NOTIMP"]),
        ] {
            let provider = provider(address, key);
            let error = plan(&provider, &desired).await.unwrap_err();
            let expected =
                format!("cannot transfer lab.test. from 127.0.0.1 port {}", address.port());
            assert!(error.contains(&expected), "{name} {key:?}: {error}");
            assert!(said.iter().any(|said| error.contains(said)), "{name} {key:?}: {error}");
            // A plan made with the right key is not applied with another.
            let (outcomes, error) = apply(&provider, &planned).await;
            let error = error.unwrap();
            assert!(error.contains("cannot update lab.test. at 127.0.0.1 port "), "{error}");
            assert!(matches!(outcomes[..], [Outcome::Failed(_)]), "{name} {key:?}: {outcomes:?}");
        }
        if name == "NSD" {
            let (_, error) = apply(&provider(address, Some(&right)), &planned).await;
            assert!(error.unwrap().contains("NOTIMP (it does not do that)"));
        }
        let again = plan(&provider(address, Some(&right)), &desired).await.unwrap().unwrap();
        assert_eq!(again.changes.len(), 1, "{name}");
    }
}

/// Every algorithm that servers support, when reading and when writing.
#[tokio::test]
async fn every_algorithm_signs() {
    let algorithms =
        ["hmac-md5", "hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"];
    let mut setup = Setup::default();
    for algorithm in algorithms {
        let name = format!("{algorithm}.lab.test.");
        let allow = Allow::Key(algorithm.to_owned());
        let zone = ServedZone::private(&name, ZONE);
        setup.zones.push(ServedZone { transfer: allow.clone(), update: allow, ..zone });
        setup.keys.push(Key::new(algorithm, algorithm));
    }
    let servers = [
        ("BIND", bind::start(&setup)),
        ("Knot", knot::start(&setup)),
        ("PowerDNS", powerdns::start(&setup)),
    ];
    for (server_name, server) in servers {
        let Some(server) = server else { continue };
        for key in &setup.keys {
            let name = format!("{}.lab.test.", key.name);
            let ns = format!("ns1.{name}");
            let desired = [
                record("", "NS", 3600, json!([ns])),
                record("ns1", "A", 300, json!("192.0.2.53")),
                record("www", "A", 60, json!("192.0.2.1")),
            ];
            let provider = provider(server.address(), Some(key));
            let result = sync(&provider, &zone(&name, &desired)).await;
            assert_eq!(result, Ok(1), "{server_name} {name}\n{}", server.log());
        }
    }
}

/// A server that allows transfers of a zone but no updates.
#[tokio::test]
async fn a_refused_update_leaves_the_zone_as_it_was() {
    let mut setup = Setup::open(LAB, ZONE);
    setup.zones[0].update = Allow::Nobody;
    let desired = zone(LAB, &with([record("www", "A", 60, json!("192.0.2.1"))]));
    for server in [bind::start(&setup), knot::start(&setup), powerdns::start(&setup)] {
        let Some(server) = server else { continue };
        let provider = provider(server.address(), None);
        let error = sync(&provider, &desired).await.unwrap_err();
        let refused = ["REFUSED", "NOTAUTH"].iter().any(|said| error.contains(said));
        assert!(refused && error.contains("cannot update lab.test."), "{error}");
        assert_eq!(plan(&provider, &desired).await.unwrap().unwrap().changes.len(), 1);
    }
}

/// BIND checks names: a message is refused as a whole, and what is at fault is found by halving it.
#[tokio::test]
async fn updates_that_fail_the_checks_of_bind_are_named() {
    let Some(server) = bind::start(&Setup::open(LAB, ZONE)) else { return };
    let provider = provider(server.address(), None);
    let address = |name| record(name, "A", 60, json!("192.0.2.1"));
    let error = sync(&provider, &zone(LAB, &with([address("fine"), address("_a.b")]))).await;
    let error = error.unwrap_err();
    assert!(error.contains("it refuses _a.b.lab.test. A"), "{error}");
    assert!(error.contains("the server answered REFUSED (it does not allow that)"), "{error}");
    assert_eq!(sync(&provider, &zone(LAB, &base())).await, Ok(1));

    // The name server would have no address.
    let mut records = base();
    records[0] = record("", "NS", 3600, json!(["ns1.lab.test.", "ns2.lab.test."]));
    let error = sync(&provider, &zone(LAB, &records)).await.unwrap_err();
    assert!(error.contains("REFUSED"), "{error}");
    assert_eq!(sync(&provider, &zone(LAB, &base())).await, Ok(0));
}

/// NOERROR does not mean that the update was applied.
#[tokio::test]
async fn ignored_updates_are_detected() {
    let ds = json!({
        "key_tag": 1, "algorithm": 8, "digest_type": 2,
        "digest": "ce0eb9e59ee1de2c681a330e3a7c08376f28602cdf990ee4ec88d2a8bdb51539"
    });
    let www = record("www", "A", 60, json!("192.0.2.1"));
    if let Some(server) = bind::start(&Setup::open(LAB, ZONE)) {
        let provider = provider(server.address(), None);
        let desired = zone(LAB, &with([record("nods", "DS", 60, ds), www.clone()]));
        let planned = plan(&provider, &desired).await.unwrap().unwrap();
        let (outcomes, error) = apply(&provider, &planned).await;
        assert_eq!(
            error.unwrap(),
            "error: apply: lab.test.: the server answered NOERROR to every update, but 1 of 2 changes \
             are not there when the zone is read back: nods.lab.test. DS (ignored) [apply]; help: run again with --debug, and look at the log"
                .trim_start_matches("error: apply: ")
        );
        let ignored = "the server answered NOERROR, but ignored it".to_owned();
        assert_eq!(outcomes, [Outcome::Failed(ignored), Outcome::Applied]);
    }
    for (name, server) in updatable() {
        let provider = provider(server.address(), Some(&key()));
        let cname = record("www", "CNAME", 60, json!("a.other.test."));
        let error = sync(&provider, &zone(LAB, &with([www.clone(), cname]))).await.unwrap_err();
        match name {
            // The second is refused, with the whole message.
            "PowerDNS" => assert!(error.contains("cannot update"), "{error}"),
            _ => assert!(error.contains("www.lab.test. CNAME (ignored)"), "{name}: {error}"),
        }
    }
}

/// Another client was faster: it set another value, took the name, or deleted the record.
#[tokio::test]
async fn changes_of_others_are_not_overwritten() {
    let a = |n: u8| record("www", "A", 60, json!(format!("192.0.2.{n}")));
    let other = record("other", "A", 60, json!("192.0.2.9"));
    for (name, server) in updatable() {
        let ours = provider(server.address(), Some(&key()));
        let theirs = provider(server.address(), Some(&key()));
        for (before, they, we) in [
            (vec![a(1)], vec![a(2)], vec![a(3), other.clone()]),
            (vec![a(1)], vec![a(2)], vec![other.clone()]),
            (vec![a(1)], vec![], vec![a(3), other.clone()]),
            (vec![], vec![a(2)], vec![a(3), other.clone()]),
        ] {
            sync(&ours, &zone(LAB, &with(before.clone()))).await.unwrap();
            let planned = plan(&ours, &zone(LAB, &with(we))).await.unwrap().unwrap();
            sync(&theirs, &zone(LAB, &with(they.clone()))).await.unwrap();
            let (outcomes, error) = apply(&ours, &planned).await;
            let error = error.unwrap();
            assert!(error.contains("was changed by someone else"), "{name}: {error}");
            assert!(error.contains("www.lab.test. A (it holds "), "{name}: {error}");
            assert!(error.contains("plan again"), "{name}: {error}");
            assert!(!outcomes.contains(&Outcome::Applied), "{name}: {outcomes:?}");
            // The record is as they left it.
            let left = plan(&ours, &zone(LAB, &with(they))).await.unwrap();
            assert!(left.is_none(), "{name}: {}", shown(&left.unwrap()));
        }
        // Their changes elsewhere are no reason to stop.
        sync(&ours, &zone(LAB, &with([a(1)]))).await.unwrap();
        let planned = plan(&ours, &zone(LAB, &with([a(2)]))).await.unwrap().unwrap();
        sync(&theirs, &zone(LAB, &with([a(1), other.clone()]))).await.unwrap();
        assert_eq!(apply(&ours, &planned).await.1, None, "{name}");
    }
}

/// Stops the server when a change is about to be sent.
struct Stopper<'s> {
    server: Mutex<&'s mut Server>,
    change: usize,
    kill: bool,
}

#[async_trait]
impl ApplySink for Stopper<'_> {
    async fn begin(&self, entry: &Entry<'_>) -> Result<(), Cause> {
        if entry.sending == Sending::Changes(&[self.change]) {
            let mut server = self.server.lock().unwrap();
            if self.kill {
                server.kill();
            } else {
                server.stop();
            }
        }
        Ok(())
    }

    fn end(&self, _: &Entry<'_>, _: Option<usize>, _: &Outcome) {}
}

/// The server stops after the second of four messages; a second run does the rest.
#[tokio::test]
async fn a_second_run_completes_after_a_restart_of_the_server() {
    let desired = zone(
        LAB,
        &with((1..5).map(|n| record(&format!("a{n}"), "A", 60, json!(format!("192.0.2.{n}"))))),
    );
    for kill in [false, true] {
        for (name, mut server) in updatable() {
            let mut options = options(server.address(), Some(&key()));
            options["update_batch_size"] = 1.into();
            options["timeout"] = 5.into();
            let provider = provider_with(&options);
            let planned = plan(&provider, &desired).await.unwrap().unwrap().approve_by_force();
            let stopper = Stopper { server: Mutex::new(&mut server), change: 2, kill };
            let log = ApplyLog::new("dns", &planned, &stopper);
            let error = provider.provider().apply(&planned, &log).await.unwrap_err();
            let outcomes = log.outcomes();
            let error = render(&error.into_report("apply", ""));
            assert!(error.contains("cannot connect to 127.0.0.1:"), "{name}: {error}");
            // The zone could not be read to find out what was done.
            assert_eq!(
                outcomes,
                [Outcome::Unknown, Outcome::Unknown, Outcome::Unknown, Outcome::NotSent],
                "{name}"
            );
            server.start();
            assert_eq!(sync(&provider, &desired).await, Ok(2), "{name}\n{}", server.log());
        }
    }
}

/// All kinds of servers, and a source with signatures.
#[tokio::test]
async fn a_source_reads_every_kind_of_server() {
    let text = format!("{ZONE}www 60 A 192.0.2.1\ntxt TXT \"a;\" \"b\"\nodd TYPE65400 \\# 1 00\n");
    let setup = Setup::with_key(LAB, &text);
    let expected = [
        " 3600 NS [\"ns1.lab.test.\"]",
        "ns1 300 A [\"192.0.2.53\"]",
        "txt 300 TXT [\"\\\"a;b\\\"\"]",
        "www 60 A [\"192.0.2.1\"]",
    ];
    let servers =
        [bind::start(&setup), knot::start(&setup), nsd::start(&setup), powerdns::start(&setup)];
    for server in servers.into_iter().flatten() {
        let options = options(server.address(), Some(&key()));
        let source = component("octodns_bind.AxfrSource", &options).unwrap();
        assert!(source.as_provider().is_none());
        assert_eq!(read(&source, LAB).await.unwrap(), expected);
        let error = read(&source, "absent.test.").await.unwrap_err();
        let said = ["NOTAUTH", "REFUSED", "NXDOMAIN", "SERVFAIL"];
        assert!(said.iter().any(|said| error.contains(said)), "{error}");
    }
}

/// By name, by IPv6 address, by name with IPv6.
#[tokio::test]
async fn a_server_is_found_by_name_and_by_ipv6() {
    let Some(server) = bind::start(&Setup::open(LAB, ZONE)) else { return };
    let mut hosts = vec![("127.0.0.1", false), ("localhost", false)];
    if std::net::TcpListener::bind("[::1]:0").is_ok() {
        hosts.push(("::1", false));
    }
    for (host, ipv6) in hosts {
        let options = json!({ "host": host, "port": server.address().port(), "ipv6": ipv6 });
        let source = component("axfr", &options).unwrap();
        assert_eq!(read(&source, LAB).await.unwrap().len(), 2, "{host}");
    }
    let options = json!({ "host": "no-such-host.invalid", "ipv6": true });
    let error = read(&component("axfr", &options).unwrap(), LAB).await.unwrap_err();
    assert!(error.contains("no-such-host.invalid has no IPv6 address"), "{error}");
}

/// Options are checked before anything is sent.
#[test]
fn options_are_checked() {
    for (options, expected) in [
        (json!({}), "missing key \"host\""),
        (json!({ "host": "a", "port": 0 }), "0 is not a port, 1 to 65535"),
        (json!({ "host": "a", "port": "x" }), "\"x\" is not a number"),
        (json!({ "host": "a", "timeout": 0 }), "0 is not a number of seconds above 0"),
        (json!({ "host": "a", "update_batch_size": 0 }), "0 is not a number of changes above 0"),
        (json!({ "host": "a", "key_name": "k" }), "key_name needs its key_secret"),
        (json!({ "host": "a", "key_secret": "k" }), "key_secret needs key_name"),
        (
            json!({ "host": "a", "key_name": "k", "key_secret": "s3cret!" }),
            "key_secret is not base64",
        ),
        (
            json!({ "host": "a", "key_name": "k..", "key_secret": "AAAA" }),
            "\"k..\" is not a domain name: a label is empty",
        ),
        (json!({ "host": "a", "key_algorithm": "sha" }), "unknown TSIG algorithm \"sha\""),
        (json!({ "host": "a", "key": "k" }), "unknown key \"key\""),
    ] {
        for class in ["octodns_bind.AxfrSource", "octodns_bind.BindProvider"] {
            let error = component(class, &options).err().unwrap_or_default();
            assert!(error.contains(expected), "{options}: {error}");
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
    let options = json!({
        "host": "a", "port": "5353", "ipv6": true, "timeout": "2.5", "key_name": "k.",
        "key_secret": "AAAA", "key_algorithm": "HMAC-MD5.SIG-ALG.REG.INT.", "update_batch_size": 5
    });
    assert!(component("octodns_bind.AxfrSource", &options).is_ok());
}
