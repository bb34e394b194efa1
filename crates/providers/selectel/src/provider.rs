//! The provider of version 2: facts of the service, and its calls.

use std::mem;

use octodns_core::record::text::Presentation;
use octodns_core::registry::BuildError;
use octodns_core::{Capabilities, ProviderError, Registry, Values, ZoneName, async_trait};
use octodns_http::{Client, Error, HeaderAuth, Request, Response};
use octodns_kit::dialect::{Dialect, Dot, Names, Text};
use octodns_kit::record_type::{A, AAAA, ALIAS, CAA, CNAME, DNAME, MX, NS, SRV, SSHFP, TXT};
use octodns_kit::sets::{self, SetApi};
use octodns_kit::{
    Api, Connector, Fields, Json, ListedZone, Only, Owner, Pages, Service, SetFields, Zone,
    ZonesBy, created_id, json, text_of,
};

use crate::legacy::SelectelLegacy;
use crate::login;
use crate::options::{Credentials, Options};

const PAGES: Pages = Pages::offset("offset")
    .size("limit", 1000)
    .entries(&["result"])
    .next("next_offset")
    .total("count");

/// The key under which a set has the values that are not served.
const DISABLED: &str = "disabled_records";

/// Registers both classes by their octoDNS class paths, and the first by its short name.
pub fn register(registry: &mut Registry) {
    sets::register::<Selectel>(registry);
    octodns_kit::rows::register::<SelectelLegacy>(registry);
    let (class, legacy) = (Selectel::SERVICE.class, SelectelLegacy::SERVICE.class);
    registry.providers.also(class, &["octodns_selectel.v2.provider.SelectelProvider"]);
    registry.providers.also(legacy, &["octodns_selectel.v1.provider.SelectelProvider"]);
}

/// The zones of one project, by the API, version 2: <https://docs.selectel.ru/en/api/dns-actual/>.
#[derive(Clone, Debug)]
pub struct Selectel {
    client: Client,
}

#[async_trait]
impl Api for Selectel {
    const SERVICE: Service = Service {
        short_names: &["selectel"],
        former_classes: &["octodns.provider.selectel.SelectelProvider"],
        version: env!("CARGO_PKG_VERSION"),
        capabilities: Capabilities::of(&[
            A, AAAA, ALIAS, CAA, CNAME, DNAME, MX, NS, SRV, SSHFP, TXT,
        ])
        .values(Values { ttl: 60..=604_800, ..Values::ANY }),
        dialect: Dialect {
            names: Names::Absolute(Dot::Required),
            unicode: true,
            text: Text::Quoted(Presentation::DECIMAL),
            ..Dialect::RAW
        },
        ..Service::new("octodns_selectel.SelectelProvider", "https://api.selectel.ru/domains/v2")
    };
    const ZONES: ZonesBy = ZonesBy::Id;
    type Options = Options;

    fn connect(options: Options, connector: &Connector<'_>) -> Result<Self, BuildError> {
        let client = match options.credentials()? {
            Credentials::Token(token) => {
                let auth = HeaderAuth::default().with("x-auth-token", &token)?;
                connector.client_with(auth, |builder| builder.error_message(words))
            }
            Credentials::Login(user) => {
                let auth = login::auth(user, options.identity_endpoint.as_deref(), connector)?;
                connector.client_with(auth, |builder| builder.error_message(words))
            }
        };
        Ok(Self { client: client? })
    }

    fn client(&self) -> &Client {
        &self.client
    }

    /// A set all of whose values are disabled would be in the way of another one, and is no record.
    fn owner(set: &Json) -> Owner {
        let is_empty = |key: &str| set[key].as_array().is_none_or(Vec::is_empty);
        if is_empty("records") && !is_empty(DISABLED) { Owner::Inexpressible } else { Owner::User }
    }

    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        PAGES.zones(|| self.list(&["zones"]), "name", "id").await
    }

    async fn create_zone(&self, zone: &ZoneName) -> Result<String, ProviderError> {
        let request = self.client.post(&["zones"]).json(&json!({"name": zone.decoded()}));
        Ok(created_id(request, "id").await?)
    }
}

#[async_trait]
impl SetApi for Selectel {
    const FIELDS: SetFields = SetFields::objects("records", Fields::new("content"));

    async fn sets(&self, zone: Zone<'_>, _: Option<Only<'_>>) -> Result<Option<Vec<Json>>, Error> {
        // A zone that was listed and is not found is an error, not a missing zone.
        let sets: Vec<Json> = PAGES.read(|| self.list(&["zones", zone.id, "rrset"])).await?;
        Ok(Some(sets.into_iter().map(without_disabled).collect()))
    }

    async fn put(&self, zone: Zone<'_>, set: &Json, existing: Option<&Json>) -> Result<(), Error> {
        let Some(existing) = existing else {
            return self.client.post(&["zones", zone.id, "rrset"]).json(set).send_ok().await;
        };
        let mut values = set["records"].as_array().cloned().unwrap_or_default();
        let is_single = matches!(set["type"].as_str(), Some("ALIAS" | "CNAME" | "DNAME"));
        let is_new = |old: &&Json| values.iter().all(|value| value["content"] != old["content"]);
        let disabled = disabled(existing).iter().filter(|_| !is_single).filter(is_new);
        let disabled: Vec<_> = disabled.cloned().collect();
        values.extend(disabled);
        self.patch(zone, existing, &json!({"ttl": set["ttl"], "records": values})).await
    }

    async fn delete(&self, zone: Zone<'_>, existing: &Json) -> Result<(), Error> {
        match disabled(existing) {
            [] => {
                let path = ["zones", zone.id, "rrset", text_of(existing, "id")];
                self.client.delete(&path).send_ok_or_missing().await
            }
            kept => {
                let body = json!({"ttl": existing["ttl"], "records": kept});
                self.patch(zone, existing, &body).await
            }
        }
    }
}

impl Selectel {
    /// The request for a list, whose order does not change from page to page.
    fn list(&self, path: &[&str]) -> Request<'_> {
        self.client.get(path).query("sort_by", "name.descend")
    }

    async fn patch(&self, zone: Zone<'_>, existing: &Json, body: &Json) -> Result<(), Error> {
        let request = self.client.patch(&["zones", zone.id, "rrset", text_of(existing, "id")]);
        // It states all that is to hold, so that it may be sent twice.
        request.repeatable().json(body).send_ok().await
    }
}

/// The values of a set that are not served.
fn disabled(set: &Json) -> &[Json] {
    set[DISABLED].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A set with its disabled values set aside.
fn without_disabled(mut set: Json) -> Json {
    if let Some(values) = set["records"].as_array_mut() {
        let (disabled, served): (Vec<_>, Vec<_>) =
            mem::take(values).into_iter().partition(|value| value["disabled"] == true);
        *values = served;
        set[DISABLED] = disabled.into();
    }
    set
}

/// The kind of an error, and what is wrong.
fn words(response: &Response) -> Option<String> {
    let body: Json = response.json().ok()?;
    let [error, description] = ["error", "description"].map(|key| body[key].as_str());
    Some(format!("{}: {}", error?, description?))
}
