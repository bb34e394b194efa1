//! Plans as pages, in a browser.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use octodns_testkit::server::{needed, program};
use serde_json::json;

use crate::support::Workspace;
use crate::waves::commit;

/// A zone for each of two targets, the first of which has this id.
fn config(target: &str) -> String {
    let folder = |name: &str| json!({"class": "yaml", "directory": name, "enforce_order": false});
    json!({
        "providers": {"zones": folder("./zones"), target: folder("./live"), "backup": folder("./backup")},
        "zones": {
            "example.com.": {"sources": ["zones"], "targets": [target], "lenient": true},
            "example.org.": {"sources": ["zones"], "targets": ["backup"]},
        },
    })
    .to_string()
}

const SYNC: &str = "octodns-sync --config-file config.yaml --quiet --plan-format html";

const ROUTED: &str = "\
www:
  type: A
  ttl: 60
  value: 192.0.2.1
  dynamic:
    pools:
      eu: {fallback: rest, values: [{value: 192.0.2.2}, {value: 192.0.2.3, weight: WEIGHT}]}
      us: {fallback: rest, values: [{value: 192.0.2.4, status: up}, {value: 192.0.2.5, status: down}]}
      rest: {values: [{value: 192.0.2.9}]}
    rules: [{geos: [NA], subnets: [10.0.0.0/8], pool: us}, {geos: [EU, NA-US-CA], pool: eu}, {pool: rest}]
";

/// Text that a browser would obey.
const HOSTILE: &str = "</code></li><script>alert(1)</script><img src=x onerror=alert(1)> \" onmouseover=\"alert(1) &amp;";

/// What is there, and what is to be there.
fn plan(workspace: &Workspace) {
    let zone = |[weight, ns, mx, policy, key, ttl, address]: [&str; 7]| {
        let key = format!("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA{}IDAQAB", key.repeat(40));
        format!(
            "'':\n- {{type: A, ttl: 300, value: 192.0.2.1}}\n- {{type: MX, ttl: 3600, values: [{{exchange: mx1.example.net., \
             preference: 10}}, {{exchange: mx2.example.net., preference: {mx}}}]}}\n- {{type: NS, ttl: 3600, values: [ns1.example.net., {ns}.example.net.]}}\n\
             _dmarc: {{type: TXT, ttl: 300, value: 'v=DMARC1\\; p={policy}\\; rua=mailto:d@example.com'}}\n\
             k._domainkey: {{type: TXT, ttl: 300, value: 'v=DKIM1\\; k=rsa\\; p={key}'}}\n\
             ttl: {{type: A, ttl: {ttl}, values: [192.0.2.1, 192.0.2.2]}}\n\
             bücher: {{type: A, ttl: 60, value: {address}}}\n{}",
            ROUTED.replace("WEIGHT", weight),
        )
    };
    let there = ["3", "ns2", "20", "none", "q3zLkJ7f", "3600", "192.0.2.7"];
    let meant = ["1", "ns3", "5", "quarantine", "Xb91yTw0", "300", "192.0.2.8"];
    let old = "old: {type: CNAME, ttl: 300, value: gone.example.net.}\n";
    let new = "api: {type: AAAA, ttl: 60, values: ['2001:db8::1', '2001:db8::2']}\n";
    fs::create_dir(workspace.path("live")).unwrap();
    workspace.write("config.yaml", config("live"));
    workspace.write("live/example.com.yaml", zone(there) + old);
    // What the sources wanted then explains all changes but one.
    let mut then = there;
    then[6] = meant[6];
    workspace.write("zones/example.com.yaml", zone(then) + old);
    workspace.write("zones/example.org.yaml", "{}");
    commit(workspace);
    workspace.write("zones/example.com.yaml", zone(meant) + new);
    workspace.write("zones/example.org.yaml", "www: {type: A, ttl: 60, value: 192.0.2.1}\n");
}

/// A zone with text that a browser would obey, wherever there is text.
fn hostile(workspace: &Workspace) {
    let pool = json!({"fallback": HOSTILE, "values": [{"value": "a.example.net."}]});
    let zone = json!({
        "": {"type": "MX", "ttl": 60, "value": {"preference": 1, "exchange": "mx.example.net."}},
        "$(id)`x`'": {"type": "AAAA", "ttl": 60, "value": "2001:db8::1"},
        "h": [
            {"type": "TXT", "ttl": 60, "values": [HOSTILE, "other"]},
            {"type": "CAA", "ttl": 60, "value": {"flags": 0, "tag": "issue", "value": HOSTILE}},
            {"type": "CNAME", "ttl": 60, "value": "b.example.net.", "dynamic": {
                "pools": {HOSTILE: pool},
                "rules": [{"geos": [HOSTILE], "pool": HOSTILE}],
            }},
        ],
    });
    workspace.write("zones/example.com.yaml", zone.to_string());
    workspace.write("zones/example.org.yaml", "{}");
    workspace.write("config.yaml", config(HOSTILE));
    fs::remove_file(workspace.path("live/example.com.yaml")).unwrap();
    workspace.write("hostile.txt", HOSTILE);
}

fn large(workspace: &Workspace) {
    let mut zone = String::new();
    for at in 0..10_000 {
        let _ = writeln!(zone, "name-{at}: {{type: A, ttl: 300, values: [192.0.2.1, 192.0.2.2]}}");
    }
    workspace.write("zones/example.com.yaml", zone);
    workspace.write("config.yaml", config("live"));
}

/// The modules that the browser is driven by.
fn modules() -> Option<PathBuf> {
    let folder = std::env::var_os("OCTODNS_TEST_BROWSER").map(PathBuf::from);
    let folder = folder.filter(|folder| folder.join("node_modules").is_dir());
    needed(folder, "OCTODNS_TEST_BROWSER (a folder with the modules of tests/browser)")
}

#[test]
fn a_page_works_in_a_browser() {
    let (Some(modules), Some(chromium), Some(node)) =
        (modules(), program("chromium"), program("node"))
    else {
        return;
    };
    let workspace = Workspace::new();
    let page = |name: &str, flags: &str| {
        let ran = workspace.run(&format!("{SYNC} {flags}"));
        assert!(ran.stdout.starts_with("<!doctype html>"), "{ran:?}");
        workspace.write(name, &ran.stdout);
    };
    plan(&workspace);
    page("plan.html", "--since HEAD");
    hostile(&workspace);
    page("hostile.html", "");
    large(&workspace);
    page("large.html", "");
    workspace.write("zones/example.com.yaml", "{}");
    page("empty.html", "");

    fs::create_dir(workspace.path("shots")).unwrap();
    let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser/page.mjs");
    let output = Command::new(node)
        .arg(driver)
        .arg(chromium)
        .arg(workspace.path(""))
        .env("OCTODNS_TEST_BROWSER", modules)
        .output()
        .unwrap();
    // To be looked at.
    if let Some(folder) = std::env::var_os("OCTODNS_TEST_SHOTS") {
        for shot in fs::read_dir(workspace.path("shots")).unwrap() {
            let shot = shot.unwrap();
            fs::copy(shot.path(), Path::new(&folder).join(shot.file_name())).unwrap();
        }
    }
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    println!("{out}");
    assert!(output.status.success(), "{out}\n{err}");
    assert_eq!(out.lines().filter(|line| line.starts_with("ok: ")).count(), 8, "{out}\n{err}");
}
