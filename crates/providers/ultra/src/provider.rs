//! The provider: facts of the service, and its calls.

use std::sync::atomic::{AtomicU64, Ordering};

use octodns_core::engine::BatchLimits;
use octodns_core::record::text::UnsupportedText::{Empty, NonUtf8};
use octodns_core::registry::BuildError;
use octodns_core::{
    Capabilities, Diagnostic, OwnedValue, ProviderError, RecordName, Registry, Report, Secret,
    Values, Zone as Records, ZoneName, async_trait,
};
use octodns_http::{
    Client, Error, HeaderAuth, Method, OAuthLogin, Page, Request, Response, TokenAuth, all_ahead,
};
use octodns_kit::dialect::{Dialect, Dot, Names};
use octodns_kit::record_type::{
    A, AAAA, ALIAS, CAA, CNAME, DS, HTTPS, MX, NS, PTR, SRV, SVCB, TLSA, TXT,
};
use octodns_kit::sets::{self, SetApi, SetChange};
use octodns_kit::{
    Api, Connector, Fields, Json, ListedZone, Only, Owner, Service, SetFields, Zone, ZonesBy, json,
    seconds, text_of,
};
use serde::Deserialize;

use crate::errors;
use crate::options::Options;
use crate::tasks;
use crate::zones::Monitors;

/// The most sets of a page.
const PER_PAGE: u64 = 1000;

/// How many pages are read at the same time.
const PAGES_AT_ONCE: usize = 4;

/// The pool that several addresses of a name have to be: a plain set of them.
const PLAIN_POOL: &str = "http://schemas.ultradns.com/RDPool.jsonschema";

/// The record that Valimail manages.
const DMARC: &str = "_dmarc";

/// The mark of a set that Valimail manages.
const MANAGED: &str = "is_managed";

/// Registers the provider by its octoDNS class and its short name.
pub fn register(registry: &mut Registry) {
    sets::register::<Ultra>(registry);
}

/// The primary zones of one user, by the REST API: <https://docs.ultradns.com/Content/REST%20API/Content/REST%20API/Zone%20API/Zone%20API.htm>.
#[derive(Debug)]
pub struct Ultra {
    client: Client,
    account: String,
    valimail: bool,
    monitors: Monitors,
}

#[async_trait]
impl Api for Ultra {
    const SERVICE: Service = Service {
        short_names: &["ultra"],
        former_classes: &["octodns.provider.ultra.UltraProvider"],
        version: env!("CARGO_PKG_VERSION"),
        capabilities: Capabilities::of(&[
            A, AAAA, ALIAS, CAA, CNAME, DS, HTTPS, MX, NS, PTR, SRV, SVCB, TLSA, TXT,
        ])
        .root_ns()
        .values(Values {
            ttl: 0..=2_147_483_647,
            lacks: &[(TXT, &[NonUtf8, Empty])],
            alias_below_apex: false,
            ..Values::ANY
        }),
        dialect: Dialect { names: Names::Absolute(Dot::Required), ..Dialect::RAW },
        ..Service::new("octodns_ultra.UltraProvider", "https://api.ultradns.com")
    };
    /// A list tells an empty zone from a missing one.
    const ZONES: ZonesBy = ZonesBy::Id;
    const HAS_SETTINGS: bool = true;
    type Options = Options;

    fn connect(options: Options, connector: &Connector<'_>) -> Result<Self, BuildError> {
        let Options { account, username, password, timeout, valimail } = options;
        let timeout = timeout.map(|timeout| seconds("timeout", timeout)).transpose()?;
        let client = connector.client_with(HeaderAuth::default(), |builder| {
            let words = |response: &Response| errors::words(&response.json().ok()?);
            let builder = builder.redact(&password).error_message(words).verdict(errors::verdict);
            timeout
                .into_iter()
                .fold(builder, |builder, timeout| builder.timeout(timeout.as_secs_f64()))
        })?;
        let endpoint = connector.endpoint().trim_end_matches('/');
        let login = client.at(&format!("{endpoint}/authorization/token"))?;
        let grant = [
            ("grant_type", Secret::new("password")),
            ("username", Secret::new(username)),
            ("password", password),
        ];
        let auth = TokenAuth::bearer(OAuthLogin::new(login, grant).refreshes());
        let monitors = Monitors::default();
        Ok(Self { client: client.with_auth(auth), account, valimail, monitors })
    }

    fn client(&self) -> &Client {
        &self.client
    }

