//! The bounds of lists that AWS gives page by page: a list that is not consistent must not look like a smaller
//! zone, nor be read forever.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::ApiError;

/// More pages than any real list has.
const MAX_PAGES: usize = 10_000;

/// The pages of one list, as far as they have been read.
#[derive(Debug)]
pub(crate) struct Pages {
    call: &'static str,
    /// Hashes of the positions of pages.
    positions: HashSet<u64>,
    /// Hashes of the first entries of pages.
    entries: HashSet<u64>,
    most: usize,
}

impl Pages {
    pub(crate) fn new(call: &'static str) -> Self {
        let (positions, entries) = (HashSet::new(), HashSet::new());
        Self { call, positions, entries, most: MAX_PAGES }
    }

    /// Checks a page that begins with this entry.
    pub(crate) fn begin(&mut self, first: Option<impl Hash>) -> Result<(), ApiError> {
        match first {
            Some(first) if !self.entries.insert(hash(&first)) => {
                Err(self.malformed("a page was given before"))
            }
            _ => Ok(()),
        }
    }

    /// The position of the next page, which must be a new one; `None` after the last page.
    pub(crate) fn next<P: Hash>(
        &mut self,
        is_truncated: bool,
        next: Option<P>,
    ) -> Result<Option<P>, ApiError> {
        if !is_truncated {
            return Ok(None);
        }
        let Some(next) = next else {
            return Err(self.malformed("a page that is not the last does not name the next one"));
        };
        if !self.positions.insert(hash(&next)) {
            return Err(self.malformed("the next page was read before"));
        }
        if self.positions.len() >= self.most {
            return Err(self.malformed("the list has no end"));
        }
        Ok(Some(next))
    }

    /// The same for a list whose last page is the one without a next.
    pub(crate) fn next_if_any<P: Hash>(&mut self, next: Option<P>) -> Result<Option<P>, ApiError> {
        self.next(next.is_some(), next)
    }

    fn malformed(&self, reason: &str) -> ApiError {
        ApiError::Malformed { call: self.call, reason: reason.to_owned() }
    }
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a list: for each page, its first entry, whether it is truncated, and its next one.
    fn read(page: impl Fn(usize) -> (Option<usize>, bool, Option<usize>)) -> Result<usize, String> {
        let mut pages = Pages { most: 50, ..Pages::new("List") };
        let (mut here, mut count) = (0, 0);
        loop {
            count += 1;
            assert!(count <= 50, "it is bounded");
            let (first, is_truncated, next) = page(here);
            let next = pages.begin(first).and_then(|()| pages.next(is_truncated, next));
            match next.map_err(|error| error.to_string())? {
                Some(next) => here = next,
                None => return Ok(count),
            }
        }
    }

    #[test]
    fn a_list_ends_or_is_an_error_within_a_bound() {
        let odd = |reason: &str| Err(format!("List: unexpected answer: {reason}"));
        assert_eq!(read(|here| (Some(here), here < 3, Some(here + 1))), Ok(4));
        assert_eq!(read(|here| (None, here < 3, Some(here + 1))), Ok(4));
        assert_eq!(
            read(|here| (Some(here), true, (here < 3).then_some(here + 1))),
            odd("a page that is not the last does not name the next one")
        );
        let again = odd("the next page was read before");
        assert_eq!(read(|_| (None, true, Some(7))), again);
        assert_eq!(read(|here| (None, true, Some((here + 1) % 4))), again);
        assert_eq!(read(|here| (Some(7), true, Some(here + 1))), odd("a page was given before"));
        assert_eq!(read(|here| (Some(here), true, Some(here + 1))), odd("the list has no end"));
    }
}
