//! Checks whether a list is consistent while it is read.

use std::collections::HashSet;

use super::Page;
use crate::{Call, Error};

/// More pages than any real list has.
pub(super) const MAX_PAGES: u64 = 10_000;

/// How many empty pages in a row are allowed: some services filter their pages.
const MAX_EMPTY: u64 = 100;

/// How much a list may grow while it is read, beyond twice its total, before it counts as endless.
const MAX_GROWTH: u64 = 1000;

#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) read: u64,
    /// The largest total of any page.
    pub(super) total: u64,
    has_total: bool,
    pages: u64,
    /// The number of empty pages in a row.
    pub(super) empty: u64,
    seen: HashSet<u64>,
}

impl Tally {
    /// Whether there was a page.
    pub(super) fn is_begun(&self) -> bool {
        self.pages > 0
    }

    /// Counts a page.
    pub(super) fn take<T, N>(&mut self, page: &Page<T, N>) -> Result<(), Error> {
        let odd = |why: &str| Err(Error::malformed(&page.call, "the next page", why));
        self.pages += 1;
        self.read += page.items.len() as u64;
        if let Some(total) = page.total {
            self.has_total = true;
            self.total = self.total.max(total);
        }
        if page.items.is_empty() {
            self.empty += 1;
        } else {
            self.empty = 0;
            if !self.seen.insert(page.fingerprint) {
                return odd("it was given before");
            }
        }
        if self.empty > MAX_EMPTY {
            return odd("many in a row have no entries");
        }
        let is_endless =
            self.has_total && self.read > self.total.saturating_mul(2).saturating_add(MAX_GROWTH);
        if page.next.is_some() && (is_endless || self.pages >= MAX_PAGES) {
            return odd("the list has no end");
        }
        Ok(())
    }

    /// A page after the first. If the service says that there is no such thing, that is about the page: what the list
    /// is of was there a moment ago.
    pub(super) fn later<T, N>(fetched: Result<Page<T, N>, Error>) -> Result<Page<T, N>, Error> {
        fetched.map_err(|error| match error {
            Error::NotFound { call, .. } => {
                Error::malformed(&call, "the next page", "it is missing, and the one before is not")
            }
            error => error,
        })
    }

    /// Checks that all reported entries were read.
    pub(super) fn end(&self, call: &Call) -> Result<(), Error> {
        if self.read < self.total {
            let (call, total, read) = (call.clone(), self.total, self.read);
            return Err(Error::Incomplete { call, total, read });
        }
        Ok(())
    }
}
