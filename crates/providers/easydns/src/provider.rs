//! The provider: facts of the service, and its calls.

use std::time::Duration;

use crate::options::Options;
use crate::values;
use octodns_core::record::text::UnsupportedText::{Empty, NonUtf8, Quotes};
use octodns_core::registry::BuildError;
use octodns_core::{Capabilities, Change, ProviderError, Registry, Values, ZoneName, async_trait};
use octodns_http::{Client, Error, HeaderAuth, Throttle, optional};
use octodns_kit::dialect::{Dialect, Dot, Names, Targets, Text};
use octodns_kit::record_type::{A, AAAA, CAA, CNAME, DS, MX, NAPTR, NS, SRV, TXT};
use octodns_kit::rows::{self, RowApi};
use octodns_kit::{
    Api, Connector, Fields, Json, ListedZone, Only, Pages, Remembered, Service, Zone, json,
    seconds, text_of,
};

/// The API for tests.
const SANDBOX: &str = "https://sandbox.rest.easydns.net";

/// Numbers may be texts.
const PAGES: Pages = Pages::offset("start")
    .size("max", 1000)
    .first_bare()
    .entries(&["data"])
    .start("start")
    .total_if_given("total");

/// The zones of a user.
const ZONES: Pages = Pages::whole().entries(&["data.index"]);

/// Too many requests, or wrong credentials. The service does not say how long to wait.
const THROTTLE: Throttle =
    Throttle::status(420).perhaps_credentials().pause(Duration::from_secs(5));

/// Registers the provider by its octoDNS classes and its short name.
pub fn register(registry: &mut Registry) {
    rows::register::<EasyDns>(registry);
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
    forbidden: Remembered<()>,
}

#[async_trait]
impl Api for EasyDns {
    const SERVICE: Service = Service {
        other_classes: &["octodns_easydns.EasyDNSProvider"],
        former_classes: &[
            "octodns.provider.easydns.EasyDNSProvider",
            "octodns.provider.easydns.EasyDnsProvider",
        ],
        short_names: &["easydns"],
        version: env!("CARGO_PKG_VERSION"),
        capabilities: Capabilities::of(&[A, AAAA, CAA, CNAME, DS, MX, NAPTR, NS, SRV, TXT])
            .root_ns()
            .values(Values {
                ttl: 300..=86_400,
                lacks: &[(TXT, &[NonUtf8, Empty]), (CAA, &[NonUtf8, Empty, Quotes])],
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
        let connector = connector.sandbox(SANDBOX, options.sandbox);
        let auth = HeaderAuth::basic(options.token.reveal(), &options.api_key)?;
        let client = connector
            .client_with(auth, |builder| builder.redact(&options.token).throttles(&[THROTTLE]))?;
        let pause = seconds("domain_create_sleep", options.domain_create_sleep)?;
        let Options { currency, portfolio, user, .. } = options;
        let new_zone = json!({
            "service": "dns", "term": 1, "dns_only": 1, "portfolio": portfolio, "currency": currency,
        });
        Ok(Self { client, new_zone, pause, user, forbidden: Remembered::default() })
    }

    fn client(&self) -> &Client {
        &self.client
    }

    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        let Some(user) = &self.user else {
            let message = "zones are listed by user: set the option `user`".to_owned();
            return Err(Error::Options { message, source: None });
        };
        ZONES.zones(|| self.client.get(&["domains", "list", user]), "name", "").await
    }

    async fn create_zone(&self, zone: &ZoneName) -> Result<String, ProviderError> {
        let request = self.client.put(&["domains", "add", zone.without_dot()]);
        request.once().json(&self.new_zone).send_ok().await?;
        self.clear(zone).await?;
        Ok(String::new())
    }

    // Differs from octoDNS: it plans everything as new, and fails when applying.
    fn refusal(&self, zone: &ZoneName, _: &[Change]) -> Option<String> {
        self.forbidden.has(zone.without_dot()).then(|| {
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
        of: &[(MX, &[("preference", "prio"), ("exchange", "rdata")]), (DS, &[("digest", "rdata")])],
        ..Fields::new("rdata")
    };

    async fn rows(&self, zone: Zone<'_>, _: Option<Only<'_>>) -> Result<Option<Vec<Json>>, Error> {
        self.list(zone.id, "parsed").await
    }

    async fn create(&self, zone: Zone<'_>, row: &Json) -> Result<(), Error> {
        let of = text_of(row, "type");
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
        let rows = PAGES.read(|| self.client.get(&["zones", "records", form, zone])).await;
        let rows = match rows {
            // A zone of somebody else is none of this account.
            Err(error) if error.status() == Some(403) => {
                tracing::warn!(
                    target: "octodns",
                    logger = "easydns",
                    "{zone} is not shown to this token (403), and taken as missing"
                );
                self.forbidden.set(zone, Some(()));
                return Ok(None);
            }
            rows => optional(rows)?,
        };
        self.forbidden.set(zone, None);
        Ok(rows.map(values::read))
    }

    /// Removes what the service puts into a new zone, except its name servers.
    async fn clear(&self, zone: &ZoneName) -> Result<(), ProviderError> {
        tokio::time::sleep(self.pause).await;
        let zone = zone.without_dot();
        for row in self.list(zone, "all").await?.unwrap_or_default() {
            let text = |key: &str| text_of(&row, key);
            let is_default = matches!(text("host"), "@" | "" | "www")
                && matches!(text("type"), "A" | "MX" | "CNAME");
            if is_default {
                self.remove(zone, text("id")).await?;
            }
        }
        Ok(())
    }
}
