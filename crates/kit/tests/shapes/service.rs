//! Common to all of these services: zones, an account, paged lists.

use std::marker::PhantomData;

use octodns_core::registry::BuildError;
use octodns_core::{ProviderError, RecordType, Secret, ZoneName, async_trait};
use octodns_kit::http::{Client, Error, HeaderAuth, Page, Request, all, pages};
use octodns_kit::{Api, Connector, Json, ListedZone, Service, Zone, ZonesBy, json};
use octodns_testkit::behaviour::samples::{self, Sample};
use octodns_testkit::store::{Action, Paging, Store};
use octodns_testkit::suite::Suite;
use schemars::JsonSchema;
use serde::Deserialize;

/// The facts of a service, besides its calls.
pub(crate) trait Facts: Send + Sync + 'static {
    const SERVICE: Service;
    const ZONES: ZonesBy = ZonesBy::Name;
    const LOOKUPS: usize = 0;
    const PUBLISHES: bool = false;

    fn client(token: &Secret, connector: &Connector<'_>) -> Result<Client, BuildError> {
        connector.client(HeaderAuth::bearer(token)?)
    }
}

/// A service with these facts.
pub(crate) struct Remote<F> {
    pub(crate) client: Client,
    facts: PhantomData<F>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Options {
    /// The token.
    pub(crate) token: Secret,
}

#[derive(Deserialize)]
struct Named {
    name: String,
    id: Option<u64>,
}

impl Named {
    fn id(&self) -> String {
        self.id.map(|id| id.to_string()).unwrap_or_default()
    }
}

#[async_trait]
impl<F: Facts> Api for Remote<F> {
    const SERVICE: Service = F::SERVICE;
    const ZONES: ZonesBy = F::ZONES;
    const LOOKUPS: usize = F::LOOKUPS;
    const PUBLISHES: bool = F::PUBLISHES;
    type Options = Options;

    fn connect(options: Options, connector: &Connector<'_>) -> Result<Self, BuildError> {
        Ok(Self { client: F::client(&options.token, connector)?, facts: PhantomData })
    }

    fn client(&self) -> &Client {
        &self.client
    }

    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        let zones: Vec<Named> = list(|| self.client.get(&["zones"])).await?;
        let listed = |zone: Named| ListedZone::new(zone.name.clone(), zone.id());
        Ok(zones.into_iter().map(listed).collect())
    }

    async fn zones_named(&self, zone: &ZoneName) -> Result<Vec<ListedZone>, Error> {
        let get = || self.client.get(&["zones"]).query("name", zone.without_dot());
        let zones: Vec<Named> = list(get).await?;
        Ok(zones.into_iter().map(|zone| ListedZone::new(zone.name.clone(), zone.id())).collect())
    }

    async fn create_zone(&self, zone: &ZoneName) -> Result<String, ProviderError> {
        let body = json!({"name": zone.without_dot()});
        let made: Named = self.client.post(&["zones"]).json(&body).read().await?;
        Ok(made.id())
    }

    async fn publish(&self, zone: Zone<'_>) -> Result<(), Error> {
        self.client.post(&["zones", zone.id, "publish"]).repeatable().send_ok().await
    }
}

#[derive(Deserialize)]
struct Listed<T> {
    items: Vec<T>,
    total: u64,
    next: Option<u64>,
}

/// All entries of a list.
pub(crate) async fn list<'c, T: serde::de::DeserializeOwned>(
    get: impl Fn() -> Request<'c>,
) -> Result<Vec<T>, Error> {
    all(pages(1_u64, async |page| {
        let response = get().query("page", page).query("per_page", 200).send().await?;
        let Listed { items, total, next } = response.json()?;
        Ok(Page::new(&response, items).next(next).total(Some(total)))
    }))
    .await
}

/// The zones of a service, and how it pages lists.
pub(crate) fn store(store: Store) -> Store {
    store
        .auth_header("authorization", "Bearer hunter2")
        .route("GET", "/v1/zones", Action::ListZones)
        .route("POST", "/v1/zones", Action::CreateZone)
        .zones_under("items", "")
        .items_under("items", "")
        .paging(Paging::numbered("page", "per_page", 50, 200).total("total").next("next"))
}

/// The suite of a service.
pub(crate) fn suite(register: fn(&mut octodns_core::Registry), class: &str, fake: Store) -> Suite {
    let config: Json = json!({"class": class, "token": "hunter2"});
    let suite = Suite::new(register, config).endpoint("endpoint", "https://api.example.com/v1");
    suite.fake(fake).sample(sample)
}

/// The samples of a type as presentation format returns them: there, the parameters of SVCB and HTTPS are
/// strings.
fn sample(of: RecordType) -> Option<Sample> {
    let mut sample = samples::of(of)?;
    for value in &mut sample.values {
        if let Some(port) = value.pointer_mut("/svcparams/port") {
            *port = port.to_string().into();
        }
    }
    Some(sample)
}

/// A service with all facts at their defaults.
pub(crate) const fn service(class: &'static str) -> Service {
    Service::new(class, "https://api.example.com/v1")
}

/// Every type that has a presentation format.
pub(crate) const ALL_TYPES: &[RecordType] = &[
    RecordType::A,
    RecordType::AAAA,
    RecordType::ALIAS,
    RecordType::CAA,
    RecordType::CNAME,
    RecordType::DNAME,
    RecordType::DS,
    RecordType::HTTPS,
    RecordType::LOC,
    RecordType::MX,
    RecordType::NAPTR,
    RecordType::NS,
    RecordType::OPENPGPKEY,
    RecordType::PTR,
    RecordType::SPF,
    RecordType::SRV,
    RecordType::SSHFP,
    RecordType::SVCB,
    RecordType::TLSA,
    RecordType::TXT,
    RecordType::URI,
];

/// The types whose values end with a name.
pub(crate) const POINTING: &[&str] =
    &["ALIAS", "ANAME", "CNAME", "DNAME", "MX", "NAPTR", "NS", "PTR", "SRV"];
