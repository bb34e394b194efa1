//! The provider: its calls.

use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, Ordering};

use octodns_core::registry::BuildError;
use octodns_core::{ProviderError, RecordType, Report, Zone as Records, ZoneName, async_trait};
use octodns_http::{Client, Error, HeaderAuth, optional};
use octodns_kit::sets::{DynamicSets, SetApi};
use octodns_kit::{
    Api, Connector, Json, ListedZone, Only, Owner, Pages, Service, SetFields, Zone, json,
};
use serde::Deserialize;

use crate::brand::Brand;
use crate::dynamic::{self, Filtered, Routed};
use crate::login;
use crate::options::{Credentials, Options};
use crate::sets::{self, FIELDS, FILTER_KEYS, Kept, UNEXPRESSED, meta, put_meta, text};

/// Not all services with this API count their zones.
const ZONES: Pages =
    Pages::offset("offset").size("limit", 1000).entries(&["zones"]).total_if_given("total_amount");

/// All sets of a zone are on one page.
const SETS: Pages = Pages::whole().entries(&["rrsets"]).total_if_given("total_amount");

/// The zones of one account of G-Core, or of another service with its API.
pub struct Dns<B> {
    pub(crate) client: Client,
    /// How many values an answer has.
    pub(crate) limit: u32,
    /// Whether the service has shown filters in the newer form of the API alone.
    has_pickers: AtomicBool,
    brand: PhantomData<B>,
}

impl<B> fmt::Debug for Dns<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dns").field("client", &self.client).finish_non_exhaustive()
    }
}

#[async_trait]
impl<B: Brand> Api for Dns<B> {
    const SERVICE: Service = B::SERVICE;
    type Options = Options;

    fn connect(options: Options, connector: &Connector<'_>) -> Result<Self, BuildError> {
        let auth_url = options.auth_url.as_deref();
        let endpoint =
            connector.other_host("auth_url", auth_url, B::FACTS.auth_endpoint).endpoint();
        let url = options.url.as_deref().filter(|_| !connector.has_endpoint());
        let connector = match url {
            Some(url) => connector.other_host("url", Some(url), url),
            None => *connector,
        };
        let client = match options.credentials()? {
            Credentials::Token(scheme, token) => {
                connector.client(HeaderAuth::scheme(&scheme, &token)?)
            }
            Credentials::Login(login, password) => {
                connector.client(login::auth((login, password), endpoint, &connector)?)
            }
        };
        let (limit, has_pickers) = (options.records_per_response, AtomicBool::default());
        Ok(Self { client: client?, limit, has_pickers, brand: PhantomData })
    }

    fn client(&self) -> &Client {
        &self.client
    }

    /// What a set with other filters serves, no record can express.
    fn owner(set: &Json) -> Owner {
        match Filtered::of(set, &B::FACTS) {
            Filtered::Otherwise => Owner::Inexpressible,
            Filtered::No | Filtered::By(..) => Owner::User,
        }
    }

    fn unexpressed(set: &Json) -> Option<String> {
        let what = set[UNEXPRESSED].as_str()?;
        Some(format!("{what} cannot be expressed, only the first is read"))
    }

    fn adapt(&self, desired: &mut Records, existing: &mut Records, report: &mut Report) {
        dynamic::adapt(&B::FACTS, desired, existing, report);
    }

    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        ZONES.zones(|| self.client.get(&["zones"]), "name", "").await
    }

    async fn create_zone(&self, zone: &ZoneName) -> Result<String, ProviderError> {
        let request = self.client.post(&["zones"]).json(&json!({"name": zone.without_dot()}));
        let response = request.send().await?;
        let said: Json = response.json()?;
        // The status does not always say so.
        match said["error"].as_str() {
            Some(error) if !error.is_empty() => Err(response.refused(error).into()),
            _ => Ok(String::new()),
        }
    }

    async fn interrupted_zone(&self, zone: &ZoneName) -> Result<Option<String>, ProviderError> {
        #[derive(Deserialize)]
        struct Named {
            name: String,
        }

        let zone = self.client.get(&["zones", zone.without_dot()]);
        Ok(zone.read_optional().await?.map(|Named { name }| name))
    }
}

#[async_trait]
impl<B: Brand> SetApi for Dns<B> {
    const FIELDS: SetFields = FIELDS;

    async fn sets(&self, zone: Zone<'_>, _: Option<Only<'_>>) -> Result<Option<Vec<Json>>, Error> {
        let sets =
            SETS.read(|| self.client.get(&["zones", zone.id, "rrsets"]).query("all", true)).await;
        let Some(mut sets) = optional::<Vec<Json>>(sets)? else { return Ok(None) };
        if let Some(has_pickers) = sets::uses_pickers(&sets) {
            self.has_pickers.store(has_pickers, Ordering::Relaxed);
        }
        let filters = FILTER_KEYS[usize::from(self.has_pickers.load(Ordering::Relaxed))];
        let has_alias = B::SERVICE.capabilities.supports_type(RecordType::ALIAS);
        for set in &mut sets {
            sets::normalize(set, zone.name, (has_alias, filters));
            if let Some(routed) = Routed::of(set, &B::FACTS) {
                sets::set_values(set, &routed.values);
            }
        }
        Ok(Some(sets))
    }

    async fn put(&self, zone: Zone<'_>, set: &Json, existing: Option<&Json>) -> Result<(), Error> {
        let mut body = sets::plain(set, &mut Kept::new(existing, Vec::new()));
        put_meta(&mut body, meta(existing, None, true));
        // Filters that choose by what records do not have.
        let filters = existing.and_then(|existing| {
            FILTER_KEYS
                .iter()
                .find(|key| existing[**key].as_array().is_some_and(|all| !all.is_empty()))
        });
        if let (Some(key), Some(existing)) = (filters, existing) {
            body[*key] = existing[*key].clone();
        }
        self.send(zone, set, &body, existing.is_some()).await
    }

    async fn delete(&self, zone: Zone<'_>, existing: &Json) -> Result<(), Error> {
        self.client.delete(&path(zone, existing)).send_ok_or_missing().await
    }

    fn dynamic(&self) -> Option<&dyn DynamicSets> {
        Some(self)
    }
}

impl<B: Brand> Dns<B> {
    /// Stores a set; one that is new is refused if somebody else has created it by now.
    pub(crate) async fn send(
        &self,
        zone: Zone<'_>,
        set: &Json,
        body: &Json,
        exists: bool,
    ) -> Result<(), Error> {
        let path = path(zone, set);
        let request = if exists { self.client.put(&path) } else { self.client.post(&path) };
        request.json(body).send_ok().await
    }

    /// The key of filters in requests. octoDNS has those of health checks under another, at services where they have a
    /// form of their own.
    pub(crate) fn filter_key(&self, is_checked: bool) -> &'static str {
        let is_new = self.has_pickers.load(Ordering::Relaxed);
        FILTER_KEYS[usize::from(is_new || is_checked && !B::FACTS.has_backups)]
    }
}

/// The path of a set. ALIAS records are CNAME records there.
fn path<'p>(zone: Zone<'p>, set: &'p Json) -> [&'p str; 4] {
    let of = match text(set, "type") {
        "ALIAS" => "CNAME",
        of => of,
    };
    ["zones", zone.id, text(set, "name"), of]
}
