//! The provider: facts of the service, and its calls.

use octodns_core::engine::{BatchLimits, Weight};
use octodns_core::record::text::Presentation;
use octodns_core::registry::BuildError;
use octodns_core::value::Position;
use octodns_core::{
    Capabilities, ProviderError, RecordType, Registry, Values, ZoneName, async_trait,
};
use octodns_http::{Call, Client, Error, Host, JobStatus, Method, Page, Poll, all, pages};
use octodns_kit::changes::{self, ChangeApi, SetChange};
use octodns_kit::dialect::{Dialect, Dot, Names, Targets, Text};
use octodns_kit::{
    Api, Connector, Json, ListedZone, Owner, Service, SetFields, Zone, ZonesBy, json,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::account::Account;
use crate::options::Options;

/// Registers the provider by its octoDNS class and its short name.
pub fn register(registry: &mut Registry) {
    register_with(registry, &Host::default());
}

/// The same, with the clock and the randomness of `host`, which makes logins and names of zones reproducible.
pub fn register_with(registry: &mut Registry, host: &Host) {
    changes::register_with::<GoogleCloud>(registry, host);
}

/// The zones of one project, by version 1 of the API: <https://cloud.google.com/dns/docs/reference/rest/v1>.
#[derive(Debug)]
pub struct GoogleCloud {
    account: Account,
    batch_size: usize,
    private: Option<bool>,
    networks: Vec<String>,
}

/// As many entries as a page may have.
const PAGE_SIZE: usize = 1000;

/// The bytes of values that a project may change in one call, unless it has another quota:
/// <https://cloud.google.com/dns/quotas>.
const MAX_BYTES: usize = 100_000;

#[async_trait]
impl Api for GoogleCloud {
    const SERVICE: Service = Service {
        short_names: &["googlecloud"],
        former_classes: &["octodns.provider.googlecloud.GoogleCloudProvider"],
        version: env!("CARGO_PKG_VERSION"),
        concurrency: 16,
        capabilities: Capabilities::of(&[
            RecordType::A,
            RecordType::AAAA,
            RecordType::ALIAS,
            RecordType::CAA,
            RecordType::CNAME,
            RecordType::DS,
            RecordType::MX,
            RecordType::NAPTR,
            RecordType::NS,
            RecordType::PTR,
            RecordType::SPF,
            RecordType::SRV,
            RecordType::TXT,
        ])
        .root_ns()
        .values(Values { ttl: 0..=2_147_483_647, alias_below_apex: false, ..Values::ANY }),
        dialect: Dialect {
            names: Names::Absolute(Dot::Required),
            targets: Targets { read: Dot::Either, write: Dot::Required, own: None },
            text: Text::Quoted(Presentation::DECIMAL),
            ..Dialect::RAW
        },
        ..Service::new(
            "octodns_googlecloud.GoogleCloudProvider",
            "https://dns.googleapis.com/dns/v1",
        )
    };
    const ZONES: ZonesBy = ZonesBy::Id;
    /// A deletion has to match what is there, and an addition needs that there is nothing.
    const PRECONDITIONS: bool = true;
    type Options = Options;

    fn connect(options: Options, connector: &Connector<'_>) -> Result<Self, BuildError> {
        if options.batch_size == 0 {
            return Err(BuildError::new("batch_size has to be at least 1", Position::NONE));
        }
        let account = Account::connect(&options, connector)?;
        let Options { batch_size, private, networks, .. } = options;
        Ok(Self { account, batch_size, private, networks })
    }

    fn service(&self) -> Service {
        let Service { capabilities, .. } = Self::SERVICE;
        let needs_networks = self.private == Some(true) && self.networks.is_empty();
        let capabilities = if needs_networks {
            capabilities.fixed_zones_without("networks")
        } else {
            capabilities
        };
        Service { capabilities, ..Self::SERVICE }
    }

    /// Sets with a policy have different values for different clients.
    fn owner(set: &Json) -> Owner {
        if set["routingPolicy"].is_null() { Owner::User } else { Owner::Inexpressible }
    }

    fn begin_run(&self) {
        self.account.begin_run();
    }

    fn client(&self) -> &Client {
        &self.account.client
    }

    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        let mut zones: Vec<ManagedZone> = self.list(&["managedZones"]).await?;
        let is_asked_for =
            |zone: &ManagedZone| self.private.is_none_or(|private| private == zone.is_private());
        zones.retain(is_asked_for);
        Ok(zones.into_iter().map(|zone| ListedZone::new(zone.dns_name, zone.name)).collect())
    }

    async fn create_zone(&self, zone: &ZoneName) -> Result<String, ProviderError> {
        let name = self.zone_name(zone);
        let mut body =
            json!({"name": name, "dnsName": zone.as_str(), "description": zone.as_str()});
        if self.private == Some(true) {
            let project = self.account.project().await?;
            let networks = self.networks.iter();
            let networks: Json = networks
                .map(|network| json!({"networkUrl": network_url(network, &project)}))
                .collect();
            body["visibility"] = "private".into();
            body["privateVisibilityConfig"] = json!({"networks": networks});
        }
        let request = self.account.request(Method::POST, &["managedZones"]).await?;
        let made: ManagedZone = request.json(&body).read().await?;
        Ok(made.name)
    }
}

#[async_trait]
impl ChangeApi for GoogleCloud {
    const FIELDS: SetFields = SetFields::texts("rrdatas");
    const LIMITS: BatchLimits = BatchLimits::new(1000, MAX_BYTES);

    fn limits(&self, _: &[SetChange]) -> BatchLimits {
        BatchLimits::new(self.batch_size, MAX_BYTES)
    }

