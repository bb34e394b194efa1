//! Lists that a service gives page by page.

mod ahead;
mod link;
mod page;
mod tally;

use std::future::Future;

use futures::stream::{self, Stream, TryStreamExt};

pub use self::ahead::{PageAt, all_ahead};
pub use self::page::Page;
use self::tally::Tally;
use crate::Error;

/// The pages of a list, each requested after the previous one was processed.
///
/// Ends in [`Error::Incomplete`] if there are fewer entries than any page reports, and in
/// [`Error::Malformed`] if a page is repeated or the list never ends: a lost page must not look like deleted
/// records.
///
/// ```
/// use octodns_http::{Client, Error, Page, all, pages};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Zones {
///     zones: Vec<String>,
///     total_pages: u64,
/// }
///
/// # async fn read(client: &Client) -> Result<(), Error> {
/// let zones: Vec<String> = all(pages(1_u64, async |number| {
///     let response = client.get(&["zones"]).query("page", number).send().await?;
///     let Zones { zones, total_pages } = response.json()?;
///     Ok(Page::new(&response, zones).numbered(number, total_pages))
/// }))
/// .await?;
///
/// // If each page has the URL of the next, the first is requested and the others are followed.
/// let zones: Vec<String> = all(pages(String::new(), async |url| {
///     let request = match &*url {
///         "" => client.get(&["zones"]),
///         url => client.follow(octodns_http::Method::GET, url),
///     };
///     let response = request.send().await?;
///     Ok(Page::linked(&response, response.json()?))
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
    let marks = Marks { mark: first.clone(), steps: 0, until: 1 };
    let state = State { next: Some(first), tally: Tally::default(), marks, fetch };
    stream::try_unfold(state, |mut state| async move {
        let Some(here) = state.next.take() else { return Ok(None) };
        let page = (state.fetch)(here).await;
        let page = if state.tally.is_begun() { Tally::later(page)? } else { page? };
        state.tally.take(&page)?;
        match &page.next {
            Some(next) if state.marks.is_cycle(next) => {
                return Err(Error::malformed(&page.call, "the next page", "it was read before"));
            }
            Some(_) => {}
            None => state.tally.end(&page.call)?,
        }
        state.next = page.next;
        Ok(Some((page.items, state)))
    })
}

struct State<N, F> {
    next: Option<N>,
    tally: Tally,
    marks: Marks<N>,
    fetch: F,
}

/// Detects a cycle of pages by remembering one position (R. P. Brent's algorithm), at the latest after three
/// times the number of pages.
struct Marks<N> {
    mark: N,
    steps: u64,
    until: u64,
}

impl<N: Clone + PartialEq> Marks<N> {
    fn is_cycle(&mut self, next: &N) -> bool {
        if *next == self.mark {
            return true;
        }
        self.steps += 1;
        if self.steps == self.until {
            self.mark = next.clone();
            self.steps = 0;
            self.until = self.until.saturating_mul(2);
        }
        false
    }
}

