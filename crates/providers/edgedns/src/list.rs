//! Lists, which the service gives on one page or on several.

use octodns_http::{Error, Page, Request, all, pages};
use octodns_kit::Json;
use serde::Deserialize;

/// Lists of record sets: where their entries are, and by what they are sorted.
pub(crate) const RECORD_SETS: [&str; 2] = ["recordsets", "name"];

/// All entries of a list: on one page, or page by page if the service does not do that.
pub(crate) async fn list<'c>(
    get: impl Fn() -> Request<'c>,
    [entries, sort]: [&str; 2],
) -> Result<Vec<Json>, Error> {
    #[derive(Deserialize)]
    struct Metadata {
        #[serde(rename = "totalElements")]
        total: u64,
    }

    all(pages((1_u64, 0_u64), async |(number, size)| {
        let request = match number {
            1 => get().query("showAll", true),
            _ => get().query("page", number).query("pageSize", size),
        };
        let response = request.query("sortBy", sort).send().await?;
        let mut body: Json = response.json()?;
        let Metadata { total } = Metadata::deserialize(&body["metadata"])
            .map_err(|error| response.malformed("metadata", &error.to_string()))?;
        let Json::Array(items) = body[entries].take() else {
            return Err(response.malformed(entries, "it is not a list"));
        };
        let size = if number == 1 { items.len() as u64 } else { size };
        let has_next = !items.is_empty() && number.saturating_mul(size) < total;
        let next = has_next.then(|| (number + 1, size));
        Ok(Page::new(&response, items).next(next).total(Some(total)))
    }))
    .await
}