    fn owner(set: &Json) -> Owner {
        let pool = &set["profile"];
        let is_plain =
            || pool["@context"].as_str().is_some_and(|pool| pool.ends_with("/RDPool.jsonschema"));
        if set[MANAGED] == true {
            Owner::Service
        } else if pool.is_null() || is_plain() {
            Owner::User
        } else {
            Owner::Inexpressible
        }
    }

    fn adapt(&self, desired: &mut Records, _: &mut Records, report: &mut Report) {
        let Ok(name) = RecordName::new(DMARC) else { return };
        if self.valimail
            && let Some(record) = desired.remove(&name, TXT)
        {
            let found = Diagnostic::warning("supports", "Valimail manages this record")
                .about(format!("{} TXT", name.decoded_fqdn(desired.name())))
                .at(record.origin().clone())
                .help("it is left alone; with `valimail: false` it is written");
            report.push(found);
        }
    }

    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        self.monitors.list(&self.client).await
    }

    async fn create_zone(&self, zone: &ZoneName) -> Result<String, ProviderError> {
        let name = zone.as_str();
        let body = json!({
            "properties": {"name": name, "accountName": self.account, "type": "PRIMARY"},
            "primaryCreateInfo": {"createType": "NEW", "valimailMonitor": self.valimail},
        });
        self.carry_out(self.client.post(&["zones"]).json(&body)).await?;
        self.monitors.learn(name, self.valimail);
        Ok(name.to_owned())
    }

    async fn settings(&self, zone: Zone<'_>) -> Result<Option<OwnedValue>, Error> {
        Ok(self.monitors.change(zone.id, self.valimail))
    }

    async fn change_settings(&self, zone: Zone<'_>, _: &OwnedValue) -> Result<(), Error> {
        let body = json!({"primaryCreateInfo": {"valimailMonitor": self.valimail}});
        let request = self.client.patch(&["zones", zone.id]).repeatable();
        self.carry_out(request.json(&body)).await?;
        self.monitors.learn(zone.id, self.valimail);
        Ok(())
    }
}

#[async_trait]
impl SetApi for Ultra {
    const FIELDS: SetFields = SetFields {
        of: Fields {
            name: "ownerName",
            record_type: "rrtype",
            types: &[(ALIAS, "APEXALIAS")],
            ..Fields::new("value")
        },
        ..SetFields::texts("rdata")
    };
    /// The service takes 1,000 records, and may need longer for them than it waits itself.
    const BATCH: Option<BatchLimits> = Some(BatchLimits::items(250));
    const BATCH_FROM: usize = 20;

    /// All of them: a page holds most zones.
    async fn sets(&self, zone: Zone<'_>, _: Option<Only<'_>>) -> Result<Option<Vec<Json>>, Error> {
        // A zone that was listed and is not found is an error, not a missing zone.
        // What the service counts as a page is what the offset counts.
        let size = AtomicU64::new(0);
        let sets = all_ahead(PAGES_AT_ONCE, async |at| {
            let offset = (at.number - 1) * size.load(Ordering::Relaxed);
            let request = self.client.get(&["zones", zone.id, "rrsets"]);
            let response = request.query("offset", offset).query("limit", PER_PAGE).send().await?;
            let Sets { sets, info } = response.json()?;
            if at.number == 1 {
                size.store(info.returned_count, Ordering::Relaxed);
            }
            Ok(Page::<_, u64>::new(&response, sets).total(info.total_count))
        });
        Ok(Some(sets.await?.into_iter().map(|set| self.read(zone, set)).collect()))
    }

    async fn put(&self, zone: Zone<'_>, set: &Json, existing: Option<&Json>) -> Result<(), Error> {
        let request = self.client.request(method(zone, set, existing), &path(zone, set));
        self.carry_out(request.json(&body(set, existing))).await
    }

    async fn delete(&self, zone: Zone<'_>, existing: &Json) -> Result<(), Error> {
        // A task that finds nothing to delete has failed.
        let request = self.client.delete(&path(zone, existing)).once();
        match request.send_or_missing().await? {
            Some(response) => tasks::end(&self.client, &response).await.map(drop),
            None => Ok(()),
        }
    }

