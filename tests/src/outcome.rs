//! The result of one part, and the list of exceptions applied to it.

use std::collections::HashMap;
use std::fmt;

use crate::exceptions::EXCEPTIONS;

/// The outcome of comparing one part of the corpus.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The part's name.
    pub part: &'static str,
    /// How many cases were compared.
    pub total: usize,
    /// How many of them agree.
    pub agree: usize,
    /// How many of them differ as documented.
    pub exempt: usize,
    /// All other differences, one text per case, starting with the case's id.
    pub differences: Vec<String>,
    /// Remarks besides the numbers, such as which cases were skipped and why.
    pub notes: Vec<String>,
    exceptions: HashMap<&'static str, bool>,
}

impl Outcome {
    /// Nothing compared yet.
    pub fn new(part: &'static str) -> Self {
        let exceptions = EXCEPTIONS.iter().filter(|entry| entry.part == part);
        Self {
            part,
            exceptions: exceptions.flat_map(|entry| entry.cases).map(|id| (*id, false)).collect(),
            ..Self::default()
        }
    }

    /// Counts a case: `difference` is `None` if it agrees, or else what differs, without the id.
    ///
    /// An exception that agrees is a difference as well, so that the list of exceptions stays correct.
    pub fn case(&mut self, id: &str, difference: Option<String>) {
        self.total += 1;
        let exempted = self.exceptions.get_mut(id).map(|seen| *seen = true).is_some();
        match (difference, exempted) {
            (None, false) => self.agree += 1,
            (Some(_), true) => self.exempt += 1,
            (Some(what), false) => self.differences.push(format!("{id}: {what}")),
            (None, true) => self
                .differences
                .push(format!("{id}: agrees, though listed as an exception: take it off the list")),
        }
    }

    /// Ends the comparison: exceptions for missing cases are differences.
    ///
    /// Otherwise a renamed case would leave its exception behind.
    #[must_use]
    pub fn finish(mut self) -> Self {
        let mut missing: Vec<_> =
            self.exceptions.iter().filter(|(_, seen)| !**seen).map(|(id, _)| *id).collect();
        missing.sort_unstable();
        for id in missing {
            self.differences
                .push(format!("{id}: listed as an exception, but there is no such case"));
        }
        self
    }

    /// Whether everything agrees, or differs as documented.
    pub fn is_good(&self) -> bool {
        self.differences.is_empty()
    }
}

/// `records: 12 of 13 agree (1 documented difference)`.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} of {} agree", self.part, self.agree, self.total)?;
        match self.exempt {
            0 => Ok(()),
            1 => f.write_str(" (1 documented difference)"),
            many => write!(f, " ({many} documented differences)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_counts_once_and_a_difference_names_it() {
        let mut outcome = Outcome::new("none");
        outcome.case("a", None);
        outcome.case("b", Some("expected 1, got 2".into()));
        let outcome = outcome.finish();
        assert_eq!(outcome.to_string(), "none: 1 of 2 agree");
        assert_eq!(outcome.differences, ["b: expected 1, got 2"]);
    }

    #[test]
    fn an_unneeded_exception_is_a_difference() {
        let mut outcome = Outcome::new("none");
        outcome.exceptions = HashMap::from([("a", false), ("b", false), ("gone", false)]);
        outcome.case("a", None);
        outcome.case("b", Some("differs".into()));
        let outcome = outcome.finish();
        assert_eq!((outcome.agree, outcome.exempt, outcome.differences.len()), (0, 1, 2));
        assert!(!outcome.is_good());
    }
}
