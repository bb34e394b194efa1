//! The facts of the service, and its calls.

use std::collections::HashSet;

use octodns_core::engine::{BatchLimits, Weight};
use octodns_core::record::text::{Presentation, UnsupportedText};
use octodns_core::registry::BuildError;
use octodns_core::{
    Capabilities, ProviderError, RecordType, Registry, Values, ZoneName, async_trait,
};
use octodns_http::{Client, Error, Host, Quota, WaitFormat, WaitHeader, optional};
use octodns_kit::changes::{self, ChangeApi, SetChange};
use octodns_kit::dialect::{Dialect, Dot, Names, Targets, Text};
use octodns_kit::{Api, Connector, Json, ListedZone, Service, SetFields, Zone, json};
use serde::Deserialize;

use crate::change_list::{self, ChangeList};
use crate::edgegrid;
use crate::list::{RECORD_SETS, list};
use crate::options::{Options, missing};

/// When the next request is allowed.
const NEXT: WaitHeader = WaitHeader { name: "x-ratelimit-next", format: WaitFormat::Rfc3339 };

/// More than all creations of a plan: what else it changes is sent alone, unless it is all sent together.
const ALONE: usize = 1 << 30;

/// Registers the provider by its octoDNS class and its short name.
pub fn register(registry: &mut Registry) {
    register_with(registry, &Host::default());
}

/// The same, with the clock and the randomness of `host`, which makes signatures reproducible.
pub fn register_with(registry: &mut Registry, host: &Host) {
    changes::register_with::<Akamai>(registry, host);
}

/// The zones of an API client, through version 2 of the API: <https://techdocs.akamai.com/edge-dns/reference/api>.
#[derive(Clone, Debug)]
pub struct Akamai {
    client: Client,
    contract_id: Option<String>,
    gid: Option<String>,
    comment: Option<String>,
}

#[async_trait]
impl Api for Akamai {
    const SERVICE: Service = Service {
        short_names: &["edgedns", "akamai"],
        former_classes: &[
            "octodns.provider.edgedns.AkamaiProvider",
            "octodns.provider.fastdns.AkamaiProvider",
        ],
        version: env!("CARGO_PKG_VERSION"),
        capabilities: Capabilities::of(&[
            RecordType::A,
            RecordType::AAAA,
            RecordType::CAA,
            RecordType::CNAME,
            RecordType::DS,
            RecordType::HTTPS,
            RecordType::LOC,
            RecordType::MX,
            RecordType::NAPTR,
            RecordType::NS,
            RecordType::PTR,
            RecordType::SRV,
            RecordType::SSHFP,
            RecordType::SVCB,
            RecordType::TLSA,
            RecordType::TXT,
        ])
        .root_ns()
        .multivalue_ptr()
        .values(Values {
            ttl: 0..=2_147_483_647,
            lacks: &[(RecordType::TXT, &[UnsupportedText::Quotes, UnsupportedText::Backslashes])],
            ..Values::ANY
        }),
        dialect: Dialect {
            names: Names::Absolute(Dot::Omitted),
            targets: Targets { read: Dot::Either, write: Dot::Required, own: None },
            text: Text::Quoted(Presentation::DECIMAL),
            ..Dialect::RAW
        },
        // Each account has a host of its own.
        ..Service::new("octodns_edgedns.AkamaiProvider", "")
    };
    type Options = Options;

    fn connect(options: Options, connector: &Connector<'_>) -> Result<Self, BuildError> {
        let credentials = options.credentials(connector)?;
        let endpoint = credentials.endpoint()?;
        let connector = connector.default_endpoint(&endpoint);
        if connector.endpoint().is_empty() {
            return Err(missing("host"));
        }
        let client = connector.client_with(edgegrid::auth(&credentials), |builder| {
            let builder = builder
                .verdict(edgegrid::verdict)
                .wait_headers(&[NEXT])
                .quotas(&[Quota::reset_at("x-ratelimit-remaining", NEXT)]);
            match &credentials.account_switch_key {
                Some(key) => builder.default_query("accountSwitchKey", key),
                None => builder,
            }
        })?;
        let Options { contract_id, gid, comment, .. } = options;
        Ok(Self { client, contract_id, gid, comment })
    }

    fn service(&self) -> Service {
        let Service { capabilities, .. } = Self::SERVICE;
        let capabilities = match self.contract_id {
            Some(_) => capabilities,
            None => capabilities.fixed_zones_without("contract_id"),
        };
        Service { capabilities, ..Self::SERVICE }
    }

