//! The provider: facts of the service, and its calls.

use std::time::Duration;

use octodns_core::engine::BatchLimits;
use octodns_core::record::text::UnsupportedText;
use octodns_core::registry::BuildError;
use octodns_core::{
    Capabilities, ProviderError, RecordType, Registry, Values, ZoneName, async_trait,
};
use octodns_http::{
    Builder, Client, Error, HeaderAuth, Method, Page, Rate, Request, Response, Throttle,
    WaitFormat, WaitHeader, all, optional, pages,
};
use octodns_kit::dialect::{Dialect, Dot, Names, Targets, Text};
use octodns_kit::rows::{self, RowApi};
use octodns_kit::{
    Api, BatchKinds, Batched, Connector, Fields, Json, ListedZone, Only, RowChange, RowChanges,
    Service, Zone, ZonesBy, json, only_fields, pause_of, seconds,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::jobs::{Ended, Jobs, words_of};
use crate::login;
use crate::options::{IDENTITY, Options};

/// Too many requests have the status of too many items and of a full quota.
const THROTTLE: Throttle = Throttle::status(413)
    .when(is_throttled)
    .wait_in_body("/overLimit/retryAfter", WaitFormat::Rfc3339)
    .pause(Duration::from_secs(5));

/// When requests are available again: a time, under the name of the documentation and under the usual one.
const WAITS: [WaitHeader; 2] = [
    WaitHeader { name: "reply-after", format: WaitFormat::Rfc3339 },
    WaitHeader { name: "retry-after", format: WaitFormat::Rfc3339 },
];

fn is_throttled(response: &Response) -> bool {
    let says = |text: &str| ["retryAfter", "rate-limited"].iter().any(|word| text.contains(word));
    let has = |name| response.header(name).is_some();
    has("reply-after") || has("retry-after") || response.text().is_ok_and(says)
}

/// Registers the provider by its octoDNS class and its short name.
pub fn register(registry: &mut Registry) {
    rows::register::<Rackspace>(registry);
}

/// The domains of one account, by the Cloud DNS API, version 1.0:
/// <https://docs.rackspace.com/reference/cloud-dns-api-reference>.
#[derive(Debug)]
pub struct Rackspace {
    client: Client,
    jobs: Jobs,
    email: Option<String>,
}

#[async_trait]
impl Api for Rackspace {
    const SERVICE: Service = Service {
        short_names: &["rackspace"],
        former_classes: &["octodns.provider.rackspace.RackspaceProvider"],
        version: env!("CARGO_PKG_VERSION"),
        rates: &[
            // That of `/status`, which the next one does not count.
            Rate::per_second(15).of(&["GET"]),
            Rate::per_minute(300).of(&["GET"]),
            Rate::per_minute(75).of(&["POST"]),
            Rate::per_minute(150).of(&["PUT"]),
            Rate::per_minute(150).of(&["DELETE"]),
        ],
        capabilities: Capabilities::of(&[
            RecordType::A,
            RecordType::AAAA,
            RecordType::CNAME,
            RecordType::MX,
            RecordType::NS,
            RecordType::SRV,
            RecordType::TXT,
        ])
        .values(Values {
            ttl: 300..=2_147_483_647,
            null_mx: false,
            null_srv: false,
            lacks: &[(
                RecordType::TXT,
                &[
                    UnsupportedText::NonUtf8,
                    UnsupportedText::Empty,
                    // The service removes them.
                    UnsupportedText::Quotes,
                    UnsupportedText::Backslashes,
                ],
            )],
            ..Values::ANY
        }),
        dialect: Dialect {
            names: Names::Absolute(Dot::Omitted),
            targets: Targets { read: Dot::Omitted, write: Dot::Omitted, own: None },
            text: Text::Raw,
            ..Dialect::RAW
        },
        ..Service::new(
            "octodns_rackspace.RackspaceProvider",
            "https://dns.api.rackspacecloud.com/v1.0",
        )
    };
    const ZONES: ZonesBy = ZonesBy::Id;
    // An account has up to five pages of zones.
    const LOOKUPS: usize = 4;
    type Options = Options;

    fn connect(options: Options, connector: &Connector<'_>) -> Result<Self, BuildError> {
        let timeout = seconds("timeout", options.timeout)?;
        let delay = pause_of("ratelimit_delay", options.ratelimit_delay)?;
        let own = |builder: Builder| {
            let builder = builder.redact(&options.api_key).error_message(words_of);
            let builder =
                builder.throttles(&[THROTTLE]).wait_headers(&WAITS).timeout(timeout.as_secs_f64());
            delay.into_iter().fold(builder, Builder::rate)
        };
        let given = Some(&*options.identity_endpoint).filter(|given| *given != IDENTITY);
        let identity = connector.other_host("identity_endpoint", given, IDENTITY);
        let identity = identity.client_with(HeaderAuth::default(), own)?;
        let client = connector.client_with(HeaderAuth::default(), own)?;
        // The delay is between all requests.
        let login = login::auth(identity.with_limits_of(&client), &options, connector);
        let client = client.with_auth(login);
        Ok(Self { jobs: Jobs::new(&client), client, email: options.email })
    }

    fn client(&self) -> &Client {
        &self.client
    }

    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        self.list(|| self.client.get(&["domains"]), true).await.map(listed)
    }

    /// The number of entries next to these may be that of the whole account.
    async fn zones_named(&self, zone: &ZoneName) -> Result<Vec<ListedZone>, Error> {
        self.jobs.settle(zone.as_str()).await?;
        let named = || self.client.get(&["domains"]).query("name", zone.without_dot());
        self.list(named, false).await.map(listed)
    }

    async fn create_zone(&self, zone: &ZoneName) -> Result<String, ProviderError> {
        let name = zone.without_dot();
        let email = self.email.clone().unwrap_or_else(|| format!("hostmaster@{name}"));
        let body = json!({"domains": [{"name": name, "emailAddress": email}]});
        let request = self.client.post(&["domains"]).json(&body);
        let id = match self.jobs.carry_out(zone.as_str(), request).await? {
            Ended::Completed(made) => id(&made["domains"][0]["id"]),
            Ended::Partly(_) => None,
        };
        match id {
            Some(id) => Ok(id),
            // A job that is done at once may say no more than that.
            None => self.interrupted_zone(zone).await?.ok_or_else(|| {
                ProviderError::failed(format!("the service does not list its new zone {zone}"))
            }),
        }
    }
}

