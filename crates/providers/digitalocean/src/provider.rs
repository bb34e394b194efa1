//! The provider: what it is told, reading, applying.

use std::sync::Arc;

use octodns_core::engine::leave_out_texts;
use octodns_core::engine::per_record::{self, HeldRows, Row, RowApi, Rows};
use octodns_core::provider::listed_zones;
use octodns_core::{
    ApplyLog, Capabilities, Plan, Provider, ProviderError, Record, Registry, Report, Secret,
    Source, State, TypeSupport, Zone, ZoneName, ZoneRead, ZoneRequest, async_trait,
};
use octodns_http::Accounts;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::client::{self, Api};
use crate::records;

const CLASS: &str = "octodns_digitalocean.DigitalOceanProvider";

const CAPABILITIES: Capabilities = Capabilities {
    types: TypeSupport::Only(records::TYPES),
    root_ns: true,
    ..Capabilities::NOTHING
};

/// Options of one `digitalocean` provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// A personal access token that may read and write domains.
    pub token: Secret,
    /// Where the API is.
    #[serde(default = "endpoint")]
    pub endpoint: String,
    /// How requests are made.
    #[serde(default)]
    pub http: octodns_http::Options,
}

fn endpoint() -> String {
    "https://api.digitalocean.com/v2".to_owned()
}

/// Makes the provider known by its octoDNS class and its short name.
pub fn register(registry: &mut Registry) {
    let accounts = Accounts::default();
    let version = env!("CARGO_PKG_VERSION");
    registry.provider(CLASS, &["digitalocean"], version, move |id, options: Options| {
        Ok(DigitalOcean::new(id, &options, &accounts)?)
    });
}

/// The DNS of one DigitalOcean account.
#[derive(Clone, Debug)]
pub struct DigitalOcean {
    id: Arc<str>,
    api: Api,
}

impl DigitalOcean {
    /// A provider with these options, which keeps to the limits of its account.
    ///
    /// # Errors
    ///
    /// Says which option cannot be.
    pub fn new(
        id: &str,
        options: &Options,
        accounts: &Accounts,
    ) -> Result<Self, octodns_http::Error> {
        let api = Api::new(&options.endpoint, &options.token, &options.http, accounts)?;
        Ok(Self { id: id.into(), api })
    }
}

#[async_trait]
impl Source for DigitalOcean {
    fn id(&self) -> &str {
        &self.id
    }

    fn class_name(&self) -> &'static str {
        "DigitalOceanProvider"
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    async fn list_zones(&self) -> Result<Vec<ZoneName>, ProviderError> {
        listed_zones(self.api.domains().await?.into_iter().map(|domain| domain.name))
    }

    async fn read(&self, zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        let Some(found) = self.api.rows(zone.name.without_dot()).await? else { return Ok(None) };
        let mut rows = Rows::of(zone, self);
        for row in found {
            records::read(&mut rows, &records::as_written(row, zone.name))?;
        }
        let (read, held) = rows.finish();
        Ok(Some(ZoneRead { state: State::new(held), ..read }))
    }
}

#[async_trait]
impl Provider for DigitalOcean {
    async fn adapt(
        &self,
        desired: &mut Zone,
        existing: &mut Zone,
        report: &mut Report,
    ) -> Result<(), ProviderError> {
        leave_out_texts(desired, existing, records::UNHELD, report);
        Ok(())
    }

    async fn apply(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        if !plan.exists {
            let zone = plan.desired.name();
            let create = self.api.create_domain(zone.without_dot());
            log.in_step(&format!("create zone {zone}"), create).await?;
        }
        let none = HeldRows::default();
        per_record::apply(self, plan, plan.state()?.unwrap_or(&none), log).await
    }
}

#[async_trait]
impl RowApi for DigitalOcean {
    type Id = u64;

    async fn create(&self, zone: &ZoneName, record: &Record) -> Result<(), ProviderError> {
        Ok(self.api.create_row(zone.without_dot(), &records::write(record)).await?)
    }

    async fn update(
        &self,
        zone: &ZoneName,
        existing: &Row<u64>,
        record: &Record,
    ) -> Result<(), ProviderError> {
        Ok(self.api.update_row(zone.without_dot(), existing.id, &records::write(record)).await?)
    }

    async fn delete(&self, zone: &ZoneName, row: &Row<u64>) -> Result<(), ProviderError> {
        Ok(self.api.delete_row(zone.without_dot(), row.id).await?)
    }

    async fn holds(&self, zone: &ZoneName, record: &Record) -> Result<bool, ProviderError> {
        let name = record.fqdn(zone);
        let of = record.record_type().as_str();
        let found = self.api.rows_of(zone.without_dot(), name.trim_end_matches('.'), of).await?;
        let wanted = records::write(record);
        let written = |row| client::Row { id: None, ..records::as_written(row, zone) };
        Ok(found.into_iter().any(|row| written(row) == wanted))
    }
}