    fn client(&self) -> &Client {
        &self.client
    }

    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        // Zones of the third kind, aliases, have no records of their own.
        let get = || self.client.get(&["zones"]).query("types", "PRIMARY,SECONDARY");
        let zones = list(get, ["zones", "zone"]).await?;
        let name = |zone: Json| zone["zone"].as_str().map(ListedZone::named);
        Ok(zones.into_iter().filter_map(name).collect())
    }

    async fn create_zone(&self, zone: &ZoneName) -> Result<String, ProviderError> {
        let request = self.client.post(&["zones"]);
        let request = [("contractId", &self.contract_id), ("gid", &self.gid)]
            .into_iter()
            .filter_map(|(key, given)| Some((key, given.as_deref()?)))
            .fold(request, |request, (key, given)| request.query(key, given));
        let body = json!({"zone": zone.without_dot(), "type": "PRIMARY"});
        match request.json(&body).send_ok().await {
            // It may be what is left of a run that was interrupted.
            Err(error @ Error::Refused { status: 409, .. }) => {
                if !self.is_new(zone).await?.unwrap_or(false) {
                    return Err(error.into());
                }
            }
            made => made?,
        }
        self.begin(zone).await?;
        Ok(String::new())
    }

    async fn interrupted_zone(&self, zone: &ZoneName) -> Result<Option<String>, ProviderError> {
        let Some(is_new) = self.is_new(zone).await? else { return Ok(None) };
        if is_new {
            self.begin(zone).await?;
        }
        Ok(Some(String::new()))
    }
}

impl Akamai {
    /// Whether a zone has no version yet; `None` if there is no such zone.
    async fn is_new(&self, zone: &ZoneName) -> Result<Option<bool>, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Shown {
            activation_state: String,
        }

        let shown =
            self.client.get(&["zones", zone.without_dot()]).read_optional::<Shown>().await?;
        Ok(shown.map(|shown| shown.activation_state == "NEW"))
    }

    /// Makes the first version of a zone, in which the service puts SOA and NS records.
    async fn begin(&self, zone: &ZoneName) -> Result<(), Error> {
        let list = ChangeList { client: &self.client, zone: zone.without_dot() };
        list.open().await?;
        list.submit(self.comment.as_deref()).await
    }

    /// Makes one change.
    async fn make(&self, zone: &str, change: &SetChange) -> Result<(), Error> {
        let (client, SetChange { before, after, .. }) = (&self.client, change);
        let [name, of] = Self::FIELDS.key(change.set());
        let path = ["zones", zone, "names", name, "types", of];
        match (before, after) {
            (None, Some(set)) => client.post(&path).json(set).send_ok().await,
            (Some(_), Some(set)) => client.put(&path).json(set).send_ok().await,
            (_, None) => client.delete(&path).send_ok_or_missing().await,
        }
    }
}

#[async_trait]
impl ChangeApi for Akamai {
    const FIELDS: SetFields = SetFields::texts("rdata");
    const LIMITS: BatchLimits = BatchLimits::items(usize::MAX);

    async fn sets(&self, zone: Zone<'_>) -> Result<Option<Vec<Json>>, Error> {
        let get = || self.client.get(&["zones", zone.id, "recordsets"]);
        let sets = optional(list(get, RECORD_SETS).await)?;
        let mut seen = HashSet::new();
        // A set that is listed twice counts once, as in octoDNS.
        let is_first = |set: &Json| seen.insert(["name", "type"].map(|key| set[key].to_string()));
        Ok(sets.map(|sets| sets.into_iter().filter(is_first).collect()))
    }

    /// All creations take one call, and each other change takes one; if that is no less than a change list takes, or
    /// if a name has several, a change list is better.
    fn limits(&self, changes: &[SetChange]) -> BatchLimits {
        let name = |change: &SetChange| change.set()["name"].to_string().to_lowercase();
        let (others, created): (Vec<_>, Vec<_>) =
            changes.iter().partition(|change| change.before.is_some());
        let calls = others.len() + usize::from(!created.is_empty());
        let is_alone = |other: &&SetChange| {
            changes.iter().filter(|change| name(change) == name(other)).count() == 1
        };
        if calls < change_list::CALLS && others.iter().all(is_alone) {
            return BatchLimits::items(ALONE);
        }
        Self::LIMITS
    }

    fn weigh(&self, change: &SetChange) -> Weight {
        Weight::new(if change.before.is_some() { ALONE } else { 1 }, 0)
    }

    async fn send(&self, zone: Zone<'_>, changes: &[SetChange]) -> Result<(), Error> {
        if let [change] = changes {
            return self.make(zone.id, change).await;
        }
        if changes.iter().any(|change| change.before.is_some()) {
            return ChangeList { client: &self.client, zone: zone.id }.make(changes).await;
        }
        let sets: Vec<_> = changes.iter().filter_map(|change| change.after.as_ref()).collect();
        let request = self.client.post(&["zones", zone.id, "recordsets"]);
        request.json(&json!({"recordsets": sets})).send_ok().await
    }
}
