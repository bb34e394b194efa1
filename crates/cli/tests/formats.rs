//! The formats of findings, each for the same report.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::fs;
use std::path::Path;

use octodns_cli::render::{Base, Format, Renders, Sources};
use octodns_core::{Diagnostic, Origin, Report};
use serde_json::Value;
use tempfile::TempDir;

/// A folder with a zone file, and findings in it, elsewhere, and nowhere.
fn found() -> (TempDir, Report) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("zones")).unwrap();
    let zone = folder.path().join("zones/münchen.tests.yaml");
    fs::write(&zone, "www:\n  ttl: 'einé Stunde'\n  type: A\n").unwrap();
    let at = |line, column| Origin::at(zone.to_string_lossy().as_ref(), line, column);
    let report = [
        Diagnostic::error("ttl-rfc", "ttl must be a number of seconds, not \"einé Stunde\"")
            .about("www.münchen.tests. A")
            .at(at(2, 8))
            .help("write `ttl: 3600`"),
        Diagnostic::error("duplicate-record", "is there twice, which is 100% wrong")
            .about("www.münchen.tests. A")
            .at(at(3, 3))
            .related("the first is at", at(1, 1)),
        Diagnostic::warning("mine", "a validator of the configuration")
            .at(Origin::file("a b.yaml")),
        Diagnostic::error("yaml", "cannot be read").at(Origin::at("/elsewhere/secret", 1, 1)),
        Diagnostic::warning("config", "no zones"),
        Diagnostic::warning("mail", "handles mail but has no MX").about("münchen.tests."),
    ];
    (folder, report.into_iter().collect())
}

fn rendered(format: Format) -> String {
    let (folder, report) = found();
    rendered_of(format, folder.path(), &report)
}

fn rendered_of(format: Format, folder: &Path, report: &Report) -> String {
    let mut renders = Renders {
        program: "octodns-validate".to_owned(),
        colour: false,
        base: Base::new(folder.to_owned(), None),
        sources: Sources::below([folder.to_owned()]),
        config: Some("config.yaml".to_owned()),
    };
    let text = renders.report(format, report);
    let folder = folder.to_string_lossy().into_owned();
    text.replace(&folder, "FOLDER").replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

#[test]
fn text_is_for_people() {
    insta::assert_snapshot!(rendered(Format::Text));
}

#[test]
fn json_is_our_own() {
    insta::assert_snapshot!(rendered(Format::Json));
}

#[test]
fn github_takes_a_line_a_finding() {
    insta::assert_snapshot!(rendered(Format::Github));
}

#[test]
fn sarif_has_a_result_a_finding() {
    insta::assert_snapshot!(rendered(Format::Sarif));
}

#[test]
fn sarif_follows_the_schema_of_the_standard() {
    let schema = include_str!("sarif/sarif-schema-2.1.0.json");
    let mut schema: Value = serde_json::from_str(schema).unwrap();
    // Has a bracket too many to be a regular expression; nothing here has a language.
    schema["definitions"]["run"]["properties"]["language"]
        .as_object_mut()
        .unwrap()
        .remove("pattern");
    let component = &mut schema["definitions"]["toolComponent"]["properties"]["language"];
    component.as_object_mut().unwrap().remove("pattern");
    let schema = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    for report in [Report::new(), found().1] {
        let text = rendered_of(Format::Sarif, Path::new("/repo"), &report);
        let log: Value = serde_json::from_str(&text).unwrap();
        let faults: Vec<String> =
            schema.iter_errors(&log).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(faults.is_empty(), "{faults:#?}\n{text}");
    }
    // The schema does see what is wrong.
    assert!(!schema.is_valid(&serde_json::json!({ "version": "2.1.0", "runs": [{}] })));
}

#[test]
fn nothing_found_is_a_whole_document_where_a_format_has_documents() {
    let shown = |format| rendered_of(format, Path::new("/repo"), &Report::new());
    assert_eq!((shown(Format::Text), shown(Format::Github)), Default::default());
    let json: Value = serde_json::from_str(&shown(Format::Json)).unwrap();
    assert_eq!((&json["version"], &json["findings"]), (&Value::from(1), &Value::Array(vec![])));
    let sarif: Value = serde_json::from_str(&shown(Format::Sarif)).unwrap();
    assert_eq!(sarif["runs"][0]["results"], Value::Array(vec![]));
}
