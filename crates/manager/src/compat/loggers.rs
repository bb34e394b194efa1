//! The names of octoDNS' loggers, and findings on their way to them.

use octodns_core::{Diagnostic, Report, Severity};

/// The logger of messages about the run itself.
pub(crate) const MANAGER: &str = "Manager";

/// Logs the warnings of a report, by the logger that octoDNS uses for their kind.
pub(crate) fn log_warnings(report: &Report) {
    for found in report.of(Severity::Warning) {
        tracing::warn!(target: "octodns", logger = logger(found), "{found}");
    }
}

fn logger(found: &Diagnostic) -> &'static str {
    match &*found.code {
        "sub-zone" | "cname-coexistence" => "Zone",
        "root-ns" | "supports" => "Provider",
        "yaml" => "Yaml",
        "second-plan" => MANAGER,
        _ => "Record",
    }
}
