//! The provider: facts of the service, and its calls.

use std::time::Duration;

use octodns_core::record::text::{Cut, Presentation, UnsupportedText};
use octodns_core::registry::BuildError;
use octodns_core::{
    Capabilities, DynamicSupport, Fallbacks, HealthChecks, ProviderError, RecordType, Registry,
    Report, Values, Zone as Records, ZoneName, async_trait,
};
use octodns_http::{
    Client, Error, Host, Response, Throttle, Verdict, WaitFormat, WaitHeader, optional,
};
use octodns_kit::dialect::{Dialect, Dot, Names, Targets, Text};
use octodns_kit::sets::{self, DynamicSets, SetApi};
use octodns_kit::{
    Api, Connector, Fields, Json, ListedZone, Only, Owner, Service, SetFields, Zone, ZonesBy, json,
};
use serde::Deserialize;

use crate::dynamic::{self, Beside};
use crate::options::Options;
use crate::records::{self, OTHERS, PARTS, REPEATED, UNEXPRESSED, VALUES};

/// The API of the health checks.
const SONAR: &str = "https://api.sonar.constellix.com/rest/api";

/// Too many requests, without a word on how long to wait: the window of the limit is not published.
const THROTTLE: Throttle = Throttle::status(429).pause(Duration::from_secs(2));

/// How many requests a second are allowed.
const RATE: WaitHeader = WaitHeader { name: "requestlimitrate", format: WaitFormat::PerSecond };

/// A change that is none is a bad request, told by its words.
fn is_no_change(response: &Response) -> Option<Verdict> {
    let says = |words: &str| response.text().is_ok_and(|text| text.contains(words));
    let is_it = response.status() == 400 && (says("are identical") || says("no changes to save"));
    is_it.then_some(Verdict::Success)
}

/// Registers the provider by its octoDNS class and its short name.
pub fn register(registry: &mut Registry) {
    register_with(registry, &Host::default());
}

/// The same, with the clock of `host`.
pub fn register_with(registry: &mut Registry, host: &Host) {
    sets::register_with::<Constellix>(registry, host);
}

/// The zones of one account, by version 1 of the API: <https://api.dns.constellix.com/v1>.
#[derive(Debug)]
pub struct Constellix {
    client: Client,
    beside: Beside,
}

/// A zone, as it is listed or created.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Domain {
    id: u64,
    name: String,
    #[serde(default, rename = "hasGeoIP")]
    has_geo: bool,
}

#[async_trait]
impl Api for Constellix {
    const SERVICE: Service = Service {
        short_names: &["constellix"],
        former_classes: &["octodns.provider.constellix.ConstellixProvider"],
        version: env!("CARGO_PKG_VERSION"),
        capabilities: Capabilities::of(&[
            RecordType::A,
            RecordType::AAAA,
            RecordType::ALIAS,
            RecordType::CAA,
            RecordType::CNAME,
            RecordType::MX,
            RecordType::NS,
            RecordType::PTR,
            RecordType::SRV,
            RecordType::TXT,
        ])
        .dynamic_support(DynamicSupport {
            types: &[RecordType::A, RecordType::AAAA, RecordType::CNAME],
            fallbacks: Fallbacks::Checked("constellix"),
            health_checks: HealthChecks::Ignored,
            ..DynamicSupport::ANY
        })
        .values(Values {
            ttl: 0..=2_147_483_647,
            lacks: &[(RecordType::CAA, &[UnsupportedText::NonUtf8])],
            ..Values::ANY
        }),
        dialect: Dialect {
            names: Names::Relative { apex: "" },
            targets: Targets { read: Dot::Required, write: Dot::Required, own: None },
            text: Text::Quoted(
                Presentation::DECIMAL.with_unicode().with_joined_strings().with_cut(Cut::Written),
            ),
            ..Dialect::RAW
        },
        ..Service::new("octodns_constellix.ConstellixProvider", "https://api.dns.constellix.com/v1")
    };
    const ZONES: ZonesBy = ZonesBy::Id;
    type Options = Options;

