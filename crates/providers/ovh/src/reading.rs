//! Reads rows: a list of ids, then each row.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, TryStreamExt, stream};
use octodns_http::{Client, Error, Method};
use octodns_kit::{Json, Only};

use crate::batches::Batches;

/// How often a list is read again because rows in it disappeared.
const LISTINGS: u32 = 4;

/// The most rows that wait for the client, which has limits of its own.
const AT_ONCE: usize = 64;

/// The message of a zone that does not exist. Other things that do not exist are errors.
const NO_ZONE: &str = "This service does not exist";

/// All rows of a zone in the order of its list, or those of `only` and others; `None` if there is no such zone.
pub(crate) async fn rows(
    client: &Client,
    batches: &Batches,
    zone: &str,
    only: Option<Only<'_>>,
) -> Result<Option<Vec<Json>>, Error> {
    let mut read = BTreeMap::new();
    let mut listing = 1;
    loop {
        let Some(ids) = list(client, zone, only).await? else { return Ok(None) };
        let missing: BTreeSet<_> =
            ids.iter().copied().filter(|id| !read.contains_key(id)).collect();
        let missing: Vec<_> = missing.into_iter().collect();
        let mut found = batches.read(client, zone, &missing).await?;
        let alone = missing.into_iter().filter(|id| !found.contains_key(id)).collect::<Vec<_>>();
        let alone =
            stream::iter(alone).map(|id| async move { Ok((id, row(client, zone, id).await?)) });
        let alone: Vec<(u64, Option<Json>)> = alone.buffer_unordered(AT_ONCE).try_collect().await?;
        let gone = alone.iter().find(|(_, row)| row.is_none()).map(|(id, _)| *id);
        found.extend(alone.into_iter().filter_map(|(id, row)| Some((id, row?))));
        read.extend(found);
        let Some(gone) = gone else {
            // A row that is listed twice is one row.
            return Ok(Some(ids.iter().filter_map(|id| read.remove(id)).collect()));
        };
        // Somebody deleted it since it was listed: then it is not in the next list.
        if listing == LISTINGS {
            let call = octodns_http::Call::new(Method::GET, format!("/domain/zone/{zone}/record"));
            let why = "the service lists it, and says that it does not exist";
            return Err(Error::malformed(&call, format!("record {gone}"), why));
        }
        client.backoff().pause(listing).await;
        listing += 1;
    }
}

/// The ids of the rows of a zone; `None` if there is no such zone.
async fn list(
    client: &Client,
    zone: &str,
    only: Option<Only<'_>>,
) -> Result<Option<Vec<u64>>, Error> {
    let mut request = client.get(&["domain", "zone", zone, "record"]);
    if let Some(Only { name, record_type, .. }) = only {
        // Both are patterns, so that other rows may come as well. Keys of DKIM are TXT with another type.
        request = request.query("subDomain", name);
        if record_type != "TXT" {
            request = request.query("fieldType", record_type);
        }
    }
    match request.read().await {
        Err(Error::NotFound { message, .. }) if message == NO_ZONE => Ok(None),
        listed => listed.map(Some),
    }
}

/// A row; `None` if it does not exist.
async fn row(client: &Client, zone: &str, id: u64) -> Result<Option<Json>, Error> {
    let text = id.to_string();
    match client.get(&["domain", "zone", zone, "record", &text]).send().await {
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
        Ok(response) => {
            let row: Json = response.json()?;
            match row.get("id").and_then(Json::as_u64) {
                Some(other) if other == id => Ok(Some(row)),
                _ => Err(response.malformed("its id", "it is another record, or none")),
            }
        }
    }
}
