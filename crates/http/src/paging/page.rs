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
    /// A hash of its entries, to detect repeated pages.
    pub(super) fingerprint: u64,
}

impl<T, N> Page<T, N> {
    /// A page without a next one.
    pub fn new(response: &Response, items: Vec<T>) -> Self {
        let mut hasher = DefaultHasher::new();
        entries(response.body()).hash(&mut hasher);
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

/// The part of a response that has the entries: its longest JSON array, without the numbers and links of the
/// page, which may differ where the entries are the same. The whole body if no array is most of it.
fn entries(body: &[u8]) -> &[u8] {
    let (mut depth, mut start, mut longest) = (0_usize, 0, 0..0);
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (index, byte) in body.iter().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_quoted => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            b'[' => {
                if depth == 0 {
                    start = index;
                }
                depth += 1;
            }
            b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 && index - start > longest.len() {
                    longest = start..index;
                }
            }
            _ => {}
        }
    }
    if longest.len() * 2 > body.len() { &body[longest] } else { body }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_told_from_what_is_around_them() {
        for (body, expected) in [
            (r#"[{"id": 1}, {"id": 2}]"#, r#"[{"id": 1}, {"id": 2}"#),
            (
                r#"{"items": [{"id": "a]\"]", "tags": ["x", "y"]}], "page": 2}"#,
                r#"[{"id": "a]\"]", "tags": ["x", "y"]}"#,
            ),
            (r#"{"a": [1], "b": [1, 2, 3, 4, 5, 6, 7]}"#, "[1, 2, 3, 4, 5, 6, 7"),
            // The entries are no array.
            (r#"{"errors": [], "zones": {"a": 1}}"#, r#"{"errors": [], "zones": {"a": 1}}"#),
            ("<List><Item/></List>", "<List><Item/></List>"),
            ("]]", "]]"),
            ("", ""),
        ] {
            assert_eq!(entries(body.as_bytes()), expected.as_bytes(), "{body}");
        }
    }
}
