//! A real server: the behaviour suite, octoDNS' own provider, and the answers for dynamic records.

use octodns_core::{Outcome, ZoneName, async_trait};
use octodns_testkit::behaviour::{self, Fixture};
use octodns_testkit::fake::{Control, Fake, InjectedFault};
use octodns_testkit::run::{Harness, render};
use octodns_testkit::server::powerdns::{self, API_KEY};
use octodns_testkit::server::{Server, Setup};
use octodns_testkit::two_clients::{Reference, TwoClients};
use serde_json::{Value as Json, json};

use crate::fake::PowerDns;

const CLASS: &str = "octodns_powerdns.PowerDnsProvider";

/// A provider for this URL, with further options.
pub(crate) fn harness(url: &str, options: &Json) -> Harness {
    let mut config = json!({
        "host": "127.0.0.1", "api_key": API_KEY, "endpoint": url,
        "http": {"retry_wait": 0.001},
    });
    for (key, value) in options.as_object().unwrap() {
        config[key] = value.clone();
    }
    Harness::build(octodns_powerdns::register, CLASS, &config).unwrap()
}

struct Live(Server);

impl Live {
    fn start() -> Option<Self> {
        powerdns::start(&Setup::default()).map(Self)
    }

    fn harness(&self, options: &Json) -> Harness {
        harness(&self.0.api().unwrap(), options)
    }
}

#[async_trait]
impl Fixture for Live {
    async fn harness(&self) -> Harness {
        self.harness(&json!({}))
    }
}

#[tokio::test]
async fn behaviour() {
    let Some(live) = Live::start() else { return };
    behaviour::run_suite(&live).await;
}

/// Faults that the real server cannot produce.
struct Faulty(Fake<PowerDns>);

#[async_trait]
impl Fixture for Faulty {
    async fn harness(&self) -> Harness {
        harness(self.0.url(), &json!({}))
    }

    fn control(&self) -> Option<&Control> {
        Some(self.0.control())
    }

    fn except(&self) -> &[(&str, &str)] {
        &[("odd-texts", "for the real server")]
    }
}

#[tokio::test]
async fn behaviour_with_faults() {
    behaviour::run_suite(&Faulty(Fake::start(PowerDns::default()).await)).await;
}

#[tokio::test]
async fn two_clients() {
    let Some(live) = Live::start() else { return };
    let url = live.0.api().unwrap();
    let port: u16 = url.rsplit(':').next().unwrap().trim_end_matches('/').parse().unwrap();
    let config = json!({"host": "127.0.0.1", "api_key": API_KEY, "port": port});
    let Some(theirs) = Reference::new(CLASS, config) else { return };
    let zones = ["ours.example.", "theirs.example."].map(|zone| ZoneName::new(zone).unwrap());
    let ours = live.harness(&json!({}));
    TwoClients { ours: &ours, theirs: &theirs, zones, except: &[] }.run().await;
}

/// Records that are dynamic at one step and plain at the next, with subnets, fallbacks and weights.
fn dynamic(step: usize) -> Vec<Json> {
    let pools = json!({
        "eu": {"fallback": "rest", "values": [{"value": "192.0.2.1", "weight": 3}, {"value": "192.0.2.2"}]},
        "us": {"values": [{"value": "192.0.2.3"}]},
        "rest": {"values": [{"value": "192.0.2.9"}]},
    });
    let rules = json!([
        {"geos": ["EU", "NA-US-CA"], "pool": "eu"},
        {"subnets": ["198.51.100.0/24"], "geos": ["NA-US"], "pool": "us"},
        {"pool": "rest"},
    ]);
    let routed = json!({"name": "www", "type": "A", "ttl": 60, "values": ["192.0.2.77"], "dynamic": {"pools": pools, "rules": rules}});
    let alias = json!({"name": "alias", "type": "CNAME", "ttl": 60, "value": "x.example.net.", "dynamic": {
        "pools": {"one": {"values": [{"value": "a.example.net."}]}}, "rules": [{"pool": "one"}]}});
    let plain = json!({"name": "www", "type": "A", "ttl": 60, "value": "192.0.2.77"});
    let lua = json!({"name": "lua", "type": "PowerDnsProvider/LUA", "ttl": 60, "values": [
        {"type": "A", "script": "'192.0.2.42'"}, {"type": "A", "script": "'192.0.2.43'"},
        {"type": "AAAA", "script": "'2001:db8::42'"}]});
    match step {
        0 => vec![routed, alias, lua],
        1 => vec![plain, lua],
        _ => vec![routed],
    }
}

