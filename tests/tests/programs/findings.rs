//! How findings are shown: the formats, the output streams, and the examples of `docs/findings.md`.

use std::fmt::Write as _;
use std::fs;

use crate::support::{CONFIG, Workspace};
use serde_json::Value;

const VALIDATE: &str = "octodns-validate --config-file=config.yaml";

const PAGE: &str = include_str!("../../../docs/findings.md");

/// The zone file of the examples.
const EXAMPLE: &str = "---\nwww:\n  type: A\n  value: 192.0.2.256\n";

/// The code blocks of the page that start with this line.
fn blocks(start: &str) -> Vec<&'static str> {
    let inside = PAGE.split("```").skip(1).step_by(2);
    let blocks = inside.filter_map(|block| block.split_once('\n').map(|(_, block)| block));
    blocks.filter(|block| block.starts_with(start)).collect()
}

/// The zone of the page's examples.
fn example() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("config.yaml", CONFIG.replace("unit.tests", "example.com"));
    fs::remove_file(workspace.path("zones/unit.tests.yaml")).unwrap();
    workspace.write("zones/example.com.yaml", EXAMPLE);
    workspace
}

#[test]
fn the_examples_of_the_page_are_the_real_output() {
    let workspace = example();
    let consoles = blocks("$ octodns-validate --config-file config.yaml");
    assert_eq!(consoles.len(), 3);
    for console in consoles {
        let (line, shown) = console.split_once('\n').unwrap();
        if line.ends_with("--fix") {
            let zone = "www:\n  value: 192.0.2.1\n  type: A\n";
            workspace.write("zones/example.com.yaml", zone);
            let ran = workspace.run(line.strip_prefix("$ ").unwrap());
            ran.expect(0, &[]);
            assert_eq!(ran.stderr, shown);
            workspace.write("zones/example.com.yaml", EXAMPLE);
            continue;
        }
        let ran = workspace.run(line.strip_prefix("$ ").unwrap());
        ran.expect(1, &[]);
        assert_eq!(ran.stdout + &ran.stderr, shown, "{line}");
    }
    let ran = workspace.run(&format!("{VALIDATE} --format json"));
    ran.expect(1, &[]);
    let version = format!("\"{}\"", env!("CARGO_PKG_VERSION"));
    let shown = ran.stdout.replace(&version, "\"0.1.0\"");
    assert_eq!(blocks("{\n  \"version\": 1"), [shown]);
}

#[test]
fn machines_read_standard_output_and_people_standard_error() {
    let workspace = example();
    for (format, stdout) in [("text", false), ("json", true), ("sarif", true), ("github", true)] {
        let ran = workspace.run(&format!("{VALIDATE} --format={format}"));
        ran.expect(1, &[]);
        assert_eq!((!ran.stdout.is_empty(), !ran.stderr.is_empty()), (stdout, !stdout), "{ran:#?}");
    }
    workspace.run(&format!("{VALIDATE} --format=xml")).expect(2, &["text, json, sarif, github"]);
}

#[test]
fn documents_are_whole_when_nothing_is_found() {
    let workspace = Workspace::new();
    for format in ["json", "sarif"] {
        let ran = workspace.run(&format!("{VALIDATE} --format={format}"));
        ran.expect(0, &[]);
        let document: Value = serde_json::from_str(&ran.stdout).unwrap();
        let found = document.get("findings").or_else(|| document["runs"][0].get("results"));
        assert_eq!(found, Some(&Value::Array(Vec::new())));
    }
    for format in ["text", "github"] {
        let ran = workspace.run(&format!("{VALIDATE} --format={format}"));
        ran.expect(0, &[]);
        assert_eq!(ran.stdout + &ran.stderr, "");
    }
}

/// The log goes to standard error in the meantime.
#[test]
fn every_program_shows_why_it_failed_in_the_format() {
    let workspace = example();
    for line in [
        "octodns-sync --quiet",
        "octodns-dump --quiet --output-dir=out example.com. zones",
        "octodns-compare --quiet --a=zones --b=target --zone=example.com.",
        "octodns-report --quiet --zone=example.com. --source=zones 127.0.0.1",
        "octodns-validate",
    ] {
        let ran = workspace.run(&format!("{line} --config-file=config.yaml --format=json"));
        ran.expect(1, &[]);
        let document: Value = serde_json::from_str(&ran.stdout).unwrap();
        let code = &document["findings"][0]["code"];
        assert_eq!(code, "ip-value-rfc", "{line}: {document:#}");
        let name = line.split(' ').next().unwrap();
        assert_eq!(document["tool"]["name"], name);
    }
    let ran = workspace.run("octodns-versions --config-file=nope.yaml --format=github");
    ran.expect(1, &[]);
    assert!(ran.stdout.starts_with("::error file=nope.yaml,title=config::"), "{ran:#?}");
    let ran = workspace.run("octodns-schema --output=nowhere/schema.json --format=github");
    ran.expect(1, &[]);
    assert!(ran.stdout.starts_with("::error file=nowhere/schema.json,title=output::"), "{ran:#?}");
}

