//! The old DNS API: rows. It has been switched off, and is read and written as it last was.

use octodns_core::record::text::Presentation;
use octodns_core::registry::BuildError;
use octodns_core::{ProviderError, ZoneName, async_trait};
use octodns_http::{
    Client, Error, HeaderAuth, Quota, Rate, Response, WaitFormat, WaitHeader, optional,
};
use octodns_kit::dialect::{Dialect, Text};
use octodns_kit::rows::RowApi;
use octodns_kit::{Api, Connector, Fields, Json, ListedZone, Only, Service, Zone, ZonesBy, json};
use serde::Deserialize;

use crate::class::{CAPABILITIES, CLASS, DIALECT, Options, PAGES};
use crate::zones::{Described, Ttls};

/// What to do instead.
const SWITCHED_OFF: &str = "Hetzner has switched off its old DNS API, which `backend: dnsapi` (the default) \
     uses: make an API token in the project of Hetzner Console that has the zones, and set `backend: hcloud`";

/// When the minute of the limit ends.
const RESET: WaitHeader = WaitHeader { name: "ratelimit-reset", format: WaitFormat::RetryAfter };

/// The zones of an account, by the old DNS API, version 1.
#[derive(Debug)]
pub struct DnsApi {
    client: Client,
    ttls: Ttls,
}

#[async_trait]
impl Api for DnsApi {
    const SERVICE: Service = Service {
        short_names: &["hetzner"],
        version: env!("CARGO_PKG_VERSION"),
        rates: &[Rate::per_minute(300)],
        capabilities: CAPABILITIES,
        dialect: Dialect { text: Text::RawOrQuoted(Presentation::DECIMAL), ..DIALECT },
        ..Service::new(CLASS, "https://dns.hetzner.com/api/v1")
    };
    const ZONES: ZonesBy = ZonesBy::Id;
    const LOOKUPS: usize = usize::MAX;
    type Options = Options;

    fn connect(options: Options, connector: &Connector<'_>) -> Result<Self, BuildError> {
        let auth = HeaderAuth::default().with("auth-api-token", &options.token)?;
        let client = connector.client_with(auth, |builder| {
            builder
                .quotas(&[Quota::reset_at("ratelimit-remaining", RESET)])
                .error_message(switched_off)
        })?;
        Ok(Self { client, ttls: Ttls::default() })
    }

    fn client(&self) -> &Client {
        &self.client
    }

    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        Ok(self.learn(PAGES.read(|| self.client.get(&["zones"])).await?))
    }

    async fn zones_named(&self, zone: &ZoneName) -> Result<Vec<ListedZone>, Error> {
        #[derive(Deserialize)]
        struct Named {
            zones: Vec<Described>,
        }

        // None is 404, or an empty list.
        let request = self.client.get(&["zones"]).query("name", zone.without_dot());
        let named: Option<Named> = request.read_optional().await?;
        Ok(self.learn(named.map(|named| named.zones).unwrap_or_default()))
    }

    async fn create_zone(&self, zone: &ZoneName) -> Result<String, ProviderError> {
        #[derive(Deserialize)]
        struct Created {
            zone: Described,
        }

        let body = json!({"name": zone.without_dot(), "ttl": null});
        let Created { zone } = self.client.post(&["zones"]).json(&body).read().await?;
        Ok(self.ttls.learn(zone).id)
    }
}

#[async_trait]
impl RowApi for DnsApi {
    const FIELDS: Fields = Fields::new("value");

    async fn rows(&self, zone: Zone<'_>, _: Option<Only<'_>>) -> Result<Option<Vec<Json>>, Error> {
        #[derive(Deserialize)]
        struct Listed {
            records: Vec<Json>,
        }

        let request = self.client.get(&["records"]).query("zone_id", zone.id);
        let listed: Option<Listed> = optional(request.read().await)?;
        Ok(listed.map(|listed| self.ttls.fill(zone, listed.records)))
    }

    async fn create(&self, zone: Zone<'_>, row: &Json) -> Result<(), Error> {
        self.client.post(&["records"]).json(&of_zone(zone, row)).send_ok().await
    }

    async fn update(&self, zone: Zone<'_>, id: &str, row: &Json) -> Result<(), Error> {
        self.client.put(&["records", id]).json(&of_zone(zone, row)).send_ok().await
    }

    async fn delete(&self, _: Zone<'_>, id: &str) -> Result<(), Error> {
        self.client.delete(&["records", id]).send_ok_or_missing().await
    }
}

impl DnsApi {
    fn learn(&self, zones: Vec<Described>) -> Vec<ListedZone> {
        zones.into_iter().map(|zone| self.ttls.learn(zone)).collect()
    }
}

/// A row that says whose it is: its path does not.
fn of_zone(zone: Zone<'_>, row: &Json) -> Json {
    let mut row = row.clone();
    row["zone_id"] = zone.id.into();
    row
}

/// The message of an answer that leads to the console, which all do since the API is gone.
fn switched_off(response: &Response) -> Option<String> {
    response.status().is_redirection().then(|| SWITCHED_OFF.to_owned())
}
