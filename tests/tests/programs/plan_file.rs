//! `octodns-sync --plan-out` and `--plan`: what was reviewed is what is applied, or nothing.

use std::fs;

use jsonschema::Validator;
use octodns_testkit::server::{Setup, bind, powerdns};
use serde_json::Value as Json;

use crate::fakes::ServedFake;
use crate::support::{CONFIG, Ran, Workspace};

const SYNC: &str = "octodns-sync --config-file=config.yaml";

/// A zone of three records, of which the target has two.
const THREE: &str = "\
a: {ttl: 60, type: A, value: 192.0.2.2}
b: {ttl: 60, type: A, value: 192.0.2.2}
c: {ttl: 60, type: A, value: 192.0.2.2}
";

fn planned() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("zones/unit.tests.yaml", THREE);
    fs::create_dir(workspace.path("target")).unwrap();
    held(&workspace, &[("a", "192.0.2.1"), ("b", "192.0.2.1")]);
    workspace.run(&format!("{SYNC} --plan-out plan.json")).expect(0, &["Creates=1, Updates=2"]);
    workspace
}

fn held(workspace: &Workspace, records: &[(&str, &str)]) {
    let line = |(name, address): &(&str, &str)| {
        format!("{name}: {{ttl: 60, type: A, value: {address}}}\n")
    };
    workspace.write("target/unit.tests.yaml", records.iter().map(line).collect::<String>());
}

fn target(workspace: &Workspace) -> String {
    fs::read_to_string(workspace.path("target/unit.tests.yaml")).unwrap()
}

fn apply(workspace: &Workspace, flags: &str) -> Ran {
    workspace.run(&format!("{SYNC} --plan plan.json {flags}"))
}

#[test]
fn another_record_that_changed_does_not_matter() {
    let workspace = planned();
    held(&workspace, &[("a", "192.0.2.1"), ("b", "192.0.2.1"), ("theirs", "192.0.2.9")]);
    let checked = apply(&workspace, "");
    checked.expect(0, &["would apply as reviewed: 3 of 3", "1 other record was changed since"]);
    checked.expect(0, &["run again with --doit"]);
    assert!(!target(&workspace).contains("192.0.2.2"));
    apply(&workspace, "--doit").expect(0, &["applying as reviewed: 3 of 3"]);
    let now = target(&workspace);
    assert_eq!(now.matches("192.0.2.2").count(), 3, "{now}");
    assert!(now.contains("192.0.2.9"), "{now}");
    let again = apply(&workspace, "--doit");
    again.expect(0, &["nothing to do: all 3 changes of the plan file are made already"]);
    assert_eq!(target(&workspace), now);
}

#[test]
fn a_record_of_the_plan_that_changed_stops_it() {
    let workspace = planned();
    held(&workspace, &[("a", "192.0.2.1"), ("b", "192.0.2.9")]);
    let before = target(&workspace);
    for flags in ["", "--doit", "--doit --force"] {
        let refused = apply(&workspace, flags);
        let shown = "before: 60 192.0.2.1; planned: 60 192.0.2.2; live: 60 192.0.2.9";
        refused.expect(1, &["error[conflict]", "b.unit.tests. A (target)", shown]);
        assert_eq!(target(&workspace), before, "{flags}");
    }
    let rest = apply(&workspace, "--doit --skip-conflicts");
    rest.expect(0, &["applying as reviewed: 2 of 3; 1 is in conflict and left out"]);
    assert!(target(&workspace).contains("192.0.2.9"));
}

#[test]
fn a_change_that_somebody_else_made_is_made() {
    let workspace = planned();
    held(&workspace, &[("a", "192.0.2.1"), ("b", "192.0.2.2")]);
    apply(&workspace, "--doit").expect(0, &["applying as reviewed: 2 of 3; 1 is made already"]);
    assert_eq!(target(&workspace).matches("192.0.2.2").count(), 3);
}

#[test]
fn sources_are_not_read() {
    let workspace = planned();
    fs::remove_dir_all(workspace.path("zones")).unwrap();
    apply(&workspace, "--doit").expect(0, &["applying as reviewed: 3 of 3"]);
}

