//! What was read of a list so far, and whether it can be true.

use std::collections::HashSet;

use super::Page;
use crate::{Call, Error};

/// More pages than any list has.
pub(super) const MAX_PAGES: u64 = 10_000;

/// So many pages in turn may be without entries: some services filter what they have read.
const MAX_EMPTY: u64 = 100;

/// A list may grow while it is read, but not without end: beyond twice its entries and these it is none.
const MAX_GROWTH: u64 = 1000;

#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) read: u64,
    /// The largest number of entries that any page told.
    pub(super) total: u64,
    has_total: bool,
    pages: u64,
    /// How many pages in turn had no entries.
    pub(super) empty: u64,
    seen: HashSet<u64>,
}

impl Tally {
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

    /// Whether all that the service counts was read.
    pub(super) fn end(&self, call: &Call) -> Result<(), Error> {
        if self.read < self.total {
            let (call, total, read) = (call.clone(), self.total, self.read);
            return Err(Error::Incomplete { call, total, read });
        }
        Ok(())
    }
}