/// All entries of all pages.
///
/// # Errors
///
/// Fails if one page fails.
pub async fn all<T>(pages: impl Stream<Item = Result<Vec<T>, Error>>) -> Result<Vec<T>, Error> {
    pages.try_concat().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Response;

    /// Reads scripted pages: the entries of page `index`, its next page and its total. Also returns the
    /// number of requests.
    async fn read(
        script: impl Fn(usize) -> (Vec<usize>, Option<usize>, Option<u64>),
    ) -> (Result<usize, String>, usize) {
        let mut asked = 0;
        let pages = pages(0, |index: usize| {
            asked += 1;
            let (items, next, total) = script(index);
            let response = Response::of(200, &[], &format!("{items:?}"));
            async move { Ok(Page::new(&response, items).next(next).total(total)) }
        });
        let result = all(pages).await;
        let result = result.map(|items| items.len()).map_err(|error| {
            let cause = std::error::Error::source(&error);
            cause.map_or_else(|| error.to_string(), ToString::to_string)
        });
        (result, asked)
    }

    /// Two pages of two and one.
    fn both(index: usize, totals: [Option<u64>; 2]) -> (Vec<usize>, Option<usize>, Option<u64>) {
        match index {
            0 => (vec![1, 2], Some(1), totals[0]),
            _ => (vec![3], None, totals[1]),
        }
    }

    #[tokio::test]
    async fn a_lost_page_is_an_error() {
        let lost = |read, total| {
            Err(format!("GET /: {read} entries were read, but the service reports {total}"))
        };
        for (totals, result) in [
            ([None, None], Ok(3)),
            ([Some(3), Some(3)], Ok(3)),
            // The list grew while it was read.
            ([Some(2), Some(2)], Ok(3)),
            ([Some(4), Some(4)], lost(3, 4)),
            // The largest total counts, whichever page has it.
            ([Some(240), Some(1)], lost(3, 240)),
            ([Some(1), Some(240)], lost(3, 240)),
            ([Some(240), None], lost(3, 240)),
            ([None, Some(u64::MAX)], lost(3, u64::MAX)),
        ] {
            assert_eq!(read(|index| both(index, totals)).await, (result, 2), "{totals:?}");
        }
    }

    fn no_such_page() -> Error {
        match Response::of(404, &[], "{}").refused("no such page") {
            Error::Refused { call, status, message } => Error::NotFound { call, status, message },
            error => error,
        }
    }

    #[tokio::test]
    async fn a_later_page_that_is_missing_does_not_mean_that_the_list_is() {
        let missing = |index| async move {
            match index {
                1 => Err(no_such_page()),
                _ => Ok(Page::new(&Response::of(200, &[], "[1]"), vec![1]).next(Some(1))),
            }
        };
        let error = all(pages(0, missing)).await.unwrap_err();
        assert!(matches!(error, Error::Malformed { .. }), "{error:?}");
        let error = all(pages(1, missing)).await.unwrap_err();
        assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
        let ahead = async |at: PageAt| match at.number {
            1 => Ok(Page::<_, u64>::new(&Response::of(200, &[], "[1]"), vec![1]).total(Some(2))),
            _ => Err(no_such_page()),
        };
        let error = all_ahead(2, ahead).await.unwrap_err();
        assert!(matches!(error, Error::Malformed { .. }), "{error:?}");
    }

    #[tokio::test]
    async fn a_list_that_does_not_end_is_an_error_within_a_bound() {
        for (name, script, most, why) in [
            (
                "its own next",
                Box::new(|index| (vec![index], Some(index), None)) as Box<dyn Fn(usize) -> _>,
                1,
                "it was read before",
            ),
            (
                "a cycle",
                Box::new(|index| (Vec::new(), Some(5 + (index + 1) % 7), None)),
                40,
                "it was read before",
            ),
            (
                "the same page whatever is asked for",
                Box::new(|index| (vec![1, 2], Some(index + 1), None)),
                2,
                "it was given before",
            ),
            (
                "nothing, again and again",
                Box::new(|index| (Vec::new(), Some(index + 1), None)),
                101,
                "many in a row have no entries",
            ),
            (
                "more and more than there are",
                Box::new(|index| (vec![index; 100], Some(index + 1), Some(200))),
                15,
                "the list has no end",
            ),
            (
                "more and more",
                Box::new(|index| (vec![index], Some(index + 1), None)),
                10_000,
                "the list has no end",
            ),
        ] {
            let (result, asked) = read(script).await;
            assert_eq!(result, Err(why.to_owned()), "{name}");
            assert!(asked <= most, "{name}: {asked}");
        }
    }

    #[test]
    fn the_next_page_is_found_in_each_style() {
        let response = |headers| Response::of(200, headers, "[]");
        let page = |items: usize| Page::<_, u64>::new(&response(&[]), vec![(); items]);
        for (page, next) in [
            (page(2).numbered(1, 3), Some(2)),
            (page(2).numbered(3, 3), None),
            (page(0).numbered(1, 0), None),
            (page(2).full_or_last(4, 2), Some(5)),
            (page(1).full_or_last(4, 2), None),
            (page(0).full_or_last(4, 0), None),
            (page(2).offset(0, 5), Some(2)),
            (page(1).offset(4, 5), None),
            // Missing entries are noticed at the end, not searched for forever.
            (page(0).offset(4, 5), None),
        ] {
            assert_eq!(page.next, next, "{page:?}");
        }
        let page = |cursor: Option<&str>| {
            Page::<(), String>::new(&response(&[]), Vec::new())
                .cursor(cursor.map(str::to_owned))
                .next
        };
        assert_eq!(
            (page(Some("a")), page(Some("")), page(None)),
            (Some("a".to_owned()), None, None)
        );
        let linked = Page::<(), _>::linked(&response(&[("link", "<?page=2>; rel=next")]), vec![]);
        assert_eq!(linked.next.unwrap(), "https://api.example.com/v2/zones?page=2");
    }
}
