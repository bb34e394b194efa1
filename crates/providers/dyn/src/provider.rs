//! The provider: facts of the service, and its calls.

use std::sync::Arc;

use octodns_core::record::text::UnsupportedText;
use octodns_core::registry::BuildError;
use octodns_core::{
    Capabilities, ProviderError, RecordType, Registry, Report, Values, Zone as Records, ZoneName,
    async_trait,
};
use octodns_http::{Client, Error, Method, Rate, optional};
use octodns_kit::sets::{self, DynamicSets, SetApi};
use octodns_kit::{Api, Connector, Json, ListedZone, Only, Service, SetFields, Zone, json};

use crate::api::{call, detail};
use crate::directors::{self, Directors, SUPPORT};
use crate::options::Options;
use crate::session::{self, Session};
use crate::sets::{DIALECT, FIELDS, TYPES, is_same, read};
use crate::unpublished::{Key, Unpublished, Wanted, key};

const CLASS: &str = "octodns_dyn.DynProvider";

/// How often the changes of a zone are made again because the session ended before they were published.
const ROUNDS: u32 = 3;

/// Registers the provider by its octoDNS class and its short name.
pub fn register(registry: &mut Registry) {
    sets::register::<Dyn>(registry);
    let help = "remove the provider from the config, and from the targets of its zones: nothing can be read \
                or written there any more";
    registry.providers.closed(CLASS, help);
}

/// The zones of one account of Dyn Managed DNS.
#[derive(Clone, Debug)]
pub struct Dyn {
    client: Client,
    session: Session,
    unpublished: Arc<Unpublished>,
    pub(crate) directors: Option<Arc<Directors>>,
}

#[async_trait]
impl Api for Dyn {
    const SERVICE: Service = Service {
        short_names: &["dyn"],
        former_classes: &["octodns.provider.dyn.DynProvider"],
        version: env!("CARGO_PKG_VERSION"),
        // Of the account, all users together.
        rates: &[Rate::per_second(5), Rate::per_minute(300)],
        // A session has one call at a time.
        concurrency: 1,
        names_at_once: Some(1),
        // A TTL of 0 becomes the default of the zone.
        capabilities: Capabilities::of(TYPES).values(Values {
            ttl: 1..=2_147_483_647,
            lacks: &[
                (RecordType::CAA, &[UnsupportedText::NonUtf8]),
                (RecordType::NAPTR, &[UnsupportedText::NonUtf8]),
            ],
            ..Values::ANY
        }),
        dialect: DIALECT,
        ..Service::new(CLASS, "https://api.dynect.net/REST")
    };
    const PUBLISHES: bool = true;
    type Options = Options;

    fn connect(options: Options, connector: &Connector<'_>) -> Result<Self, BuildError> {
        let (client, session) = session::client(&options, connector)?;
        let directors = options.traffic_directors_enabled.then(|| Directors::new(&client));
        let (unpublished, directors) = (Arc::default(), directors.map(Arc::new));
        Ok(Self { client, session, unpublished, directors })
    }

    fn service(&self) -> Service {
        let mut service = Self::SERVICE;
        if self.directors.is_some() {
            service.capabilities = service.capabilities.geo().dynamic_support(SUPPORT);
        }
        service
    }

    fn begin_run(&self) {
        if let Some(directors) = &self.directors {
            directors.begin_run();
        }
    }

    fn client(&self) -> &Client {
        &self.client
    }

    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        let zones = self.call(Method::GET, &["Zone"], &detail()).await?;
        let name = |zone: &Json| zone["zone"].as_str().unwrap_or_default().to_owned();
        Ok(zones.as_array().into_iter().flatten().map(name).map(ListedZone::named).collect())
    }

    async fn create_zone(&self, zone: &ZoneName) -> Result<String, ProviderError> {
        let zone = zone.without_dot();
        let body = json!({
            // Differs from octoDNS: it cuts the last letter of the zone's name off.
            "zone": zone, "rname": format!("hostmaster@{zone}"), "ttl": 3600,
            "serial_style": "increment",
        });
        self.call(Method::POST, &["Zone", zone], &body).await?;
        Ok(String::new())
    }

    fn adapt(&self, desired: &mut Records, _: &mut Records, report: &mut Report) {
        if self.directors.is_some() {
            directors::adapt(desired, report);
        }
    }

    async fn publish(&self, zone: Zone<'_>) -> Result<(), Error> {
        let published = self.publish_all(zone).await;
        self.unpublished.forget(zone.id);
        published
    }
}

#[async_trait]
impl SetApi for Dyn {
    const FIELDS: SetFields = FIELDS;

