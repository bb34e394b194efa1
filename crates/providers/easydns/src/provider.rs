//! The provider: facts of the service, and its calls.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use octodns_core::record::text::UnsupportedText;
use octodns_core::registry::BuildError;
use octodns_core::{
    Capabilities, Change, ProviderError, RecordType, Registry, Values, ZoneName, async_trait,
};
use octodns_http::{Client, Error, HeaderAuth, Page, Request, Throttle, all_ahead, optional};
use octodns_kit::dialect::{Dialect, Dot, Names, Targets, Text};
use octodns_kit::rows::{self, RowApi};
use octodns_kit::{Api, Connector, Fields, Json, ListedZone, Only, Service, Zone, json, seconds};
use serde::Deserialize;

use crate::options::Options;
use crate::values;

/// The API for tests.
const SANDBOX: &str = "https://sandbox.rest.easydns.net";

/// How many pages are read at the same time.
const PAGES_AT_ONCE: usize = 4;

/// The entries of a page.
const PER_PAGE: u64 = 1000;

/// Too many requests, or wrong credentials. The service does not say how long to wait.
const THROTTLE: Throttle =
    Throttle::status(420).perhaps_credentials().pause(Duration::from_secs(5));

/// Registers the provider by its octoDNS classes and its short name.
pub fn register(registry: &mut Registry) {
    rows::register::<EasyDns>(registry);
    let old =
        ["octodns.provider.easydns.EasyDNSProvider", "octodns.provider.easydns.EasyDnsProvider"];
    registry.providers.formerly(EasyDns::SERVICE.class, &old);
}

/// The zones of one account, by the REST API: <https://docs.sandbox.rest.easydns.net/>.
#[derive(Debug)]
pub struct EasyDns {
    client: Client,
    /// What a new zone is created with.
    new_zone: Json,
    pause: Duration,
    user: Option<String>,
    /// The zones that the service refused to show when they were read last.
    forbidden: Mutex<BTreeSet<String>>,
}

#[async_trait]
impl Api for EasyDns {
    const SERVICE: Service = Service {
        other_classes: &["octodns_easydns.EasyDNSProvider"],
        short_names: &["easydns"],
        version: env!("CARGO_PKG_VERSION"),
        capabilities: Capabilities::of(&[
            RecordType::A,
            RecordType::AAAA,
            RecordType::CAA,
            RecordType::CNAME,
            RecordType::DS,
            RecordType::MX,
            RecordType::NAPTR,
            RecordType::NS,
            RecordType::SRV,
            RecordType::TXT,
        ])
        .root_ns()
        .values(Values {
            ttl: 300..=86_400,
            lacks: &[
                (RecordType::TXT, &[UnsupportedText::NonUtf8, UnsupportedText::Empty]),
                (
                    RecordType::CAA,
                    &[UnsupportedText::NonUtf8, UnsupportedText::Empty, UnsupportedText::Quotes],
                ),
            ],
            ..Values::ANY
        }),
        dialect: Dialect {
            names: Names::Relative { apex: "@" },
            targets: Targets { read: Dot::Required, write: Dot::Required, own: Some("@") },
            text: Text::Raw,
            ..Dialect::RAW
        },
        ..Service::new("octodns_easydns.EasyDnsProvider", "https://rest.easydns.net")
    };
    type Options = Options;

    fn connect(options: Options, connector: &Connector<'_>) -> Result<Self, BuildError> {
        let sandbox = connector.default_endpoint(SANDBOX);
        let connector = if options.sandbox { &sandbox } else { connector };
        let auth = HeaderAuth::basic(options.token.reveal(), &options.api_key)?;
        let client = connector
            .client_with(auth, |builder| builder.redact(&options.token).throttles(&[THROTTLE]))?;
        let pause = seconds("domain_create_sleep", options.domain_create_sleep)?;
        let Options { currency, portfolio, user, .. } = options;
        let new_zone = json!({
            "service": "dns", "term": 1, "dns_only": 1, "portfolio": portfolio, "currency": currency,
        });
        Ok(Self { client, new_zone, pause, user, forbidden: Mutex::default() })
    }

    fn client(&self) -> &Client {
        &self.client
    }

    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        let Some(user) = &self.user else {
            let message = "zones are listed by user: set the option `user`".to_owned();
            return Err(Error::Options { message, source: None });
        };
        let Listed { data: Index { index } } =
            self.client.get(&["domains", "list", user]).read().await?;
        Ok(index.into_iter().map(|zone| ListedZone::named(zone.name)).collect())
    }

    async fn create_zone(&self, zone: &ZoneName) -> Result<String, ProviderError> {
        let request = self.client.put(&["domains", "add", zone.without_dot()]);
        request.once().json(&self.new_zone).send_ok().await?;
        self.clear(zone).await?;
        Ok(String::new())
    }

    // Differs from octoDNS: it plans everything as new, and fails when applying.
    fn refusal(&self, zone: &ZoneName, _: &[Change]) -> Option<String> {
        self.forbidden().contains(zone.without_dot()).then(|| {
            format!(
                "easyDNS does not show {zone} to this token (403): it is a zone of another user, or the token lacks the \
                 right to read it"
            )
        })
    }

    async fn interrupted_zone(&self, zone: &ZoneName) -> Result<Option<String>, ProviderError> {
        if self.list(zone.without_dot(), "all").await?.is_none() {
            return Ok(None);
        }
        self.clear(zone).await?;
        Ok(Some(String::new()))
    }
}