    /// A change may be a deletion and an addition, which the service counts apart.
    fn weigh(&self, change: &SetChange) -> Weight {
        let sets = change.before.iter().chain(&change.after);
        let values = sets.filter_map(|set| set["rrdatas"].as_array()).flatten();
        Weight::new(1, values.filter_map(Json::as_str).map(str::len).sum())
    }

    async fn sets(&self, zone: Zone<'_>) -> Result<Option<Vec<Json>>, Error> {
        // The zone is in the list of zones, so it is an error if it has no records.
        let sets: Vec<RecordSet> = self.list(&["managedZones", zone.id, "rrsets"]).await?;
        Ok(Some(sets.into_iter().map(|RecordSet(set)| set).collect()))
    }

    /// The last change set of the zone may be the one whose answer was lost.
    async fn sets_again(&self, zone: Zone<'_>) -> Result<Option<Vec<Json>>, Error> {
        #[derive(Deserialize)]
        struct Listed {
            #[serde(default)]
            changes: Vec<ChangeSet>,
        }

        let request =
            self.account.request(Method::GET, &["managedZones", zone.id, "changes"]).await?;
        let newest = request
            .query("sortBy", "changeSequence")
            .query("sortOrder", "descending")
            .query("maxResults", 1);
        match newest.send().await {
            Ok(response) => {
                let Listed { changes } = response.json()?;
                if let Some(last) = changes.into_iter().next() {
                    self.until_done(zone, last, response.call()).await?;
                }
            }
            // What is listed next decides.
            Err(Error::NotFound { .. } | Error::Refused { .. }) => {}
            Err(error) => return Err(error),
        }
        self.sets(zone).await
    }

    async fn send(&self, zone: Zone<'_>, changes: &[SetChange]) -> Result<(), Error> {
        let deletions: Vec<_> =
            changes.iter().filter_map(|change| change.before.as_ref()).collect();
        let additions: Vec<_> = changes.iter().filter_map(|change| change.after.as_ref()).collect();
        let body = json!({"additions": additions, "deletions": deletions});
        let request =
            self.account.request(Method::POST, &["managedZones", zone.id, "changes"]).await?;
        let response = request.json(&body).send().await?;
        self.until_done(zone, response.json()?, response.call()).await
    }
}

impl GoogleCloud {
    /// All entries of a list.
    async fn list<T: DeserializeOwned + Send>(&self, path: &[&str]) -> Result<Vec<T>, Error> {
        #[derive(Deserialize)]
        struct Listed<T> {
            kind: Option<String>,
            #[serde(alias = "managedZones", alias = "rrsets")]
            items: Option<Vec<T>>,
            #[serde(rename = "nextPageToken")]
            next: Option<String>,
        }

        all(pages(String::new(), async |token: String| {
            let request =
                self.account.request(Method::GET, path).await?.query("maxResults", PAGE_SIZE);
            let request =
                if token.is_empty() { request } else { request.query("pageToken", &token) };
            let response = request.send().await?;
            let Listed { kind, items, next } = response.json()?;
            // An empty list may be left out, but then the answer says that it is one.
            let is_list = kind.is_some_and(|kind| kind.ends_with("ListResponse"));
            let items = items.or_else(|| is_list.then(Vec::new));
            let items = items.ok_or_else(|| response.malformed("its list", "it is missing"))?;
            Ok(Page::new(&response, items).next(next.filter(|next| !next.is_empty())))
        }))
        .await
    }

    /// Waits until the name servers have a change set, which `call` has shown.
    async fn until_done(
        &self,
        zone: Zone<'_>,
        ChangeSet { id, status }: ChangeSet,
        call: &Call,
    ) -> Result<(), Error> {
        if status == Status::Done {
            return Ok(());
        }
        let path = ["managedZones", zone.id, "changes", &id];
        let ask = async || {
            let ChangeSet { status, .. } =
                self.account.request(Method::GET, &path).await?.read().await?;
            Ok(match status {
                Status::Pending => JobStatus::Pending,
                Status::Done => JobStatus::Done(()),
            })
        };
        self.account.client.poll(Poll::default(), call, ask).await
    }

    /// A name for a new zone: a letter, and then up to 62 letters, digits and dashes.
    fn zone_name(&self, zone: &ZoneName) -> String {
        let dashed = |symbol: char| if symbol.is_ascii_alphanumeric() { symbol } else { '-' };
        let name: String = zone.without_dot().chars().map(dashed).take(40).collect();
        format!("zone-{}-{}", name.trim_matches('-'), self.account.client.host().nonce(8))
    }
}

/// The URL of a network that is named.
fn network_url(network: &str, project: &str) -> String {
    let compute = "https://www.googleapis.com/compute/v1";
    match network {
        url if url.starts_with("https://") => url.to_owned(),
        path if path.starts_with("projects/") => format!("{compute}/{path}"),
        name => format!("{compute}/projects/{project}/global/networks/{name}"),
    }
}

/// A zone, as listed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ManagedZone {
    name: String,
    dns_name: String,
    visibility: Option<String>,
}

impl ManagedZone {
    fn is_private(&self) -> bool {
        self.visibility.as_deref() == Some("private")
    }
}

/// A set as it is listed, without what a deletion must not have.
#[derive(Debug, Deserialize)]
#[serde(from = "Json")]
struct RecordSet(Json);

impl From<Json> for RecordSet {
    fn from(mut set: Json) -> Self {
        if let Some(fields) = set.as_object_mut() {
            let kept = ["name", "type", "ttl", "rrdatas", "routingPolicy"];
            fields.retain(|field, value| kept.contains(&field.as_str()) && !value.is_null());
        }
        Self(set)
    }
}

/// Changes that were made together.
#[derive(Debug, Deserialize)]
struct ChangeSet {
    id: String,
    status: Status,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Status {
    Pending,
    Done,
}
