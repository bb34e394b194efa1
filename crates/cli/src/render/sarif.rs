//! SARIF 2.1.0, the OASIS standard for what static analysis finds
//! (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>): one log with one run.

use std::collections::HashMap;

use octodns_core::{Diagnostic, Origin, Report, Severity};
use serde::Serialize;

use super::{Renders, json, rule};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The name of the folder that relative URIs are relative to.
const ROOT: &str = "%SRCROOT%";

#[derive(Serialize)]
struct Log<'r> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'r>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'r> {
    tool: Tool<'r>,
    /// Columns count characters, as everywhere else.
    column_kind: &'static str,
    original_uri_base_ids: HashMap<&'static str, UriBase>,
    results: Vec<Outcome<'r>>,
}

#[derive(Serialize)]
struct UriBase {
    description: Message,
}

#[derive(Serialize)]
struct Tool<'r> {
    driver: Driver<'r>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'r> {
    name: &'r str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<ReportingDescriptor<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportingDescriptor<'r> {
    id: &'r str,
    short_description: Message,
    help: Message,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

impl Message {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }
}

/// A `result` of the standard.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'r> {
    rule_id: &'r str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: Vec<Place>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Place>,
}

/// A `location` of the standard.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<PhysicalLocation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    fully_qualified_name: String,
}

/// All findings, as one log.
pub(super) fn report(report: &Report, renders: &mut Renders) -> String {
    let mut rules: Vec<&str> = report.iter().map(|found| found.code.as_ref()).collect();
    rules.sort_unstable();
    rules.dedup();
    let results = report.iter().map(|found| outcome(found, &rules, renders)).collect();
    let description = Message::new(
        "Where the project's files start: the folder the program ran in, or the checkout",
    );
    let program = renders.program.clone();
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: &program,
                semantic_version: env!("CARGO_PKG_VERSION"),
                information_uri: env!("CARGO_PKG_REPOSITORY"),
                rules: rules.iter().map(|id| descriptor(id)).collect(),
            },
        },
        column_kind: "unicodeCodePoints",
        original_uri_base_ids: HashMap::from([(ROOT, UriBase { description })]),
        results,
    };
    json::text(&Log { schema: SCHEMA, version: "2.1.0", runs: [run] })
}

/// The rule of a code. Code scanning wants every rule described.
fn descriptor(id: &str) -> ReportingDescriptor<'_> {
    let known = rule(id);
    let about = known.map_or_else(|| format!("what \"{id}\" checks"), |rule| rule.about.to_owned());
    let help = known.map_or("See the messages of its findings.", |rule| rule.help);
    let (short_description, help) = (Message::new(about), Message::new(help));
    ReportingDescriptor { id, short_description, help }
}

fn outcome<'r>(found: &'r Diagnostic, rules: &[&str], renders: &mut Renders) -> Outcome<'r> {
    // Code scanning takes no result without a place in a file.
    let mut origin = found.origin.clone();
    if origin.file.is_none()
        && let Some(config) = &renders.config
    {
        origin = Origin::file(config.as_str());
    }
    let mut location = location(&origin, renders);
    if !found.subject.is_empty() {
        let fully_qualified_name = found.subject.clone();
        location.logical_locations.push(LogicalLocation { fully_qualified_name });
    }
    let is_known = location.physical_location.is_some() || !location.logical_locations.is_empty();
    let related = found.related.iter().zip(1..).map(|((what, origin), id)| Place {
        id: Some(id),
        message: Some(Message::new(what.as_str())),
        ..self::location(origin, renders)
    });
    let related_locations = related.collect();
    Outcome {
        rule_id: &found.code,
        rule_index: rules.binary_search(&found.code.as_ref()).unwrap_or_default(),
        level: match found.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        message: Message::new(text(found)),
        locations: if is_known { vec![location] } else { Vec::new() },
        related_locations,
    }
}

/// What is wrong with what, and what to write instead.
fn text(found: &Diagnostic) -> String {
    let mut text = match &*found.subject {
        "" => found.message.clone(),
        subject => format!("{subject}: {}", found.message),
    };
    if let Some(help) = &found.help {
        text.push_str("\nhelp: ");
        text.push_str(help);
    }
    text
}

fn location(origin: &Origin, renders: &mut Renders) -> Place {
    let physical_location = origin.file.as_ref().map(|file| {
        let (uri, relative) = renders.base.uri(file);
        let region = (origin.line > 0).then(|| Region {
            start_line: origin.line,
            start_column: (origin.column > 0).then_some(origin.column),
            end_column: renders.sources.end_column(origin),
        });
        let uri_base_id = relative.then_some(ROOT);
        PhysicalLocation { artifact_location: ArtifactLocation { uri, uri_base_id }, region }
    });
    Place { id: None, message: None, physical_location, logical_locations: Vec::new() }
}
