//! PowerDNS: `pdns_server`, in Debian's package `pdns-server`, on SQLite, with its HTTP API, LUA records and
//! a geography database.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use super::process::output;
use super::{Allow, Port, Prepared, Program, Readiness, Server, Setup, mmdb, needed};

/// The `X-API-Key` of the HTTP API ([`Server::api`]).
pub const API_KEY: &str = "api-key";

const SCHEMA: &str = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql";

/// Starts it, or `None` if it or a backend is not installed.
///
/// In its LUA records 127.0.0.0/10 is Sweden, 127.64.0.0/10 California, 127.128.0.0/10 Japan, 127.192.0.0/10
/// Brazil, 192.0.2.0/24 Britain, 198.51.100.0/24 Virginia and 203.0.113.0/24 Australia.
///
/// # Panics
///
/// If it does not start.
pub fn start(setup: &Setup) -> Option<Server> {
    let schema = needed(fs::read_to_string(SCHEMA).ok(), "pdns-backend-sqlite3")?;
    let programs = ["pdns_server", "pdnsutil", "sqlite3"];
    Server::launch("PowerDNS", &programs, "pdns-server, sqlite3", |programs, folder, port| {
        let [pdns_server, pdnsutil, sqlite3] = programs else {
            return Err(io::Error::other("three programs"));
        };
        let api = Port::free()?;
        fs::write(folder.join("pdns.conf"), configuration(folder, port, &api))?;
        fs::write(folder.join("geo.yaml"), "domains: []\n")?;
        fs::write(folder.join("geo.mmdb"), mmdb::geography())?;
        sql(sqlite3, folder, &schema)?;
        let config = format!("--config-dir={}", folder.display());
        for zone in &setup.zones {
            let file = folder.join(zone.file());
            fs::write(&file, &zone.text)?;
            let mut load = Command::new(pdnsutil);
            output(load.arg(&config).arg("load-zone").arg(&zone.name).arg(file))?;
        }
        sql(sqlite3, folder, &rights(setup))?;
        let zones = setup.zones.iter().map(|zone| zone.name.clone()).collect();
        let dns = Readiness::Zones(port.address(), zones);
        let http = Readiness::Http(api.address(), "/");
        Ok(Prepared {
            program: Program::new(pdns_server.clone(), folder, [config]),
            readiness: Readiness::Both(Box::new([dns, http])),
            api: Some(api),
            leftovers: Vec::new(),
        })
    })
}

fn configuration(folder: &Path, port: &Port, api: &Port) -> String {
    let (folder, port, api) = (folder.display(), port.number(), api.number());
    // With caches, the old state would be visible for a while after a write. An empty `security-poll-suffix`
    // turns off its queries for security news.
    format!(
        "launch=gsqlite3,geoip
gsqlite3-database={folder}/pdns.sqlite3
gsqlite3-pragma-synchronous=0
geoip-zones-file={folder}/geo.yaml
geoip-database-files=mmdb:{folder}/geo.mmdb
enable-lua-records=yes
edns-subnet-processing=yes
local-address=127.0.0.1
local-port={port}
socket-dir={folder}
daemon=no
guardian=no
write-pid=no
disable-syslog=yes
api=yes
api-key={API_KEY}
webserver=yes
webserver-address=127.0.0.1
webserver-port={api}
webserver-allow-from=127.0.0.0/8
webserver-max-bodysize=64
dnsupdate=yes
allow-dnsupdate-from=
allow-axfr-ips=
only-notify=127.0.0.0/8
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
zone-cache-refresh-interval=0
security-poll-suffix=
receiver-threads=1
distributor-threads=2
"
    )
}

/// The keys, and the access rules of each zone.
fn rights(setup: &Setup) -> String {
    let mut text = String::from("BEGIN;\n");
    for key in &setup.keys {
        let (name, algorithm, secret) = (&key.name, &key.algorithm, &key.secret);
        let _ = writeln!(
            text,
            "INSERT INTO tsigkeys (name, algorithm, secret) VALUES ('{name}', '{algorithm}', '{secret}');"
        );
    }
    for zone in &setup.zones {
        let name = zone.name.trim_end_matches('.').replace('\'', "''");
        let mut add = |kind: &str, content: &str| {
            let _ = writeln!(
                text,
                "INSERT INTO domainmetadata (domain_id, kind, content) \
                 SELECT id, '{kind}', '{content}' FROM domains WHERE name = '{name}';"
            );
        };
        // Without it the serial does not change.
        add("SOA-EDIT-DNSUPDATE", "INCREASE");
        match &zone.transfer {
            Allow::Nobody => {}
            Allow::Anyone => add("ALLOW-AXFR-FROM", "127.0.0.0/8"),
            Allow::Key(key) => add("TSIG-ALLOW-AXFR", key),
        }
        if zone.update != Allow::Nobody {
            add("ALLOW-DNSUPDATE-FROM", "127.0.0.0/8");
        }
        if let Allow::Key(key) = &zone.update {
            add("TSIG-ALLOW-DNSUPDATE", key);
        }
    }
    text + "COMMIT;\n"
}

/// Runs statements on the database.
fn sql(sqlite3: &Path, folder: &Path, statements: &str) -> io::Result<()> {
    let mut command = Command::new(sqlite3);
    command.arg("-bail").arg(folder.join("pdns.sqlite3"));
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(statements.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(io::Error::other(format!("sqlite3: {}", String::from_utf8_lossy(&output.stderr))))
}
