//! The provider: facts of the service, and its calls.

use octodns_core::record::text::UnsupportedText::{
    Backslashes, Blanks, Empty, NonUtf8, Semicolons,
};
use octodns_core::registry::BuildError;
use octodns_core::{
    Capabilities, MaxTxt, ProviderError, Registry, Secret, Values, ZoneName, async_trait,
};
use octodns_http::{Client, Error, HeaderAuth, Rate, optional};
use octodns_kit::dialect::{Dialect, Dot, Names, Targets, Text};
use octodns_kit::record_type::{A, AAAA, CAA, CNAME, MX, NS, SRV, TXT};
use octodns_kit::rows::{self, RowApi};
use octodns_kit::{Api, Connector, Fields, Json, ListedZone, Only, Pages, Service, Zone, json};
use schemars::JsonSchema;
use serde::Deserialize;

/// Every page except the last has a link to the next.
const PAGES: Pages = Pages::numbered("page")
    .size("per_page", 200)
    .entries(&["domains", "domain_records"])
    .next("links.pages.next")
    .total_if_given("meta.total");

/// Options of one `digitalocean` provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// A personal access token that may read and write domains.
    pub token: Secret,
}

impl Options {
    /// With this token.
    pub fn new(token: Secret) -> Self {
        Self { token }
    }
}

/// Registers the provider by its octoDNS class and its short name.
pub fn register(registry: &mut Registry) {
    rows::register::<DigitalOcean>(registry);
}

/// The domains of one account, by the API, version 2:
/// <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Domains>.
#[derive(Clone, Debug)]
pub struct DigitalOcean {
    client: Client,
}

#[async_trait]
impl Api for DigitalOcean {
    const SERVICE: Service = Service {
        short_names: &["digitalocean"],
        former_classes: &["octodns.provider.digitalocean.DigitalOceanProvider"],
        version: env!("CARGO_PKG_VERSION"),
        rates: &[Rate::per_minute(250), Rate::per_hour(5000)],
        // The service manages the SOA itself.
        capabilities: Capabilities::of(&[A, AAAA, CAA, CNAME, MX, NS, SRV, TXT]).root_ns().values(
            Values {
                ttl: 30..=i64::MAX,
                max_txt: Some(MaxTxt::Written(512)),
                null_mx: false,
                lacks: &[
                    (TXT, &[NonUtf8, Backslashes, Empty]),
                    (CAA, &[NonUtf8, Semicolons, Blanks]),
                ],
                ..Values::ANY
            },
        ),
        dialect: Dialect {
            names: Names::Relative { apex: "@" },
            targets: Targets { read: Dot::Omitted, write: Dot::Required, own: Some("@") },
            text: Text::Raw,
            ..Dialect::RAW
        },
        ..Service::new(
            "octodns_digitalocean.DigitalOceanProvider",
            "https://api.digitalocean.com/v2",
        )
    };
    type Options = Options;

    fn connect(options: Options, connector: &Connector<'_>) -> Result<Self, BuildError> {
        Ok(Self { client: connector.client(HeaderAuth::bearer(&options.token)?)? })
    }

    fn client(&self) -> &Client {
        &self.client
    }

    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        PAGES.zones(|| self.client.get(&["domains"]), "name", "").await
    }

    /// Has only the service's own NS rows.
    async fn create_zone(&self, zone: &ZoneName) -> Result<String, ProviderError> {
        self.client.post(&["domains"]).json(&json!({"name": zone.without_dot()})).send_ok().await?;
        Ok(String::new())
    }
}

#[async_trait]
impl RowApi for DigitalOcean {
    const FIELDS: Fields = Fields {
        of: &[
            (MX, &[("preference", "priority"), ("exchange", "data")]),
            (SRV, &[("target", "data")]),
            (CAA, &[("value", "data")]),
        ],
        ..Fields::new("data")
    };

    async fn rows(
        &self,
        zone: Zone<'_>,
        only: Option<Only<'_>>,
    ) -> Result<Option<Vec<Json>>, Error> {
        let get = || self.client.get(&["domains", zone.id, "records"]);
        optional(match only {
            None => PAGES.read(get).await,
            Some(Only { fqdn, record_type, .. }) => {
                PAGES.read(|| get().query("name", fqdn).query("type", record_type)).await
            }
        })
    }

    async fn create(&self, zone: Zone<'_>, row: &Json) -> Result<(), Error> {
        self.client.post(&["domains", zone.id, "records"]).json(row).send_ok().await
    }

    async fn update(&self, zone: Zone<'_>, id: &str, row: &Json) -> Result<(), Error> {
        self.client.put(&["domains", zone.id, "records", id]).json(row).send_ok().await
    }

    async fn delete(&self, zone: Zone<'_>, id: &str) -> Result<(), Error> {
        self.client.delete(&["domains", zone.id, "records", id]).send_ok_or_missing().await
    }
}
