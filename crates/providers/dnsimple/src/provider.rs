//! The provider: facts of the service, and its calls.

use octodns_core::engine::BatchLimits;
use octodns_core::record::text::Presentation;
use octodns_core::record::text::UnsupportedText::{Empty, Start, TrailingBlanks, UnpairedQuotes};
use octodns_core::registry::BuildError;
use octodns_core::{
    Capabilities, MaxTxt, ProviderError, Registry, Secret, Values, ZoneName, async_trait,
};
use octodns_http::{Client, Error, HeaderAuth, Quota, Rate, WaitFormat, WaitHeader, optional};
use octodns_kit::dialect::{Dialect, Dot, Names, Targets, Text};
use octodns_kit::record_type::{A, AAAA, ALIAS, CAA, CNAME, MX, NAPTR, NS, PTR, SRV, SSHFP, TXT};
use octodns_kit::rows::{self, RowApi};
use octodns_kit::{
    Api, Batched, Connector, Fields, Json, ListedZone, Only, Owner, Pages, RootNs, RowChange,
    RowChanges, Service, Zone, id_value, json, only_fields, text_of,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// The API for tests.
const SANDBOX: &str = "https://api.sandbox.dnsimple.com/v2";

const PAGES: Pages = Pages::numbered("page")
    .size("per_page", 100)
    .entries(&["data"])
    .pages("pagination.total_pages")
    .total("pagination.total_entries");

/// The fields that an update can change.
const CHANGEABLE: [&str; 4] = ["name", "content", "ttl", "priority"];

/// The start of the text that the service puts next to an ALIAS.
const COMPANION: &str = "ALIAS for";

/// When the hour of the limit ends.
const RESET: WaitHeader =
    WaitHeader { name: "x-ratelimit-reset", format: WaitFormat::EpochSeconds };

/// Options of one `dnsimple` provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// An API token of the account, or of a user of it.
    pub token: Secret,
    /// The id of the account: the number in the URLs of its pages.
    pub account: u64,
    /// Whether to use the service's environment for tests. Default: false.
    #[serde(default)]
    pub sandbox: bool,
    /// Whether the NS records of the apex are managed, by a call that the service calls a public beta. Default:
    /// false.
    #[serde(default)]
    pub manage_root_ns: bool,
}

impl Options {
    /// With this token, for this account.
    pub fn new(token: Secret, account: u64) -> Self {
        Self { token, account, sandbox: false, manage_root_ns: false }
    }
}

/// Registers the provider by its octoDNS class and its short name.
pub fn register(registry: &mut Registry) {
    rows::register::<Dnsimple>(registry);
}

/// The zones of one account, by the API, version 2: <https://developer.dnsimple.com/v2/>.
#[derive(Clone, Debug)]
pub struct Dnsimple {
    /// At the account: the first part of every path.
    client: Client,
    manages_root_ns: bool,
}

#[async_trait]
impl Api for Dnsimple {
    const SERVICE: Service = Service {
        short_names: &["dnsimple"],
        former_classes: &["octodns.provider.dnsimple.DnsimpleProvider"],
        version: env!("CARGO_PKG_VERSION"),
        rates: &[Rate::per_hour(2400)],
        capabilities: Capabilities::of(&[
            A, AAAA, ALIAS, CAA, CNAME, MX, NAPTR, NS, PTR, SRV, SSHFP, TXT,
        ])
        .values(Values {
            ttl: 0..=2_147_483_647,
            max_txt: Some(MaxTxt::Written(1000)),
            null_srv: false,
            lacks: &[(TXT, &[Empty, TrailingBlanks, UnpairedQuotes, Start(COMPANION)])],
            ..Values::ANY
        }),
        dialect: Dialect {
            names: Names::Relative { apex: "" },
            targets: Targets { read: Dot::Omitted, write: Dot::Required, own: None },
            // Bare texts are published in quotes; those in quotes as they are.
            text: Text::RawOrQuoted(Presentation::DECIMAL),
            ..Dialect::RAW
        },
        ..Service::new("octodns_dnsimple.DnsimpleProvider", "https://api.dnsimple.com/v2")
    };
    type Options = Options;

    fn connect(options: Options, connector: &Connector<'_>) -> Result<Self, BuildError> {
        let connector = connector.sandbox(SANDBOX, options.sandbox);
        let client = connector.client_with(HeaderAuth::bearer(&options.token)?, |builder| {
            builder
                .quotas(&[Quota::reset_at("x-ratelimit-remaining", RESET)])
                .wait_headers(&[RESET])
        })?;
        let base = client.base().as_str().trim_end_matches('/');
        let client = client.at(&format!("{base}/{}", options.account))?;
        Ok(Self { client, manages_root_ns: options.manage_root_ns })
    }

