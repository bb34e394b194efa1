//! A real server: the behaviour suite, octoDNS' own provider, and the answers for dynamic records.

use octodns_core::{Outcome, ZoneName, async_trait};
use octodns_testkit::behaviour::{self, Fixture, dynamic_states};
use octodns_testkit::cassette::Replayed;
use octodns_testkit::fake::{Asked, Control, Fake, InjectedFault};
use octodns_testkit::run::{Harness, render};
use octodns_testkit::server::powerdns::{self, API_KEY};
use octodns_testkit::server::{ClosedPort, Server, Setup};
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

    fn except(&self) -> &[(&str, &str)] {
        const WHY: &str = "the server refuses ALPN ids with quotes and backslashes";
        &[("octets-https", WHY), ("octets-svcb", WHY)]
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

    fn inventory(&self) -> Option<Json> {
        Some(Replayed::state(&*self.0.api()))
    }

    /// A plan is one request.
    fn dynamic_writes(&self) -> Option<usize> {
        Some(1)
    }
}

#[tokio::test]
async fn it_passes_the_behaviour_suite() {
    if let Some(asked) = Asked::by() {
        return asked.serve(PowerDns::default()).await.unwrap();
    }
    behaviour::run_suite(&Faulty(Fake::start(PowerDns::with_scripts()).await)).await;
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
    let clients = TwoClients { ours: &ours, theirs: &theirs, zones, except: &[] };
    clients.run_with(|step| dynamic_states(&live, &ours, step)).await;
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
    // In the same RRset as the routed one.
    let beside = json!({"name": "www", "type": "PowerDnsProvider/LUA", "ttl": 60, "values": [
        {"type": "AAAA", "script": "'2001:db8::77'"}]});
    match step {
        0 => vec![routed, alias, lua, beside],
        1 => vec![plain, lua, beside],
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
    let rows = held(&live, zone.as_str(), "www.dynamic.example.", "LUA").0;
    assert!(matches!(&*rows, [row] if row.starts_with("A ")), "{rows:?}");
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

/// Sends a request to the API as nobody's provider does, and returns the body of the response.
fn call(live: &Live, method: &str, path: &str, body: &Json) -> Json {
    use std::io::{Read as _, Write as _};
    let url = live.0.api().unwrap();
    let host = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let mut stream = std::net::TcpStream::connect(&host).unwrap();
    let body = if body.is_null() { String::new() } else { body.to_string() };
    write!(
        stream,
        "{method} /api/v1/servers/localhost/{path} HTTP/1.0\r\nHost: {host}\r\nX-API-Key: {API_KEY}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len(),
    )
    .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    assert!(head.split(' ').nth(1).is_some_and(|status| status.starts_with('2')), "{response}");
    serde_json::from_str(body).unwrap_or(Json::Null)
}

/// The values of a name and type at the server, the disabled ones with a minus, and the TTL.
fn held(live: &Live, zone: &str, name: &str, of: &str) -> (Vec<String>, Json) {
    let found = call(live, "GET", &format!("zones/{zone}"), &Json::Null);
    let mut sets = found["rrsets"].as_array().unwrap().iter();
    let Some(set) = sets.find(|set| set["name"] == name && set["type"] == of) else {
        return (Vec::new(), Json::Null);
    };
    let shown = |row: &Json| {
        let sign = if row["disabled"] == true { "-" } else { "" };
        format!("{sign}{}", row["content"].as_str().unwrap())
    };
    let mut rows: Vec<_> = set["records"].as_array().unwrap().iter().map(shown).collect();
    rows.sort();
    (rows, set["ttl"].clone())
}

/// Disabled values are not served and not in any plan. They survive every change of the others.
#[tokio::test]
async fn disabled_values_survive() {
    let Some(live) = Live::start() else { return };
    let (harness, zone) = (live.harness(&json!({})), ZoneName::new("off.example.").unwrap());
    let a = |ttl: i64, values: &[&str]| json!({"name": "www", "type": "A", "ttl": ttl, "values": values});
    let cname = |target: &str| json!({"name": "www", "type": "CNAME", "ttl": 60, "value": target});
    let apply = async |records: &[Json]| {
        let desired = harness.zone(&zone, records);
        if let Some(plan) = harness.plan(&desired).await.unwrap() {
            harness.apply(&plan).await.result.unwrap();
        }
        assert!(harness.plan(&desired).await.unwrap().is_none(), "{records:?}");
    };
    let at = |of: &str| held(&live, zone.as_str(), "www.off.example.", of);
    apply(&[a(60, &["192.0.2.1"])]).await;
    let rows = json!([
        {"content": "192.0.2.1", "disabled": false}, {"content": "192.0.2.8", "disabled": true},
        {"content": "192.0.2.9", "disabled": true},
    ]);
    let set = json!({"name": "www.off.example.", "type": "A", "changetype": "REPLACE", "ttl": 60, "records": rows});
    call(&live, "PATCH", "zones/off.example.", &json!({"rrsets": [set]}));

    for (records, of, expected, ttl) in [
        (vec![a(90, &["192.0.2.1"])], "A", &["-192.0.2.8", "-192.0.2.9", "192.0.2.1"][..], 90),
        (vec![a(90, &["192.0.2.2"])], "A", &["-192.0.2.8", "-192.0.2.9", "192.0.2.2"], 90),
        // One of them is enabled.
        (
            vec![a(90, &["192.0.2.2", "192.0.2.9"])],
            "A",
            &["-192.0.2.8", "192.0.2.2", "192.0.2.9"],
            90,
        ),
        (vec![], "A", &["-192.0.2.8"], 90),
        (vec![a(60, &["192.0.2.3"])], "A", &["-192.0.2.8", "192.0.2.3"], 60),
        // The type of the name changes, in one request.
        (vec![cname("x.example.net.")], "CNAME", &["x.example.net."], 60),
    ] {
        apply(&records).await;
        let expected = expected.iter().map(|text| (*text).to_owned()).collect();
        assert_eq!(at(of), (expected, json!(ttl)), "{records:?}");
    }
    assert_eq!(at("A").0, ["-192.0.2.8"]);

    // The server has one CNAME, enabled or not: it is kept where nothing takes its place.
    let rows = json!([{"content": "old.example.net.", "disabled": true}]);
    let set = json!({"name": "www.off.example.", "type": "CNAME", "changetype": "REPLACE", "ttl": 60, "records": rows});
    call(&live, "PATCH", "zones/off.example.", &json!({"rrsets": [set]}));
    apply(&[a(60, &["192.0.2.1"])]).await;
    assert_eq!(
        (at("CNAME").0, at("A").0),
        (
            vec!["-old.example.net.".to_owned()],
            vec!["-192.0.2.8".to_owned(), "192.0.2.1".to_owned()]
        )
    );
    let read = harness.read(&zone).await.unwrap();
    assert!(render(&read.report).contains("old.example.net."), "{}", render(&read.report));
    apply(&[cname("new.example.net.")]).await;
    assert_eq!(at("CNAME").0, ["new.example.net."]);
}

/// The server compares what it is sent with its own form, and refuses other quotes.
#[tokio::test]
async fn service_parameters_are_written_as_the_server_wants_them() {
    let Some(live) = Live::start() else { return };
    let (harness, zone) = (live.harness(&json!({})), ZoneName::new("svc.example.").unwrap());
    for params in [
        json!({"ech": "AEX+DQ=="}),
        json!({"alpn": ["h2", "h3"], "port": 8443, "ech": "AEX+DQ==", "ipv6hint": ["2001:db8::1"]}),
        json!({"alpn": ["a\\,b", "c"]}),
        json!({"alpn": ["a b", "c,d"]}),
        json!({"mandatory": ["alpn", "ech"], "alpn": ["h2"], "no-default-alpn": null, "ech": "AA=="}),
        json!({"key7": "/q{?dns}", "key65280": "a \\\"b\\\""}),
    ] {
        for of in ["HTTPS", "SVCB"] {
            let value = json!({"svcpriority": 1, "targetname": ".", "svcparams": params});
            let record = json!({"name": "www", "type": of, "ttl": 60, "value": value});
            let desired = harness.zone(&zone, &[record]);
            let plan = harness.plan(&desired).await.unwrap().unwrap();
            harness.apply(&plan).await.result.unwrap_or_else(|error| panic!("{params}: {error}"));
            let left = harness.plan(&desired).await.unwrap();
            assert!(left.is_none(), "{params}: {left:?}");
        }
    }
}

/// The options that the user wrote are named.
#[tokio::test]
async fn a_server_that_is_not_there_is_named_by_its_options() {
    let closed = ClosedPort::hold().unwrap();
    let port = closed.number();
    let zone = ZoneName::new("unit.tests.").unwrap();
    for (options, from) in [
        (json!({"port": port}), "host, port"),
        (json!({"endpoint": format!("http://127.0.0.1:{port}")}), "endpoint"),
    ] {
        let mut config = json!({"host": "127.0.0.1", "api_key": API_KEY});
        config.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
        let harness = Harness::build(octodns_powerdns::register, CLASS, &config).unwrap();
        let told = harness.read_raw(&zone).await.unwrap_err().to_string();
        assert!(
            told.ends_with(&format!("cannot connect to 127.0.0.1:{port} (see {from})")),
            "{told}"
        );
    }
}
