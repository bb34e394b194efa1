//! The calls for zones and records.

use octodns_http::{Client, Error, Method, Page, Request, all, pages};
use octodns_kit::{Json, Zone};
use serde::de::DeserializeOwned;

use crate::items::text;

/// The message for a zone that does not exist. Other things that do not exist are errors.
pub(crate) const NO_ZONE: &str = "zone not found";

/// The message for a record that does not exist.
const NO_RECORD: &str = "record not found";

/// All entries of a list, whose pages are linked; `entries` are those of a page, or says what is wrong with it.
pub(crate) async fn list<P: DeserializeOwned, T: Send>(
    client: &Client,
    path: &[&str],
    entries: impl Fn(P) -> Result<Vec<T>, String> + Send + Sync,
) -> Result<Vec<T>, Error> {
    let entries = &entries;
    all(pages(String::new(), async |url: String| {
        let response = page(client, path, &url).send().await.map_err(|error| match error {
            // Only the first page says whether there is such a thing.
            Error::NotFound { call, message, .. } if !url.is_empty() => {
                Error::malformed(&call, "the next page", message)
            }
            error => error,
        })?;
        let found = entries(response.json()?);
        let found = found.map_err(|why| response.malformed("records", &why))?;
        Ok(Page::linked(&response, found))
    }))
    .await
}

/// The request for a page of a list, by the link to it; "" is the first. It is asked of the host that is known: the
/// service writes http for https in links, and does not know by which name it is reached.
fn page<'c>(client: &'c Client, path: &[&str], link: &str) -> Request<'c> {
    let url = client.base().join(link).ok().filter(|url| !link.is_empty() && url.query().is_some());
    let first = client.get(path);
    match url {
        Some(url) => {
            let query = url.query_pairs();
            query.fold(first, |request, (name, value)| request.query(&name, value))
        }
        None if link.is_empty() => first,
        None => client.follow(Method::GET, link),
    }
}

/// A record with all that the service knows of it; `None` if it does not exist.
pub(crate) async fn record(
    client: &Client,
    zone: &str,
    name: &str,
    of: &str,
) -> Result<Option<Json>, Error> {
    let name = name.trim_end_matches('.');
    let read = client.get(&["zones", zone, name, of]).read().await;
    match missing(read, NO_RECORD) {
        Err(error) => Ok(missing(Err(error), NO_ZONE)?),
        found => found,
    }
}

/// `None` for what does not exist, by these words of the service; any other error is one.
pub(crate) fn missing<T>(read: Result<T, Error>, words: &str) -> Result<Option<T>, Error> {
    match read {
        Err(Error::NotFound { message, .. }) if message.eq_ignore_ascii_case(words) => Ok(None),
        read => read.map(Some),
    }
}

/// Creates or changes a record.
pub(crate) async fn send(client: &Client, body: &Json, is_update: bool) -> Result<(), Error> {
    let path = ["zones", text(body, "zone"), text(body, "domain"), text(body, "type")];
    let request = if is_update {
        // All that is sent is replaced.
        client.post(&path).repeatable()
    } else {
        client.put(&path).once()
    };
    request.json(body).send_ok().await
}

/// Deletes a record; it is no error if that is gone already.
pub(crate) async fn delete(client: &Client, zone: Zone<'_>, existing: &Json) -> Result<(), Error> {
    let path = ["zones", zone.id, text(existing, "domain"), text(existing, "type")];
    client.delete(&path).send_ok_or_missing().await
}
