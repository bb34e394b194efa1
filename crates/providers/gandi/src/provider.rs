//! The provider: facts of the service, and its calls.

use octodns_core::record::text::Presentation;
use octodns_core::registry::BuildError;
use octodns_core::{
    Capabilities, MaxTxt, ProviderError, Registry, ServiceErrorKind, Values, ZoneName, async_trait,
};
use octodns_http::{Client, Error, Rate, Request, optional};
use octodns_kit::dialect::{Dialect, Names, Text};
use octodns_kit::record_type::{
    A, AAAA, ALIAS, CAA, CNAME, DNAME, DS, HTTPS, LOC, MX, NAPTR, NS, OPENPGPKEY, PTR, SRV, SSHFP,
    SVCB, TLSA, TXT,
};
use octodns_kit::sets::SetApi;
use octodns_kit::wide::{self, WideApi};
use octodns_kit::{
    Api, Connector, Fields, Json, ListedZone, Only, Pages, Service, SetFields, Zone, json,
    only_fields,
};
use serde::Deserialize;

use crate::options::Options;

const PAGES: Pages = Pages::numbered("page").total_header("total-count");

/// Registers the provider by its octoDNS class and its short name.
pub fn register(registry: &mut Registry) {
    wide::register::<Gandi>(registry);
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
        former_classes: &["octodns.provider.gandi.GandiProvider"],
        version: env!("CARGO_PKG_VERSION"),
        endpoint_names: &[("sandbox", "https://api.sandbox.gandi.net/v5")],
        rates: &[Rate::per_minute(1000)],
        capabilities: Capabilities::of(&[
            A, AAAA, ALIAS, CAA, CNAME, DNAME, DS, HTTPS, LOC, MX, NAPTR, NS, OPENPGPKEY, PTR, SRV,
            SSHFP, SVCB, TLSA, TXT,
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
        self.pages().zones(get, "fqdn", "").await
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
        #[derive(Deserialize)]
        struct Domain {
            fqdn: String,
        }

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
            None => optional(self.pages().read(|| self.client.get(&records(zone, &[]))).await),
        }
    }

    async fn put(&self, zone: Zone<'_>, set: &Json, existing: Option<&Json>) -> Result<(), Error> {
        if existing.is_none() {
            // It is refused if somebody else has created the set by now.
            return self.client.post(&records(zone, &[])).json(set).send_ok().await;
        }
        let request = self.client.put(&records(zone, &Self::FIELDS.key(set)));
        request.json(&only_fields(set, &["rrset_ttl", "rrset_values"])).send_ok().await
    }

    async fn delete(&self, zone: Zone<'_>, existing: &Json) -> Result<(), Error> {
        let path = records(zone, &Self::FIELDS.key(existing));
        self.client.delete(&path).send_ok_or_missing().await
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

    /// How lists are read: the options say how many entries a page has.
    fn pages(&self) -> Pages {
        PAGES.size("per_page", self.options.per_page.get() as u64)
    }
}

/// The path of the records of a zone, a name, or a name and type.
fn records<'p>(zone: Zone<'p>, of: &[&'p str]) -> Vec<&'p str> {
    [&["livedns", "domains", zone.id, "records"], of].concat()
}

fn items(sets: &[Json], keys: &[&str]) -> Json {
    json!({"items": sets.iter().map(|set| only_fields(set, keys)).collect::<Vec<_>>()})
}