#[test]
fn what_cannot_be_used_is_refused_in_one_sentence() {
    let workspace = planned();
    let plan = fs::read_to_string(workspace.path("plan.json")).unwrap();
    let other = CONFIG.replace("targets: [target]", "targets: [target]\n    lenient: true");
    let gone = CONFIG.replace("  target:\n", "  elsewhere:\n").replace("[target]", "[elsewhere]");
    for (plan, config, expected) in [
        (plan.replace("192.0.2.2", "192.0.2.3"), CONFIG, "edited after it was written"),
        (plan[..plan.len() / 2].to_owned(), CONFIG, "is cut short"),
        (plan.replace("\"version\": 1,", "\"version\": 7,"), CONFIG, "the form of version 7"),
        ("\u{1b}[2J".to_owned(), CONFIG, "is not a plan file"),
        (plan.clone(), &other, "for another config: this one has the zone otherwise"),
        (plan.clone(), &gone, "the target of the plan file is not in the config"),
    ] {
        workspace.write("plan.json", plan);
        workspace.write("config.yaml", config);
        for flags in ["", "--doit --force"] {
            let refused = apply(&workspace, flags);
            refused.expect(1, &["error[plan-file]", expected]);
            assert!(!refused.stderr.contains('\u{1b}'), "{refused:?}");
        }
    }
    fs::remove_file(workspace.path("plan.json")).unwrap();
    apply(&workspace, "").expect(1, &["cannot read the plan file", "plan.json"]);
}

#[test]
fn flags_that_make_no_sense_together_are_wrong_usage() {
    let workspace = Workspace::new();
    for flags in [
        "--plan-out x --doit",
        "--plan-out x --plan y",
        "--plan x --source zones",
        "--plan x --target target",
        "--plan x --checksum 0",
        "--plan x unit.tests.",
        "--skip-conflicts",
    ] {
        workspace.run(&format!("{SYNC} {flags}")).expect(2, &[]);
    }
    let help = workspace.run("octodns-sync --help").stdout;
    for flag in ["--plan-out <FILE>", "--plan <FILE>", "--skip-conflicts"] {
        assert!(help.contains(flag), "{flag}: {help}");
    }
    // As a subcommand too.
    let workspace = planned();
    let ran = workspace.run("octodns sync --config-file=config.yaml --plan plan.json");
    ran.expect(0, &["would apply as reviewed: 3 of 3"]);
}

#[test]
fn files_are_as_their_schema_says() {
    let workspace = planned();
    let ran = workspace.run("octodns-schema --kind plan");
    ran.expect(0, &[]);
    let schema: Json = serde_json::from_str(&ran.stdout).unwrap();
    assert!(jsonschema::meta::is_valid(&schema), "not a schema of its draft");
    let schema: Validator = jsonschema::draft202012::new(&schema).unwrap();
    let mut file: Json =
        serde_json::from_str(&fs::read_to_string(workspace.path("plan.json")).unwrap()).unwrap();
    let wrong: Vec<_> = schema.iter_errors(&file).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    for (place, value) in [
        ("/format", Json::from("other")),
        ("/plans/0/changes/0/name", Json::Null),
        ("/plans/0/exists", Json::from(1)),
        ("/config", Json::from(1)),
    ] {
        let held = std::mem::replace(file.pointer_mut(place).unwrap(), value);
        assert!(!schema.is_valid(&file), "{place}");
        *file.pointer_mut(place).unwrap() = held;
    }
    file["more"] = Json::Null;
    assert!(!schema.is_valid(&file));
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let workspace = Workspace::new();
    workspace.write("plan.json", "the old plan");
    let line = format!("{SYNC} --plan-out plan.json");
    let small = workspace.run_after("trap '' XFSZ; ulimit -f 0", &line);
    small.expect(1, &["plan-file", "cannot write the plan file"]);
    assert_eq!(fs::read_to_string(workspace.path("plan.json")).unwrap(), "the old plan");
    assert!(!workspace.list().iter().any(|name| name.contains(".tmp")), "{:?}", workspace.list());
}

/// The records that a server's zone has besides those of the test.
const APEX: &str = "\
'': {ttl: 3600, type: NS, value: ns.unit.tests.}
ns: {ttl: 3600, type: A, value: 192.0.2.53}
";