    fn connect(options: Options, connector: &Connector<'_>) -> Result<Self, BuildError> {
        let rate = options.rate()?;
        let client = |connector: &Connector<'_>| {
            connector.client_with(options.auth(), |builder| {
                let builder = builder.throttles(&[THROTTLE]).wait_headers(&[RATE]);
                rate.into_iter().fold(builder.verdict(is_no_change), octodns_http::Builder::rate)
            })
        };
        let sonar = options.sonar_endpoint.as_deref();
        let sonar = client(&connector.other_host("sonar_endpoint", sonar, SONAR))?;
        let client = client(connector)?;
        Ok(Self { beside: Beside::new(&client, &sonar), client })
    }

    fn client(&self) -> &Client {
        &self.client
    }

    fn begin_run(&self) {
        self.beside.begin_run();
    }

    /// Failovers, and pools of types that cannot be dynamic.
    fn owner(set: &Json) -> Owner {
        let has_values = matches!(set["recordOption"].as_str(), None | Some("roundRobin"));
        let has_parts = set[PARTS].as_array().is_some_and(|parts| !parts.is_empty());
        let can_be_dynamic = dynamic::TYPES.contains(&records::text(set, "type"));
        if has_values && (can_be_dynamic || !has_parts) {
            Owner::User
        } else {
            Owner::Inexpressible
        }
    }

    fn unexpressed(set: &Json) -> Option<String> {
        set[UNEXPRESSED].as_str().map(|what| format!("{what} cannot be expressed"))
    }

    fn adapt(&self, desired: &mut Records, _: &mut Records, report: &mut Report) {
        dynamic::adapt(desired, report);
    }

    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        let zones: Vec<Domain> = self.client.get(&["domains"]).read().await?;
        self.beside.has_geo(zones.iter().filter(|zone| zone.has_geo).map(|zone| zone.id));
        Ok(zones.into_iter().map(|zone| ListedZone::new(zone.name, zone.id.to_string())).collect())
    }

    async fn create_zone(&self, zone: &ZoneName) -> Result<String, ProviderError> {
        let request = self.client.post(&["domains"]);
        let response = request.json(&json!({"names": [zone.without_dot()]})).send().await?;
        match &*response.json::<Vec<Domain>>()? {
            [zone] => Ok(zone.id.to_string()),
            _ => Err(response.malformed("the list", "it does not have one zone").into()),
        }
    }
}

#[async_trait]
impl SetApi for Constellix {
    const FIELDS: SetFields = SetFields::objects(
        VALUES,
        Fields {
            types: &[(RecordType::ALIAS, "ANAME")],
            of: &[
                (RecordType::CAA, &[("flags", "flag"), ("tag", "tag"), ("value", "data")]),
                (RecordType::MX, &[("preference", "level"), ("exchange", "value")]),
                (
                    RecordType::SRV,
                    &[
                        ("priority", "priority"),
                        ("weight", "weight"),
                        ("port", "port"),
                        ("target", "value"),
                    ],
                ),
            ],
            ..Fields::new("value")
        },
    );

    async fn sets(&self, zone: Zone<'_>, _: Option<Only<'_>>) -> Result<Option<Vec<Json>>, Error> {
        let rows = self.client.get(&["domains", zone.id, "records"]).read().await;
        Ok(optional(rows)?.map(|rows| records::sets(rows, zone.name)))
    }

    async fn put(&self, zone: Zone<'_>, set: &Json, existing: Option<&Json>) -> Result<(), Error> {
        let of = records::text(set, "type");
        let row = records::written(set, existing);
        if let Some(existing) = existing.filter(|existing| existing[REPEATED] == true) {
            self.remove(zone, existing[OTHERS].as_array().into_iter().flatten()).await?;
        }
        let request = match existing.and_then(records::id) {
            Some(id) => self.client.put(&["domains", zone.id, "records", of, &id]),
            None => self.client.post(&["domains", zone.id, "records", of]),
        };
        request.json(&row).send_ok().await
    }

    async fn delete(&self, zone: Zone<'_>, existing: &Json) -> Result<(), Error> {
        let others = existing[OTHERS].as_array().into_iter().flatten();
        self.remove(zone, others.chain([existing])).await
    }

    fn dynamic(&self) -> Option<&dyn DynamicSets> {
        Some(&self.beside)
    }
}

impl Constellix {
    /// Deletes records; those that are gone already are no error.
    async fn remove<'r>(
        &self,
        zone: Zone<'_>,
        rows: impl Iterator<Item = &'r Json> + Send,
    ) -> Result<(), Error> {
        for row in rows {
            let (of, Some(id)) = (records::text(row, "type"), records::id(row)) else { continue };
            let request = self.client.delete(&["domains", zone.id, "records", of, &id]);
            request.send_ok_or_missing().await?;
        }
        Ok(())
    }
}
