//! Lists that a service gives page by page.

use std::future::Future;

use futures::stream::{self, Stream, TryStreamExt};

use crate::{Call, Error};

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Page<T, N> {
    /// Its entries.
    pub items: Vec<T>,
    /// Where the next page is: a number, a cursor, a URL; `None` on the last.
    pub next: Option<N>,
    /// How many entries all pages together have, if the service says so.
    pub total: Option<u64>,
    /// The call that gave it, for errors.
    pub call: Call,
}

/// The pages of a list, each asked for when the one before it was taken.
///
/// Ends in [`Error::Incomplete`] when fewer entries came than the service counts, and in
/// [`Error::Malformed`] when a page is its own next: a page that is lost must not look like records
/// that are gone.
///
/// ```
/// use octodns_http::{Client, Error, Page, all, pages};
///
/// # async fn read(client: &Client) -> Result<(), Error> {
/// let zones: Vec<String> = all(pages(1_u64, async |number| {
///     let answer = client.get(&["zones"]).query("page", number).send().await?;
///     let items: Vec<String> = answer.json()?;
///     let next = (items.len() == 100).then_some(number + 1);
///     Ok(Page { items, next, total: None, call: answer.call().clone() })
/// }))
/// .await?;
/// # Ok(())
/// # }
/// ```
pub fn pages<T, N, F, R>(first: N, fetch: F) -> impl Stream<Item = Result<Vec<T>, Error>>
where
    N: Clone + PartialEq,
    F: FnMut(N) -> R,
    R: Future<Output = Result<Page<T, N>, Error>>,
{
    let state = State { next: Some(first), read: 0, fetch };
    stream::try_unfold(state, |mut state| async move {
        let Some(here) = state.next.take() else { return Ok(None) };
        let page = (state.fetch)(here.clone()).await?;
        state.read += page.items.len() as u64;
        if page.next.as_ref() == Some(&here) {
            return Err(Error::malformed(&page.call, "the next page", "it is this page again"));
        }
        if let Some(total) = page.total
            && page.next.is_none()
            && total > state.read
        {
            return Err(Error::Incomplete { call: page.call, total, read: state.read });
        }
        state.next = page.next;
        Ok(Some((page.items, state)))
    })
}

struct State<N, F> {
    next: Option<N>,
    read: u64,
    fetch: F,
}

/// All entries of all pages.
///
/// # Errors
///
/// Fails when one page does.
pub async fn all<T>(pages: impl Stream<Item = Result<Vec<T>, Error>>) -> Result<Vec<T>, Error> {
    pages.try_concat().await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call() -> Call {
        Call { method: http::Method::GET, path: "/zones".into() }
    }

    async fn read(lists: &[(&[u8], Option<usize>)], total: Option<u64>) -> Result<Vec<u8>, String> {
        let pages = pages(0, async |index: usize| {
            let (items, next) = lists.get(index).copied().unwrap_or_default();
            Ok(Page { items: items.to_vec(), next, total, call: call() })
        });
        all(pages).await.map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_lost_page_is_an_error() {
        let both: &[(&[u8], _)] = &[(&[1, 2], Some(1)), (&[3], None)];
        assert_eq!(read(both, None).await, Ok(vec![1, 2, 3]));
        assert_eq!(read(both, Some(3)).await, Ok(vec![1, 2, 3]));
        // One more came while they were read.
        assert_eq!(read(both, Some(2)).await, Ok(vec![1, 2, 3]));
        let lost = "GET /zones: 2 entries were read, the service counts 3";
        assert_eq!(read(&[(&[1, 2], None)], Some(3)).await, Err(lost.to_owned()));
        let again = "GET /zones: unexpected answer at the next page";
        assert_eq!(read(&[(&[1], Some(0))], None).await, Err(again.to_owned()));
    }
}
