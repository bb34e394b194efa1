//! One page of a list, and where the next one is.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::{Call, Response};

/// One page of a list.
///
/// How to find the next one depends on the service:
///
/// | the response has | constructor |
/// | --- | --- |
/// | the number of pages | [`Page::numbered`] |
/// | nothing: a page that is not full is the last one | [`Page::full_or_last`] |
/// | the number of entries, and pages start at an entry | [`Page::offset`] |
/// | a cursor, a URL, the next number or offset | [`Page::next`] |
/// | a `Link` header | [`Page::linked`] |
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Page<T, N> {
    /// Its entries.
    pub items: Vec<T>,
    /// The position of the next page: a number, a cursor, a URL; `None` on the last.
    pub next: Option<N>,
    /// The total number of entries, if the service reports it.
    pub total: Option<u64>,
    /// The number of pages, if the service reports it.
    pub pages: Option<u64>,
    /// The call that returned it, for errors.
    pub call: Call,
    /// A hash of its content, to detect repeated pages.
    pub(super) fingerprint: u64,
}

impl<T, N> Page<T, N> {
    /// A page without a next one.
    pub fn new(response: &Response, items: Vec<T>) -> Self {
        let mut hasher = DefaultHasher::new();
        response.body().hash(&mut hasher);
        let (call, fingerprint) = (response.call().clone(), hasher.finish());
        Self { items, next: None, total: None, pages: None, call, fingerprint }
    }

    /// The position of the next page, if there is one.
    #[must_use]
    pub fn next(self, next: Option<N>) -> Self {
        Self { next, ..self }
    }

    /// The total number of entries, if the service reports it: missing entries are then noticed at the end.
    #[must_use]
    pub fn total(self, total: impl Into<Option<u64>>) -> Self {
        Self { total: total.into(), ..self }
    }
}

impl<T> Page<T, u64> {
    /// Page number `here` of this many, counted from 1.
    #[must_use]
    pub fn numbered(self, here: u64, pages: u64) -> Self {
        Self { next: (here < pages).then(|| here + 1), pages: Some(pages), ..self }
    }

    /// Page number `here`; there is a next one if it has `size` entries, which must be the service's real
    /// page size.
    #[must_use]
    pub fn full_or_last(self, here: u64, size: usize) -> Self {
        let is_full = size > 0 && self.items.len() >= size;
        Self { next: is_full.then(|| here + 1), ..self }
    }

    /// The page that starts after `here` entries, of `total`. The next one starts after the entries of this
    /// one.
    #[must_use]
    pub fn offset(self, here: u64, total: u64) -> Self {
        let next = here.saturating_add(self.items.len() as u64);
        let has_next = next < total && !self.items.is_empty();
        Self { next: has_next.then_some(next), total: Some(total), ..self }
    }
}

impl<T> Page<T, String> {
    /// A page whose `Link` header has the URL of the next one, if there is one. Use
    /// [`Client::follow`](crate::Client::follow) for the next page.
    pub fn linked(response: &Response, items: Vec<T>) -> Self {
        Self::new(response, items).next(response.link("next"))
    }

    /// The cursor or URL of the next page; some services return an empty one on the last page.
    #[must_use]
    pub fn cursor(self, next: Option<String>) -> Self {
        Self { next: next.filter(|next| !next.is_empty()), ..self }
    }
}
