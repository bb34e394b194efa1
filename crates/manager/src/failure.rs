//! Why a call to the engine failed: all findings, not the first.

use std::fmt;

use octodns_core::{Diagnostic, Report};

use crate::summary::ApplySummary;
use crate::verification::Verification;

/// Why a run failed.
///
/// Its report holds every error that was found, and the warnings that came before.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Failure {
    /// What was found.
    pub report: Report,
    /// What was applied before or besides, when applying had begun.
    pub applied: Option<ApplySummary>,
    /// What came of verifying what was applied, if that was asked for.
    pub verification: Option<Verification>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut errors = self.report.of(octodns_core::Severity::Error);
        match errors.next() {
            None => f.write_str("failed"),
            Some(first) => {
                write!(f, "{first}")?;
                match errors.count() {
                    0 => Ok(()),
                    more => write!(f, " (and {more} more)"),
                }
            }
        }
    }
}

impl std::error::Error for Failure {}

impl From<Report> for Failure {
    fn from(report: Report) -> Self {
        Self { report, ..Self::default() }
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        let mut report = Report::new();
        report.push(diagnostic);
        report.into()
    }
}
