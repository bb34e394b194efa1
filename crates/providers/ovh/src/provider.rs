//! The facts of the service, and its calls.

use std::sync::Arc;

use octodns_core::record::text::Presentation;
use octodns_core::registry::BuildError;
use octodns_core::{Capabilities, RecordType, Registry, Values, async_trait};
use octodns_http::{Client, Error, Host, Rate};
use octodns_kit::dialect::{Dialect, Text};
use octodns_kit::rows::{self, RowApi};
use octodns_kit::{
    Api, Connector, Fields, Json, ListedZone, Only, Service, Zone, json, only_fields,
};

use crate::batches::Batches;
use crate::credentials::{self, Options};
use crate::dkim::is_dkim;
use crate::reading;

/// Registers the provider by its octoDNS class and its short name.
pub fn register(registry: &mut Registry) {
    register_with(registry, &Host::default());
}

/// The same, with the clock of `host`, which makes signatures reproducible.
pub fn register_with(registry: &mut Registry, host: &Host) {
    rows::register_with::<Ovh>(registry, host);
}

/// The zones of one account, through version 1 of the API: <https://api.ovh.com/console/?section=%2Fdomain>.
#[derive(Clone, Debug)]
pub struct Ovh {
    client: Client,
    batches: Arc<Batches>,
}

#[async_trait]
impl Api for Ovh {
    const SERVICE: Service = Service {
        short_names: &["ovh"],
        former_classes: &["octodns.provider.ovh.OvhProvider"],
        version: env!("CARGO_PKG_VERSION"),
        endpoint_names: &[
            ("ovh-eu", "https://eu.api.ovh.com/1.0"),
            ("ovh-us", "https://api.us.ovhcloud.com/1.0"),
            ("ovh-ca", "https://ca.api.ovh.com/1.0"),
            ("kimsufi-eu", "https://eu.api.kimsufi.com/1.0"),
            ("kimsufi-ca", "https://ca.api.kimsufi.com/1.0"),
            ("soyoustart-eu", "https://eu.api.soyoustart.com/1.0"),
            ("soyoustart-ca", "https://ca.api.soyoustart.com/1.0"),
        ],
        // Not documented; other clients keep to it as well.
        rates: &[Rate::per_second(20)],
        capabilities: Capabilities::of(&[
            RecordType::A,
            RecordType::AAAA,
            RecordType::CAA,
            RecordType::CNAME,
            RecordType::HTTPS,
            RecordType::MX,
            RecordType::NAPTR,
            RecordType::NS,
            RecordType::PTR,
            RecordType::SRV,
            RecordType::SSHFP,
            RecordType::SVCB,
            RecordType::TXT,
        ])
        .root_ns()
        .fixed_zones()
        .values(Values { ttl: 60..=i64::MAX, zero_ttl: true, ..Values::ANY }),
        dialect: Dialect { text: Text::RawOrQuoted(Presentation::DECIMAL), ..Dialect::RAW },
        ..Service::new("octodns_ovh.OvhProvider", "https://eu.api.ovh.com/1.0")
    };
    const PUBLISHES: bool = true;
    const UNPUBLISHED: &str = "the changes are stored, but may not be served; another run publishes them only with \
                               another change, so publish the zone in the control panel";
    type Options = Options;

    fn connect(options: Options, connector: &Connector<'_>) -> Result<Self, BuildError> {
        let client = credentials::client(&options, connector)?;
        Ok(Self { client, batches: Arc::default() })
    }

    fn client(&self) -> &Client {
        &self.client
    }

    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        let names: Vec<String> = self.client.get(&["domain", "zone"]).read().await?;
        Ok(names.into_iter().map(ListedZone::named).collect())
    }

    async fn publish(&self, zone: Zone<'_>) -> Result<(), Error> {
        self.client.post(&["domain", "zone", zone.id, "refresh"]).repeatable().send_ok().await
    }
}

#[async_trait]
impl RowApi for Ovh {
    const FIELDS: Fields =
        Fields { name: "subDomain", record_type: "fieldType", ..Fields::new("target") };

    async fn rows(
        &self,
        zone: Zone<'_>,
        only: Option<Only<'_>>,
    ) -> Result<Option<Vec<Json>>, Error> {
        let rows = reading::rows(&self.client, &self.batches, zone.id, only).await?;
        Ok(rows.map(|rows| rows.into_iter().map(read_row).collect()))
    }

    async fn create(&self, zone: Zone<'_>, row: &Json) -> Result<(), Error> {
        let mut row = row.clone();
        row["fieldType"] = type_of(&row).into();
        self.client.post(&["domain", "zone", zone.id, "record"]).json(&row).send_ok().await
    }

    /// The type of a row cannot be changed.
    fn can_become(id: &str, row: &Json) -> bool {
        id.ends_with(OF_DKIM) == (type_of(row) == "DKIM")
    }

    async fn update(&self, zone: Zone<'_>, id: &str, row: &Json) -> Result<(), Error> {
        let body = only_fields(row, &["subDomain", "target", "ttl"]);
        let id = id.trim_end_matches(OF_DKIM);
        self.client.put(&["domain", "zone", zone.id, "record", id]).json(&body).send_ok().await
    }

    async fn delete(&self, zone: Zone<'_>, id: &str) -> Result<(), Error> {
        let id = id.trim_end_matches(OF_DKIM);
        self.client.delete(&["domain", "zone", zone.id, "record", id]).send_ok_or_missing().await
    }
}

/// Marks the ids of rows of the type DKIM.
const OF_DKIM: &str = " DKIM";

/// A row as the kit reads it: keys of DKIM are TXT.
fn read_row(mut row: Json) -> Json {
    if row["fieldType"] == "DKIM" {
        row["id"] = json!(format!("{}{OF_DKIM}", row["id"]));
        row["fieldType"] = json!("TXT");
    }
    row
}

/// The type of a new row.
fn type_of(row: &Json) -> &str {
    match (row["fieldType"].as_str(), row["target"].as_str()) {
        (Some("TXT"), Some(target)) if is_dkim(target) => "DKIM",
        (of, _) => of.unwrap_or_default(),
    }
}
