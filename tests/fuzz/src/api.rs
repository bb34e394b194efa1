//! The JSON of an API: rows of DigitalOcean, read from and written to a service in memory with the same
//! facts.
//!
//! An input is a JSON array of two lists of rows: those of the service, and the desired ones.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::checks::{check_yaml_keeps, differences};
use crate::engine::{ZONE, block_on, context, converge, zone_name};
use crate::target::Target;
use octodns_core::engine::read_target;
use octodns_core::registry::{BuildError, NoOptions};
use octodns_core::{Zone as Records, async_trait};
use octodns_digitalocean::DigitalOcean;
use octodns_kit::http::{Client, Error};
use octodns_kit::rows::{RowApi, Rows};
use octodns_kit::{Api, Connector, Fields, Json, ListedZone, Only, Provided, Service, Zone};

pub(crate) const TARGET: Target = Target { name: "api", run };

fn run(bytes: &[u8]) {
    let Ok([held, desired]) = serde_json::from_slice::<[Vec<Json>; 2]>(bytes) else { return };
    let Some(desired) = read(&Memory::new(desired)) else { return };
    check_yaml_keeps(&desired);
    let memory = Memory::new(held);
    if read(&memory).is_none() {
        return;
    }
    let foreign = memory.foreign();
    if let Some(held) = converge(Arc::new(memory.provider()), &desired) {
        let changes = differences(&held, &desired);
        let changes: Vec<_> = changes.iter().filter(|change| !is_left_alone(change)).collect();
        assert!(changes.is_empty(), "{changes:?}");
    }
    assert_eq!(memory.foreign(), foreign, "rows of other types are nobody's to change");
}

/// The service manages the name servers of the apex, unless some are desired.
fn is_left_alone(change: &octodns_core::Change) -> bool {
    let record = change.record();
    record.name().is_apex() && record.record_type() == octodns_core::RecordType::NS
}

fn read(memory: &Memory) -> Option<Records> {
    let empty = Records::new(zone_name());
    let read = block_on(read_target(empty, &memory.provider(), context(true)));
    read.ok().map(|read| read.zone)
}

/// A service that stores rows like DigitalOcean.
#[derive(Clone)]
struct Memory {
    rows: Arc<Mutex<Vec<Json>>>,
    client: Client,
}

impl Memory {
    /// A service with these rows; each gets a unique id.
    fn new(mut rows: Vec<Json>) -> Self {
        for (id, row) in rows.iter_mut().enumerate() {
            if let Some(held) = row.get_mut("id").filter(|id| !id.is_null()) {
                *held = id.into();
            }
        }
        let client = Client::builder("fuzz", "http://127.0.0.1").build().expect("a client");
        Self { rows: Arc::new(Mutex::new(rows)), client }
    }

    fn provider(&self) -> Provided<Rows<Self>> {
        Provided::new("fuzz", self.clone())
    }

    fn rows(&self) -> MutexGuard<'_, Vec<Json>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rows of types that the provider does not support.
    fn foreign(&self) -> Vec<Json> {
        let known = ["A", "AAAA", "CAA", "CNAME", "MX", "NS", "SRV", "TXT"];
        let is_foreign = |row: &&Json| !row["type"].as_str().is_some_and(|of| known.contains(&of));
        self.rows().iter().filter(is_foreign).cloned().collect()
    }
}

/// A row as the service returns it: names in values without their dot, the zone's own name as `@`.
fn served(mut row: Json, id: u64) -> Json {
    row["id"] = id.into();
    if ["CNAME", "MX", "NS", "SRV"].iter().any(|of| row["type"] == *of)
        && let Some(target) = row["data"].as_str()
    {
        row["data"] = match target {
            ZONE => "@".into(),
            "." => ".".into(),
            _ => target.strip_suffix('.').unwrap_or(target).into(),
        };
    }
    row
}

fn is_called(row: &Json, id: &str) -> bool {
    row["id"].as_u64().is_some_and(|held| held.to_string() == id)
}

#[async_trait]
impl Api for Memory {
    const SERVICE: Service = DigitalOcean::SERVICE;
    type Options = NoOptions;

    fn connect(_: NoOptions, _: &Connector<'_>) -> Result<Self, BuildError> {
        Ok(Self::new(Vec::new()))
    }

    fn client(&self) -> &Client {
        &self.client
    }

    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        Ok(vec![ListedZone::named(ZONE)])
    }
}

#[async_trait]
impl RowApi for Memory {
    const FIELDS: Fields = DigitalOcean::FIELDS;

    async fn rows(&self, _: Zone<'_>, _: Option<Only<'_>>) -> Result<Option<Vec<Json>>, Error> {
        Ok(Some(self.rows().clone()))
    }

    async fn create(&self, _: Zone<'_>, row: &Json) -> Result<(), Error> {
        let mut rows = self.rows();
        let ids = rows.iter().filter_map(|row| row["id"].as_u64());
        let id = ids.max().unwrap_or_default() + 1;
        rows.push(served(row.clone(), id));
        Ok(())
    }

    async fn update(&self, _: Zone<'_>, id: &str, row: &Json) -> Result<(), Error> {
        for held in self.rows().iter_mut().filter(|held| is_called(held, id)) {
            let id = held["id"].as_u64().unwrap_or_default();
            *held = served(row.clone(), id);
        }
        Ok(())
    }

    async fn delete(&self, _: Zone<'_>, id: &str) -> Result<(), Error> {
        self.rows().retain(|held| !is_called(held, id));
        Ok(())
    }
}