#[async_trait]
impl RowApi for Rackspace {
    const FIELDS: Fields = Fields {
        of: &[
            (RecordType::MX, &[("preference", "priority"), ("exchange", "data")]),
            (RecordType::SRV, &[("weight", "data"), ("port", "data"), ("target", "data")]),
        ],
        ..Fields::new("data")
    };
    const BATCH: Option<BatchLimits> = Some(BatchLimits::items(100));
    const BATCH_KINDS: BatchKinds = BatchKinds::Apart;

    /// All of them: the service finds no names with an underscore.
    async fn rows(&self, zone: Zone<'_>, _: Option<Only<'_>>) -> Result<Option<Vec<Json>>, Error> {
        self.jobs.settle(zone.id).await?;
        optional(self.list(|| self.client.get(&["domains", zone.id, "records"]), true).await)
    }

    async fn create(&self, zone: Zone<'_>, row: &Json) -> Result<(), Error> {
        self.write(zone, Method::POST, &[row]).await
    }

    async fn update(&self, zone: Zone<'_>, id: &str, row: &Json) -> Result<(), Error> {
        self.write(zone, Method::PUT, &[&in_place(id, row)]).await
    }

    async fn delete(&self, zone: Zone<'_>, id: &str) -> Result<(), Error> {
        let left = optional(self.delete_all(zone, &[id]).await)?.unwrap_or_default();
        left.into_iter().next().map_or(Ok(()), |(_, error)| Err(error))
    }

    async fn batch(&self, zone: Zone<'_>, changes: &[RowChange]) -> Result<Batched, Error> {
        let RowChanges { creates, updates, deletes, .. } = RowChanges::of(changes);
        if !updates.is_empty() {
            let rows: Vec<_> = updates.into_iter().map(|(id, row)| in_place(id, row)).collect();
            self.write(zone, Method::PUT, &rows.iter().collect::<Vec<_>>()).await?;
        }
        if !creates.is_empty() {
            self.write(zone, Method::POST, &creates).await?;
        }
        if deletes.is_empty() {
            return Ok(Batched::Done);
        }
        let left = self.delete_all(zone, &deletes).await?;
        Ok(if left.is_empty() { Batched::Done } else { Batched::Partly(left) })
    }
}

impl Rackspace {
    /// Creates or updates rows, all or none.
    async fn write(&self, zone: Zone<'_>, method: Method, rows: &[&Json]) -> Result<(), Error> {
        let request = self.client.request(method, &["domains", zone.id, "records"]);
        self.jobs.carry_out(zone.id, request.json(&json!({"records": rows}))).await.map(drop)
    }

    /// Deletes rows, each by itself; the result has those that are left, and why.
    async fn delete_all(
        &self,
        zone: Zone<'_>,
        ids: &[&str],
    ) -> Result<Vec<(String, Error)>, Error> {
        let request = self.client.delete(&["domains", zone.id, "records"]);
        let request = ids.iter().fold(request, |request, id| request.query("id", id));
        Ok(match self.jobs.carry_out(zone.id, request).await? {
            Ended::Completed(_) => Vec::new(),
            Ended::Partly(left) => left,
        })
    }

    /// All entries of a list, whose pages have the URLs of the next ones. `counts` says whether the number of entries
    /// next to it is its own.
    async fn list<'c, T: DeserializeOwned>(
        &'c self,
        first: impl Fn() -> Request<'c>,
        counts: bool,
    ) -> Result<Vec<T>, Error> {
        all(pages(String::new(), async |url| {
            let request = match &*url {
                "" => first(),
                url => self.client.follow(Method::GET, url),
            };
            let response = request.send().await?;
            let Listed { items, total_entries, links } = response.json()?;
            let next = links.into_iter().find(|link| link.rel == "next").map(|link| link.href);
            Ok(Page::new(&response, items).next(next).total(counts.then_some(total_entries)))
        }))
        .await
    }
}

/// A row as an update takes it, which changes neither name nor type.
fn in_place(id: &str, row: &Json) -> Json {
    let mut row = only_fields(row, &["name", "data", "priority", "ttl"]);
    row["id"] = id.into();
    row
}

/// An id: a number for what is older than the change of 2021, else a text.
fn id(id: &Json) -> Option<String> {
    id.as_str().map(str::to_owned).or_else(|| id.as_u64().map(|id| id.to_string()))
}

fn listed(domains: Vec<Domain>) -> Vec<ListedZone> {
    let zone = |domain: Domain| ListedZone::new(domain.name, id(&domain.id).unwrap_or_default());
    domains.into_iter().map(zone).collect()
}

/// A zone in a list.
#[derive(Debug, Deserialize)]
struct Domain {
    name: String,
    id: Json,
}

/// A page of a list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed<T> {
    #[serde(alias = "domains", alias = "records")]
    items: Vec<T>,
    total_entries: u64,
    #[serde(default)]
    links: Vec<Link>,
}

#[derive(Debug, Deserialize)]
struct Link {
    rel: String,
    href: String,
}