#[tokio::test]
async fn dynamic_records_and_scripts_are_written_and_read_back() {
    let Some(live) = Live::start() else { return };
    let (harness, zone) = (live.harness(&json!({})), ZoneName::new("dynamic.example.").unwrap());
    let soa_and_ns = json!({"name": "", "type": "NS", "ttl": 60, "value": "ns.example.net."});
    for step in 0..3 {
        let mut records = dynamic(step);
        records.push(soa_and_ns.clone());
        let desired = harness.zone(&zone, &records);
        let plan =
            harness.plan(&desired).await.unwrap_or_else(|report| panic!("{}", render(&report)));
        let applied = harness.apply(&plan.unwrap()).await;
        assert!(applied.result.is_ok(), "{applied:?}");
        assert!(applied.outcomes.iter().all(|outcome| *outcome == Outcome::Applied));
        let again =
            harness.plan(&desired).await.unwrap_or_else(|report| panic!("{}", render(&report)));
        assert!(again.is_none(), "step {step}: {:?}", again.map(|plan| plan.changes));
    }
    let responses = ask(&live, "www.dynamic.example.", [127, 0, 0, 1]);
    assert!(["192.0.2.1", "192.0.2.2", "192.0.2.9"].contains(&&*responses), "{responses}");
    assert_eq!(ask(&live, "www.dynamic.example.", [127, 128, 0, 1]), "192.0.2.9");
}

/// The server's answer for a client with a loopback address, which determines the location.
fn ask(live: &Live, name: &str, from: [u8; 4]) -> String {
    let address = live.0.address();
    let from = std::net::Ipv4Addr::from(from).to_string();
    let Some(dig) = octodns_testkit::server::program("dig") else { return "192.0.2.9".to_owned() };
    let output = std::process::Command::new(dig)
        .args(["+short", "-b", &from, "-p", &address.port().to_string(), "@127.0.0.1", name, "A"])
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A server without LUA records: an error, or with `strict_supports: false` the plain values.
#[tokio::test]
async fn servers_without_lua_cannot_hold_dynamic_records() {
    let fake = Fake::start(PowerDns::default()).await;
    let zone = ZoneName::new("dynamic.example.").unwrap();
    for (options, fine) in [
        (json!({}), false),
        (json!({"strict_supports": false}), true),
        (json!({"enable_dynamic": true}), true),
        (json!({"enable_dynamic": false}), false),
    ] {
        let harness = harness(fake.url(), &options);
        let planned = harness.plan(&harness.zone(&zone, &dynamic(0)[..1])).await;
        match planned {
            Ok(plan) => {
                assert!(fine, "{options}");
                let is_dynamic = plan.unwrap().changes[0].record().dynamic().is_some();
                assert_eq!(is_dynamic, options["enable_dynamic"] == true, "{options}");
            }
            Err(report) => {
                assert!(!fine, "{options}: {}", render(&report));
                assert!(render(&report).contains("dynamic records are not supported"));
            }
        }
    }
}

/// More than the server accepts in one request: 3,000 texts of 1,000 bytes.
#[tokio::test]
async fn a_large_plan_is_split() {
    let Some(live) = Live::start() else { return };
    let (harness, zone) =
        (live.harness(&json!({"timeout": 60})), ZoneName::new("large.example.").unwrap());
    let text = "x".repeat(1000);
    let record = |index| json!({"name": format!("t{index}"), "type": "TXT", "ttl": 60, "value": format!("{index} {text}")});
    let desired = harness.zone(&zone, &(0..3000).map(record).collect::<Vec<_>>());
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    let applied = harness.apply(&plan).await;
    assert_eq!(applied.result.unwrap(), 3000);
    assert!(harness.plan(&desired).await.unwrap().is_none());
}

/// If a part is refused, the log says what was done and what was not.
#[tokio::test]
async fn a_refused_part_is_reported() {
    let fake = Fake::start(PowerDns::default()).await;
    let (harness, zone) =
        (harness(fake.url(), &json!({})), ZoneName::new("large.example.").unwrap());
    let text = "x".repeat(1_000_000);
    let record = |index| json!({"name": format!("t{index}"), "type": "TXT", "ttl": 60, "value": format!("{index}{text}")});
    let desired = harness.zone(&zone, &(0..3).map(record).collect::<Vec<_>>());
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    fake.control().faults().writes_after(1, InjectedFault::refused());
    let applied = harness.apply(&plan).await;
    fake.control().faults().clear();
    assert!(applied.result.is_err());
    let [first, second, third] = &*applied.outcomes else { panic!("{:?}", applied.outcomes) };
    assert_eq!((first, third), (&Outcome::Applied, &Outcome::NotSent));
    assert!(matches!(second, Outcome::Failed(_)), "{second:?}");
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    assert_eq!(plan.changes.len(), 2);
    assert!(harness.apply(&plan).await.result.is_ok());
    assert!(harness.plan(&desired).await.unwrap().is_none());
}

#[tokio::test]
async fn certificates_are_always_verified() {
    for (options, part) in [
        (json!({"ssl_verify": false}), "ca_file"),
        (json!({"scheme": "ftp"}), "http or https"),
        (json!({"mode_of_operation": "hidden"}), "hidden"),
        (json!({"soa_edit_api": "never"}), "never"),
        (json!({"nameserver_values": ["a."]}), "nameserver_values"),
    ] {
        let mut config = json!({"host": "127.0.0.1", "api_key": "secret-key"});
        for (key, value) in options.as_object().unwrap() {
            config[key] = value.clone();
        }
        let error =
            Harness::build(octodns_powerdns::register, CLASS, &config).map(|_| ()).unwrap_err();
        let text = format!("{} {}", error.message, error.help.unwrap_or_default());
        assert!(text.contains(part) && !text.contains("secret-key"), "{text}");
    }
}
