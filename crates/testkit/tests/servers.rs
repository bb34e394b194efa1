//! Each server starts, serves the configured zones to the clients that may have them, and restarts.

#![expect(clippy::unwrap_used, reason = "a test: what cannot be is a failure")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use octodns_testkit::server::{
    self, Allow, Key, ServedZone, Server, Setup, bind, knot, moto, nsd, powerdns,
};

const ZONE: &str = "\
$TTL 3600
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 192.0.2.53
www A 192.0.2.1
where LUA A \"country('SE') and '192.0.2.1' or '192.0.2.2'\"
";

/// The zone without the features of PowerDNS.
fn plain() -> String {
    let known = |line: &&str| !line.contains("LUA");
    ZONE.split_inclusive('\n').filter(known).collect()
}

/// One zone for everyone, one for a key, one for nobody.
fn setup(text: &str) -> Setup {
    let mut setup = Setup::with_key("signed.test.", text);
    setup.zones.extend(Setup::open("open.test.", text).zones);
    setup.zones.push(ServedZone::private("private.test.", text));
    setup
}

/// The output of a tool, or `None` if it is not installed.
fn tool(name: &str, server: &Server, arguments: &[&str]) -> Option<String> {
    let port = server.address().port().to_string();
    let mut command = Command::new(name);
    let output = command.args(["@127.0.0.1", "-p", &port]).args(arguments).output().ok();
    let output = server::needed(output, name)?;
    Some(String::from_utf8(output.stdout).unwrap())
}

fn transfer(server: &Server, zone: &str, key: Option<&Key>) -> Option<String> {
    let mut arguments = vec![zone.to_owned(), "AXFR".to_owned()];
    if let Some(Key { name, algorithm, secret }) = key {
        arguments.extend(["-y".to_owned(), format!("{algorithm}:{name}:{secret}")]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    tool("dig", server, &arguments)
}

/// Transfers are allowed as configured, before and after both kinds of restart.
fn serves(server: Option<Server>) {
    let Some(mut server) = server else { return };
    let key = Key::new("key", "hmac-sha256");
    for round in 0..3 {
        let cases = [
            ("signed.test.", Some(&key), true),
            ("signed.test.", Some(&key.with_wrong_secret()), false),
            ("signed.test.", None, false),
            ("open.test.", None, true),
            ("private.test.", None, false),
        ];
        for (zone, key, expected) in cases {
            let Some(text) = transfer(&server, zone, key) else { return };
            let found = text.contains("192.0.2.1");
            assert_eq!(found, expected, "{round}: {zone} {key:?}: {text}\n{}", server.log());
        }
        if round == 0 {
            server.restart();
        } else {
            server.kill();
            server.start();
        }
    }
}

#[test]
fn bind_serves() {
    serves(bind::start(&setup(&plain())));
}

#[test]
fn knot_serves() {
    serves(knot::start(&setup(&plain())));
}

#[test]
fn nsd_serves() {
    serves(nsd::start(&setup(&plain())));
}

#[test]
fn powerdns_serves() {
    serves(powerdns::start(&setup(&plain())));
}

/// Sends an update that adds one record, and returns whether the record is there afterwards.
fn update(server: &Server, zone: &str, key: Option<&Key>) -> Option<bool> {
    let port = server.address().port();
    let sign = key.map_or_else(String::new, |key| {
        format!("key {}:{} {}\n", key.algorithm, key.name, key.secret)
    });
    let name = format!("new{}.{zone}", key.is_some());
    let script = format!(
        "server 127.0.0.1 {port}\n{sign}zone {zone}\nupdate add {name} 60 A 192.0.2.9\nsend\n"
    );
    let file = server.folder().join("script");
    std::fs::write(&file, script).unwrap();
    let output = Command::new("nsupdate").arg("-v").arg(&file).output().ok();
    server::needed(output, "nsupdate")?;
    Some(tool("dig", server, &[&name, "+tcp", "+short"])?.contains("192.0.2.9"))
}

/// Updates are accepted from the configured clients.
#[test]
fn updates_are_accepted_from_configured_clients() {
    let setup = setup(&plain());
    let key = Key::new("key", "hmac-sha256");
    for server in [bind::start(&setup), knot::start(&setup), powerdns::start(&setup)] {
        let Some(server) = server else { continue };
        let cases = [
            ("signed.test.", Some(&key), true),
            ("signed.test.", None, false),
            ("open.test.", None, true),
            ("private.test.", Some(&key), false),
            ("private.test.", None, false),
        ];
        for (zone, key, expected) in cases {
            let Some(found) = update(&server, zone, key) else { return };
            assert_eq!(found, expected, "{zone} {key:?}\n{}", server.log());
        }
    }
}

/// All algorithms that a client may be configured with.
#[test]
fn every_algorithm_is_known() {
    let algorithms =
        ["hmac-md5", "hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"];
    let mut setup = Setup::default();
    for algorithm in algorithms {
        let zone = ServedZone::private(&format!("{algorithm}.test."), &plain());
        setup.zones.push(ServedZone { transfer: Allow::Key(algorithm.to_owned()), ..zone });
        setup.keys.push(Key::new(algorithm, algorithm));
    }
    let servers =
        [bind::start(&setup), knot::start(&setup), nsd::start(&setup), powerdns::start(&setup)];
    for server in servers.into_iter().flatten() {
        for key in &setup.keys {
            let zone = format!("{}.test.", key.name);
            let Some(text) = transfer(&server, &zone, Some(key)) else { return };
            assert!(text.contains("192.0.2.1"), "{zone}: {text}\n{}", server.log());
        }
    }
}

/// The data that dynamic records need.
#[test]
fn powerdns_knows_where_addresses_are() {
    let Some(server) = powerdns::start(&Setup::open("lua.test.", ZONE)) else { return };
    for (subnet, expected) in [("127.1.0.0/16", "192.0.2.1"), ("198.51.100.0/24", "192.0.2.2")] {
        let subnet = format!("+subnet={subnet}");
        let Some(text) = tool("dig", &server, &["where.lua.test.", "+short", &subnet]) else {
            return;
        };
        assert_eq!(text.trim(), expected, "{}", server.log());
    }
}

fn http(url: &str, head: &str) -> String {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    write!(stream, "{head}\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn powerdns_has_its_api() {
    let Some(server) = powerdns::start(&Setup::open("api.test.", ZONE)) else { return };
    let get = "GET /api/v1/servers/localhost/zones HTTP/1.0";
    let response =
        http(&server.api().unwrap(), &format!("{get}\r\nX-API-Key: {}", powerdns::API_KEY));
    assert!(response.contains("api.test."), "{response}");
    let response = http(&server.api().unwrap(), get);
    assert!(response.contains(" 401 "), "{response}");
}

/// The reference fails if these are missing.
#[test]
fn moto_lists_health_checks_in_full() {
    let Some(server) = moto::start() else { return };
    let get = "GET /2013-04-01/healthcheck HTTP/1.0\r\nHost: route53.amazonaws.com\r\n\
        Authorization: AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/route53/aws4_request, \
        SignedHeaders=host, Signature=x";
    let response = http(&server.api().unwrap(), get);
    assert!(response.contains("<IsTruncated>false</IsTruncated>"), "{response}");
}
