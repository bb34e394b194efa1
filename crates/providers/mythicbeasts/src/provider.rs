//! The provider: facts of the service, and its calls.

use std::collections::HashMap;

use futures::future::try_join;
use octodns_core::engine::{BatchLimits, Weight};
use octodns_core::record::text::UnsupportedText::{Empty, NonUtf8};
use octodns_core::registry::BuildError;
use octodns_core::{Capabilities, Registry, Secret, Values, async_trait};
use octodns_http::{
    Builder, Client, Error, HeaderAuth, Method, OAuthLogin, Request, TokenAuth, optional,
};
use octodns_kit::changes::{self, ChangeApi, SetChange};
use octodns_kit::dialect::{Dialect, Names};
use octodns_kit::record_type::{A, AAAA, ALIAS, CAA, CNAME, MX, NS, SRV, SSHFP, TLSA, TXT};
use octodns_kit::{
    Api, Connector, Fields, Json, ListedZone, Owner, Pages, Service, SetFields, Zone, ZonesBy, json,
};
use serde::Deserialize;

use crate::options::Options;

/// Where tokens are.
const LOGIN: &str = "https://auth.mythic-beasts.com/login";

/// Without pages.
const LISTS: Pages = Pages::whole().entries(&["zones", "records"]);

/// Without records that the service makes from others, such as addresses for an ANAME.
const NOT_GENERATED: &str = "exclude-generated";

/// Without records of the template that a domain has in the control panel.
const NOT_OF_TEMPLATE: &str = "exclude-template";

/// The mark of a set of the template.
const OF_TEMPLATE: &str = "is_of_template";

/// Registers the provider by its octoDNS class and its short name.
pub fn register(registry: &mut Registry) {
    changes::register::<MythicBeasts>(registry);
}

/// The zones of one account, by the Primary DNS API, version 2: <https://www.mythic-beasts.com/support/api/dnsv2>.
#[derive(Clone, Debug)]
pub struct MythicBeasts {
    client: Client,
}

#[async_trait]
impl Api for MythicBeasts {
    const SERVICE: Service = Service {
        short_names: &["mythicbeasts"],
        former_classes: &["octodns.provider.mythicbeasts.MythicBeastsProvider"],
        version: env!("CARGO_PKG_VERSION"),
        capabilities: Capabilities::of(&[
            A, AAAA, ALIAS, CAA, CNAME, MX, NS, SRV, SSHFP, TLSA, TXT,
        ])
        .root_ns()
        .fixed_zones()
        .values(Values {
            ttl: 0..=2_147_483_647,
            lacks: &[(TXT, &[NonUtf8, Empty]), (CAA, &[NonUtf8])],
            ..Values::ANY
        }),
        dialect: Dialect { names: Names::Relative { apex: "@" }, ..Dialect::RAW },
        ..Service::new(
            "octodns_mythicbeasts.MythicBeastsProvider",
            "https://api.mythic-beasts.com/dns/v2",
        )
    };
    /// A list tells an empty zone from a missing one.
    const ZONES: ZonesBy = ZonesBy::Id;
    type Options = Options;

    fn connect(options: Options, connector: &Connector<'_>) -> Result<Self, BuildError> {
        let timeout = options.timeout()?;
        let Options { api_key, api_secret, auth_endpoint, .. } = &options;
        let own = |builder: Builder| builder.timeout(timeout).redact(api_key);
        let at = connector.other_host("auth_endpoint", auth_endpoint.as_deref(), LOGIN);
        let login = at.client_with(HeaderAuth::basic(api_key.reveal(), api_secret)?, own)?;
        let grant = ("grant_type", Secret::new("client_credentials"));
        let auth = TokenAuth::bearer(OAuthLogin::new(login, [grant]));
        Ok(Self { client: connector.client_with(auth, own)? })
    }

    fn client(&self) -> &Client {
        &self.client
    }

    fn owner(set: &Json) -> Owner {
        if set[OF_TEMPLATE] == true { Owner::Service } else { Owner::User }
    }

    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        let zones: Vec<String> = LISTS.read(|| self.client.get(&["zones"])).await?;
        let zone = |name: String| ListedZone::new(name.clone(), name.trim_end_matches('.'));
        Ok(zones.into_iter().map(zone).collect())
    }
}

