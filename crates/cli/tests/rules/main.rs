//! Every code that the sources give a finding has its rule, so that SARIF and the page can explain it.

#![expect(clippy::unwrap_used, reason = "a test may")]

mod advice;
mod sources;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use octodns_cli::render::rule;
use sources::sources;

/// Calls that take a code, and which of their arguments it is.
const CALLS: [(&str, usize); 4] = [
    ("Diagnostic::error(", 0),
    ("Diagnostic::warning(", 0),
    (".into_report(", 0),
    ("finding::about(", 2),
];

#[test]
fn every_code_in_the_sources_has_its_rule() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut codes: BTreeMap<String, PathBuf> = BTreeMap::new();
    for file in sources(crates) {
        let text = fs::read_to_string(&file).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        for code in codes_of(text) {
            codes.entry(code).or_insert_with(|| file.clone());
        }
    }
    for known in ["config", "apply", "tinydns", "zone-file", "ownership", "yaml-order", "target"] {
        assert!(codes.contains_key(known), "{known} was not seen: {:?}", codes.keys());
    }
    codes.retain(|code, _| rule(code).is_none());
    assert!(codes.is_empty(), "without a rule in crates/cli/src/render/rules.rs: {codes:#?}");
}

#[test]
fn codes_are_seen_in_texts_and_constants() {
    let text = "const MINE: &str = \"mine\";\nDiagnostic::error(MINE, x);\nDiagnostic::warning(\n  \"b\",\n\
                y)\nfinding::about(a.b(), zone, \"c\", d);\nerror.into_report(\"e\", f)\nDiagnostic::error(code, x)";
    assert_eq!(codes_of(text), ["mine", "b", "e", "c"]);
}

/// The codes that a source names: as a text, or as a constant of the same file.
fn codes_of(text: &str) -> Vec<String> {
    let mut codes = Vec::new();
    for (call, place) in CALLS {
        for rest in text.split(call).skip(1) {
            let argument = rest.split(',').nth(place).unwrap_or_default().trim();
            if let Some(code) = argument.strip_prefix('"') {
                codes.push(code.trim_end_matches(['"', ')', ';']).to_owned());
            } else if argument.chars().all(|c| c.is_ascii_uppercase() || c == '_') {
                let definition = format!("const {argument}: &str = \"");
                let value = text.split(&*definition).nth(1).and_then(|rest| rest.split('"').next());
                codes.extend(value.map(str::to_owned));
            }
        }
    }
    codes
}