    async fn sets(
        &self,
        zone: Zone<'_>,
        only: Option<Only<'_>>,
    ) -> Result<Option<Vec<Json>>, Error> {
        if let Some(Only { fqdn, .. }) = only {
            return Ok(Some(optional(self.below(zone, fqdn).await)?.unwrap_or_default()));
        }
        // What an earlier run could not publish is forgotten by the service as well.
        self.unpublished.forget(zone.id);
        let found = optional(self.call(Method::GET, &["Zone", zone.id], &json!({})).await)?;
        if found.is_none() {
            return Ok(None);
        }
        Ok(Some(self.below(zone, zone.id).await?))
    }

    /// The values of a set are replaced by one call. A new one with a single value is created as octoDNS does.
    async fn put(&self, zone: Zone<'_>, set: &Json, existing: Option<&Json>) -> Result<(), Error> {
        let (Some([rdata]), None) = (values(set), existing) else {
            return self.replace(zone, set).await;
        };
        let mut body = json!({"rdata": rdata, "ttl": set["ttl"]});
        if set["record_type"] == "NS" {
            body["service_class"] = "".into();
        }
        self.change((Method::POST, zone), (key(set), None), &body, Some(set.clone())).await
    }

    async fn delete(&self, zone: Zone<'_>, existing: &Json) -> Result<(), Error> {
        let id = match values(existing) {
            Some([only]) => Some(match &only["record_id"] {
                Json::String(id) => id.clone(),
                id => id.to_string(),
            }),
            _ => None,
        };
        let of = (key(existing), id.as_deref());
        optional(self.change((Method::DELETE, zone), of, &json!({}), None).await).map(drop)
    }

    fn dynamic(&self) -> Option<&dyn DynamicSets> {
        self.directors.is_some().then_some(self)
    }
}

/// The values of a set.
fn values(set: &Json) -> Option<&[Json]> {
    set["values"].as_array().map(Vec::as_slice)
}

impl Dyn {
    async fn call(&self, method: Method, path: &[&str], body: &Json) -> Result<Json, Error> {
        call(&self.client, method, path, body).await
    }

    /// The sets at a name and below it.
    async fn below(&self, zone: Zone<'_>, name: &str) -> Result<Vec<Json>, Error> {
        let path = ["AllRecord", zone.id, &format!("{name}.")];
        Ok(read(&self.call(Method::GET, &path, &detail()).await?))
    }

    /// A change of the rows of a name and type, or of the one with an id, which is remembered until it is published.
    async fn change(
        &self,
        (method, zone): (Method, Zone<'_>),
        (of, id): (Key, Option<&str>),
        body: &Json,
        wanted: Wanted,
    ) -> Result<(), Error> {
        let (list, fqdn) = (format!("{}Record", of.1), format!("{}.", of.0));
        let path: Vec<_> = [&*list, zone.id, &*fqdn].into_iter().chain(id).collect();
        let session = self.session.number();
        let changed = self.call(method, &path, body).await.map(drop);
        if changed.is_ok() || matches!(changed, Err(Error::Indeterminate { .. })) {
            // Which session it was is only known if there was no other meanwhile.
            let session = Some(session).filter(|session| *session == self.session.number());
            self.unpublished.add(zone.id, session, of, wanted);
        }
        changed
    }

    /// Replaces all rows of a name and type.
    pub(crate) async fn replace(&self, zone: Zone<'_>, set: &Json) -> Result<(), Error> {
        let ttl = set["ttl"].to_string();
        let rows = values(set).into_iter().flatten();
        let rows: Vec<_> = rows.map(|rdata| json!({"rdata": rdata, "ttl": ttl})).collect();
        let of = key(set);
        let body = json!({format!("{}Records", of.1): rows});
        self.change((Method::PUT, zone), (of, None), &body, Some(set.clone())).await
    }

    /// Publishes a zone. Changes of a session that has ended since may be lost: they are looked up, and made again.
    pub(crate) async fn publish_all(&self, zone: Zone<'_>) -> Result<(), Error> {
        for _ in 0..ROUNDS {
            let session = self.session.number();
            let others = self.unpublished.of_others(zone.id, session);
            if !others.is_empty() {
                let sets = self.below(zone, zone.id).await?;
                for (of, wanted) in others {
                    match (&wanted, sets.iter().find(|set| key(set) == of)) {
                        (Some(wanted), Some(found)) if is_same(wanted, found) => {}
                        (Some(wanted), _) => self.replace(zone, wanted).await?,
                        (None, Some(found)) => self.delete(zone, found).await?,
                        (None, None) => {}
                    }
                    self.unpublished.add(zone.id, Some(session), of, wanted);
                }
            }
            if self.session.number() != session {
                continue;
            }
            self.call(Method::PUT, &["Zone", zone.id], &json!({"publish": true})).await?;
            if self.session.number() == session {
                self.unpublished.forget(zone.id);
                return Ok(());
            }
        }
        let path = format!("{}/Zone/{}/", self.client.base().path(), zone.id);
        let message = "sessions ended before the changes were published; run again".to_owned();
        Err(Error::Indeterminate { call: octodns_http::Call::new(Method::PUT, path), message })
    }
}
