//! Traffic Directors: services beside the zones, which answer for the dynamic records and for those with a `geo`
//! section. What is done to them takes effect at once.

mod adapt;
mod director;
mod monitors;
mod work;

use octodns_core::{ApplyLog, PerRun, ProviderError, Record, ServiceErrorKind, ZoneName};
use octodns_http::{Client, Error, Method, optional};
use octodns_kit::sets::Progress;
use octodns_kit::{CompanionApi, Companions, Json, create_once, json};

use crate::api::{call, detail};
pub(crate) use adapt::{SUPPORT, adapt};
use director::{Director, field_of, text};
use monitors::Monitors;
use work::Work;

/// The Traffic Directors of an account.
#[derive(Debug)]
pub(crate) struct Directors {
    client: Client,
    /// As listed in this run.
    listed: PerRun<Vec<Json>>,
    monitor_calls: Monitors,
    monitors: Companions<Monitors>,
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
pub(crate) fn rows_of(set: &Json) -> Option<&Json> {
    match service_of(set) {
        Some(_) => set.get(PLAIN),
        None => Some(set),
    }
}

/// The Traffic Director of a set, if it has one.
pub(crate) fn director_of(set: &Json) -> Option<Director> {
    Some(Director::read(service_of(set)?, set["record_type"].as_str()?))
}

impl Directors {
    pub(crate) fn new(client: &Client) -> Self {
        let (listed, monitors) = (PerRun::default(), Companions::default());
        Self { client: client.clone(), listed, monitor_calls: Monitors(client.clone()), monitors }
    }

    pub(crate) fn begin_run(&self) {
        self.listed.forget();
        self.monitors.begin_run();
    }

    /// Adds the sets of Traffic Directors to those of a zone; they stand before rows of the same name and type.
    pub(crate) async fn add_to(&self, zone: &str, sets: &mut Vec<Json>) -> Result<(), Error> {
        let list = async {
            let listed = call(&self.client, Method::GET, &["DSF"], &detail()).await?;
            Ok::<_, Error>(listed.as_array().cloned().unwrap_or_default())
        };
        for service in self.listed.get_or_try_init(list).await?.iter() {
            let Some((name, of)) = self.name_and_type(service) else { continue };
            if !self.is_of(service, zone).await? {
                continue;
            }
            let director = Director::read(service, of);
            let mut set = json!({
                "fqdn": name, "record_type": of, "ttl": service["ttl"],
                "values": director.values(of), SERVICE: service,
            });
            let rows = sets.iter().position(|set| set["fqdn"] == name && set["record_type"] == of);
            if let Some(rows) = rows {
                set[PLAIN] = sets.remove(rows);
            }
            sets.push(set);
        }
        Ok(())
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
        let is_it = |nodes: &Json| text(&nodes[0]["zone"]).trim_end_matches('.') == zone;
        if !service["nodes"][0].is_null() {
            return Ok(is_it(&service["nodes"]));
        }
        let id = text(&service["service_id"]);
        Ok(is_it(&call(&self.client, Method::GET, &["DSFNode", &id], &json!({})).await?))
    }

    /// Whether the monitor of a record is missing or checks something else, or a failed change has left parts of its
    /// service, or rows beside it.
    pub(crate) async fn has_drifted(
        &self,
        zone: &ZoneName,
        record: &Record,
        set: &Json,
    ) -> Result<bool, ProviderError> {
        let Some(held) = director_of(set) else { return Ok(false) };
        let wanted = monitors::wanted(record, zone);
        let is_it = |monitor: &Json| Monitors::fits(monitor, &wanted);
        let monitor = self.monitors.item(&self.monitor_calls, is_it).await?;
        let monitor = monitor.filter(|monitor| Monitors::is_as_wanted(monitor, &wanted));
        let Some(monitor) = monitor else { return Ok(true) };
        let wanted = Director::wanted(record, Monitors::id(&monitor));
        let is_due = |wanted: &Director| Work::new(&held, wanted).count() > 0;
        Ok(wanted.is_some_and(|wanted| is_due(&wanted) || rows_of(set).is_some()))
    }

    /// Makes the service of a record what it is to be; `false` if the record needs none.
    pub(crate) async fn write(
        &self,
        (zone, record): (&ZoneName, &Record),
        existing: Option<&Json>,
        log: &ApplyLog<'_>,
        progress: &mut Progress,
    ) -> Result<bool, ProviderError> {
        if Director::wanted(record, "").is_none() {
            return Ok(false);
        }
        self.listed.forget();
        let monitor = monitors::wanted(record, zone);
        let ensured = self.monitors.ensure_as_wanted(&self.monitor_calls, &monitor, None, log);
        let (monitor, is_changed) = ensured.await?;
        if is_changed {
            progress.confirmed();
        }
        let of = record.record_type().as_str();
        let mut held = existing.and_then(director_of).unwrap_or_default();
        if !held.id.is_empty() {
            // Those that no ruleset leads to as well.
            let path = ["DSFResponsePool", &*held.id];
            for pool in items(&call(&self.client, Method::GET, &path, &detail()).await?) {
                held.add(pool, of);
            }
        }
        let Some(wanted) = Director::wanted(record, Monitors::id(&monitor)) else {
            return Ok(false);
        };
        let work = Work::new(&held, &wanted);
        progress.expect(work.count());
        self.make((zone, record), work, progress).await?;
        Ok(true)
    }

    /// Deletes the service of a set, if it has one, and then its monitor.
    pub(crate) async fn remove(
        &self,
        set: &Json,
        log: &ApplyLog<'_>,
        progress: &mut Progress,
    ) -> Result<(), ProviderError> {
        let Some(service) = service_of(set) else { return Ok(()) };
        self.listed.forget();
        progress.expect(2);
        self.delete(&["DSF", &text(&service["service_id"])], &json!({})).await?;
        progress.confirmed();
        let is_its = |monitor: &Json| monitor["label"] == service["label"];
        self.monitors.delete_unused(&self.monitor_calls, is_its, log).await?;
        progress.confirmed();
        Ok(())
    }

    /// Creates something once: after a lost answer, it is looked for in the list.
    async fn create(
        &self,
        path: &[&str],
        body: &Json,
        is_it: impl Fn(&Json) -> bool + Send + Sync,
    ) -> Result<Json, ProviderError> {
        let create = || async { Ok(call(&self.client, Method::POST, path, body).await?) };
        let find = || async {
            let listed = call(&self.client, Method::GET, path, &detail()).await?;
            Ok(items(&listed).find(|item| is_it(item)).cloned())
        };
        create_once(self.client.backoff(), create, find).await
    }

    /// Deletes something that may be gone already.
    async fn delete(&self, path: &[&str], body: &Json) -> Result<(), Error> {
        optional(call(&self.client, Method::DELETE, path, body).await).map(drop)
    }
}

/// The id of what was created or listed.
fn id_of(made: &Json, key: &str) -> Result<String, ProviderError> {
    Some(text(&made[key])).filter(|id| !id.is_empty()).ok_or_else(|| {
        let message = format!("what the service returned has no {key}");
        ProviderError::service(ServiceErrorKind::Malformed, message)
    })
}

fn items(json: &Json) -> impl Iterator<Item = &Json> {
    json.as_array().into_iter().flatten()
}
