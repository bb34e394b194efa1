//! Processors at work in whole runs.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use octodns::{Failure, Manager, SyncOptions};
use tempfile::TempDir;

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Syncs a config, in which folders stand as `./folder`, with force; returns the plan as JSON.
async fn sync(folder: &Path, config: &str) -> Result<String, Failure> {
    let path = folder.join("config.yaml");
    write(&path, &config.replace("./", &format!("{}/", folder.display())));
    let text = Arc::new(Mutex::new(Vec::new()));
    let mut options = octodns::options();
    options.plan_writer = text.clone();
    let manager = Manager::from_config_file(&path, &options)?;
    let options = SyncOptions::forced();
    Arc::new(manager).sync(&options).await?;
    let plan = String::from_utf8(text.lock().unwrap().clone()).unwrap();
    Ok(plan)
}

/// The outcome of a run.
struct Outcome {
    /// The file of the target.
    target: String,
    plan: String,
}

/// What a processor with these options (a YAML mapping in one line) makes of a zone, and of what the
/// target holds before.
async fn run(options: &str, source: &str, existing: &str) -> Result<Outcome, String> {
    let folder: TempDir = tempfile::tempdir().unwrap();
    write(&folder.path().join("config/example.com.yaml"), source);
    write(&folder.path().join("target/example.com.yaml"), existing);
    let config = format!(
        "providers:\n  config: {{class: yaml, directory: ./config, enforce_order: false}}\n  \
         target: {{class: yaml, directory: ./target, enforce_order: false}}\n\
         manager: {{plan_outputs: {{json: {{class: octodns.provider.plan.PlanJson}}}}}}\n\
         processors:\n  p: {options}\n\
         zones:\n  example.com.: {{sources: [config], processors: [p], targets: [target]}}\n",
    );
    let result = sync(folder.path(), &config).await;
    let target = fs::read_to_string(folder.path().join("target/example.com.yaml")).unwrap();
    result.map(|plan| Outcome { target, plan }).map_err(|failure| {
        failure.report.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    })
}

async fn process(options: &str, source: &str, existing: &str) -> Result<String, String> {
    run(options, source, existing).await.map(|outcome| outcome.target)
}

async fn plan(options: &str, source: &str, existing: &str) -> String {
    run(options, source, existing).await.map(|outcome| outcome.plan).unwrap()
}

/// The names (at the start of a line) of a zone file.
fn names(zone: &str) -> Vec<&str> {
    let name = |line: &str| !line.starts_with([' ', '-', '?', ':']);
    zone.lines().filter(|line| name(line)).map(|line| line.trim_end_matches(':')).collect()
}

const ZONE: &str = "---
a: {type: A, value: 192.0.2.1}
b: {type: A, values: [192.0.2.1, 10.0.0.1]}
c: {type: CNAME, value: a.example.com.}
d: {type: TXT, value: some text}
";

#[tokio::test]
async fn filters_keep_or_leave_out_what_their_list_says() {
    for (options, kept) in [
        ("{class: type-allowlist, allowlist: [A]}", ["a", "b"].as_slice()),
        ("{class: type-rejectlist, rejectlist: [A]}", &["c", "d"]),
        ("{class: name-allowlist, allowlist: [a, '/^[cd]$/']}", &["a", "c", "d"]),
        ("{class: name-rejectlist, rejectlist: [a, '/^[cd]$/']}", &["b"]),
        ("{class: value-allowlist, allowlist: [10.0.0.1, '/exam.le/']}", &["b", "c"]),
        ("{class: value-rejectlist, rejectlist: [some text, 192.0.2.1]}", &["c"]),
        ("{class: network-value-allowlist, allowlist: [10.0.0.0/8]}", &["b", "c", "d"]),
        ("{class: network-value-rejectlist, rejectlist: [10.0.0.1]}", &["a", "c", "d"]),
    ] {
        let target = process(options, ZONE, "--- {}\n").await.unwrap();
        assert_eq!(names(&target), kept, "{options}");
    }
}

#[tokio::test]
async fn what_a_filter_leaves_out_stays_in_the_target_unless_that_is_not_filtered() {
    let old = "---\nold: {type: TXT, value: old}\n";
    let options = "{class: type-allowlist, allowlist: [A]}";
    assert!(!plan(options, ZONE, old).await.contains("delete"));
    let options = "{class: type-allowlist, allowlist: [A], include_target: false}";
    assert!(plan(options, ZONE, old).await.contains("delete"));
}

