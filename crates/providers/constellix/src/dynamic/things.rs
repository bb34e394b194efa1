//! The calls for what dynamic records need beside them: pools, geo filters, health checks.

use octodns_core::{ProviderError, ServiceErrorKind, async_trait};
use octodns_http::{Client, Error};
use octodns_kit::Json;
use octodns_kit::things::{Calls, Kind, Thing, Things};

use crate::records::id;

/// The calls for all of them. Names are ours alone.
#[derive(Debug)]
pub(crate) struct Named;

fn thing(body: Json) -> Option<Thing> {
    Some(Thing::new(id(&body)?, body))
}

#[async_trait]
impl Calls for Named {
    async fn list(client: &Client, path: &[&str], what: &str) -> Result<Vec<Thing>, Error> {
        let response = client.get(path).send().await?;
        let things: Vec<Json> = response.json()?;
        let things: Option<_> = things.into_iter().map(thing).collect();
        things.ok_or_else(|| response.malformed("id", &format!("a {what} has none")))
    }

    /// The API of the records answers with a list of what was created, that of the health checks with its address.
    async fn create(
        client: &Client,
        path: &[&str],
        body: &Json,
        what: &str,
    ) -> Result<Thing, Error> {
        let response = client.post(path).json(body).send().await?;
        if let Some(location) = response.header("location") {
            let id = location.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            return Ok(Thing::new(id, body.clone()));
        }
        let made = response.json::<Vec<Json>>()?.into_iter().next().and_then(thing);
        let why = || format!("the {what} that was created has no id");
        made.ok_or_else(|| response.malformed("id", &why()))
    }
}

/// The id of a thing as requests have it.
pub(crate) fn number(thing: &Thing) -> Option<u64> {
    thing.id.parse().ok()
}

/// The settings of the thing with an id, which a record has.
pub(crate) async fn body<K: Kind>(things: &Things<K>, id: u64) -> Result<Json, ProviderError> {
    for is_again in [false, true] {
        if is_again {
            // Others may have made it since.
            things.begin_run();
        }
        if let Some(thing) = things.find(|thing| number(thing) == Some(id)).await? {
            return Ok(thing.body);
        }
    }
    let why = format!("a record has {} {id}, which is missing", K::WHAT);
    Err(ProviderError::service(ServiceErrorKind::Malformed, why))
}