    fn service(&self) -> Service {
        let mut service = Self::SERVICE;
        service.capabilities.root_ns = self.manages_root_ns;
        service
    }

    fn client(&self) -> &Client {
        &self.client
    }

    fn owner(row: &Json) -> Owner {
        let text = |key| text_of(row, key);
        let is_companion =
            text("type") == "TXT" && text("content").trim_start_matches('"').starts_with(COMPANION);
        if is_companion || !row["parent_id"].is_null() {
            return Owner::Parent;
        }
        let is_root_ns = text("type") == "NS" && text("name").is_empty();
        if row["system_record"] == true && !is_root_ns { Owner::Service } else { Owner::User }
    }

    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        PAGES.zones(|| self.client.get(&["zones"]), "name", "").await
    }

    /// A domain brings its zone along.
    async fn create_zone(&self, zone: &ZoneName) -> Result<String, ProviderError> {
        self.client.post(&["domains"]).json(&json!({"name": zone.without_dot()})).send_ok().await?;
        Ok(String::new())
    }
}

#[async_trait]
impl RowApi for Dnsimple {
    const FIELDS: Fields = Fields {
        of: &[
            (MX, &[("preference", "priority"), ("exchange", "content")]),
            (SRV, &[("weight", "content"), ("port", "content"), ("target", "content")]),
        ],
        ..Fields::new("content")
    };
    const ROOT_NS: RootNs = RootNs::Call { ttl: 3600 };
    // The service has a limit, and does not say which.
    const BATCH: Option<BatchLimits> = Some(BatchLimits::items(100));
    // Only accounts of one plan have it, so a try has to be worth its call.
    const BATCH_FROM: usize = 25;

    async fn rows(
        &self,
        zone: Zone<'_>,
        only: Option<Only<'_>>,
    ) -> Result<Option<Vec<Json>>, Error> {
        let get = || self.client.get(&["zones", zone.id, "records"]);
        optional(match only {
            None => PAGES.read(get).await,
            Some(Only { name, record_type, .. }) => {
                PAGES.read(|| get().query("name", name).query("type", record_type)).await
            }
        })
    }

    async fn create(&self, zone: Zone<'_>, row: &Json) -> Result<(), Error> {
        self.client.post(&["zones", zone.id, "records"]).json(row).send_ok().await
    }

    async fn update(&self, zone: Zone<'_>, id: &str, row: &Json) -> Result<(), Error> {
        let row = only_fields(row, &CHANGEABLE);
        // It states all that is to hold, so that it may be sent twice.
        let request = self.client.patch(&["zones", zone.id, "records", id]).json(&row);
        request.repeatable().send_ok().await
    }

    async fn delete(&self, zone: Zone<'_>, id: &str) -> Result<(), Error> {
        self.client.delete(&["zones", zone.id, "records", id]).send_ok_or_missing().await
    }

    async fn batch(&self, zone: Zone<'_>, changes: &[RowChange]) -> Result<Batched, Error> {
        let RowChanges { creates, updates, deletes, .. } = RowChanges::of(changes);
        let update = |(id, row): (&str, &Json)| {
            let mut row = only_fields(row, &CHANGEABLE);
            row["id"] = id_value(id);
            row
        };
        let updates: Vec<_> = updates.into_iter().map(update).collect();
        let deletes: Vec<_> = deletes.into_iter().map(|id| json!({"id": id_value(id)})).collect();
        let body = json!({"creates": creates, "updates": updates, "deletes": deletes});
        let sent = self.client.post(&["zones", zone.id, "batch"]).json(&body).send_ok().await;
        match sent {
            Err(error) if matches!(error.status(), Some(404 | 405 | 412 | 501)) => {
                Ok(Batched::NotOffered)
            }
            sent => sent.map(|()| Batched::Done),
        }
    }

    async fn set_root_ns(&self, zone: Zone<'_>, names: &[String]) -> Result<(), Error> {
        let names: Vec<_> = names.iter().map(|name| name.trim_end_matches('.')).collect();
        let request = self.client.put(&["zones", zone.id, "ns_records"]);
        request.json(&json!({"ns_names": names})).send_ok().await
    }
}