#[tokio::test]
async fn root_ns_is_left_alone() {
    let source =
        "'': {type: NS, values: [a.ns.example., b.ns.example.]}\nx: {type: A, value: 192.0.2.1}\n";
    let existing = "'': {type: NS, values: [old.ns.example., b.ns.example.]}\n";
    for options in ["{class: ignore-root-ns}", "{class: exclude-root-ns-changes, error: false}"] {
        let plan = plan(options, source, existing).await;
        assert!(!plan.contains("NS") && plan.contains("create"), "{options}: {plan}");
    }
    let error = process("{class: exclude-root-ns-changes}", source, existing).await.unwrap_err();
    assert!(error.contains("apex would change"), "{error}");
}

#[tokio::test]
async fn names_that_repeat_the_zone_are_all_told_or_left_out() {
    let source = "a.example.com: {type: A, value: 192.0.2.1}\nb.example.com: {type: A, value: 192.0.2.1}\nc: {type: A, value: 192.0.2.1}\n";
    let error = process("{class: zone-name}", source, "{}").await.unwrap_err();
    assert_eq!(error.lines().count(), 2, "{error}");
    let target = process("{class: zone-name, error: false}", source, "{}").await.unwrap();
    assert_eq!(names(&target), ["c"]);
}

#[tokio::test]
async fn ttls_are_clamped_or_refused() {
    let source = "a: {type: A, ttl: 5, value: 192.0.2.1}\nb: {type: A, ttl: 90000, value: 192.0.2.1}\nc: {type: A, ttl: 400, value: 192.0.2.1}\n";
    let target = process("{class: ttl-clamp}", source, "{}").await.unwrap();
    assert!(
        target.contains("ttl: 300") && target.contains("ttl: 86400") && target.contains("ttl: 400")
    );
    let options = "{class: ttl-restriction, min_ttl: 10, max_ttl: 1000}";
    let error = process(options, source, "{}").await.unwrap_err();
    assert!(error.contains("too low") && error.contains("too high"), "{error}");
    let options = "{class: ttl-restriction, allowed_ttls: [5, 90000]}";
    let error = process(options, source, "{}").await.unwrap_err();
    assert!(error.contains("the TTL 400 is not one of 5, 90000"), "{error}");
    let error =
        process("{class: ttl-clamp, min_ttl: 9, max_ttl: 8}", "{}", "{}").await.unwrap_err();
    assert!(error.contains("min_ttl (9) is more than max_ttl (8)"), "{error}");
}

#[tokio::test]
async fn targets_become_absolute() {
    let source = "'': {octodns: {lenient: true}, type: MX, values: [{preference: 1, exchange: mx.example.net}]}\n\
                  a: {octodns: {lenient: true}, type: CNAME, value: x.example.net}\n\
                  b: {octodns: {lenient: true}, type: PTR, values: [x.example.net, y.example.net.]}\n";
    let target = process("{class: ensure-trailing-dots}", source, "{}").await.unwrap();
    for name in ["mx.example.net.", "value: x.example.net.", "- x.example.net.", "- y.example.net."]
    {
        assert!(target.contains(&format!("{name}\n")), "{target}");
    }
}

#[tokio::test]
async fn challenges_of_others_stay_and_ours_are_marked() {
    let source = "_acme-challenge.a: {type: TXT, value: ours}\n";
    let existing = "_acme-challenge.b: {type: TXT, value: theirs}\n\
                    _acme-challenge.c: {type: TXT, values: [\"*octoDNS*\", gone]}\n";
    let Outcome { target, plan } = run("{class: acme-managing}", source, existing).await.unwrap();
    assert!(plan.contains("gone") && !plan.contains("theirs"), "{plan}");
    assert!(target.contains("- '*octoDNS*'") && target.contains("- ours"), "{target}");
}

#[tokio::test]
async fn only_what_is_owned_is_touched() {
    let source = "'*': {type: A, value: 192.0.2.1}\n";
    let existing = "---\n_owner.a.gone: {type: TXT, ttl: 60, value: \"*octodns*\"}\n\
                    gone: {type: A, value: 192.0.2.9}\nkept: {type: A, value: 192.0.2.9}\n";
    let Outcome { target, plan } = run("{class: ownership}", source, existing).await.unwrap();
    assert_eq!(names(&target), ["'*'", "_owner.a._wildcard", "kept"]);
    assert!(plan.contains("\"gone\"") && !plan.contains("\"kept\""), "{plan}");

    let foreign = "_owner.a._wildcard: {type: TXT, ttl: 60, value: theirs}\n";
    let error = process("{class: ownership}", source, foreign).await.unwrap_err();
    assert!(error.contains("theirs") && error.contains("allow_takeover"), "{error}");
    let options = "{class: ownership, allow_takeover: true}";
    assert!(process(options, source, foreign).await.is_ok());

    // Names of marks are in IDNA form, as those of all records.
    let options = "{class: ownership, txt_name: Propriétaire}";
    let target =
        process(options, source, &existing.replace("_owner", "propriétaire")).await.unwrap();
    assert!(!target.contains("gone"), "{target}");
}