    /// <https://docs.ultradns.com/Content/REST%20API/Content/REST%20API/Batch%20API.htm>
    async fn batch(&self, zone: Zone<'_>, changes: &[SetChange]) -> Result<bool, Error> {
        #[derive(Deserialize)]
        struct Done {
            status: u16,
            #[serde(default)]
            response: Json,
        }

        let calls: Vec<_> = changes.iter().map(|change| call(zone, change)).collect();
        let response = self.client.post(&["v1", "batch"]).json(&calls).send().await?;
        if !response.status().is_success() {
            return Ok(false);
        }
        let done: Vec<Done> = match tasks::end(&self.client, &response).await? {
            None => response.json()?,
            Some(id) => tasks::result(&self.client, &response, id).await?,
        };
        // Then all are rolled back.
        if let Some(Done { status, response: said }) = done.iter().find(|done| done.status >= 400) {
            let words = errors::words(said).unwrap_or_else(|| "no reason given".to_owned());
            return Err(response.refused(&format!("{status}: {words}")));
        }
        if done.len() != calls.len() {
            let why = format!("{} results for {} calls", done.len(), calls.len());
            return Err(response.malformed("the list", &why));
        }
        Ok(true)
    }
}

impl Ultra {
    /// Sends a write, and waits until the service has done it.
    async fn carry_out(&self, request: Request<'_>) -> Result<(), Error> {
        let response = request.send().await?;
        tasks::end(&self.client, &response).await.map(drop)
    }

    /// A set with the bare name of its type, and the mark of Valimail's.
    fn read(&self, zone: Zone<'_>, mut set: Json) -> Json {
        let of = text_of(&set, "rrtype");
        let of = of.split_once(" (").map_or(of, |(of, _)| of).to_owned();
        let owner = text_of(&set, "ownerName").trim_end_matches('.');
        let dmarc = format!("{DMARC}.{}", zone.name.without_dot());
        if self.valimail && of == "TXT" && owner.eq_ignore_ascii_case(&dmarc) {
            set[MANAGED] = true.into();
        }
        if !of.is_empty() {
            set["rrtype"] = of.into();
        }
        set
    }
}

/// The path of a set.
fn path<'p>(zone: Zone<'p>, set: &'p Json) -> [&'p str; 5] {
    let [name, of] = Ultra::FIELDS.key(set);
    ["zones", zone.id, "rrsets", of, name]
}

/// How a set is written: a new one is refused if somebody else has created it by now. The service creates the NS records
/// of the apex with the zone.
fn method(zone: Zone<'_>, set: &Json, existing: Option<&Json>) -> Method {
    let is_root_ns = Ultra::FIELDS.key(set) == [zone.name.as_str(), "NS"];
    if existing.is_some() || is_root_ns { Method::PUT } else { Method::POST }
}

/// A set as it is written. The pool that it is already stays as it is.
fn body(set: &Json, existing: Option<&Json>) -> Json {
    let mut body = json!({"ttl": set["ttl"], "rdata": set["rdata"]});
    let [name, of] = Ultra::FIELDS.key(set);
    let is_pool = || {
        matches!(of, "A" | "AAAA") && set["rdata"].as_array().is_some_and(|values| values.len() > 1)
    };
    match existing.map(|existing| &existing["profile"]).filter(|pool| !pool.is_null()) {
        Some(pool) => body["profile"] = pool.clone(),
        None if is_pool() => {
            body["profile"] =
                json!({"@context": PLAIN_POOL, "order": "FIXED", "description": name});
        }
        None => {}
    }
    body
}

/// A change as a call among others.
fn call(zone: Zone<'_>, change: &SetChange) -> Json {
    let SetChange { before, after, .. } = change;
    let escaped = |text: String, octet: u8| match octet {
        b'-' | b'.' | b'_' | b'~' | b'*' => text + char::from(octet).encode_utf8(&mut [0; 4]),
        octet if octet.is_ascii_alphanumeric() => text + char::from(octet).encode_utf8(&mut [0; 4]),
        octet => format!("{text}%{octet:02X}"),
    };
    let path = path(zone, change.set()).map(|segment| segment.bytes().fold(String::new(), escaped));
    let uri = format!("/v1/{}", path.join("/"));
    match after {
        Some(set) => json!({
            "method": method(zone, set, before.as_ref()).as_str(), "uri": uri,
            "body": body(set, before.as_ref()),
        }),
        None => json!({"method": "DELETE", "uri": uri}),
    }
}

/// A page of the sets of a zone.
#[derive(Deserialize)]
struct Sets {
    #[serde(rename = "rrSets")]
    sets: Vec<Json>,
    #[serde(rename = "resultInfo")]
    info: ResultInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResultInfo {
    total_count: u64,
    returned_count: u64,
}
