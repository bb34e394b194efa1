//! What dynamic records need beside them: monitors, notify lists, a data source and its feeds.

use octodns_core::async_trait;
use octodns_http::{Client, Error};
use octodns_kit::Json;
use octodns_kit::things::{Calls, Kind, Thing};

use super::monitor::{Owner, is_for, is_same};
use crate::calls::list;
use crate::items::text;

#[derive(Debug)]
pub(super) struct Source;

impl Kind for Source {
    type Calls = Jobs;
    const WHAT: &'static str = "data source";
}

#[derive(Debug)]
pub(super) struct NotifyList;

impl Kind for NotifyList {
    type Calls = Jobs;
    const WHAT: &'static str = "notify list";
}

#[derive(Debug)]
pub(super) struct Monitor;

impl Kind for Monitor {
    type Calls = Jobs;
    const WHAT: &'static str = "monitor";

    /// The type of a job cannot be changed.
    fn fits(thing: &Json, wanted: &Json) -> bool {
        thing["job_type"] == wanted["job_type"]
            && Owner::of(thing) == Owner::of(wanted)
            && is_for(thing, wanted)
    }

    fn is_as_wanted(thing: &Json, wanted: &Json) -> bool {
        has_list(thing) && is_same(thing, wanted)
    }
}

/// Whether a monitor notifies anybody.
pub(super) fn has_list(monitor: &Json) -> bool {
    !text(monitor, "notify_list").is_empty()
}

#[derive(Debug)]
pub(super) struct Feed;

impl Kind for Feed {
    type Calls = Jobs;
    const WHAT: &'static str = "data feed";

    fn fits(thing: &Json, wanted: &Json) -> bool {
        thing["config"]["jobid"] == wanted["config"]["jobid"]
    }
}

/// The calls for all of them.
#[derive(Debug)]
pub(super) struct Jobs;

fn thing(body: Json) -> Option<Thing> {
    let id = text(&body, "id").to_owned();
    (!id.is_empty()).then(|| Thing::new(id, body))
}

#[async_trait]
impl Calls for Jobs {
    async fn list(client: &Client, path: &[&str], what: &str) -> Result<Vec<Thing>, Error> {
        list(client, path, |things: Vec<Json>| {
            let things: Option<Vec<_>> = things.into_iter().map(thing).collect();
            things.ok_or_else(|| format!("a {what} has no id"))
        })
        .await
    }

    async fn create(client: &Client, path: &[&str], body: &Json, _: &str) -> Result<Thing, Error> {
        let response = client.put(path).json(body).once().send().await?;
        let made = thing(response.json()?);
        made.ok_or_else(|| response.malformed("id", "what was created has none"))
    }

    /// All that is sent is replaced.
    async fn change(client: &Client, path: &[&str], change: &Json) -> Result<(), Error> {
        client.post(path).json(change).repeatable().send_ok().await
    }
}
