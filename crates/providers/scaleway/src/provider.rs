//! The facts of the service, and its calls.

use octodns_core::engine::{BatchLimits, Weight};
use octodns_core::registry::BuildError;
use octodns_core::{
    Capabilities, OwnedValue, Record, RecordType, Registry, Report, Secret, Values,
    Zone as Records, ZoneName, async_trait,
};
use octodns_http::{Client, Error, HeaderAuth, optional};
use octodns_kit::changes::{self, ChangeApi, SetChange};
use octodns_kit::dialect::{Dialect, Names, Text};
use octodns_kit::{Api, Connector, Json, ListedZone, Owner, Service, SetFields, Zone, json};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::answers::{self, PAGES};
use crate::dynamic::{self, DYNAMIC};
use crate::rows;

/// Options of one `scaleway` provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// The secret key of an API key.
    pub token: Secret,
    /// Whether missing zones are created, which can cost money. Default: false.
    #[serde(default)]
    pub create_zone: bool,
}

impl Options {
    /// With this secret key.
    pub fn new(token: Secret) -> Self {
        Self { token, create_zone: false }
    }
}

/// Registers the provider by its octoDNS class and its short name.
pub fn register(registry: &mut Registry) {
    changes::register::<Scaleway>(registry);
}

/// The zones of an account, by the Domains and DNS API, version 2beta1:
/// <https://www.scaleway.com/en/developers/api/domains-and-dns/>.
#[derive(Clone, Debug)]
pub struct Scaleway {
    client: Client,
    creates_zones: bool,
}

#[async_trait]
impl Api for Scaleway {
    const SERVICE: Service = Service {
        short_names: &["scaleway"],
        version: env!("CARGO_PKG_VERSION"),
        capabilities: Capabilities::of(&[
            RecordType::A,
            RecordType::AAAA,
            RecordType::ALIAS,
            RecordType::CAA,
            RecordType::CNAME,
            RecordType::DNAME,
            RecordType::LOC,
            RecordType::MX,
            RecordType::NAPTR,
            RecordType::NS,
            RecordType::PTR,
            RecordType::SRV,
            RecordType::SSHFP,
            RecordType::TXT,
        ])
        .dynamic_support(DYNAMIC)
        .dynamic_subnets()
        .values(Values { ttl: 0..=2_147_483_647, ..Values::ANY }),
        dialect: Dialect {
            names: Names::Relative { apex: rows::APEX },
            text: Text::RawOrQuoted(rows::QUOTED),
            ..Dialect::RAW
        },
        ..Service::new(
            "octodns_scaleway.ScalewayProvider",
            "https://api.scaleway.com/domain/v2beta1",
        )
    };
    type Options = Options;

    fn connect(options: Options, connector: &Connector<'_>) -> Result<Self, BuildError> {
        let auth = HeaderAuth::default().with("x-auth-token", &options.token)?;
        let client = connector.client_with(auth, |builder| {
            builder
                .throttles(answers::BUSY)
                .verdict(answers::verdict)
                .error_message(answers::error_message)
        })?;
        Ok(Self { client, creates_zones: options.create_zone })
    }

    fn service(&self) -> Service {
        let Service { capabilities, .. } = Self::SERVICE;
        let capabilities = if self.creates_zones {
            capabilities
        } else {
            capabilities.fixed_zones_without("create_zone")
        };
        Service { capabilities, ..Self::SERVICE }
    }

    fn client(&self) -> &Client {
        &self.client
    }

    fn owner(set: &Json) -> Owner {
        if dynamic::is_expressible(set) { Owner::User } else { Owner::Inexpressible }
    }

    fn adapt(&self, desired: &mut Records, existing: &mut Records, report: &mut Report) {
        dynamic::adapt(desired, existing, report);
    }

    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        #[derive(Deserialize)]
        struct Named {
            domain: String,
            #[serde(default)]
            subdomain: String,
        }

        let zones: Vec<Named> = PAGES.read(|| self.client.get(&["dns-zones"])).await?;
        let name = |zone: Named| match &*zone.subdomain {
            "" => zone.domain,
            subdomain => format!("{subdomain}.{}", zone.domain),
        };
        Ok(zones.into_iter().map(|zone| ListedZone::named(name(zone))).collect())
    }
}

#[async_trait]
impl ChangeApi for Scaleway {
    const FIELDS: SetFields = rows::FIELDS;
    /// No limit is published. This is far less than the 4 MiB that servers of gRPC, which is behind the API, take.
    const LIMITS: BatchLimits = BatchLimits::new(5000, 1 << 20);
    /// Nothing says that a refused request has changed nothing.
    const ATOMIC: bool = false;
    const CREATES_ZONES: bool = true;

    async fn sets(&self, zone: Zone<'_>) -> Result<Option<Vec<Json>>, Error> {
        let rows = PAGES.read(|| self.client.get(&["dns-zones", zone.id, "records"])).await;
        Ok(optional::<Vec<Json>>(rows)?.map(|rows| Self::FIELDS.gather(rows)))
    }

    async fn send(&self, zone: Zone<'_>, changes: &[SetChange]) -> Result<(), Error> {
        let changes: Vec<_> = changes.iter().map(rows::change).collect();
        let body = json!({
            "return_all_records": false,
            "disallow_new_zone_creation": !self.creates_zones,
            "changes": changes,
        });
        self.client.patch(&["dns-zones", zone.id, "records"]).json(&body).send_ok().await
    }

    fn sections(&self, set: &Json, zone: &ZoneName) -> Vec<(&'static str, OwnedValue)> {
        dynamic::sections(set, zone)
    }

    fn complete(&self, set: &mut Json, record: &Record, existing: Option<&Json>, zone: &ZoneName) {
        rows::complete(set, record, existing);
        dynamic::complete(set, record, existing, zone);
    }

    fn weigh(&self, change: &SetChange) -> Weight {
        let rows = change.after.as_ref().map_or(1, |set| Self::FIELDS.scatter(set).len());
        Weight::new(rows, rows::change(change).to_string().len() + 1)
    }
}
