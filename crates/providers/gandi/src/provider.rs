//! The provider: facts of the service, and its calls.

use octodns_core::record::text::Presentation;
use octodns_core::registry::BuildError;
use octodns_core::{
    Capabilities, MaxTxt, ProviderError, RecordType, Registry, ServiceErrorKind, Values, ZoneName,
    async_trait,
};
use octodns_http::{Client, Error, Page, Rate, Request, all_ahead, optional};
use octodns_kit::dialect::{Dialect, Names, Text};
use octodns_kit::sets::SetApi;
use octodns_kit::wide::{self, WideApi};
use octodns_kit::{Api, Connector, Fields, Json, ListedZone, Only, Service, SetFields, Zone, json};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::options::Options;

/// How many pages are read at the same time.
const PAGES_AT_ONCE: usize = 4;

/// Registers the provider by its octoDNS class and its short name.
pub fn register(registry: &mut Registry) {
    wide::register::<Gandi>(registry);
    registry.providers.formerly(Gandi::SERVICE.class, &["octodns.provider.gandi.GandiProvider"]);
}

/// The domains of one account, by the API, version 5: <https://api.gandi.net/docs/livedns/>.
#[derive(Clone, Debug)]
pub struct Gandi {
    client: Client,
    options: Options,
}

#[async_trait]
impl Api for Gandi {
    const SERVICE: Service = Service {
        short_names: &["gandi"],
        version: env!("CARGO_PKG_VERSION"),
        endpoint_names: &[("sandbox", "https://api.sandbox.gandi.net/v5")],
        rates: &[Rate::per_minute(1000)],
        capabilities: Capabilities::of(&[
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
            RecordType::SRV,
            RecordType::SSHFP,
            RecordType::SVCB,
            RecordType::TLSA,
            RecordType::TXT,
        ])
        .multivalue_ptr()
        .values(Values {
            ttl: 300..=2_592_000,
            max_txt: Some(MaxTxt::Written(16_384)),
            alias_below_apex: false,
            ..Values::ANY
        }),
        dialect: Dialect {
            names: Names::Relative { apex: "@" },
            // It takes bare texts as well, but all values are ASCII.
            text: Text::Quoted(Presentation::DECIMAL),
            ..Dialect::RAW
        },
        ..Service::new("octodns_gandi.GandiProvider", "https://api.gandi.net/v5")
    };
    type Options = Options;

    fn connect(options: Options, connector: &Connector<'_>) -> Result<Self, BuildError> {
        Ok(Self { client: connector.client(options.auth()?)?, options })
    }

    fn client(&self) -> &Client {
        &self.client
    }

    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        let get = || self.of_organization(self.client.get(&["livedns", "domains"]));
        let domains: Vec<Domain> = self.list(get).await?;
        Ok(domains.into_iter().map(|domain| ListedZone::named(domain.fqdn)).collect())
    }

    async fn create_zone(&self, zone: &ZoneName) -> Result<String, ProviderError> {
        let request = self.of_organization(self.client.post(&["livedns", "domains"]));
        // Without records in it, the service may put some of its own.
        let body = json!({"fqdn": zone.without_dot(), "zone": {}});
        match request.json(&body).send_ok().await {
            Err(error) if error.status() == Some(404) => {
                let message = format!(
                    "{zone} is no domain of this account: register it at the service or transfer it there first \
                     ({error})"
                );
                Err(ProviderError::service(ServiceErrorKind::NotFound, message))
            }
            sent => Ok(sent.map(|()| String::new())?),
        }
    }

    async fn interrupted_zone(&self, zone: &ZoneName) -> Result<Option<String>, ProviderError> {
        let domain = self.client.get(&["livedns", "domains", zone.without_dot()]);
        Ok(domain.read_optional().await?.map(|Domain { fqdn }| fqdn))
    }
}

#[async_trait]
impl SetApi for Gandi {
    const FIELDS: SetFields = SetFields {
        of: Fields {
            name: "rrset_name",
            record_type: "rrset_type",
            ttl: "rrset_ttl",
            ..Fields::new("value")
        },
        ..SetFields::texts("rrset_values")
    };

