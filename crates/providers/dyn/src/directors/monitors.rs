//! Monitors: one for each record with a Traffic Director, found by its label.

use octodns_core::{ProviderError, Record, ZoneName, async_trait};
use octodns_http::{Backoff, Client, Method, optional};
use octodns_kit::{CompanionApi, Json, json};

use super::director::text;
use super::{id_of, label};
use crate::api::{call, detail};

/// Seconds until a check fails.
const TIMEOUT: u8 = 10;

/// What a check sends.
const HEADER: &str = "User-Agent: Dyn Monitor";

/// The monitor that a record needs, as it is sent.
pub(super) fn wanted(record: &Record, zone: &ZoneName) -> Json {
    let given = record.options();
    let protocol = given.healthcheck_protocol();
    let mut options = json!({"timeout": TIMEOUT});
    if let Some(port) = given.healthcheck_port() {
        options["port"] = port.into();
    }
    if protocol.starts_with("HTTP") {
        options["path"] = given.healthcheck_path().unwrap_or_default().into();
        options["host"] = given.healthcheck_host(&record.fqdn(zone)).unwrap_or_default().into();
        options["header"] = HEADER.into();
    }
    json!({
        "label": label(record, zone), "protocol": protocol, "response_count": 2,
        "probe_interval": 60, "retries": 2, "active": "Y", "options": options,
    })
}

/// What a monitor checks: texts, since the service may have numbers as such.
fn checked(monitor: &Json) -> [String; 4] {
    let options = ["host", "path", "port"].map(|key| text(&monitor["options"][key]));
    let [host, path, port] = options;
    [text(&monitor["protocol"]), host, path, port]
}

/// The calls for monitors.
#[derive(Debug)]
pub(super) struct Monitors(pub(super) Client);

#[async_trait]
impl CompanionApi for Monitors {
    const WHAT: &'static str = "monitor";
    type Item = Json;
    type Wanted = Json;

    fn id(monitor: &Json) -> &str {
        monitor["dsf_monitor_id"].as_str().unwrap_or_default()
    }

    fn fits(monitor: &Json, wanted: &Json) -> bool {
        monitor["label"] == wanted["label"]
    }

    fn is_as_wanted(monitor: &Json, wanted: &Json) -> bool {
        checked(monitor) == checked(wanted)
    }

    fn owner(wanted: &Json) -> String {
        wanted["label"].as_str().unwrap_or_default().to_owned()
    }

    async fn list(&self) -> Result<Vec<Json>, ProviderError> {
        let listed = call(&self.0, Method::GET, &["DSFMonitor"], &detail()).await?;
        let listed = listed.as_array().cloned().unwrap_or_default();
        for monitor in &listed {
            id_of(monitor, "dsf_monitor_id")?;
        }
        Ok(listed)
    }

    async fn create(&self, wanted: &Json) -> Result<Json, ProviderError> {
        let made = call(&self.0, Method::POST, &["DSFMonitor"], wanted).await?;
        id_of(&made, "dsf_monitor_id")?;
        Ok(made)
    }

    async fn update(&self, monitor: &Json, wanted: &Json) -> Result<Json, ProviderError> {
        let body = json!({"protocol": wanted["protocol"], "options": wanted["options"]});
        call(&self.0, Method::PUT, &["DSFMonitor", Self::id(monitor)], &body).await?;
        let mut changed = wanted.clone();
        changed["dsf_monitor_id"] = Self::id(monitor).into();
        Ok(changed)
    }

    async fn delete(&self, monitor: &Json) -> Result<(), ProviderError> {
        let path = ["DSFMonitor", Self::id(monitor)];
        let deleted = call(&self.0, Method::DELETE, &path, &json!({})).await;
        Ok(optional(deleted).map(drop)?)
    }

    fn backoff(&self) -> Option<&Backoff> {
        Some(self.0.backoff())
    }
}
