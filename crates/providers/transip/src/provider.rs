//! The provider: facts of the service, and its calls.

use std::time::Duration;

use futures::future::join;
use octodns_core::record::text::UnsupportedText::{
    Backslashes, Backticks, Empty, LeadingBlanks, NonUtf8, TrailingBlanks,
};
use octodns_core::registry::BuildError;
use octodns_core::{
    Capabilities, Change, MaxTxt, Registry, Report, Values, Zone as Records, ZoneName, async_trait,
};
use octodns_http::{Client, Error, Host, Rate, optional};
use octodns_kit::dialect::{Dialect, Dot, Names, Targets, Text};
use octodns_kit::record_type::{
    A, AAAA, ALIAS, CAA, CNAME, DS, MX, NAPTR, NS, SRV, SSHFP, TLSA, TXT,
};
use octodns_kit::whole::{self, WholeApi};
use octodns_kit::{
    Api, Connector, Fields, Json, ListedZone, Pages, Remembered, RootNs, Service, Zone, json,
};

use crate::login::limits;
use crate::options::Options;
use crate::{login, root_ns};

/// Without a page, the service lists every domain.
const DOMAINS: Pages = Pages::whole().entries(&["domains"]);
const ENTRIES: Pages = Pages::whole().entries(&["dnsEntries"]);
const SERVERS: Pages = Pages::whole().entries(&["nameservers"]);

/// Registers the provider by its octoDNS class and its short name.
pub fn register(registry: &mut Registry) {
    register_with(registry, &Host::default());
}

/// The same, with the clock and the randomness of `host`, which makes logins reproducible.
pub fn register_with(registry: &mut Registry, host: &Host) {
    whole::register_with::<Transip>(registry, host);
}

/// The domains of one account, by the REST API, version 6: <https://api.transip.nl/rest/docs.html>.
#[derive(Debug)]
pub struct Transip {
    client: Client,
    /// The domains whose entries the service does not let anybody change, as they were read last.
    fixed: Remembered<()>,
}

#[async_trait]
impl Api for Transip {
    const SERVICE: Service = Service {
        short_names: &["transip"],
        former_classes: &["octodns.provider.transip.TransipProvider"],
        version: env!("CARGO_PKG_VERSION"),
        rates: &[Rate::new(1000, Duration::from_secs(15 * 60))],
        concurrency: 16,
        capabilities: Capabilities::of(&[
            A, AAAA, ALIAS, CAA, CNAME, DS, MX, NAPTR, NS, SRV, SSHFP, TLSA, TXT,
        ])
        .root_ns()
        .fixed_zones()
        .values(Values {
            max_txt: Some(MaxTxt::Octets(1024)),
            null_mx: false,
            alias_below_apex: false,
            lacks: &[(
                TXT,
                &[NonUtf8, Backslashes, Backticks, LeadingBlanks, TrailingBlanks, Empty],
            )],
            ..Values::ANY
        }),
        dialect: Dialect {
            names: Names::Relative { apex: "@" },
            targets: Targets { read: Dot::Required, write: Dot::Required, own: Some("@") },
            text: Text::Raw,
            bare: &[NAPTR],
            ..Dialect::RAW
        },
        ..Service::new("octodns_transip.TransipProvider", "https://api.transip.nl/v6")
    };
    type Options = Options;

    fn connect(options: Options, connector: &Connector<'_>) -> Result<Self, BuildError> {
        let auth = login::auth(&options, connector)?;
        Ok(Self { client: connector.client_with(auth, limits)?, fixed: Remembered::default() })
    }

    fn client(&self) -> &Client {
        &self.client
    }

    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        DOMAINS.zones(|| self.client.get(&["domains"]), "name", "").await
    }

    fn adapt(&self, desired: &mut Records, existing: &mut Records, report: &mut Report) {
        root_ns::adapt(desired, existing, report);
    }

    /// Name servers are no entries: those of a domain whose DNS is elsewhere can be changed.
    fn refusal(&self, zone: &ZoneName, changes: &[Change]) -> Option<String> {
        let is_entry = |change: &Change| {
            let record = change.record();
            !(record.name().is_apex() && record.record_type() == NS)
        };
        let is_fixed = self.fixed.has(zone.without_dot());
        (is_fixed && changes.iter().any(is_entry)).then(|| {
            format!(
                "TransIP does not let the DNS entries of {zone} be changed (canEditDns is false): use its name servers \
                 for the domain, or take {zone} out of the config"
            )
        })
    }
}

#[async_trait]
impl WholeApi for Transip {
    const FIELDS: Fields = Fields { ttl: "expire", ..Fields::new("content") };
    const ROOT_NS: RootNs = RootNs::Call { ttl: root_ns::TTL };

    async fn rows(&self, zone: Zone<'_>) -> Result<Option<Vec<Json>>, Error> {
        // A list that is missing from a domain is an error, not a missing zone.
        let found = self.client.get(&["domains", zone.id]).read_optional::<Json>().await?;
        let Some(found) = found else { return Ok(None) };
        self.fixed.set(zone.id, (found["domain"]["canEditDns"] == false).then_some(()));
        Ok(Some(self.lists(zone).await?))
    }

    async fn rows_again(&self, zone: Zone<'_>) -> Result<Option<Vec<Json>>, Error> {
        optional(self.lists(zone).await)
    }

    async fn replace(&self, zone: Zone<'_>, rows: &[Json]) -> Result<(), Error> {
        let body = json!({"dnsEntries": rows});
        self.client.put(&["domains", zone.id, "dns"]).json(&body).send_ok().await
    }

    async fn replace_root_ns(
        &self,
        zone: Zone<'_>,
        before: &[Json],
        after: &[Json],
    ) -> Result<(), Error> {
        let body = json!({"nameservers": root_ns::servers(before, after)});
        self.client.put(&["domains", zone.id, "nameservers"]).json(&body).send_ok().await
    }
}

impl Transip {
    /// The entries and the name servers of a domain, as rows.
    async fn lists(&self, zone: Zone<'_>) -> Result<Vec<Json>, Error> {
        let get = |list| self.client.get(&["domains", zone.id, list]);
        let (entries, servers) =
            join(ENTRIES.read::<Json>(|| get("dns")), SERVERS.read(|| get("nameservers"))).await;
        let mut rows: Vec<Json> = entries?.into_iter().map(lowercase).collect();
        rows.extend(servers?.iter().flat_map(root_ns::rows));
        // A record has the lowest TTL of its entries: the first counts.
        rows.sort_by_key(|row| row["expire"].as_i64());
        Ok(rows)
    }
}

/// An entry with its fingerprint in lowercase, as octoDNS reads it.
fn lowercase(mut entry: Json) -> Json {
    if entry["type"] == "SSHFP"
        && let Some(content) = entry["content"].as_str().map(str::to_lowercase)
    {
        entry["content"] = content.into();
    }
    entry
}
