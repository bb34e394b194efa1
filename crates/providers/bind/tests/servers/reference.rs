//! Two clients: what one of the providers, ours or the reference's, writes is not a change for the other.

use std::fs;
use std::path::Path;
use std::process::Command;

use octodns_testkit::server::{Key, Server, Setup, bind, knot, powerdns, python};
use serde_json::Value;

use super::live::{LAB, ZONE, base, key};
use super::support::cases::cases;
use super::support::{plan, provider, record, sync, zone};

const SCRIPT: &str = include_str!("reference.py");

/// The cases that the reference cannot settle on any server, why, and a word of its output
/// (`docs/differences.md`, dns-spelling and dns-types).
const NEVER: &[(&str, &str, &str)] = &[
    ("dname", "it has no such type here", "DNAME records not supported"),
    ("openpgpkey._openpgpkey", "it has no such type here", "OPENPGPKEY records not supported"),
    ("_uri._tcp", "it has no such type here", "URI records not supported"),
    ("loc", "servers do not give back default sizes, which it cannot read", "expected 12, got 9"),
    ("txt-bare", "it reads a bare `;` as an escaped one", r"['a\;b']"),
    ("txt-escaped-quotes", "it writes the quotes as none", r"['say \hi\']"),
    ("txt-backslash", "it writes no backslash", "['ab']"),
    ("txt-backslashes", "it writes two backslashes as one", r"['a\b']"),
    ("txt-tab", "it reads the escape as the character", r"['a	b']"),
    ("https-flag", "it writes a flag with an equals sign, which it cannot read", "SyntaxError"),
    ("https-ech", "it raises TypeError on any valid value", "TypeError"),
];

/// Records that the reference can write and read.
fn shared(ttl: i64) -> Vec<Value> {
    let mut records = base();
    for (name, of, one, two) in cases() {
        // In its second state LOC has sizes that are not defaults.
        let value = if of == "LOC" { two } else { one };
        if of == "LOC" || NEVER.iter().all(|(never, ..)| *never != name) {
            records.push(record(name, of, ttl, value));
        }
    }
    records
}

/// The changes that the reference plans or applies.
fn reference(python: &Path, server: &Server, key: &Key, records: &[Value], what: &str) -> String {
    tried(python, server, key, records, what).unwrap_or_else(|errors| panic!("{errors}"))
}

/// The same, or the error.
fn tried(
    python: &Path,
    server: &Server,
    key: &Key,
    records: &[Value],
    what: &str,
) -> Result<String, String> {
    let (script, file) = (server.folder().join("reference.py"), server.folder().join("records"));
    fs::write(&script, SCRIPT).unwrap();
    fs::write(&file, serde_json::to_string(records).unwrap()).unwrap();
    let mut command = Command::new(python);
    command.arg(script).arg(server.address().port().to_string());
    command.args([&key.name, &key.secret, LAB]).arg(file).arg(what);
    let output = command.output().unwrap();
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout).unwrap());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Names and types that the reference cannot delete by UPDATE, though it reports success.
///
/// PowerDNS compares the value to be deleted with its own as text, and spells these differently: service
/// bindings with a target that is not `.`, and empty fields of NAPTR. Our provider deletes whole sets.
const KEPT_BY_POWERDNS: &[&str] = &[
    "_8765._baz.lab.test. SVCB",
    "https-all.lab.test. HTTPS",
    "naptr-empty.lab.test. NAPTR",
    "svcb-alias.lab.test. SVCB",
];

/// Each client writes, and the other then has no changes; except for `kept`, which the reference cannot
/// delete.
async fn agree(server: Option<Server>, kept: &[&str]) {
    let (Some(python), Some(server)) = (python(), server) else { return };
    let (key, address) = (key(), server.address());
    let ours = provider(address, Some(&key));

    let records = shared(60);
    sync(&ours, &zone(LAB, &records)).await.unwrap();
    assert_eq!(reference(&python, &server, &key, &records, "plan"), "");

    // The reference changes everything except the zone's initial records, and deletes half of it.
    let mut records = shared(90);
    records.truncate(records.len() / 2);
    let changes = reference(&python, &server, &key, &records, "apply");
    assert!(changes.lines().count() > 20, "{changes}");
    let half = zone(LAB, &records);
    let left = plan(&ours, &half).await.unwrap();
    let left = left.iter().flat_map(|plan| &plan.changes).map(|change| {
        let record = change.record();
        format!("{} {}", record.fqdn(half.name()), record.record_type())
    });
    assert_eq!(left.collect::<Vec<_>>(), kept);
    let theirs = reference(&python, &server, &key, &records, "plan");
    assert_eq!(theirs.lines().count(), kept.len(), "it sees them as well: {theirs}");
    assert_eq!(sync(&ours, &half).await, Ok(kept.len()));

    // And restores it.
    let records = shared(30);
    reference(&python, &server, &key, &records, "apply");
    assert_eq!(sync(&ours, &zone(LAB, &records)).await, Ok(0));
}

#[tokio::test]
async fn both_clients_agree_on_bind() {
    agree(bind::start(&Setup::with_key(LAB, ZONE)), &[]).await;
}

#[tokio::test]
async fn both_clients_agree_on_knot() {
    agree(knot::start(&Setup::with_key(LAB, ZONE)), &[]).await;
}

#[tokio::test]
async fn both_clients_agree_on_powerdns() {
    agree(powerdns::start(&Setup::with_key(LAB, ZONE)), KEPT_BY_POWERDNS).await;
}

/// Otherwise [`NEVER`] would leave out more than necessary.
#[tokio::test]
async fn cases_left_out_fail_with_the_reference() {
    let (Some(python), Some(server)) = (python(), bind::start(&Setup::with_key(LAB, ZONE))) else {
        return;
    };
    let (key, address) = (key(), server.address());
    let ours = provider(address, Some(&key));
    for (name, of, one, _) in cases() {
        let Some((_, why, word)) = NEVER.iter().find(|(never, ..)| *never == name) else {
            continue;
        };
        let mut records = base();
        records.push(record(name, of, 60, one));
        let try_to = |what| tried(&python, &server, &key, &records, what);
        let shown = match try_to("apply").and_then(|_| try_to("plan")) {
            Ok(changes) => changes,
            Err(errors) => errors,
        };
        assert!(shown.contains(word), "{name}: {why}: {shown}");
        // If the reference left nothing, or something else, ours settles.
        assert!(sync(&ours, &zone(LAB, &records)).await.is_ok(), "{name}");
        sync(&ours, &zone(LAB, &base())).await.unwrap();
    }
}