#[test]
fn all_findings_are_shown_with_all() {
    let workspace = example();
    let ran = workspace.run(&format!("{VALIDATE} --all --format=json"));
    ran.expect(1, &[]);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["findings"].as_array().unwrap().len(), 1, "{document:#}");
}

#[cfg(unix)]
#[test]
fn lines_of_files_elsewhere_are_not_shown() {
    let workspace = Workspace::new();
    let elsewhere = Workspace::new();
    elsewhere.write("token", "hunter2: [\n");
    let path = elsewhere.path("token");
    workspace.write("zones/unit.tests.yaml", format!("www: !include {}\n", path.display()));
    for format in ["text", "json", "sarif", "github"] {
        let ran = workspace.run(&format!("{VALIDATE} --format={format}"));
        ran.expect(1, &[]);
        let told = ran.stdout + &ran.stderr;
        assert!(told.contains("token") && !told.contains("hunter2"), "{told}");
    }
}

/// Sources with other formats than YAML report where their files are.
#[test]
fn lines_are_shown_of_the_folders_of_sources() {
    let elsewhere = Workspace::new();
    for (class, file, text, line) in [
        (
            "octodns.source.tinydns.TinyDnsFileSource",
            "zones/data",
            "+www.unit.tests:192.0.2.1\n+bad.unit.tests\n",
            "+bad.unit.tests",
        ),
        (
            "octodns_bind.ZoneFileSource",
            "zones/unit.tests.",
            "$TTL 60\n@ SOA a. b. 1 2 3 4 5\n@ NS ns.unit.tests.\nwww A 192.0.2.256\n",
            "www A 192.0.2.256",
        ),
    ] {
        elsewhere.write(file, text);
        let workspace = Workspace::new();
        let folder = elsewhere.path("zones").display().to_string();
        let source = format!("  other:\n    class: {class}\n    directory: {folder}\n");
        let config = CONFIG.replace("providers:\n", &format!("providers:\n{source}"));
        workspace.write("config.yaml", config.replace("sources: [zones]", "sources: [other]"));
        let ran = workspace.run("octodns-sync --quiet --config-file=config.yaml");
        ran.expect(1, &[]);
        assert!(ran.stderr.contains(&format!(" | {line}\n")), "{class}: {}", ran.stderr);
        fs::remove_file(elsewhere.path(file)).unwrap();
    }
}

#[test]
fn the_workflow_of_the_page_can_be_run() {
    let workflows = blocks("name: DNS");
    assert_eq!(workflows.len(), 1);
    let workflow = workflows[0];
    let options = octodns_yaml::LoadOptions::new("dns.yaml");
    let document = octodns_yaml::load_bytes(workflow.as_bytes(), &options).unwrap();
    let get = |path: &[&str]| path.iter().try_fold(&document.root, |at, key| at.get(key));
    assert_eq!(get(&["permissions", "security-events"]).unwrap().as_str(), Some("write"));
    let steps = get(&["jobs", "validate", "steps"]).unwrap().as_list().unwrap();
    let line = steps.iter().find_map(|step| step.get("run")?.as_str()).unwrap();
    let (command, file) = line.split_once(" > ").unwrap();
    let upload = steps.last().unwrap();
    let wanted = upload.get("with").unwrap().get("sarif_file").unwrap();
    assert_eq!(
        (wanted.as_str(), upload.get("if").unwrap().as_str()),
        (Some(file), Some("always()"))
    );
    let ran = example().run(command);
    ran.expect(1, &[]);
    let log: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "ip-value-rfc");
}

