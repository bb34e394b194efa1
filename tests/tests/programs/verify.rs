//! `octodns-sync`: what is verified after applying, what may be allowed, and what exit codes tell.

use std::fmt::Write as _;
use std::fs;

use octodns_testkit::dns::{self, FakeDns};
use octodns_testkit::server::{ServedZone, Setup, bind, knot};

use crate::support::{CONFIG, Workspace};

const SYNC: &str = "octodns-sync --config-file=config.yaml";

#[test]
fn a_detailed_exit_code_tells_of_changes_and_wrong_usage_has_its_own() {
    let workspace = Workspace::new();
    let all = "octodns sync --config-file=config.yaml";
    for (line, code, detailed) in [
        (SYNC, 0, 2),
        (all, 0, 2),
        ("octodns-sync --config-file=nope.yaml", 1, 1),
        ("octodns-sync --config-file=config.yaml --nope", 2, 64),
        ("octodns-sync", 2, 64),
        ("octodns sync --config-file", 2, 64),
        ("octodns-sync --help", 0, 0),
    ] {
        workspace.run(line).expect(code, &[]);
        workspace.run(&format!("{line} --detailed-exitcode")).expect(detailed, &[]);
    }
    workspace.run(&format!("{SYNC} --doit --detailed-exitcode")).expect(2, &[]);
    for line in [SYNC, all] {
        workspace.run(&format!("{line} --doit --detailed-exitcode")).expect(0, &[]);
    }
}

/// So many records, some of them with another value.
fn many(count: usize, changed: usize) -> String {
    let mut zone = String::new();
    for index in 0..count {
        let host = if index < changed { 2 } else { 1 };
        let _ = writeln!(zone, "r{index:02}: {{ttl: 60, type: A, value: 192.0.2.{host}}}");
    }
    zone
}

#[test]
fn what_is_unusual_is_allowed_kind_by_kind() {
    for (kind, zone, told) in [
        ("deletes", many(6, 0), "too many deletes"),
        ("updates", many(12, 6), "too many updates"),
        (
            "root-ns",
            format!("'': {{ttl: 60, type: NS, value: ns.other.tests.}}\n{}", many(12, 0)),
            "the NS record at the apex would change",
        ),
    ] {
        let workspace = Workspace::new();
        workspace.write("zones/unit.tests.yaml", many(12, 0));
        workspace.run(&format!("{SYNC} --doit")).expect(0, &[]);
        workspace.write("zones/unit.tests.yaml", zone);
        let flag = format!("--allow {kind}, or --force");
        workspace.run(SYNC).expect(1, &["unsafe-plan", told, &flag]);
        for other in ["deletes", "updates", "root-ns", "shrunk-read"] {
            if other != kind {
                let line = format!("{SYNC} --doit --allow {other}");
                workspace.run(&line).expect(1, &[told]);
            }
        }
        let line = format!("{SYNC} --doit --allow shrunk-read --allow {kind}");
        workspace.run(&line).expect(0, &["sync: applied"]);
    }
    let wrong = Workspace::new().run(&format!("{SYNC} --allow everything"));
    wrong.expect(2, &["deletes, updates, root-ns, shrunk-read"]);
}

#[test]
fn a_target_that_reads_as_empty_is_refused_when_it_is_known_to_have_been_full() {
    let workspace = Workspace::new();
    workspace.write("zones/unit.tests.yaml", many(12, 0));
    let state = workspace.path("state").display().to_string();
    let run = |arguments: &str, debug: &str| {
        let line = format!("{SYNC}{arguments}{debug}");
        workspace.run_with(&line, &[("XDG_STATE_HOME", &state)])
    };
    run("", "").expect(0, &[]);
    assert!(!workspace.path("state").exists());
    run(" --doit", "").expect(0, &[]);
    assert!(workspace.path("state/octodns/runs/zone-sizes.json").is_file());
    fs::remove_file(workspace.path("target/unit.tests.yaml")).unwrap();
    for arguments in ["", " --doit", " --doit --allow deletes"] {
        run(arguments, "")
            .expect(1, &["at the target: then 12 records, now 0", "--allow shrunk-read"]);
    }
    assert!(!workspace.path("target/unit.tests.yaml").exists());
    // A folder that is gone is the same one.
    fs::remove_dir_all(workspace.path("target")).unwrap();
    run("", "").expect(1, &["at the target: then 12 records, now 0"]);
    // Nobody knows of earlier runs.
    workspace.run(&format!("{SYNC} --debug")).expect(0, &["zones that shrank are not noticed"]);
    run(" --doit --allow shrunk-read", "").expect(0, &[]);

    workspace.write("state/octodns/runs/zone-sizes.json", "{\"version\": 1, \"zo");
    fs::remove_file(workspace.path("target/unit.tests.yaml")).unwrap();
    run(" --doit", "").expect(0, &["WARNING", "zone-sizes.json are of no use"]);
}

