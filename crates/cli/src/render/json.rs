//! JSON of our own: stable, and versioned. `docs/findings.md` describes it.

use octodns_core::{Diagnostic, Origin, Report, Severity};
use serde::Serialize;

use super::Renders;
use crate::inert::inert_json;

/// Goes up when something that is there changes its meaning or goes away.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'r> {
    version: u32,
    tool: Tool<'r>,
    errors: usize,
    warnings: usize,
    findings: Vec<Finding<'r>>,
}

#[derive(Serialize)]
struct Tool<'r> {
    name: &'r str,
    version: &'static str,
}

#[derive(Serialize)]
struct Finding<'r> {
    severity: &'static str,
    code: &'r str,
    #[serde(skip_serializing_if = "str::is_empty")]
    subject: &'r str,
    message: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<Related<'r>>,
}

#[derive(Serialize)]
struct Related<'r> {
    message: &'r str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
}

/// All findings, as one document.
pub(super) fn report(report: &Report, renders: &mut Renders) -> String {
    let program = renders.program.clone();
    let document = Document {
        version: VERSION,
        tool: Tool { name: &program, version: env!("CARGO_PKG_VERSION") },
        errors: report.of(Severity::Error).count(),
        warnings: report.of(Severity::Warning).count(),
        findings: report.iter().map(|found| finding(found, renders)).collect(),
    };
    text(&document)
}

/// A document of texts and numbers, which cannot fail to be written.
pub(super) fn text(document: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(document).unwrap_or_default();
    let mut text = inert_json(&text).into_owned();
    text.push('\n');
    text
}

fn finding<'r>(found: &'r Diagnostic, renders: &mut Renders) -> Finding<'r> {
    let related = found.related.iter().filter_map(|(message, origin)| {
        Some(Related { message, location: location(origin, renders)? })
    });
    let related = related.collect();
    Finding {
        severity: match found.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        code: &found.code,
        subject: &found.subject,
        message: &found.message,
        help: found.help.as_deref(),
        location: location(&found.origin, renders),
        related,
    }
}

fn location(origin: &Origin, renders: &mut Renders) -> Option<Location> {
    let file = renders.base.text(origin.file.as_ref()?);
    let known = |number: u32| (origin.line > 0 && number > 0).then_some(number);
    Some(Location {
        file,
        line: known(origin.line),
        column: known(origin.column),
        end_column: renders.sources.end_column(origin),
    })
}