#[async_trait]
impl ChangeApi for MythicBeasts {
    const FIELDS: SetFields = SetFields::objects(
        "records",
        Fields {
            name: "host",
            types: &[(ALIAS, "ANAME")],
            of: &[
                (CAA, &[("flags", "caa_flags"), ("tag", "caa_tag"), ("value", "data")]),
                (MX, &[("preference", "mx_priority"), ("exchange", "data")]),
                (
                    SRV,
                    &[
                        ("priority", "srv_priority"),
                        ("weight", "srv_weight"),
                        ("port", "srv_port"),
                        ("target", "data"),
                    ],
                ),
                (
                    SSHFP,
                    &[
                        ("algorithm", "sshfp_algorithm"),
                        ("fingerprint_type", "sshfp_type"),
                        ("fingerprint", "data"),
                    ],
                ),
                (
                    TLSA,
                    &[
                        ("certificate_usage", "tlsa_usage"),
                        ("selector", "tlsa_selector"),
                        ("matching_type", "tlsa_matching"),
                        ("certificate_association_data", "data"),
                    ],
                ),
            ],
            ..Fields::new("data")
        },
    );
    /// Records and sets; and bytes of the query, since servers take URLs of 8,000 bytes at the least.
    const LIMITS: BatchLimits = BatchLimits::new(1000, 6000);
    const ATOMIC: bool = false;

    async fn sets(&self, zone: Zone<'_>) -> Result<Option<Vec<Json>>, Error> {
        let own = self.rows(zone, &[NOT_GENERATED, NOT_OF_TEMPLATE]);
        let (own, all) = try_join(own, self.rows(zone, &[NOT_GENERATED])).await?;
        let Some(own) = own else { return Ok(None) };
        let mut left: HashMap<String, usize> = HashMap::new();
        for row in &own {
            *left.entry(row.to_string()).or_default() += 1;
        }
        let other = all.unwrap_or_default().into_iter().filter(|row| {
            let own = left.get_mut(&row.to_string()).filter(|count| **count > 0);
            own.map(|count| *count -= 1).is_none()
        });
        let mut of_template = Self::FIELDS.gather(other);
        for set in &mut of_template {
            set[OF_TEMPLATE] = true.into();
        }
        Ok(Some([Self::FIELDS.gather(own), of_template].concat()))
    }

    fn weigh(&self, change: &SetChange) -> Weight {
        let is_plain = |octet: u8| octet.is_ascii_alphanumeric() || b"*-._".contains(&octet);
        let encoded = |octet: u8| if is_plain(octet) { 1 } else { 3 };
        Weight::new(
            1 + rows_of(change.after.as_ref()),
            "&select=".len() + select(change).bytes().map(encoded).sum::<usize>(),
        )
    }

    async fn send(&self, zone: Zone<'_>, changes: &[SetChange]) -> Result<(), Error> {
        #[derive(Default, Deserialize, PartialEq)]
        #[serde(default)]
        struct Done {
            records_added: usize,
            records_removed: usize,
        }

        let request = self.records(Method::PUT, zone, &[NOT_GENERATED, NOT_OF_TEMPLATE]);
        let request =
            changes.iter().fold(request, |request, change| request.query("select", select(change)));
        let sets = changes.iter().filter_map(|change| change.after.as_ref());
        let rows: Vec<_> = sets.flat_map(|set| Self::FIELDS.scatter(set)).collect();
        let response = request.json(&json!({"records": rows})).send().await?;
        let done: Done = response.json()?;
        let gone = changes.iter().map(|change| rows_of(change.before.as_ref())).sum();
        let expected = Done { records_added: rows.len(), records_removed: gone };
        if done == expected {
            return Ok(());
        }
        // Whether it counts in another way, or has not done all of it, the kit looks up.
        let [done, expected] = [done, expected].map(|Done { records_added, records_removed }| {
            format!("{records_added} added and {records_removed} removed")
        });
        Err(response.malformed("the number of records", &format!("{done}, not {expected}")))
    }
}

impl MythicBeasts {
    /// The rows of a zone, without some; `None` if there is no such zone.
    async fn rows(&self, zone: Zone<'_>, without: &[&str]) -> Result<Option<Vec<Json>>, Error> {
        optional(LISTS.read(|| self.records(Method::GET, zone, without)).await)
    }

    /// A request about the rows of a zone, without some.
    fn records(&self, method: Method, zone: Zone<'_>, without: &[&str]) -> Request<'_> {
        let request = self.client.request(method, &["zones", zone.id, "records"]);
        without.iter().fold(request, |request, what| request.query(what, true))
    }
}

/// How many rows a set has.
fn rows_of(set: Option<&Json>) -> usize {
    set.and_then(|set| set["records"].as_array()).map_or(0, Vec::len)
}

/// What selects the set of a change: a query, within the query of the request.
fn select(change: &SetChange) -> String {
    let [host, of] = MythicBeasts::FIELDS.key(change.set());
    // The few characters that mean something in a query.
    let escaped = |text: String, character: char| match character {
        '%' | '&' | '+' | '=' | ';' | '#' | ' ' => format!("{text}%{:02X}", u32::from(character)),
        plain => text + plain.encode_utf8(&mut [0; 4]),
    };
    host.chars().fold("host=".to_owned(), escaped) + "&type=" + of
}