#[tokio::test]
async fn templates_are_filled_in_and_checked_again() {
    let source = "a: {type: TXT, value: '{record_fqdn} {key:>4} {{}}'}\n\
                  b: {type: MX, value: {preference: 1, exchange: 'mx.{zone_name}'}}\n";
    let options = "{class: templating, context: {key: 42}}";
    let target = process(options, source, "{}").await.unwrap();
    assert!(target.contains("value: a.example.com.   42 {}"), "{target}");
    assert!(target.contains("exchange: mx.example.com."), "{target}");

    let error = process(options, "c: {type: CNAME, value: '{key}'}\n", "{}").await;
    assert!(error.is_err(), "{error:?}");
    let error = process(options, "d: {type: TXT, value: '{nope}'}\n", "{}").await.unwrap_err();
    assert!(error.contains("undefined template parameter \"nope\""), "{error}");
    assert!(error.contains("example.com.yaml:1:"), "{error}");
}

#[tokio::test]
async fn options_that_are_wrong_are_told() {
    for (options, message) in [
        ("{class: type-allowlist}", "missing key \"allowlist\""),
        ("{class: name-allowlist, allowlist: ['/(/']}", "not a regular expression"),
        ("{class: network-value-allowlist, allowlist: [10.0.0.1/8]}", "10.0.0.0/8"),
        ("{class: ignore-root-ns, errors: true}", "unknown key \"errors\""),
        ("{class: templating, context: [1]}", "must be a mapping"),
    ] {
        let error = process(options, "{}", "{}").await.unwrap_err();
        assert!(error.contains(message), "{options}: {error}");
    }
}

#[tokio::test]
async fn reverse_zones_are_made_from_all_others() {
    let folder = tempfile::tempdir().unwrap();
    let source = "'*.w': {type: A, value: 192.0.2.3}\n\
                  a: {type: A, value: 192.0.2.1}\n\
                  b: {octodns: {auto_arpa_priority: 1}, type: A, values: [192.0.2.1, 192.0.2.2]}\n";
    write(&folder.path().join("config/example.com.yaml"), source);
    let config = "manager: {auto_arpa: {max_auto_arpa: 1, ttl: 60}}\nproviders:\n  \
                  config: {class: yaml, directory: ./config}\n  \
                  target: {class: yaml, directory: ./target}\nzones:\n  \
                  2.0.192.in-addr.arpa.: {sources: [auto-arpa], targets: [target]}\n  \
                  example.com.: {sources: [config], targets: [target]}\n";
    sync(folder.path(), config).await.unwrap();
    let reverse = folder.path().join("target/2.0.192.in-addr.arpa.yaml");
    let expected = "---\n'1':\n  ttl: 60\n  type: PTR\n  value: b.example.com.\n\
                    '2':\n  ttl: 60\n  type: PTR\n  value: b.example.com.\n";
    assert_eq!(fs::read_to_string(reverse).unwrap(), expected);
}

/// The one above must not hold, or be refused for, what the one below holds.
#[tokio::test]
async fn of_two_reverse_zones_each_has_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let source = "a: {type: A, value: 192.0.2.1}\nb: {type: A, value: 192.0.3.1}\n";
    write(&folder.path().join("config/example.com.yaml"), source);
    let config = "manager: {auto_arpa: true}\nproviders:\n  \
                  config: {class: yaml, directory: ./config}\n  \
                  target: {class: yaml, directory: ./target}\nzones:\n  \
                  0.192.in-addr.arpa.: {sources: [auto-arpa], targets: [target]}\n  \
                  2.0.192.in-addr.arpa.: {sources: [auto-arpa], targets: [target]}\n  \
                  example.com.: {sources: [config], targets: [target]}\n";
    sync(folder.path(), config).await.unwrap();
    for (zone, held) in [("0.192", ["'1.3'"]), ("2.0.192", ["'1'"])] {
        let file = folder.path().join(format!("target/{zone}.in-addr.arpa.yaml"));
        assert_eq!(names(&fs::read_to_string(file).unwrap()), held, "{zone}");
    }
}

#[tokio::test]
async fn meta_alone_is_no_reason_to_write() {
    let options = "{class: meta, include_time: false, include_extra: {k: new}}";
    let source = "a: {type: A, value: 192.0.2.1}\n";
    let same = format!("{source}meta: {{ttl: 60, type: TXT, value: k=old}}\n");
    assert_eq!(process(options, source, &same).await.as_deref(), Ok(same.as_str()));
    let other = format!("{source}meta: {{ttl: 60, type: TXT, value: j=old}}\n");
    assert!(process(options, source, &other).await.unwrap().contains("value: k=new"));
    let error = process("{class: meta}", source, "{}").await.unwrap_err();
    assert!(error.contains("no clock"), "{error}");
}
