//! Monitors: one for each record with a Traffic Director, found by its label.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use octodns_core::{ApplyLog, PerRun, ProviderError, Record, ZoneName};
use octodns_http::{Client, Error, Method};
use octodns_kit::{Json, json};

use super::{create_once, label};
use crate::api::{call, detail};

/// Seconds until a check fails.
const TIMEOUT: i64 = 10;

/// What a check sends.
const HEADER: &str = "User-Agent: Dyn Monitor";

/// A monitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Monitor {
    pub(crate) id: String,
    pub(crate) label: String,
    protocol: String,
    host: String,
    path: String,
    port: Option<i64>,
}

impl Monitor {
    /// What a record needs; it has no id yet.
    pub(crate) fn wanted(record: &Record, zone: &ZoneName) -> Self {
        let options = record.options();
        let protocol = options.healthcheck_protocol().to_owned();
        let is_http = protocol.starts_with("HTTP");
        let host = options.healthcheck_host(&record.fqdn(zone)).filter(|_| is_http);
        let path = options.healthcheck_path().filter(|_| is_http);
        Self {
            id: String::new(),
            label: label(record, zone),
            protocol,
            host: host.unwrap_or_default(),
            path: path.unwrap_or_default().to_owned(),
            port: options.healthcheck_port(),
        }
    }

    fn read(monitor: &Json) -> Self {
        let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
        let options = &monitor["options"];
        let port = &options["port"];
        Self {
            id: text(&monitor["dsf_monitor_id"]),
            label: text(&monitor["label"]),
            protocol: text(&monitor["protocol"]),
            host: text(&options["host"]),
            path: text(&options["path"]),
            port: port.as_i64().or_else(|| port.as_str()?.parse().ok()),
        }
    }

    /// Whether it checks what another one is to check.
    pub(crate) fn checks_as(&self, wanted: &Self) -> bool {
        *self == Self { id: self.id.clone(), ..wanted.clone() }
    }

    fn options(&self) -> Json {
        let mut options = json!({"timeout": TIMEOUT});
        if let Some(port) = self.port {
            options["port"] = port.into();
        }
        if self.protocol.starts_with("HTTP") {
            options["path"] = (&*self.path).into();
            options["host"] = (&*self.host).into();
            options["header"] = HEADER.into();
        }
        options
    }
}

/// The monitors of an account, listed once in a run.
#[derive(Debug, Default)]
pub(crate) struct Monitors(PerRun<Mutex<Vec<Monitor>>>);

impl Monitors {
    pub(crate) fn begin_run(&self) {
        self.0.forget();
    }

    /// The monitor with a label.
    pub(crate) async fn find(
        &self,
        client: &Client,
        label: &str,
    ) -> Result<Option<Monitor>, Error> {
        let known = self.known(client).await?;
        let found = lock(&known).iter().find(|monitor| monitor.label == label).cloned();
        Ok(found)
    }

    /// The monitor that a record needs, which is created or changed if it is not as it should be.
    pub(crate) async fn ensure(
        &self,
        client: &Client,
        wanted: Monitor,
        log: &ApplyLog<'_>,
    ) -> Result<String, ProviderError> {
        let found = self.find(client, &wanted.label).await?;
        let monitor = match found {
            Some(found) if found.checks_as(&wanted) => return Ok(found.id),
            Some(found) => {
                let body = json!({"protocol": wanted.protocol, "options": wanted.options()});
                let path = ["DSFMonitor", &*found.id];
                let step = format!("change the monitor {}", wanted.label);
                log.in_step(&step, call(client, Method::PUT, &path, &body)).await?;
                Monitor { id: found.id.clone(), ..wanted }
            }
            None => {
                let body = json!({
                    "label": wanted.label, "protocol": wanted.protocol, "response_count": 2,
                    "probe_interval": 60, "retries": 2, "active": "Y", "options": wanted.options(),
                });
                let is_it = |monitor: &Json| monitor["label"] == *wanted.label;
                let create = create_once(client, &["DSFMonitor"], &body, is_it);
                let step = format!("create the monitor {}", wanted.label);
                Monitor { id: Monitor::read(&log.in_step(&step, create).await?).id, ..wanted }
            }
        };
        let known = self.known(client).await?;
        lock(&known).retain(|known| known.id != monitor.id);
        lock(&known).push(monitor.clone());
        Ok(monitor.id)
    }

    /// Deletes the monitor with a label.
    pub(crate) async fn delete(&self, client: &Client, label: &str) -> Result<(), Error> {
        let Some(monitor) = self.find(client, label).await? else { return Ok(()) };
        let path = ["DSFMonitor", &*monitor.id];
        super::delete(client, &path, &json!({})).await?;
        let known = self.known(client).await?;
        lock(&known).retain(|known| known.id != monitor.id);
        Ok(())
    }

    async fn known(&self, client: &Client) -> Result<Arc<Mutex<Vec<Monitor>>>, Error> {
        let list = async {
            let listed = call(client, Method::GET, &["DSFMonitor"], &detail()).await?;
            let listed = listed.as_array().into_iter().flatten().map(Monitor::read);
            Ok(Mutex::new(listed.collect()))
        };
        self.0.get_or_try_init(list).await
    }
}

fn lock(known: &Mutex<Vec<Monitor>>) -> MutexGuard<'_, Vec<Monitor>> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}
