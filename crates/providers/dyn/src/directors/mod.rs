//! Traffic Directors: services beside the zones, which answer for the dynamic records and for those with a `geo`
//! section. What is done to them takes effect at once.

mod adapt;
mod change;
mod director;
mod monitor;
mod wanted;

use std::sync::{Arc, Mutex, PoisonError};

use octodns_core::{PerRun, Record, ZoneName};
use octodns_http::{Client, Error, Method, optional};
use octodns_kit::{Json, json};

use crate::api::{call, detail};
pub(crate) use adapt::adapt;
pub(crate) use director::Director;
use director::field_of;
use monitor::Monitors;
pub(crate) use wanted::Wanted;

/// The Traffic Directors of an account.
#[derive(Debug)]
pub(crate) struct Directors {
    client: Client,
    /// As listed in this run.
    listed: PerRun<Vec<Json>>,
    monitors: Monitors,
    /// Those that plain records have replaced, by zone: they go when the zone is published.
    replaced: Mutex<Vec<(String, Json)>>,
}

/// The key of the service in the set of a record with a Traffic Director.
const SERVICE: &str = "service";

/// The key of the rows that are there beside it.
const PLAIN: &str = "plain";

/// The label of the Traffic Director of a record, and of its monitor.
fn label(record: &Record, zone: &ZoneName) -> String {
    format!("{}:{}", record.fqdn(zone), record.record_type())
}

/// The service in a set, if there is one.
pub(crate) fn service_of(set: &Json) -> Option<&Json> {
    set.get(SERVICE)
}

/// The rows of a set: of one with a Traffic Director, those beside it.
pub(crate) fn plain_of(set: &Json) -> Option<&Json> {
    match service_of(set) {
        Some(_) => set.get(PLAIN),
        None => Some(set),
    }
}

impl Directors {
    pub(crate) fn new(client: Client) -> Self {
        let (listed, monitors) = (PerRun::default(), Monitors::default());
        Self { client, listed, monitors, replaced: Mutex::default() }
    }

    pub(crate) fn begin_run(&self) {
        self.listed.forget();
        self.monitors.begin_run();
    }

    /// Adds the sets of Traffic Directors to those of a zone; they stand before rows of the same name and type.
    pub(crate) async fn add_to(&self, zone: &str, sets: &mut Vec<Json>) -> Result<(), Error> {
        self.take_replaced(zone);
        for service in self.listed().await?.iter() {
            let Some((name, of)) = self.name_and_type(service) else { continue };
            if !self.is_of(service, zone).await? {
                continue;
            }
            let director = Director::read(service, of);
            let mut set = json!({
                "name": name, "type": of, "ttl": director.ttl, "values": director.values(),
                SERVICE: service,
            });
            let plain = sets.iter().position(|set| set["name"] == name && set["type"] == of);
            if let Some(plain) = plain {
                set[PLAIN] = sets.remove(plain);
            }
            sets.push(set);
        }
        Ok(())
    }

    async fn listed(&self) -> Result<Arc<Vec<Json>>, Error> {
        let list = async {
            let listed = call(&self.client, Method::GET, &["DSF"], &detail()).await?;
            Ok(listed.as_array().cloned().unwrap_or_default())
        };
        self.listed.get_or_try_init(list).await
    }

    /// The name and the type of a service, which its label has.
    fn name_and_type<'s>(&self, service: &'s Json) -> Option<(&'s str, &'s str)> {
        let label = service["label"].as_str().unwrap_or_default();
        let found = label
            .split_once(':')
            .filter(|(name, of)| name.ends_with('.') && field_of(of).is_some());
        if found.is_none() {
            let label = self.client.redact(label);
            tracing::warn!(target: "octodns", logger = "dyn", "unsupported Traffic Director {label:?}");
        }
        found.map(|(name, of)| (name.trim_end_matches('.'), of))
    }

    /// Whether a service is of a zone: that of its first node.
    async fn is_of(&self, service: &Json, zone: &str) -> Result<bool, Error> {
        let is_it = |nodes: &Json| {
            nodes[0]["zone"].as_str().is_some_and(|of| of.trim_end_matches('.') == zone)
        };
        if !service["nodes"][0].is_null() {
            return Ok(is_it(&service["nodes"]));
        }
        let id = service["service_id"].as_str().unwrap_or_default();
        Ok(is_it(&call(&self.client, Method::GET, &["DSFNode", id], &json!({})).await?))
    }

    /// Deletes a service, and its monitor.
    pub(crate) async fn remove(&self, service: &Json) -> Result<(), Error> {
        let id = service["service_id"].as_str().unwrap_or_default();
        self.listed.forget();
        delete(&self.client, &["DSF", id], &json!({})).await?;
        let label = service["label"].as_str().unwrap_or_default();
        self.monitors.delete(&self.client, label).await
    }

    /// A plain record replaces a service: the service goes when the record is published.
    pub(crate) fn replace(&self, zone: &str, service: &Json) {
        self.replaced().push((zone.to_owned(), service.clone()));
    }

    /// The services of a zone that were replaced.
    pub(crate) fn take_replaced(&self, zone: &str) -> Vec<Json> {
        let mut replaced = self.replaced();
        let (taken, left) = replaced.drain(..).partition(|(of, _)| of == zone);
        *replaced = left;
        let taken: Vec<(String, Json)> = taken;
        taken.into_iter().map(|(_, service)| service).collect()
    }

    fn replaced(&self) -> std::sync::MutexGuard<'_, Vec<(String, Json)>> {
        self.replaced.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Creates something once: after a lost answer, it is looked for in the list.
async fn create_once(
    client: &Client,
    path: &[&str],
    body: &Json,
    is_it: impl Fn(&Json) -> bool,
) -> Result<Json, Error> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        let lost = match call(client, Method::POST, path, body).await {
            Err(error @ Error::Indeterminate { .. }) => error,
            result => return result,
        };
        client.backoff().pause(attempt).await;
        let Ok(listed) = call(client, Method::GET, path, &detail()).await else {
            return Err(lost);
        };
        if let Some(found) = listed.as_array().into_iter().flatten().find(|item| is_it(item)) {
            return Ok(found.clone());
        }
        if attempt >= client.backoff().attempts() {
            return Err(lost);
        }
    }
}

/// Deletes something that may be gone already.
async fn delete(client: &Client, path: &[&str], body: &Json) -> Result<(), Error> {
    optional(call(client, Method::DELETE, path, body).await).map(drop)
}
