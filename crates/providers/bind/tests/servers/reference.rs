//! Two clients: what the reference's provider writes is no change for ours, and the reverse.

use std::fs;
use std::path::Path;
use std::process::Command;

use octodns_testkit::server::{Key, Server, Setup, bind, knot, python};
use serde_json::Value;

use super::live::{LAB, ZONE, base, key};
use super::support::cases::cases;
use super::support::{provider, record, sync, zone};

const SCRIPT: &str = include_str!("reference.py");

/// Records that the reference can write and read. Of the others it leaves some out, fails to read some, and
/// changes some in every run: `docs/differences.md`, dns-spelling and dns-types.
fn shared(ttl: i64) -> Vec<Value> {
    let never = [
        "dname",
        "openpgpkey._openpgpkey",
        "_uri._tcp",
        // It writes one address of two spellings, and reads another.
        "txt-bare",
        "txt-escaped-quotes",
        "txt-backslash",
        "txt-backslashes",
        "txt-tab",
        // Its port is a number in one direction and text in the other.
        "https-all",
        "https-ech",
        "naptr-empty",
    ];
    let mut records = base();
    for (name, of, one, two) in cases().into_iter().filter(|case| !never.contains(&case.0)) {
        // In its first state LOC has the sizes that are not written.
        let value = if of == "LOC" { two } else { one };
        records.push(record(name, of, ttl, value));
    }
    records
}

/// The changes that the reference plans, or applies.
fn reference(python: &Path, server: &Server, key: &Key, records: &[Value], what: &str) -> String {
    let (script, file) = (server.folder().join("reference.py"), server.folder().join("records"));
    fs::write(&script, SCRIPT).unwrap();
    fs::write(&file, serde_json::to_string(records).unwrap()).unwrap();
    let mut command = Command::new(python);
    command.arg(script).arg(server.address().port().to_string());
    command.args([&key.name, &key.secret, LAB]).arg(file).arg(what);
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}\n{}", server.log());
    String::from_utf8(output.stdout).unwrap()
}

async fn agree(server: Option<Server>) {
    let (Some(python), Some(server)) = (python(), server) else { return };
    let (key, address) = (key(), server.address());
    let ours = provider(address, Some(&key));

    let records = shared(60);
    sync(&ours, &zone(LAB, &records)).await.unwrap();
    assert_eq!(reference(&python, &server, &key, &records, "plan"), "");

    // The reference changes all but what stands in the zone's beginning, and takes half of it away.
    let mut records = shared(90);
    records.truncate(records.len() / 2);
    let changes = reference(&python, &server, &key, &records, "apply");
    assert!(changes.lines().count() > 20, "{changes}");
    assert_eq!(sync(&ours, &zone(LAB, &records)).await, Ok(0));

    // And puts it back.
    let records = shared(30);
    reference(&python, &server, &key, &records, "apply");
    assert_eq!(sync(&ours, &zone(LAB, &records)).await, Ok(0));
}

#[tokio::test]
async fn both_clients_agree_on_bind() {
    agree(bind::start(&Setup::with_key(LAB, ZONE))).await;
}

#[tokio::test]
async fn both_clients_agree_on_knot() {
    agree(knot::start(&Setup::with_key(LAB, ZONE))).await;
}
