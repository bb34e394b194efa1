//! A source, a processor and a provider of a program's own, named by their classes in a config given as text.

#![expect(clippy::print_stdout, reason = "a program of its own")]

use std::collections::BTreeMap;
use std::error::Error;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use octodns::{Manager, ManagerOptions, SyncOptions};
use octodns_core::processor::Stage;
use octodns_core::registry::{BuildError, Host, NoOptions};
use octodns_core::{
    ApplyLog, Capabilities, Plan, Processor, Provider, ProviderError, Record, RecordData,
    RecordName, Source, Zone, ZoneName, ZoneRead, ZoneRequest, async_trait,
};
use schemars::JsonSchema;
use serde::Deserialize;

const CONFIG: &str = "
providers:
  inventory:
    class: example.Inventory
    hosts: {mail: 192.0.2.25, www: 192.0.2.80}
  table:
    class: example.Table
processors:
  ttl:
    class: example.MinimumTtl
    seconds: 600
zones:
  example.com.:
    sources: [inventory]
    processors: [ttl]
    targets: [table]
";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let rows = Rows::default();
    let shared = Arc::clone(&rows);
    let mut registry = octodns::registry(None, Host::default());
    let version = env!("CARGO_PKG_VERSION");
    registry.source("example.Inventory", &[], version, |id, options: InventoryOptions| {
        Ok::<_, BuildError>(Inventory { id: id.to_owned(), hosts: options.hosts })
    });
    registry.processor("example.MinimumTtl", &[], version, |id, options: MinimumTtlOptions| {
        Ok::<_, BuildError>(MinimumTtl { id: id.to_owned(), seconds: options.seconds })
    });
    registry.provider("example.Table", &[], version, move |id, _: NoOptions| {
        Ok::<_, BuildError>(Table { id: id.to_owned(), rows: Arc::clone(&shared) })
    });

    let options = ManagerOptions::new(registry);
    let manager = Manager::from_config_text(Path::new("config.yaml"), CONFIG, &options)?;
    let result = Arc::new(manager).sync(&SyncOptions::applying()).await?;
    println!("{} changes", result.planned);
    for ((_, name), (ttl, addresses)) in &*rows.lock().unwrap_or_else(PoisonError::into_inner) {
        println!("{name} {ttl} A {addresses:?}");
    }
    Ok(())
}

/// The hosts of a zone, as the options have them.
struct Inventory {
    id: String,
    hosts: BTreeMap<String, Ipv4Addr>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct InventoryOptions {
    /// The address of each host.
    hosts: BTreeMap<String, Ipv4Addr>,
}

#[async_trait]
impl Source for Inventory {
    fn id(&self) -> &str {
        &self.id
    }

    fn class_name(&self) -> &'static str {
        "Inventory"
    }

    fn capabilities(&self) -> &Capabilities {
        &Capabilities::EVERYTHING
    }

    async fn read(&self, _: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        let mut read = ZoneRead::default();
        for (host, address) in &self.hosts {
            let name = RecordName::new(host)
                .map_err(|error| ProviderError::failed(format!("{host}: {error}")))?;
            let record = Record::new(name, 60, RecordData::A(vec![*address]));
            read.records.push(Arc::new(record));
        }
        Ok(Some(read))
    }
}

/// Raises the TTL of every record to a minimum.
struct MinimumTtl {
    id: String,
    seconds: i64,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MinimumTtlOptions {
    /// The least TTL, in seconds.
    seconds: i64,
}

#[async_trait]
impl Processor for MinimumTtl {
    fn id(&self) -> &str {
        &self.id
    }

    async fn source_zone(
        &self,
        desired: &mut Zone,
        _: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        let low: Vec<_> = desired.records().filter(|record| record.ttl() < self.seconds).collect();
        let raised: Vec<_> =
            low.into_iter().map(|record| Record::clone(record).with_ttl(self.seconds)).collect();
        for record in raised {
            desired.set(record);
        }
        Ok(())
    }
}

/// TTL and addresses by zone and name.
type Rows = Arc<Mutex<BTreeMap<(ZoneName, String), (i64, Vec<Ipv4Addr>)>>>;

/// A table with a row for each A record.
struct Table {
    id: String,
    rows: Rows,
}

#[async_trait]
impl Source for Table {
    fn id(&self) -> &str {
        &self.id
    }

    fn class_name(&self) -> &'static str {
        "Table"
    }

    fn capabilities(&self) -> &Capabilities {
        const { &Capabilities::of(&[octodns_core::RecordType::A]) }
    }

    async fn read(&self, zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        let mut read = ZoneRead::default();
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        for ((_, name), (ttl, addresses)) in rows.iter().filter(|((of, _), _)| of == zone.name) {
            let name = RecordName::new(name)
                .map_err(|error| ProviderError::failed(format!("{name}: {error}")))?;
            let record = Record::new(name, *ttl, RecordData::A(addresses.clone()));
            read.records.push(Arc::new(record));
        }
        Ok(Some(read))
    }
}

#[async_trait]
impl Provider for Table {
    async fn apply(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        for (index, change) in plan.changes.iter().enumerate() {
            // The log is asked before each write, and told of its outcome.
            let attempt = log.begin(&[index]).await?;
            let key = (plan.desired.name().clone(), change.record().name().to_string());
            let row = match change.desired().map(|record| (record.ttl(), record.data())) {
                Some((ttl, RecordData::A(addresses))) => Some((ttl, addresses.clone())),
                Some(_) => return Err(ProviderError::failed("capabilities name A records alone")),
                None => None,
            };
            let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
            match row {
                Some(row) => rows.insert(key, row),
                None => rows.remove(&key),
            };
            attempt.applied();
        }
        Ok(())
    }
}
