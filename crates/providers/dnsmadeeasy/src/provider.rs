//! The provider: facts of the service, and its calls.

use std::time::Duration;

use octodns_core::engine::BatchLimits;
use octodns_core::record::text::UnsupportedText::{NonUtf8, Quotes};
use octodns_core::registry::BuildError;
use octodns_core::{Capabilities, ProviderError, Registry, Values, ZoneName, async_trait};
use octodns_http::{Client, Error, Host, Quota, Rate, Response, Throttle, optional};
use octodns_kit::dialect::{Dialect, Dot, Names, Targets, Text};
use octodns_kit::record_type::{A, AAAA, ALIAS, CAA, CNAME, MX, NS, PTR, SRV, TXT};
use octodns_kit::rows::{self, RowApi};
use octodns_kit::{
    Api, BatchKinds, Batched, Connector, Fields, Json, ListedZone, Only, Pages, RowChange,
    RowChanges, Service, Zone, ZonesBy, created_id, id_value, json, text_of,
};

use crate::options::Options;

/// The API for tests.
const SANDBOX: &str = "https://api.sandbox.dnsmadeeasy.com/V2.0/dns/managed";

/// The window of the service's limit.
const WINDOW: Duration = Duration::from_secs(300);

/// How many requests are left in the window.
const REMAINING: &str = "x-dnsme-requestsremaining";

/// Pages are counted from 0, as the first one says.
const PAGES: Pages = Pages::numbered("page")
    .first_without_place()
    .number("page")
    .entries(&["data"])
    .pages("totalPages")
    .total("totalRecords");

/// Too many requests: a bad request, told by its words.
const THROTTLE: Throttle = Throttle::status(400).when(is_throttled).pause(Duration::from_secs(10));

fn is_throttled(response: &Response) -> bool {
    response.header(REMAINING) == Some("0")
        || response.text().is_ok_and(|text| text.contains("Rate limit exceeded"))
}

/// Registers the provider by its octoDNS class and its short name.
pub fn register(registry: &mut Registry) {
    register_with(registry, &Host::default());
}

/// The same, with the clock of `host`.
pub fn register_with(registry: &mut Registry, host: &Host) {
    rows::register_with::<DnsMadeEasy>(registry, host);
}

/// The zones of one account, by the API, version 2.0: <https://api-docs.dnsmadeeasy.com/>.
#[derive(Clone, Debug)]
pub struct DnsMadeEasy {
    client: Client,
    batch: BatchLimits,
}

#[async_trait]
impl Api for DnsMadeEasy {
    const SERVICE: Service = Service {
        short_names: &["dnsmadeeasy"],
        former_classes: &["octodns.provider.dnsmadeeasy.DnsMadeEasyProvider"],
        version: env!("CARGO_PKG_VERSION"),
        rates: &[Rate::new(150, WINDOW)],
        capabilities: Capabilities::of(&[A, AAAA, ALIAS, CAA, CNAME, MX, NS, PTR, SRV, TXT])
            .root_ns()
            .values(Values {
                ttl: 0..=2_147_483_647,
                null_srv: false,
                lacks: &[(TXT, &[NonUtf8, Quotes]), (CAA, &[NonUtf8, Quotes])],
                ..Values::ANY
            }),
        dialect: Dialect {
            names: Names::Relative { apex: "" },
            targets: Targets { read: Dot::Required, write: Dot::Required, own: None },
            text: Text::Enclosed,
            ..Dialect::RAW
        },
        ..Service::new(
            "octodns_dnsmadeeasy.DnsMadeEasyProvider",
            "https://api.dnsmadeeasy.com/V2.0/dns/managed",
        )
    };
    const ZONES: ZonesBy = ZonesBy::Id;
    type Options = Options;

    fn connect(options: Options, connector: &Connector<'_>) -> Result<Self, BuildError> {
        let connector = connector.sandbox(SANDBOX, options.sandbox);
        let connector = connector.pause("ratelimit_delay", options.ratelimit_delay)?;
        let client = connector.client_with(options.auth()?, |builder| {
            builder.throttles(&[THROTTLE]).quotas(&[Quota::reset_after(REMAINING, WINDOW)])
        })?;
        Ok(Self { client, batch: BatchLimits::items(options.batch_size.get()) })
    }

