//! What validators found in one record.

use std::borrow::Cow;

use crate::rdata::{ValueError, kind_help};
use crate::value::{Position, Value};

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// Id of the validator; empty until the validator has ended.
    pub id: Cow<'static, str>,
    /// What is wrong.
    pub message: String,
    /// What to write instead, if that is known.
    pub help: Option<String>,
    /// Where it is.
    pub position: Position,
    /// Whether this makes the record impossible, even a lenient one.
    pub fatal: bool,
    /// Whether it is only a warning, however strict the reader is.
    pub is_warning: bool,
}

/// The findings about one record.
#[derive(Debug, Default)]
pub struct Findings {
    list: Vec<Finding>,
    has_bare_semicolons: bool,
    is_held: bool,
}

impl Findings {
    /// No findings.
    pub const fn new() -> Self {
        Self { list: Vec::new(), has_bare_semicolons: false, is_held: false }
    }

    /// Says that the source writes the semicolons of texts bare, so that advice is in its spelling.
    pub(crate) fn note_bare_semicolons(&mut self) {
        self.has_bare_semicolons = true;
    }

    /// Whether the source writes the semicolons of texts bare; validators see them escaped all the same.
    pub(crate) fn has_bare_semicolons(&self) -> bool {
        self.has_bare_semicolons
    }

    /// Says that a target holds the record: however odd it is, it must be possible to remove it.
    pub(crate) fn note_held(&mut self) {
        self.is_held = true;
    }

    /// Reports a name that IDNA refuses: impossible, but for a record that is there, where it is its octets.
    pub(crate) fn refused_name(&mut self, position: Position, message: String) -> &mut Finding {
        let is_fatal = !self.is_held;
        self.push(position, message, is_fatal)
    }

    /// Reports an error at `position`.
    pub fn error(&mut self, position: Position, message: impl Into<String>) -> &mut Finding {
        self.push(position, message.into(), false)
    }

    /// Reports a warning at `position`.
    pub fn warning(&mut self, position: Position, message: impl Into<String>) -> &mut Finding {
        let found = self.push(position, message.into(), false);
        found.is_warning = true;
        found
    }

    /// Reports an error that makes the record impossible, even a lenient one.
    pub fn fatal(&mut self, position: Position, message: impl Into<String>) -> &mut Finding {
        self.push(position, message.into(), true)
    }

    /// Reports a value of the wrong kind.
    pub fn wrong_kind(&mut self, what: &str, value: &Value<'_>, expected: &str) -> &mut Finding {
        let message = format!("{what} must be {expected}, not {}", value.kind_name());
        let found = self.fatal(value.position, message);
        found.help(kind_help(value, expected));
        found
    }

    /// Makes the finding at this position fatal, or else reports one of the rule `id`.
    pub(crate) fn mark_fatal(&mut self, fault: ValueError, id: &'static str) {
        let same =
            |found: &&mut Finding| found.position.is_known() && found.position == fault.position;
        if let Some(found) = self.list.iter_mut().find(same) {
            (found.fatal, found.is_warning) = (true, false);
            return;
        }
        self.push(fault.position, fault.message, true).by(id).help = fault.help;
    }

    /// Makes the finding that a record has no values fatal, or else reports that under the rule `id`.
    pub(crate) fn mark_missing(&mut self, fault: ValueError, id: &'static str) {
        let is_it = |found: &&mut Finding| {
            found.message.starts_with("missing value")
                && (found.position == fault.position || !found.position.is_known())
        };
        if let Some(found) = self.list.iter_mut().find(is_it) {
            (found.fatal, found.is_warning) = (true, false);
            if !found.position.is_known() && fault.position.is_known() {
                (found.position, found.help) = (fault.position, fault.help);
            }
            return;
        }
        self.push(fault.position, fault.message, true).by(id).help = fault.help;
    }

    fn push(&mut self, position: Position, message: String, fatal: bool) -> &mut Finding {
        let id = Cow::Borrowed("");
        let last = self.list.len();
        let is_warning = false;
        self.list.push(Finding { id, message, help: None, position, fatal, is_warning });
        &mut self.list[last]
    }

    /// How many findings there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether all of them are warnings.
    pub fn are_warnings(&self) -> bool {
        self.list.iter().all(|found| found.is_warning)
    }

    /// Whether one of them makes even a lenient record impossible.
    pub fn are_fatal(&self) -> bool {
        self.list.iter().any(|found| found.fatal)
    }

    /// The findings, in the order they were reported.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.list.iter()
    }

    /// Names the validator of every finding from index `start` on.
    pub fn attribute_to(&mut self, start: usize, id: &str) {
        for found in self.list.iter_mut().skip(start).filter(|found| found.id.is_empty()) {
            found.id = Cow::Owned(id.to_owned());
        }
    }
}

impl Finding {
    /// Adds advice.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    /// Names another validator, whose rule this is.
    pub fn by(&mut self, id: &'static str) -> &mut Self {
        self.id = Cow::Borrowed(id);
        self
    }
}

impl IntoIterator for Findings {
    type Item = Finding;
    type IntoIter = std::vec::IntoIter<Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<'f> IntoIterator for &'f Findings {
    type Item = &'f Finding;
    type IntoIter = std::slice::Iter<'f, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}
