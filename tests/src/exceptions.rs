//! The one list of corpus cases that are meant to differ.
//!
//! An entry names the part, the cases and why: the heading in `docs/differences.md`, or the reason why
//! no type can hold the value. A listed case that agrees fails the run, as does one that does not exist.

/// Cases that differ for one reason.
#[derive(Clone, Copy, Debug)]
pub struct Exception {
    /// The part of the corpus.
    pub part: &'static str,
    /// Why, naming the entry of `docs/differences.md` where there is one.
    pub reason: &'static str,
    /// The ids of the cases.
    pub cases: &'static [&'static str],
}

/// Every documented difference that shows in the corpus, sorted by part.
pub const EXCEPTIONS: &[Exception] = &[];