    fn client(&self) -> &Client {
        &self.client
    }

    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        PAGES.zones(|| self.client.get(&[]).trailing_slash(), "name", "id").await
    }

    async fn create_zone(&self, zone: &ZoneName) -> Result<String, ProviderError> {
        let request = self.client.post(&[]).trailing_slash();
        let request = request.json(&json!({"name": zone.without_dot()}));
        Ok(created_id(request, "id").await?)
    }
}

#[async_trait]
impl RowApi for DnsMadeEasy {
    const FIELDS: Fields = Fields {
        types: &[(ALIAS, "ANAME")],
        of: &[
            (MX, &[("preference", "mxLevel"), ("exchange", "value")]),
            (SRV, &[("target", "value")]),
            (CAA, &[("flags", "issuerCritical"), ("tag", "caaType")]),
        ],
        ..Fields::new("value")
    };
    const BATCH_KINDS: BatchKinds = BatchKinds::Apart;

    fn batch_limits(&self) -> Option<BatchLimits> {
        Some(self.batch)
    }

    async fn rows(
        &self,
        zone: Zone<'_>,
        only: Option<Only<'_>>,
    ) -> Result<Option<Vec<Json>>, Error> {
        let get = || self.client.get(&[zone.id, "records"]);
        let rows = optional(match only {
            // A filter for no name would be none.
            Some(Only { name, record_type, .. }) if !name.is_empty() => {
                PAGES.read(|| get().query("recordName", name).query("type", record_type)).await
            }
            _ => PAGES.read(get).await,
        })?;
        Ok(rows.map(|rows| rows.into_iter().map(|row| plain(row, zone)).collect()))
    }

    async fn create(&self, zone: Zone<'_>, row: &Json) -> Result<(), Error> {
        self.create_all(zone, &[row]).await
    }

    async fn update(&self, zone: Zone<'_>, id: &str, row: &Json) -> Result<(), Error> {
        self.update_all(zone, &[(id, row)]).await
    }

    async fn delete(&self, zone: Zone<'_>, id: &str) -> Result<(), Error> {
        self.delete_all(zone, &[id]).await
    }

    async fn batch(&self, zone: Zone<'_>, changes: &[RowChange]) -> Result<Batched, Error> {
        let RowChanges { creates, updates, deletes, .. } = RowChanges::of(changes);
        if !updates.is_empty() {
            self.update_all(zone, &updates).await?;
        }
        if !creates.is_empty() {
            self.create_all(zone, &creates).await?;
        }
        if !deletes.is_empty() {
            self.delete_all(zone, &deletes).await?;
        }
        Ok(Batched::Done)
    }
}

/// The calls, all of which take many rows.
impl DnsMadeEasy {
    async fn create_all(&self, zone: Zone<'_>, rows: &[&Json]) -> Result<(), Error> {
        let rows: Vec<_> = rows.iter().map(|row| everywhere(row)).collect();
        let request = self.client.post(&[zone.id, "records", "createMulti"]);
        request.json(&rows).send_ok().await
    }

    async fn update_all(&self, zone: Zone<'_>, rows: &[(&str, &Json)]) -> Result<(), Error> {
        let row = |(id, row): &(&str, &Json)| {
            let mut row = everywhere(row);
            row["id"] = id_value(id);
            row
        };
        let rows: Vec<_> = rows.iter().map(row).collect();
        let request = self.client.put(&[zone.id, "records", "updateMulti"]);
        request.json(&rows).send_ok().await
    }

    async fn delete_all(&self, zone: Zone<'_>, ids: &[&str]) -> Result<(), Error> {
        let request = self.client.delete(&[zone.id, "records"]);
        let request = ids.iter().fold(request, |request, id| request.query("ids", id));
        match ids {
            [_] => request.send_ok_or_missing().await,
            // Whether the others are gone too, the kit looks up.
            _ => request.send_ok().await,
        }
    }
}

/// A row for the whole world, as writing calls need it.
fn everywhere(row: &Json) -> Json {
    let mut row = row.clone();
    row["gtdLocation"] = "DEFAULT".into();
    row
}

/// A row without what reading adds to it: the empty text for the zone's own name, and quotes around CAA values.
fn plain(mut row: Json, zone: Zone<'_>) -> Json {
    let value = text_of(&row, "value");
    let plain = match text_of(&row, "type") {
        "ANAME" | "CNAME" | "MX" | "NS" | "SRV" if value.is_empty() => zone.name.as_str(),
        "CAA" => value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value),
        _ => return row,
    };
    row["value"] = plain.to_owned().into();
    row
}