/// The same zone as a server is started with.
const SERVED: &str = "\
$TTL 3600
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 192.0.2.53
";

/// Somebody else changes a record of the plan, makes a change of it, and adds a record, all at the same target.
fn others_are_told_apart(target: &str, apex: &str) {
    let workspace = Workspace::new();
    for folder in ["theirs", "merged"] {
        fs::create_dir(workspace.path(folder)).unwrap();
    }
    let records = |folder: &str, records: &[(&str, u8)]| {
        let line = |(name, last): &(&str, u8)| {
            format!("{name}: {{ttl: 3600, type: A, value: 192.0.2.{last}}}\n")
        };
        let text = apex.to_owned() + &records.iter().map(line).collect::<String>();
        workspace.write(&format!("{folder}/unit.tests.yaml"), text);
    };
    for (config, source) in
        [("config.yaml", "zones"), ("theirs.yaml", "theirs"), ("merged.yaml", "merged")]
    {
        let text = format!(
            "providers:\n  \
               zones: {{class: yaml, directory: ./{source}, enforce_order: false}}\n  \
               target: {target}\n\
             zones: {{unit.tests.: {{sources: [zones], targets: [target]}}}}\n"
        );
        workspace.write(config, text);
    }
    let theirs = "octodns-sync --config-file theirs.yaml --doit --force";
    records("theirs", &[("a", 1), ("b", 1), ("c", 1)]);
    workspace.run(theirs).expect(0, &[]);
    records("zones", &[("a", 2), ("b", 2), ("c", 2)]);
    workspace.run(&format!("{SYNC} --plan-out plan.json")).expect(0, &["Updates=3"]);
    let plan = fs::read_to_string(workspace.path("plan.json")).unwrap();
    for secret in ["hunter2", powerdns::API_KEY] {
        assert!(!plan.contains(secret), "{plan}");
    }

    records("theirs", &[("a", 1), ("b", 9), ("c", 2), ("d", 1)]);
    workspace.run(theirs).expect(0, &[]);
    let refused = apply(&workspace, "--doit --force");
    let shown = "before: 3600 192.0.2.1; planned: 3600 192.0.2.2; live: 3600 192.0.2.9";
    refused.expect(1, &["b.unit.tests. A (target)", shown, "1 change of 3 is in conflict"]);
    let rest = apply(&workspace, "--doit --skip-conflicts");
    let told = "applying as reviewed: 1 of 3; 1 is made already; 1 is in conflict and left out";
    rest.expect(0, &[told, "1 other record was changed since"]);
    let again = apply(&workspace, "--doit --skip-conflicts");
    again.expect(
        0,
        &["applying as reviewed: 0 of 3; 2 are made already", "No changes were planned"],
    );

    records("merged", &[("a", 2), ("b", 9), ("c", 2), ("d", 1)]);
    let merged = workspace.run("octodns-sync --config-file merged.yaml");
    merged.expect(0, &["No changes were planned"]);
}

#[test]
fn others_are_told_apart_in_files() {
    others_are_told_apart("{class: yaml, directory: ./target}", APEX);
}

#[test]
fn others_are_told_apart_at_a_service() {
    let fake = ServedFake::start("digitalocean", &[]);
    let class = "octodns_digitalocean.DigitalOceanProvider";
    let endpoint = format!("{}/v2", fake.url());
    let target = format!("{{class: {class}, token: dop_v1_hunter2, endpoint: '{endpoint}'}}");
    others_are_told_apart(&target, "");
}

#[test]
fn others_are_told_apart_at_bind() {
    let Some(server) = bind::start(&Setup::open("unit.tests.", SERVED)) else { return };
    let (host, port) = (server.address().ip(), server.address().port());
    others_are_told_apart(&format!("{{class: rfc2136, host: {host}, port: {port}}}"), APEX);
}

#[test]
fn others_are_told_apart_at_powerdns() {
    let Some(server) = powerdns::start(&Setup::open("unit.tests.", SERVED)) else { return };
    let (class, url) = ("octodns_powerdns.PowerDnsProvider", server.api().unwrap());
    let options = format!("host: x, api_key: {}, endpoint: '{url}'", powerdns::API_KEY);
    others_are_told_apart(&format!("{{class: {class}, {options}}}"), APEX);
}