/// Errors in a config, or in the form of a zone file.
#[test]
fn findings_about_configs_and_yaml_say_what_to_write() {
    let zone = |text: &str| ("zones/unit.tests.yaml".to_owned(), text.to_owned());
    let config = |from: &str, to: &str| {
        assert!(CONFIG.contains(from), "{from}");
        ("config.yaml".to_owned(), CONFIG.replace(from, to))
    };
    for (file, text) in [
        config("zones:\n  unit.tests.", "zoness:\n  unit.tests."),
        config("    sources: [zones]\n", ""),
        config("sources: [zones]", "sources: zones"),
        config("sources: [zones]", "sources: [nothing]"),
        config("sources: [zones]", "sources: [zones]\n    processors: [nothing]"),
        config("sources: [zones]", "sources: [zones]\n    update_pcent_threshold: much"),
        config("targets: [target]", "alias: other.tests."),
        config("targets: [target]", "alias: [other.tests.]"),
        config("targets: [target]", "targets: [nothing]"),
        config("unit.tests.:", "unit.tests:"),
        config("unit.tests.:", "unit..tests.:"),
        config("unit.tests.:", "\"\\u2605.tests.\":"),
        config("octodns.provider.yaml.YamlProvider", "octodns.provider.Yamml"),
        config("octodns.provider.yaml.YamlProvider", "nothing.like.It"),
        config("    class: octodns.provider.yaml.YamlProvider\n", ""),
        config("directory: ./zones", "directry: ./zones"),
        config("directory: ./zones", "directory: [zones]"),
        config("providers:\n", "manager: 1\nproviders:\n"),
        config("providers:\n", "manager: {max_workers: many}\nproviders:\n"),
        config("providers:\n", "manager: {processors: one}\nproviders:\n"),
        config("providers:\n", "manager: {validators: {enabled: no}}\nproviders:\n"),
        config("providers:\n", "manager: {validators: {enabled: [legacyy]}}\nproviders:\n"),
        config("providers:\n", "manager: {validators: {zone: 1}}\nproviders:\n"),
        config("providers:\n", "validators: {mail: {class: x}}\nproviders:\n"),
        config("providers:\n", "processors: {x: {class: x}}\nproviders:\n"),
        config("providers:\n", "secret_handlers: {x: {class: x}}\nproviders:\n"),
        config("directory: ./zones", "directory: env/NOT_SET"),
        ("config.yaml".to_owned(), "[]".to_owned()),
        zone("- www\n"),
        zone("text\n"),
        zone("www: [\n"),
        zone("www: {type: A\nx: y}\n"),
        zone("www:\n\ttype: A\n"),
        zone("www: 'x\n"),
        zone("www: !!set text\n"),
        zone("www:\n  <<: text\n"),
        zone("www: !!int text\n"),
        zone("www: *unknown\n"),
        zone("www: !include nothing.yaml\n"),
        zone("www: &a [*a]\n"),
        zone(": x\n"),
        zone("a: b: c\n"),
        zone("@: x\n"),
        zone("\"\\u2605\":\n  type: A\n  value: 192.0.2.1\n"),
        zone("www:\n  type: NS\n  value: \"\\u2605.unit.tests.\"\n"),
        zone(&format!("www: {}", "[".repeat(5000))),
    ] {
        let workspace = Workspace::new();
        workspace.write(&file, &text);
        let ran = workspace.run(&format!("{VALIDATE} --format=json"));
        let document: Value = serde_json::from_str(&ran.stdout).unwrap();
        let findings = document["findings"].as_array().unwrap();
        assert!(!findings.is_empty(), "{text}");
        for found in findings {
            assert!(found["help"].is_string(), "without advice for {text}\n{found:#}");
            assert!(found["location"]["file"].is_string(), "without a file: {text}\n{found:#}");
        }
    }
}

