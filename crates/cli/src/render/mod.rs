//! Findings, as people and as machines read them. `docs/findings.md` describes the formats.

mod github;
mod json;
mod masked;
mod place;
mod rules;
mod sarif;
mod source;
mod text;

use clap::ValueEnum;
use octodns_core::Report;

pub use place::Base;
pub use rules::{Rule, rule};
pub use source::Sources;

/// How findings are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people, on standard error: each finding with the line it is about
    #[default]
    Text,
    /// JSON, on standard output
    Json,
    /// SARIF 2.1.0, on standard output: for code scanning and editors
    Sarif,
    /// Annotations of GitHub Actions, on standard output
    Github,
}

/// What findings are shown with.
#[derive(Debug)]
pub struct Renders {
    /// The program that found them.
    pub program: String,
    /// Whether text is coloured.
    pub colour: bool,
    /// Where paths are shown relative to.
    pub base: Base,
    /// The files whose lines may be shown.
    pub sources: Sources,
    /// The config file, where a format needs a place for findings that have none.
    pub config: Option<String>,
}

impl Renders {
    /// All findings of a run in a format; nothing where a format has nothing to say of none.
    pub fn report(&mut self, format: Format, report: &Report) -> String {
        match format {
            Format::Text => text::report(report, self.colour, &mut self.sources),
            Format::Json => json::report(report, self),
            Format::Sarif => sarif::report(report, self),
            Format::Github => github::report(report, self),
        }
    }
}
