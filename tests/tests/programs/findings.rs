//! How findings are shown: the formats, where they go, and the examples of `docs/findings.md`.

use std::fs;

use crate::support::{CONFIG, Workspace};
use serde_json::Value;

const VALIDATE: &str = "octodns-validate --config-file=config.yaml";

const PAGE: &str = include_str!("../../../docs/findings.md");

/// The zone file of its examples.
const EXAMPLE: &str = "---\nwww:\n  type: A\n  value: 192.0.2.256\n";

/// The blocks of the page that start with a line.
fn blocks(start: &str) -> Vec<&'static str> {
    let inside = PAGE.split("```").skip(1).step_by(2);
    let blocks = inside.filter_map(|block| block.split_once('\n').map(|(_, block)| block));
    blocks.filter(|block| block.starts_with(start)).collect()
}

/// The zone that the examples of the page are about.
fn example() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("config.yaml", CONFIG.replace("unit.tests", "example.com"));
    fs::remove_file(workspace.path("zones/unit.tests.yaml")).unwrap();
    workspace.write("zones/example.com.yaml", EXAMPLE);
    workspace
}

#[test]
fn the_examples_of_the_page_are_what_is_shown() {
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

/// The log goes to standard error meanwhile.
#[test]
fn every_program_shows_why_it_failed_in_the_format() {
    let workspace = example();
    for line in [
        "octodns-sync --quiet",
        "octodns-dump --quiet --output-dir=out example.com. zones",
        "octodns-compare --quiet --a=zones --b=target --zone=example.com.",
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
