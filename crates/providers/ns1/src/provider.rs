//! The provider: facts of the service, and its calls.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures::{StreamExt, TryStreamExt, stream};
use octodns_core::record::text::UnsupportedText;
use octodns_core::registry::BuildError;
use octodns_core::{
    Capabilities, DynamicSupport, HealthChecks, Places, ProviderError, RecordType, Registry,
    Report, Values, Zone as Records, ZoneName, async_trait,
};
use octodns_http::{Client, Error, Host};
use octodns_kit::dialect::{Dialect, Dot, Names, Targets};
use octodns_kit::sets::{self, DynamicSets, SetApi};
use octodns_kit::{Api, Connector, Json, ListedZone, Only, Owner, Service, SetFields, Zone, json};
use serde::Deserialize;

use crate::calls::{self, NO_ZONE, list, missing};
use crate::dynamic::{self, Beside};
use crate::items::text;
use crate::options::Options;
use crate::records::{self, FIELDS, UNREADABLE};

/// The most records whose filters are asked for at the same time; the client has limits of its own.
const AT_ONCE: usize = 64;

/// Texts are bare JSON.
const BARE: &[UnsupportedText] = &[UnsupportedText::NonUtf8];
const NOT_EMPTY: &[UnsupportedText] = &[UnsupportedText::NonUtf8, UnsupportedText::Empty];

/// Registers the provider by its octoDNS class and its short name.
pub fn register(registry: &mut Registry) {
    register_with(registry, &Host::default());
}

/// The same, with the clock and the randomness of `host`.
pub fn register_with(registry: &mut Registry, host: &Host) {
    sets::register_with::<Ns1>(registry, host);
}

/// The zones of one account, by version 1 of the API: <https://developer.ibm.com/apis/catalog/ns1--ibm-ns1-connect-api>.
#[derive(Debug)]
pub struct Ns1 {
    client: Client,
    service: Service,
    beside: Beside,
    /// The zones that were created in this run: each has root NS records from the start.
    created: Mutex<HashSet<String>>,
}

/// A zone, as it is listed.
#[derive(Debug, Deserialize)]
struct Listed {
    zone: String,
}

/// A zone with its records.
#[derive(Debug, Deserialize)]
struct WithRecords {
    records: Option<Vec<Json>>,
    link: Option<String>,
}

#[async_trait]
impl Api for Ns1 {
    const SERVICE: Service = Service {
        short_names: &["ns1"],
        former_classes: &["octodns.provider.ns1.Ns1Provider"],
        version: env!("CARGO_PKG_VERSION"),
        capabilities: Capabilities::of(&[
            RecordType::A,
            RecordType::AAAA,
            RecordType::ALIAS,
            RecordType::CAA,
            RecordType::CNAME,
            RecordType::DNAME,
            RecordType::DS,
            RecordType::MX,
            RecordType::NAPTR,
            RecordType::NS,
            RecordType::PTR,
            RecordType::SPF,
            RecordType::SRV,
            RecordType::TLSA,
            RecordType::TXT,
            RecordType::URLFWD,
        ])
        .root_ns()
        .multivalue_ptr()
        .pool_value_status()
        .dynamic_subnets()
        .dynamic_support(DynamicSupport {
            types: &[RecordType::A, RecordType::AAAA, RecordType::CNAME],
            places: Places { continents: &["AF", "AS", "EU", "NA", "SA"], ..Places::ANY },
            health_checks: HealthChecks::Only(&["HTTP", "HTTPS", "ICMP", "TCP"]),
            ..DynamicSupport::ANY
        })
        .values(Values {
            ttl: 0..=2_147_483_647,
            relative_names: false,
            lacks: &[
                (RecordType::CAA, BARE),
                (RecordType::NAPTR, BARE),
                (RecordType::SPF, NOT_EMPTY),
                (RecordType::TXT, NOT_EMPTY),
            ],
            ..Values::ANY
        }),
        dialect: Dialect {
            names: Names::Absolute(Dot::Omitted),
            targets: Targets { read: Dot::Either, write: Dot::Required, own: None },
            ..Dialect::RAW
        },
        ..Service::new("octodns_ns1.Ns1Provider", "https://api.nsone.net/v1")
    };
    type Options = Options;