    async fn sets(
        &self,
        zone: Zone<'_>,
        only: Option<Only<'_>>,
    ) -> Result<Option<Vec<Json>>, Error> {
        match only {
            Some(Only { name, .. }) => self.name_sets(zone, name).await.map(Some),
            None => optional(self.list(|| self.client.get(&records(zone, &[]))).await),
        }
    }

    async fn put(&self, zone: Zone<'_>, set: &Json, existing: Option<&Json>) -> Result<(), Error> {
        if existing.is_none() {
            // It is refused if somebody else has created the set by now.
            return self.client.post(&records(zone, &[])).json(set).send_ok().await;
        }
        let request = self.client.put(&records(zone, &key(set)));
        request.json(&fields(set, &["rrset_ttl", "rrset_values"])).send_ok().await
    }

    async fn delete(&self, zone: Zone<'_>, existing: &Json) -> Result<(), Error> {
        self.client.delete(&records(zone, &key(existing))).send_ok_or_missing().await
    }
}

#[async_trait]
impl WideApi for Gandi {
    fn zone_calls(&self, sets: usize) -> Option<usize> {
        self.options.replace.then(|| sets.div_ceil(self.options.per_page.get()).max(1) + 1)
    }

    async fn name_sets(&self, zone: Zone<'_>, name: &str) -> Result<Vec<Json>, Error> {
        let sets = self.client.get(&records(zone, &[name])).read_optional().await?;
        Ok(sets.unwrap_or_default())
    }

    async fn replace_name(&self, zone: Zone<'_>, name: &str, sets: &[Json]) -> Result<(), Error> {
        let path = records(zone, &[name]);
        if sets.is_empty() {
            return self.client.delete(&path).once().send_ok_or_missing().await;
        }
        let items = items(sets, &["rrset_type", "rrset_ttl", "rrset_values"]);
        self.client.put(&path).once().json(&items).send_ok().await
    }

    async fn replace_zone(&self, zone: Zone<'_>, sets: &[Json]) -> Result<(), Error> {
        let items = items(sets, &["rrset_name", "rrset_type", "rrset_ttl", "rrset_values"]);
        self.client.put(&records(zone, &[])).once().json(&items).send_ok().await
    }
}

impl Gandi {
    /// A request about domains, for the organization of the options.
    fn of_organization<'c>(&self, request: Request<'c>) -> Request<'c> {
        match &self.options.sharing_id {
            Some(id) => request.query("sharing_id", id),
            None => request,
        }
    }

    /// All entries of a list, whose number is in a header.
    async fn list<'c, T: DeserializeOwned>(
        &self,
        get: impl Fn() -> Request<'c>,
    ) -> Result<Vec<T>, Error> {
        all_ahead(PAGES_AT_ONCE, async |at| {
            let request = get().query("page", at.number).query("per_page", self.options.per_page);
            let response = request.send().await?;
            let total = response.header("total-count").map(|total| {
                total.parse::<u64>().map_err(|error| {
                    response.malformed("the header total-count", &error.to_string())
                })
            });
            let page: Page<T, u64> = Page::new(&response, response.json()?);
            Ok(page.total(total.transpose()?))
        })
        .await
    }
}

/// The path of the records of a zone, a name, or a name and type.
fn records<'p>(zone: Zone<'p>, of: &[&'p str]) -> Vec<&'p str> {
    [&["livedns", "domains", zone.id, "records"], of].concat()
}

/// The name and type of a set, as its path has them.
fn key(set: &Json) -> [&str; 2] {
    ["rrset_name", "rrset_type"].map(|key| set[key].as_str().unwrap_or_default())
}

/// These fields of a set.
fn fields(set: &Json, keys: &[&str]) -> Json {
    let fields = keys.iter().filter_map(|key| Some(((*key).to_owned(), set.get(key)?.clone())));
    Json::Object(fields.collect())
}

fn items(sets: &[Json], keys: &[&str]) -> Json {
    json!({"items": sets.iter().map(|set| fields(set, keys)).collect::<Vec<_>>()})
}

/// A domain in a list.
#[derive(Debug, Deserialize)]
struct Domain {
    fqdn: String,
}
