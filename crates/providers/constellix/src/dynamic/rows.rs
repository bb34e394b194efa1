//! The records at the service that a dynamic record is, and the calls that change them.

use octodns_core::{ProviderError, async_trait};
use octodns_kit::{Call, Json, Observed, Zone};

use super::{Beside, canonical};
use crate::records::{VALUES, absolute, has_pools, id, text, values};

/// A call for one record at the service.
#[derive(Debug)]
pub(super) enum Change {
    Create(Json),
    Update(String, Json),
    Delete(String),
}

/// The id of the geo filter that a request asks for.
fn asked_filter(body: &Json) -> &Json {
    &body["geolocation"]["geoipUserRegion"][0]
}

/// Whether a record is in the place of a request: its pools, or its values, for the same part of the world.
fn is_at(row: &Json, body: &Json) -> bool {
    has_pools(row) == has_pools(body) && row["geolocation"]["geoipFilter"] == *asked_filter(body)
}

/// Whether a record is as a request wants it.
pub(super) fn says(row: &Json, body: &Json, zone: Zone<'_>) -> bool {
    let texts = |values: &Json| {
        let values = values.as_array().into_iter().flatten().map(|value| text(value, "value"));
        let mut texts: Vec<_> = match text(row, "type") {
            "CNAME" => values.map(|name| canonical(&absolute(name, zone.name))).collect(),
            _ => values.map(canonical).collect(),
        };
        texts.sort();
        texts
    };
    let content = if has_pools(body) {
        row["pools"] == body["pools"] && row["note"] == body["note"]
    } else {
        let sent = match body.get("host") {
            Some(host) => vec![canonical(host.as_str().unwrap_or_default())],
            None => texts(&body[VALUES]),
        };
        texts(&values(row, zone.name).unwrap_or_default()) == sent
    };
    is_at(row, body) && row["ttl"] == body["ttl"] && content
}

/// A change of a record on its way to the service.
pub(super) struct RowCall<'c> {
    pub(super) beside: &'c Beside,
    pub(super) zone: Zone<'c>,
    pub(super) name: &'c str,
    pub(super) of: &'c str,
    pub(super) change: Change,
}

#[async_trait]
impl Call for RowCall<'_> {
    async fn send(&self) -> Result<(), ProviderError> {
        let client = &self.beside.client;
        let path = ["domains", self.zone.id, "records", self.of];
        let path_of = |id| [path[0], path[1], path[2], path[3], id];
        Ok(match &self.change {
            Change::Create(body) => client.post(&path).json(body).send_ok().await,
            Change::Update(id, body) => client.put(&path_of(id)).json(body).send_ok().await,
            Change::Delete(id) => client.delete(&path_of(id)).send_ok_or_missing().await,
        }?)
    }

    async fn look_up(&self) -> Result<Observed, ProviderError> {
        let path = ["domains", self.zone.id, "records"];
        let rows: Vec<Json> = self.beside.client.get(&path).read().await?;
        let mut rows = rows.iter().filter(|row| row["name"] == self.name && row["type"] == self.of);
        let is_done = match &self.change {
            Change::Create(body) => rows.any(|row| is_at(row, body)),
            Change::Update(of, body) => {
                rows.any(|row| id(row).as_ref() == Some(of) && says(row, body, self.zone))
            }
            Change::Delete(of) => !rows.any(|row| id(row).as_ref() == Some(of)),
        };
        Ok(if is_done { Observed::Desired } else { Observed::Existing })
    }
}
