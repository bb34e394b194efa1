//! Findings: one type for everything a user should be told about data, and the collection of a run's.
//!
//! Errors (`Result`) end what cannot go on; findings are collected, so that a user sees all of them at
//! once. Rendering is the command line's business.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::value::{Position, visible};

/// How bad a finding is: it stops something or not, so whoever shows findings matches both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing is held up by it.
    Warning,
    /// What it is about cannot be used.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// Where something came from: a source, and a place in one of its files.
///
/// Displays as `file:line:column`, as much of it as is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Origin {
    /// The file, as the user named it.
    pub file: Option<Arc<str>>,
    /// Line, counted from 1; 0 when unknown.
    pub line: u32,
    /// Column in characters, counted from 1; 0 when unknown.
    pub column: u32,
}

impl Origin {
    /// The place of `position` in the document that consists of `files`.
    pub fn new(files: &[Arc<str>], position: Position) -> Self {
        Self {
            file: files.get(usize::from(position.file)).cloned(),
            line: position.line,
            column: position.column.into(),
        }
    }

    /// A whole file.
    pub fn file(file: impl Into<Arc<str>>) -> Self {
        Self { file: Some(file.into()), line: 0, column: 0 }
    }

    /// A place in a file; line and column count from 1.
    pub fn at(file: impl Into<Arc<str>>, line: u32, column: u32) -> Self {
        Self { file: Some(file.into()), line, column }
    }

    /// Whether anything is known.
    pub fn is_known(&self) -> bool {
        self.file.is_some() || self.line > 0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => f.write_str(file)?,
            None if self.line > 0 => f.write_str("<text>")?,
            None => return f.write_str("unknown place"),
        }
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        Ok(())
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What found it: a validator's id (`mx-value`), or the name of the check (`duplicate-record`).
    pub code: Cow<'static, str>,
    /// What it is about, such as `www.example.com. A`; may be empty.
    pub subject: String,
    /// What is wrong, in one line without the place.
    pub message: String,
    /// What to write instead, if that is known.
    pub help: Option<String>,
    /// Where it is.
    pub origin: Origin,
    /// Other places that matter, each with what it is: the first of two duplicates, say.
    pub related: Vec<(String, Origin)>,
}

impl Diagnostic {
    /// A finding that holds up what it is about.
    pub fn error(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// A finding of this severity.
    pub fn new(
        severity: Severity,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            severity,
            code: code.into(),
            subject: String::new(),
            message: fit(message.into()),
            help: None,
            origin: Origin::default(),
            related: Vec::new(),
        }
    }

    /// A finding that holds up nothing.
    pub fn warning(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// The same finding, about `subject`.
    #[must_use]
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = fit(subject.into());
        self
    }

    /// The same finding, at `origin`.
    #[must_use]
    pub fn at(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }

    /// The same finding, with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(fit(help.into()));
        self
    }

    /// The same finding, with another place that matters.
    #[must_use]
    pub fn related(mut self, what: impl Into<String>, origin: Origin) -> Self {
        self.related.push((fit(what.into()), origin));
        self
    }
}

/// The most characters of a quoted text that a message shows.
const LONGEST_QUOTE: usize = 200;

/// The most characters of what is not quoted: our own words, lists of keys.
const LONGEST_PART: usize = 4000;

/// Words that may hold what a file or a service says, fit to be shown: on one line, nothing in them that a terminal
/// obeys, and quoted texts cut where they are long.
fn fit(words: String) -> String {
    let words = match visible(&words) {
        Cow::Borrowed(_) => words,
        Cow::Owned(shown) => shown,
    };
    if words.len() <= LONGEST_QUOTE {
        return words;
    }
    let cut = |(index, part): (usize, &str)| {
        // Every other part is between quotes; a text with quotes of its own may be the one beside it.
        let limit = if index % 2 == 1 { LONGEST_QUOTE } else { LONGEST_PART };
        match part.char_indices().nth(limit) {
            Some((end, _)) => format!("{}...", &part[..end]),
            None => part.to_owned(),
        }
    };
    words.split('"').enumerate().map(cut).collect::<Vec<_>>().join("\"")
}

/// One line: `file:1:2: example.com. MX: missing preference [mx-value]; help: ...`.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.origin.is_known() {
            write!(f, "{}: ", self.origin)?;
        }
        if !self.subject.is_empty() {
            write!(f, "{}: ", self.subject)?;
        }
        write!(f, "{} [{}]", self.message, self.code)?;
        for (what, origin) in &self.related {
            write!(f, "; {what} {origin}")?;
        }
        match &self.help {
            Some(help) => write!(f, "; help: {help}"),
            None => Ok(()),
        }
    }
}

/// All findings of a run, in the order they were made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// No findings.
    pub const fn new() -> Self {
        Self { diagnostics: Vec::new() }
    }

    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Adds the findings of another report.
    pub fn merge(&mut self, other: Self) {
        self.diagnostics.extend(other.diagnostics);
    }

    /// Whether any finding is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|found| found.severity == Severity::Error)
    }

    /// Whether there is no finding.
    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// How many findings there are.
    pub fn len(&self) -> usize {
        self.diagnostics.len()
    }

    /// The findings, in the order they were made.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.diagnostics.iter()
    }

    /// The findings of one severity.
    pub fn of(&self, severity: Severity) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(move |found| found.severity == severity)
    }
}

impl IntoIterator for Report {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.diagnostics.into_iter()
    }
}

impl<'r> IntoIterator for &'r Report {
    type Item = &'r Diagnostic;
    type IntoIter = std::slice::Iter<'r, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.diagnostics.iter()
    }
}

impl FromIterator<Diagnostic> for Report {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Self {
        Self { diagnostics: diagnostics.into_iter().collect() }
    }
}

impl Extend<Diagnostic> for Report {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        self.diagnostics.extend(diagnostics);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_and_our_own_words_are_not() {
        let (long, keys) = ("x".repeat(300), "key, ".repeat(100));
        let found = Diagnostic::error("a", format!("\"{long}\" is unknown; known keys are {keys}"));
        assert_eq!(
            found.message,
            format!("\"{}...\" is unknown; known keys are {keys}", "x".repeat(200))
        );
        let found = Diagnostic::error("a", "one\ntwo").help("\u{1b}[2K");
        assert_eq!((&*found.message, found.help.as_deref()), ("one\\ntwo", Some("\\x1b[2K")));
    }
}
