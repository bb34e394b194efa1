//! Lists, whose pages are alike in both APIs.

use octodns_http::{Error, Page, Request, all_ahead};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// How many pages are read at the same time.
const PAGES_AT_ONCE: usize = 4;

/// A page of a list.
#[derive(Debug, Deserialize)]
struct Listed<T> {
    #[serde(alias = "zones", alias = "rrsets")]
    items: Vec<T>,
    meta: Meta,
}

#[derive(Debug, Deserialize)]
struct Meta {
    pagination: Pagination,
}

/// The next page may be null, 0 or the page itself on the last one.
#[derive(Debug, Deserialize)]
struct Pagination {
    next_page: Option<u64>,
    total_entries: Option<u64>,
}

/// All entries of a list.
pub(crate) async fn list<'c, T: DeserializeOwned>(
    get: impl Fn() -> Request<'c>,
) -> Result<Vec<T>, Error> {
    all_ahead(PAGES_AT_ONCE, async |at| {
        let response = get().query("page", at.number).send().await?;
        let Listed { items, meta: Meta { pagination } } = response.json()?;
        let next = pagination.next_page.filter(|next| *next > at.number);
        Ok(Page::new(&response, items).next(next).total(pagination.total_entries))
    })
    .await
}