#[test]
fn what_was_written_is_read_back() {
    let workspace = Workspace::new();
    let ran = workspace.run(&format!("{SYNC} --doit --verify unit.tests."));
    ran.expect(0, &["sync: verified", "unit.tests.  target          1          0  empty"]);
    // Nothing was applied.
    let ran = workspace.run(&format!("{SYNC} --verify"));
    assert!(!ran.stderr.contains("verified"), "{ran:#?}");
}

/// A config with what is verified.
fn verifying(verify: &str) -> String {
    format!("manager: {{verify: {verify}}}\n{CONFIG}")
}

#[test]
fn servers_that_do_not_serve_what_was_applied_fail_the_run() {
    let stale = FakeDns::start(|_, message| dns::send(&dns::nxdomain(message))).unwrap();
    let address = stale.address();
    let workspace = Workspace::new();
    workspace
        .write("config.yaml", verifying(&format!("{{nameservers: ['{address}'], timeout: 0}}")));
    workspace.run(SYNC).expect(0, &[]);
    assert!(stale.asked().is_empty());
    let told =
        format!("{address} does not serve 1 of 1 changes: create www.unit.tests. A (missing)");
    workspace.run(&format!("{SYNC} --doit")).expect(1, &["error[not-served]", &told, "applied"]);

    fs::remove_file(workspace.path("target/unit.tests.yaml")).unwrap();
    let line = format!("{SYNC} --doit --verify none --detailed-exitcode");
    workspace.run(&line).expect(2, &["sync: applied"]);
    fs::remove_file(workspace.path("target/unit.tests.yaml")).unwrap();
    let line = format!("{SYNC} --doit --detailed-exitcode");
    workspace.run(&line).expect(1, &["not-served"]);
}

const MASTER_FILE: &str = "\
$TTL 60
@ SOA ns1 hostmaster 1 3600 600 86400 60
@ NS ns1
ns1 A 127.0.0.1
gone A 192.0.2.7
wild A 192.0.2.8
moved A 192.0.2.9
* TXT \"wild\"
www A 192.0.2.1
";

const ZONE: &str = "\
'': {ttl: 60, type: NS, value: ns1.unit.tests.}
'*': {ttl: 60, type: TXT, value: wild}
moved: {ttl: 60, type: CNAME, value: www.unit.tests.}
new: {ttl: 60, type: MX, value: {exchange: www.unit.tests., preference: 10}}
ns1: {ttl: 60, type: A, value: 127.0.0.1}
www: {ttl: 60, type: A, values: [192.0.2.1, 192.0.2.2]}
";

/// As it was, but for one address.
const BACK: &str = "\
'': {ttl: 60, type: NS, value: ns1.unit.tests.}
'*': {ttl: 60, type: TXT, value: wild}
gone: {ttl: 60, type: A, value: 192.0.2.7}
moved: {ttl: 60, type: A, value: 192.0.2.9}
ns1: {ttl: 60, type: A, value: 127.0.0.1}
wild: {ttl: 60, type: A, value: 192.0.2.8}
www: {ttl: 60, type: A, value: 192.0.2.1}
";

/// Two servers of a zone, of which one is updated and the other never hears of it.
#[test]
fn of_two_real_servers_the_one_that_lags_is_found() {
    let Some(updated) = bind::start(&Setup::open("unit.tests.", MASTER_FILE)) else { return };
    let lagging =
        Setup { zones: vec![ServedZone::private("unit.tests.", MASTER_FILE)], ..Setup::default() };
    let Some(lagging) = knot::start(&lagging) else { return };
    let workspace = Workspace::new();
    workspace.write("zones/unit.tests.yaml", ZONE);
    let write = |nameservers: &str, timeout: u32| {
        let (host, port) = (updated.address().ip(), updated.address().port());
        let target = format!(" {{class: rfc2136, host: {host}, port: {port}}}");
        let yaml = "\n    class: octodns.provider.yaml.YamlProvider\n    directory: ./target";
        let verify = format!("{{read_back: true, nameservers: {nameservers}, timeout: {timeout}}}");
        workspace.write("config.yaml", verifying(&verify).replace(yaml, &target));
    };
    write(&format!("['{}', '{}']", updated.address(), lagging.address()), 0);
    let ran = workspace.run(&format!("{SYNC} --doit --force"));
    let told = format!("{} does not serve 6 of 6 changes: ", lagging.address());
    ran.expect(
        1,
        &[
            &told,
            "delete gone.unit.tests. A (old)",
            "delete moved.unit.tests. A (old)",
            "create moved.unit.tests. CNAME (missing)",
            "create new.unit.tests. MX (missing)",
            "update www.unit.tests. A (old)",
        ],
    );
    let served = format!("does not serve 6 of 6 changes: {}", updated.address());
    assert!(!ran.stderr.contains(&served), "{ran:#?}");
    assert_eq!(ran.stderr.matches("error[").count(), 1, "{ran:#?}");

    // All of it the other way round, at the server that is updated alone.
    write(&format!("{{target: ['{}']}}", updated.address()), 60);
    workspace.write("zones/unit.tests.yaml", BACK);
    workspace.run(&format!("{SYNC} --doit --force")).expect(0, &["sync: verified", "empty"]);
}
