//! Every finding says what to write instead: wherever the sources make one, they give it advice.

use std::fs;
use std::path::Path;

use crate::sources::{closing, function_end, sources};

/// What makes a finding, or the fault that becomes one.
const MAKES: [&str; 9] = [
    "Diagnostic::error(",
    "Diagnostic::warning(",
    "ZoneFinding::new(",
    "ValueError::new(",
    "finding::about(",
    "findings.error(",
    "findings.fatal(",
    "findings.warning(",
    "given.error(",
];

/// Functions that hand on what they make to callers who give the advice, or take it as an argument.
const HANDED_ON: [(&str, &str); 7] = [
    ("core/src/record/types/txt/check.rs", "fn object("),
    ("core/src/zone/validate/mail.rs", "fn objection("),
    ("processors/src/finding.rs", "fn about("),
    ("bridge/src/validator.rs", "fn zone("),
    ("manager/src/zones.rs", "fn zone_error("),
    ("manager/src/config/validators.rs", "fn error("),
    ("manager/src/config/validators.rs", "fn warn("),
];

#[test]
fn every_finding_in_the_sources_has_advice() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let (mut seen, mut without) = (0, Vec::new());
    for file in sources(crates) {
        let text = fs::read_to_string(&file).unwrap();
        let text = chained(&without_comments(text.split("#[cfg(test)]").next().unwrap()));
        let name = file.strip_prefix(crates).unwrap().to_string_lossy().replace('\\', "/");
        for (place, call) in calls(&text) {
            seen += 1;
            let handed_on = HANDED_ON.iter().any(|(of, function)| {
                let before = text[..place].rfind("fn ").map_or("", |start| &text[start..]);
                *of == name && before.starts_with(function)
            });
            if !handed_on && !has_advice(&text, place, call) {
                let shown = text[place..].lines().next().unwrap_or_default();
                without.push(format!("{name}: {shown}"));
            }
        }
    }
    assert!(seen > 180, "only {seen} were seen");
    assert!(without.is_empty(), "without advice: {without:#?}");
}

#[test]
fn advice_is_seen_where_it_is_given() {
    for (text, expected) in [
        ("{ push(Diagnostic::error(\"a\", b)); }", false),
        ("{ push(Diagnostic::error(\"a\", f(b, \")\")).about(c).help(d)); }", true),
        ("{ let found = Diagnostic::error(\"a\", b)\n .about(c);\n push(found.help(d)); }", true),
        ("{ let found = Diagnostic::error(\"a\", b);\n push(found); other.help(d); }", false),
        ("{ let mut x = Diagnostic::error(\"a\", b);\n x.help = help; }", true),
        ("{ let x = Diagnostic::error(\"a\", b);\n }\n}\nfn f() { x.help(c) }", false),
        ("{ let f = || Diagnostic::error(\"a\", b); f().help(c) }", true),
        ("{ match x { Diagnostic::error(\"a\", b) => Some(c.help(d)) } }", false),
    ] {
        let (place, call) = calls(text).next().unwrap();
        assert_eq!(has_advice(text, place, call), expected, "{text}");
    }
}

/// Every place of a text where a finding is made, and by which call.
fn calls(text: &str) -> impl Iterator<Item = (usize, &'static str)> {
    MAKES
        .into_iter()
        .flat_map(move |call| text.match_indices(call))
        .map(|(place, _)| place)
        .filter_map(move |place| {
            let call = MAKES.into_iter().find(|call| text[place..].starts_with(call))?;
            // Not the function itself, nor one whose name ends alike.
            let before = text[..place].chars().next_back()?;
            (!before.is_alphanumeric() && before != '_').then_some((place, call))
        })
}

/// Whether what a call makes is given advice: in the chain of calls after it, or by the name it is given.
fn has_advice(text: &str, place: usize, call: &str) -> bool {
    let mut at = closing(text, place + call.len() - 1);
    loop {
        let rest = text[at..].trim_start_matches(['?', ' ', '\n']);
        let Some(method) = rest.strip_prefix('.') else { break };
        let length = method.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(0);
        if &method[..length] == "help" {
            return true;
        }
        at = text.len() - method.len() + length;
        if text[at..].starts_with('(') {
            at = closing(text, at);
        }
    }
    let Some(name) = name_given(&text[..place]) else { return false };
    let rest = &text[at..at + function_end(&text[at..])];
    rest.match_indices(name).any(|(start, _)| {
        let before = rest[..start].chars().next_back().unwrap_or(' ');
        let mut after = rest[start + name.len()..].trim_start();
        if before.is_alphanumeric() || before == '_' {
            return false;
        }
        after = after.strip_prefix("()").unwrap_or(after);
        while let Some(method) = after.strip_prefix('.') {
            if method.starts_with("help") {
                return true;
            }
            let Some(open) = method.find('(') else { return false };
            after = method[closing(method, open)..].trim_start();
        }
        false
    })
}

/// The name that the statement at the end of a text gives its value.
fn name_given(text: &str) -> Option<&str> {
    let start = text.rfind([';', '}']).map_or(0, |end| end + 1);
    let statement = &text[start..];
    let (_, rest) = statement.rsplit_once("let ")?;
    let rest = rest.strip_prefix("mut ").unwrap_or(rest);
    let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    (length > 0).then(|| &rest[..length])
}

fn without_comments(text: &str) -> String {
    let lines = text.split_inclusive('\n');
    lines.map(|line| if line.trim_start().starts_with("//") { "\n" } else { line }).collect()
}

/// The text with chains of calls on one line.
fn chained(text: &str) -> String {
    let mut chained = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let call = line.trim_start();
        if call.starts_with('.') && !call.starts_with("..") {
            chained.truncate(chained.trim_end().len());
            chained.push_str(call);
        } else {
            chained.push_str(line);
        }
    }
    chained
}