/// `octodns-validate` shows warnings in every format, and does not fail because of them; the other programs
/// log them.
#[test]
fn warnings_about_the_config_are_findings() {
    for (from, to, place, message, help) in [
        (
            "providers:\n",
            "manager: {validators: {disable_validators: {A: [dynamic]}}}\nproviders:\n",
            (1, 44),
            "manager.validators.disable_validators is deprecated",
            "write it under \"record\": manager.validators.record.disable_validators",
        ),
        (
            "providers:\n",
            "manager: {validators: {record: {disable_validators: {A: [nothing]}}}}\nproviders:\n",
            (1, 58),
            "the validator \"nothing\" is not enabled for \"A\"",
            "remove it: there is nothing of that name to disable",
        ),
        (
            "zones:\n  unit.tests.",
            "notes: {}\nzones:\n  unit.tests.",
            (8, 1),
            "the config has no key \"notes\"",
            "it is ignored; known keys are: manager, providers, processors, secret_handlers, \
             validators, zones",
        ),
        (
            "    sources: [zones]\n",
            "    sources: [zones]\n    comment: x\n",
            (11, 5),
            "zone unit.tests. has no key \"comment\"",
            "it is ignored; known keys are: alias, always-dry-run, delete_pcent_threshold, glob, \
             ignore_subzone_adds, lenient, processors, regex, sources, targets, \
             update_pcent_threshold, validators",
        ),
        (
            "    sources: [zones]\n",
            "    sources: [none]\n    sources: [zones]\n",
            (11, 5),
            "key \"sources\" is there twice",
            "remove one of the two; the last one counts",
        ),
        (
            "YamlProvider\n    directory: ./target",
            "SplitYamlProvider\n    directory: ./target",
            (6, 12),
            "the class octodns.provider.yaml.SplitYamlProvider is deprecated",
            "write octodns.provider.yaml.YamlProvider with `split_extension: .`, `split_catchall: \
             true` and `disable_zonefile: true`",
        ),
        (
            "providers:\n",
            "providers:\n  hetzner: {class: octodns_hetzner.HetznerProvider, token: t}\n  new: {class: \
             octodns_hetzner.HetznerProvider, token: t, backend: hcloud}\n",
            (2, 20),
            "the service of octodns_hetzner.HetznerProvider was shut down",
            "`backend: dnsapi`, the default, is the old DNS API: make an API token in the project of Hetzner \
             Console that has the zones, and set `backend: hcloud`",
        ),
        (
            "providers:\n",
            "providers:\n  dyn: {class: octodns_dyn.DynProvider, customer: c, username: u, password: p}\n",
            (2, 16),
            "the service of octodns_dyn.DynProvider was shut down",
            "remove the provider from the config, and from the targets of its zones: nothing can be \
             read or written there any more",
        ),
    ] {
        let workspace = Workspace::new();
        assert!(CONFIG.contains(from), "{from}");
        workspace.write("config.yaml", CONFIG.replacen(from, to, 1));
        let ran = workspace.run(&format!("{VALIDATE} --format=json"));
        ran.expect(0, &[]);
        assert_eq!(ran.stderr, "", "nothing is said twice");
        let document: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(document["findings"].as_array().map(Vec::len), Some(1), "{document:#}");
        let found = &document["findings"][0];
        assert_eq!((&found["severity"], &found["message"]), (&"warning".into(), &message.into()));
        assert_eq!(found["help"], help, "{found:#}");
        let at = &found["location"];
        assert_eq!(at["file"], "config.yaml");
        assert_eq!((at["line"].as_u64(), at["column"].as_u64()), (Some(place.0), Some(place.1)));

        for format in ["text", "sarif", "github"] {
            let ran = workspace.run(&format!("{VALIDATE} --format={format}"));
            ran.expect(0, &[]);
            let told = (ran.stdout + &ran.stderr).replace("\\\"", "\"");
            assert!(told.contains(message) && told.contains(help), "{format}: {told}");
        }
        let ran = workspace.run("octodns-sync --config-file=config.yaml");
        ran.expect(0, &[]);
        assert_eq!(ran.stderr.matches(message).count(), 1, "{}", ran.stderr);
    }
}

/// Merged keys may be overridden.
#[test]
fn keys_next_to_a_merge_are_not_duplicates() {
    let workspace = Workspace::new();
    let merged = "defaults: &defaults {sources: [none], targets: [target]}\n";
    let zone = "    <<: *defaults\n    sources: [zones]\n";
    let config = CONFIG.replace("    sources: [zones]\n    targets: [target]\n", zone);
    workspace.write("config.yaml", format!("x-{merged}{config}"));
    let ran = workspace.run(VALIDATE);
    ran.expect(0, &[]);
    assert_eq!(ran.stderr, "");
    let twice = format!("{config}    sources: [zones]\n");
    workspace.write("config.yaml", format!("x-{merged}{twice}"));
    let ran = workspace.run(VALIDATE);
    ran.expect(0, &[]);
    assert_eq!(ran.stderr.matches("is there twice").count(), 1, "{}", ran.stderr);
}

/// Errors in every kind of record, in the order of their names.
const FAULTY: &str = include_str!("faulty.yaml");

#[test]
fn findings_point_at_the_culprit_and_say_what_to_write() {
    let workspace = Workspace::new();
    let sets = "manager:\n  validators: {enabled: [legacy, strict, best-practice]}\n";
    workspace.write("config.yaml", format!("{sets}{CONFIG}"));
    workspace.write("zones/unit.tests.yaml", FAULTY);
    let ran = workspace.run(&format!("{VALIDATE} --format=json"));
    ran.expect(1, &[]);
    insta::assert_snapshot!(culprits(&ran.stdout, FAULTY));
}