#[async_trait]
impl RowApi for EasyDns {
    const FIELDS: Fields = Fields {
        name: "host",
        of: &[
            (RecordType::MX, &[("preference", "prio"), ("exchange", "rdata")]),
            (
                RecordType::DS,
                &[
                    ("key_tag", "key_tag"),
                    ("algorithm", "algorithm"),
                    ("digest_type", "digest_type"),
                    ("digest", "rdata"),
                ],
            ),
        ],
        ..Fields::new("rdata")
    };

    async fn rows(&self, zone: Zone<'_>, _: Option<Only<'_>>) -> Result<Option<Vec<Json>>, Error> {
        self.list(zone.id, "parsed").await
    }

    async fn create(&self, zone: Zone<'_>, row: &Json) -> Result<(), Error> {
        let of = values::text(row, "type");
        let request = self.client.put(&["zones", "records", "add", zone.id, of]);
        request.once().json(&values::written(row)).send_ok().await
    }

    async fn update(&self, zone: Zone<'_>, id: &str, row: &Json) -> Result<(), Error> {
        let mut row = values::written(row);
        row["domain"] = zone.id.into();
        // It states all that is to hold, so that it may be sent twice.
        let request = self.client.post(&["zones", "records", id]).json(&row);
        request.repeatable().send_ok().await
    }

    async fn delete(&self, zone: Zone<'_>, id: &str) -> Result<(), Error> {
        self.remove(zone.id, id).await
    }
}

impl EasyDns {
    async fn remove(&self, zone: &str, id: &str) -> Result<(), Error> {
        self.client.delete(&["zones", "records", zone, id]).send_ok_or_missing().await
    }

    /// The rows of a zone; `None` if the account has no such zone.
    async fn list(&self, zone: &str, form: &str) -> Result<Option<Vec<Json>>, Error> {
        let rows = match list(|| self.client.get(&["zones", "records", form, zone])).await {
            // A zone of somebody else is none of this account.
            Err(error) if error.status() == Some(403) => {
                tracing::warn!(
                    target: "octodns",
                    logger = "easydns",
                    "{zone} is not shown to this token (403), and taken as missing"
                );
                self.forbidden().insert(zone.to_owned());
                return Ok(None);
            }
            rows => optional(rows)?,
        };
        self.forbidden().remove(zone);
        Ok(rows.map(values::read))
    }

    fn forbidden(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.forbidden.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes what the service puts into a new zone, except its name servers.
    async fn clear(&self, zone: &ZoneName) -> Result<(), ProviderError> {
        tokio::time::sleep(self.pause).await;
        let zone = zone.without_dot();
        for row in self.list(zone, "all").await?.unwrap_or_default() {
            let text = |key: &str| values::text(&row, key);
            let is_default = matches!(text("host"), "@" | "" | "www")
                && matches!(text("type"), "A" | "MX" | "CNAME");
            if is_default {
                self.remove(zone, text("id")).await?;
            }
        }
        Ok(())
    }
}

/// An answer.
#[derive(Debug, Deserialize)]
struct Listed<T> {
    data: T,
}

/// The zones of a user.
#[derive(Debug, Deserialize)]
struct Index {
    index: Vec<Named>,
}

#[derive(Debug, Deserialize)]
struct Named {
    name: String,
}

/// A page of rows.
#[derive(Debug, Deserialize)]
struct Rows {
    data: Vec<Json>,
    total: Json,
    start: Json,
}

/// All rows of a list.
async fn list<'c>(get: impl Fn() -> Request<'c>) -> Result<Vec<Json>, Error> {
    all_ahead(PAGES_AT_ONCE, async |at| {
        let request = match at.number {
            1 => get(),
            _ => get().query("start", at.offset).query("max", PER_PAGE),
        };
        let response = request.send().await?;
        let Rows { data, total, start } = response.json()?;
        let [total, start] = [total, start].map(|field| number(&field));
        if start.is_some_and(|start| start != at.offset) {
            return Err(response.malformed("start", &format!("it is not {}", at.offset)));
        }
        let page = Page::new(&response, data);
        Ok(match total {
            Some(total) => page.offset(at.offset, total),
            None => page,
        })
    })
    .await
}

/// A number, which may be a text.
fn number(field: &Json) -> Option<u64> {
    field.as_u64().or_else(|| field.as_str()?.parse().ok())
}