    fn connect(options: Options, connector: &Connector<'_>) -> Result<Self, BuildError> {
        options.check()?;
        let client = options.client(connector)?;
        let mut service = Self::SERVICE;
        if let Some(many) = options.at_once() {
            service.names_at_once = Some(many);
        }
        let beside = Beside::new(&client, &options);
        Ok(Self { client, service, beside, created: Mutex::default() })
    }

    fn service(&self) -> Service {
        self.service.clone()
    }

    fn client(&self) -> &Client {
        &self.client
    }

    fn begin_run(&self) {
        self.beside.forget();
        self.created().clear();
    }

    /// A record that is a link to another has no values of its own.
    fn owner(set: &Json) -> Owner {
        if set["link"].is_string() { Owner::Inexpressible } else { Owner::User }
    }

    fn adapt(&self, desired: &mut Records, _: &mut Records, report: &mut Report) {
        self.beside.adapt(desired, report);
    }

    /// A name may be that of several zones, in different views: it is one for octoDNS.
    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        let zones: Vec<Listed> = list(&self.client, &["zones"], Ok).await?;
        Ok(zones.into_iter().map(|zone| ListedZone::named(zone.zone)).collect())
    }

    async fn create_zone(&self, zone: &ZoneName) -> Result<String, ProviderError> {
        let name = zone.without_dot();
        let request = self.client.put(&["zones", name]).json(&json!({"zone": name}));
        request.once().send_ok().await?;
        self.created().insert(name.to_owned());
        Ok(String::new())
    }

    async fn interrupted_zone(&self, zone: &ZoneName) -> Result<Option<String>, ProviderError> {
        let name = zone.without_dot();
        let found = missing(self.client.get(&["zones", name]).send_ok().await, NO_ZONE)?;
        Ok(found.map(|()| {
            self.created().insert(name.to_owned());
            String::new()
        }))
    }
}

#[async_trait]
impl SetApi for Ns1 {
    const FIELDS: SetFields = SetFields::objects(records::VALUES, FIELDS);

    async fn sets(
        &self,
        zone: Zone<'_>,
        only: Option<Only<'_>>,
    ) -> Result<Option<Vec<Json>>, Error> {
        if let Some(Only { fqdn, record_type, .. }) = only {
            let record = calls::record(&self.client, zone.id, fqdn, record_type).await?;
            return Ok(Some(record.iter().map(records::set).collect()));
        }
        let path = ["zones", zone.id];
        let read = list(&self.client, &path, |page: WithRecords| {
            page.records.ok_or_else(|| match page.link {
                Some(link) => {
                    format!("the zone is a link to {link}, and has no records of its own")
                }
                None => "it is missing".to_owned(),
            })
        });
        let Some(listed) = missing(read.await, NO_ZONE)? else { return Ok(None) };
        // The list has no filters. Records of other types than these cannot be dynamic.
        let sets = stream::iter(listed).map(|listed| async move {
            let is_dynamic = records::is_filtered(&listed) && dynamic::can_be(&listed);
            if !is_dynamic && !records::is_ambiguous(&listed) {
                return Ok::<_, Error>(Some(records::set(&listed)));
            }
            let (name, of) = (text(&listed, "domain"), text(&listed, "type"));
            let record = calls::record(&self.client, zone.id, name, of).await?;
            Ok(record.as_ref().map(records::set))
        });
        let sets: Vec<Option<Json>> = sets.buffered(AT_ONCE).try_collect().await?;
        Ok(Some(sets.into_iter().flatten().collect()))
    }

    fn unreadable(set: &Json) -> Option<String> {
        set[UNREADABLE].as_str().map(str::to_owned)
    }

    async fn put(&self, zone: Zone<'_>, set: &Json, existing: Option<&Json>) -> Result<(), Error> {
        let body = records::plain(zone, set, existing);
        let is_made_with_zone =
            set["type"] == "NS" && set["domain"] == zone.id && self.created().contains(zone.id);
        calls::send(&self.client, &body, existing.is_some() || is_made_with_zone).await
    }

    async fn delete(&self, zone: Zone<'_>, existing: &Json) -> Result<(), Error> {
        calls::delete(&self.client, zone, existing).await
    }

    fn dynamic(&self) -> Option<&dyn DynamicSets> {
        Some(&self.beside)
    }
}

impl Ns1 {
    fn created(&self) -> MutexGuard<'_, HashSet<String>> {
        self.created.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
