//! Octets by their canonical text.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use smol_str::SmolStr;

/// A canonical text, of which octets have one, and the text as it was written where that is another.
///
/// Equality, order and hash are those of canonical texts. Most texts are written that way, and take no more room than
/// it.
#[derive(Clone, Debug)]
pub(crate) struct Spelled(Repr);

#[derive(Clone, Debug)]
enum Repr {
    Canonical(SmolStr),
    Respelled(Box<Respelled>),
}

#[derive(Clone, Debug)]
struct Respelled {
    canonical: SmolStr,
    written: Box<str>,
}

impl Spelled {
    /// A text that is written as its canonical text.
    pub(crate) fn plain(canonical: &str) -> Self {
        Self(Repr::Canonical(SmolStr::new(canonical)))
    }

    /// A text as it was written, whose canonical text this is.
    pub(crate) fn new(canonical: &str, written: &str) -> Self {
        let canonical = SmolStr::new(canonical);
        if canonical == written {
            return Self(Repr::Canonical(canonical));
        }
        let written = written.into();
        Self(Repr::Respelled(Box::new(Respelled { canonical, written })))
    }

    pub(crate) fn canonical(&self) -> &str {
        match &self.0 {
            Repr::Canonical(text) => text,
            Repr::Respelled(texts) => &texts.canonical,
        }
    }

    /// The text as it was written, where it is not the canonical text.
    pub(crate) fn written(&self) -> Option<&str> {
        match &self.0 {
            Repr::Canonical(_) => None,
            Repr::Respelled(texts) => Some(&texts.written),
        }
    }
}

impl Default for Spelled {
    fn default() -> Self {
        Self(Repr::Canonical(SmolStr::default()))
    }
}

impl PartialEq for Spelled {
    fn eq(&self, other: &Self) -> bool {
        self.canonical() == other.canonical()
    }
}

impl Eq for Spelled {}

impl PartialOrd for Spelled {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Spelled {
    fn cmp(&self, other: &Self) -> Ordering {
        self.canonical().cmp(other.canonical())
    }
}

impl Hash for Spelled {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.canonical().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Zones hold a hundred thousand of them.
    #[test]
    fn a_text_takes_no_more_room_than_its_canonical_text() {
        assert_eq!(size_of::<Spelled>(), size_of::<SmolStr>());
    }
}
