//! Reads pages concurrently, once their number is known.

use std::future::Future;

use futures::stream::{self, StreamExt};

use super::Page;
use super::tally::{MAX_PAGES, Tally};
use crate::{Call, Error};

/// This many empty pages in a row are the end of the list, whatever the total says.
const MAX_EMPTY_AHEAD: u64 = 5;

/// The page to fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageAt {
    /// Its number, counted from 1.
    pub number: u64,
    /// The number of entries before it, from the size of the first page.
    pub offset: u64,
}

/// All entries of a list whose first page contains the number of entries or pages: the other pages are read
/// `at_once` at a time, within the limits of the client. The entries are in the order of the service. If the
/// first page has no total, the pages are read one after the other.
///
/// ```
/// use octodns_http::{Client, Error, Page, all_ahead};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Zones {
///     zones: Vec<String>,
///     total_amount: u64,
/// }
///
/// # async fn read(client: &Client) -> Result<(), Error> {
/// let zones: Vec<String> = all_ahead(8, async |at| {
///     let request = client.get(&["zones"]).query("limit", 1000).query("offset", at.offset);
///     let response = request.send().await?;
///     let Zones { zones, total_amount } = response.json()?;
///     Ok(Page::new(&response, zones).offset(at.offset, total_amount))
/// })
/// .await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Fails if one page fails, and like [`pages`](super::pages) if the list is inconsistent.
pub async fn all_ahead<T, N, F, R>(at_once: usize, fetch: F) -> Result<Vec<T>, Error>
where
    F: Fn(PageAt) -> R,
    R: Future<Output = Result<Page<T, N>, Error>>,
{
    let mut tally = Tally::default();
    let first = fetch(PageAt { number: 1, offset: 0 }).await?;
    tally.take(&first)?;
    let size = first.items.len() as u64;
    let by_total = first.total.filter(|_| size > 0).map(|total| total.div_ceil(size));
    let count = first.pages.or(by_total).unwrap_or(1);
    if count > MAX_PAGES {
        return Err(Error::malformed(&first.call, "the number of pages", "there are too many"));
    }
    let mut last = Last::of(&first);
    let mut items = first.items;
    let rest = (2..=count).map(|number| PageAt { number, offset: (number - 1) * size });
    let mut rest = stream::iter(rest).map(&fetch).buffered(at_once.max(1));
    while let Some(page) = rest.next().await {
        let page = Tally::later(page)?;
        tally.take(&page)?;
        last = Last::of(&page);
        items.extend(page.items);
        if tally.empty >= MAX_EMPTY_AHEAD {
            // The total is far too large: the following pages are empty too.
            break;
        }
    }
    drop(rest);
    // The list has grown, or its first page had no total.
    let mut number = count.max(1);
    while last.has_next || (tally.read < tally.total && !last.is_empty) {
        number += 1;
        let page = Tally::later(fetch(PageAt { number, offset: tally.read }).await)?;
        tally.take(&page)?;
        last = Last::of(&page);
        items.extend(page.items);
    }
    tally.end(&last.call)?;
    Ok(items)
}

/// What the last page says about following pages.
struct Last {
    has_next: bool,
    is_empty: bool,
    call: Call,
}

impl Last {
    fn of<T, N>(page: &Page<T, N>) -> Self {
        let (has_next, is_empty) = (page.next.is_some(), page.items.is_empty());
        Self { has_next, is_empty, call: page.call.clone() }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use super::*;
    use crate::Response;

    /// Reads a list of numbers from 0, in pages of 10: `total` is the total on each page, `there` the real
    /// number.
    async fn read(there: u64, total: impl Fn(u64) -> Option<u64>) -> (Result<u64, String>, Seen) {
        let seen = Mutex::new(Seen::default());
        let result = all_ahead(4, async |at: PageAt| {
            {
                let mut seen = seen.lock().unwrap();
                seen.requests += 1;
                seen.now += 1;
                seen.most = seen.most.max(seen.now);
            }
            // Later pages arrive earlier.
            tokio::time::sleep(Duration::from_millis(1000 / at.number)).await;
            seen.lock().unwrap().now -= 1;
            let items: Vec<u64> = (at.offset..there.min(at.offset + 10)).collect();
            let response = Response::of(200, &[], &format!("{items:?}"));
            let has_next = at.offset + 10 < there;
            let page = Page::new(&response, items).total(total(at.number));
            Ok(page.next(has_next.then_some(at.number + 1)))
        })
        .await;
        let result = result.map_err(|error| error.to_string()).map(|items| {
            assert!(items.iter().copied().eq(0..items.len() as u64), "{items:?}");
            items.len() as u64
        });
        (result, seen.into_inner().unwrap())
    }

    #[derive(Clone, Copy, Debug, Default, PartialEq)]
    struct Seen {
        requests: u64,
        now: u64,
        most: u64,
    }

    #[tokio::test(start_paused = true)]
    async fn pages_are_read_concurrently_and_kept_in_order() {
        let lost = |read, total| {
            Err(format!("GET /: {read} entries were read, but the service reports {total}"))
        };
        for (there, totals, result, requests, most) in [
            (95, [95, 95], Ok(95), 10, 4),
            (0, [0, 0], Ok(0), 1, 1),
            (10, [10, 10], Ok(10), 1, 1),
            // The list grew while it was read.
            (101, [100, 101], Ok(101), 11, 4),
            (25, [10, 25], Ok(25), 3, 1),
            // A page is lost; the largest total of any page counts.
            (50, [60, 60], lost(50, 60), 6, 4),
            (54, [54, 240], lost(54, 240), 7, 4),
            (54, [240, 54], lost(54, 240), 15, 4),
        ] {
            let (read, seen) = read(there, |page| Some(totals[usize::from(page > 1)])).await;
            assert_eq!(read, result, "{there} {totals:?}");
            assert!(seen.requests <= requests, "{there} {totals:?}: {seen:?}");
            assert_eq!(seen.most, most, "{there} {totals:?}");
        }
        // No total: one page after the other.
        assert_eq!(read(35, |_| None).await, (Ok(35), Seen { requests: 4, now: 0, most: 1 }));
        let (absurd, seen) = read(35, |_| Some(u64::MAX)).await;
        assert!(absurd.unwrap_err().contains("the number of pages"));
        assert_eq!(seen.requests, 1);
    }
}