/// Each finding of a document, with the line and the word of the zone file that it points to; all of them
/// have help.
fn culprits(document: &str, file: &str) -> String {
    let document: Value = serde_json::from_str(document).unwrap();
    let (mut told, mut without) = (String::new(), Vec::new());
    for found in document["findings"].as_array().unwrap() {
        let text = |key: &str| found[key].as_str().unwrap_or_default();
        let place = &found["location"];
        assert!(place["line"].is_u64(), "has no place: {found:#}");
        if text("help").is_empty() {
            without.push(format!("{}: {}", text("code"), text("message")));
        }
        let number = |key: &str| usize::try_from(place[key].as_u64().unwrap()).unwrap();
        let line = file.lines().nth(number("line") - 1).unwrap_or_default();
        let columns = number("column") - 1..number("end_column") - 1;
        let culprit: String = line.chars().take(columns.end).skip(columns.start).collect();
        let (code, message, help) = (text("code"), text("message"), text("help"));
        let line = number("line");
        let _ = writeln!(told, "{line}: {culprit} [{code}]\n    {message}\n    {help}");
    }
    assert!(without.is_empty(), "without advice: {without:#?}");
    told
}

/// A zone with a finding of every zone validator, in the order of their names.
const FAULTY_ZONE: &str = "\
'':
  - type: MX
    values:
      - exchange: mx.unit.tests.
        preference: 20
      - exchange: alias.unit.tests.
        preference: 10
      - exchange: gone.unit.tests.
        preference: 30
  - type: NS
    values: [ns2.unit.tests., alias.unit.tests., ns1.unit.tests.]
  - type: TXT
    values:
      - v=spf1 mx ?all
      - something else
      - v=spf1 mx -all
_dmarc:
  type: TXT
  values:
    - other
    - v=DMARC1\\; sp=none
_sip._tcp:
  type: SRV
  values:
    - port: 2
      priority: 1
      target: gone.unit.tests.
      weight: 1
    - port: 1
      priority: 1
      target: alias.unit.tests.
      weight: 1
alias:
  type: CNAME
  value: other.unit.tests.
caa:
  type: CAA
  values:
    - flags: 0
      tag: iodef
      value: mailto:ca@unit.tests
    - flags: 0
      tag: issue
      value: ca.unit.tests
loop1:
  type: CNAME
  value: loop2.unit.tests.
loop2:
  type: CNAME
  value: loop1.unit.tests.
nomail:
  - type: MX
    values:
      - exchange: mx.unit.tests.
        preference: 10
      - exchange: gone.unit.tests.
        preference: 11
  - type: TXT
    values:
      - another
      - v=spf1 +all
ns1:
  type: A
  value: 192.0.2.1
other:
  type: CNAME
  value: mx.unit.tests.
";

/// Values are sorted when they are read, but findings have their original positions.
#[test]
fn findings_about_zones_point_at_the_value() {
    let workspace = Workspace::new();
    let sets = "manager:\n  validators: {enabled: [strict, best-practice]}\n";
    workspace.write("config.yaml", format!("{sets}{CONFIG}"));
    workspace.write("zones/unit.tests.yaml", FAULTY_ZONE);
    let ran = workspace.run(&format!("{VALIDATE} --format=json"));
    ran.expect(1, &[]);
    insta::assert_snapshot!(culprits(&ran.stdout, FAULTY_ZONE));
}

#[test]
fn a_processor_of_all_zones_is_told_at_its_place_and_once() {
    let workspace = Workspace::new();
    let second = "  other.tests.:\n    sources: [zones]\n    targets: [target]\n";
    workspace.write("zones/other.tests.yaml", crate::support::ZONE);
    for key in ["processors", "post_processors"] {
        let manager = format!("manager:\n  {key}: [nope]\n");
        workspace.write("config.yaml", [&manager, CONFIG, second].concat());
        for line in [
            "octodns-validate --config-file=config.yaml",
            "octodns-sync --config-file=config.yaml",
            "octodns-dump --config-file=config.yaml --output-dir=dump * zones",
        ] {
            let ran = workspace.run(line);
            ran.expect(1, &["config.yaml:2:", "the processor \"nope\""]);
            assert_eq!(ran.stderr.matches("\"nope\"").count(), 1, "{ran:#?}");
        }
    }
}

#[test]
fn a_zone_without_targets_fails_a_validation_as_it_fails_a_sync() {
    let workspace = Workspace::new();
    workspace.write("config.yaml", CONFIG.replace("    targets: [target]\n", ""));
    for program in ["octodns-validate", "octodns-sync"] {
        let ran = workspace.run(&format!("{program} --config-file=config.yaml"));
        ran.expect(1, &["unit.tests.: has no \"targets\"", "config.yaml:9:"]);
    }
    // An alias has those of its zone.
    workspace.write("config.yaml", format!("{CONFIG}  other.tests.: {{alias: unit.tests.}}\n"));
    workspace.run("octodns-validate --config-file=config.yaml").expect(0, &[]);
}
