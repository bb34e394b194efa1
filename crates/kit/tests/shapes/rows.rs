//! Services with rows: zones with ids and numbers as strings; values that cannot be updated; publishing as a
//! separate step.

use std::time::Duration;

use octodns_core::record::text::{Presentation, UnsupportedText};
use octodns_core::{Capabilities, RecordType, Values as Held, ZoneName, async_trait};
use octodns_kit::dialect::{Dialect, Dot, Names, Numbers, Targets, Text};
use octodns_kit::http::{Error, optional};
use octodns_kit::rows::{self, RowApi};
use octodns_kit::{Fields, Json, Only, Service, Zone, ZonesBy};
use octodns_testkit::fake::{Fake, Response};
use octodns_testkit::run::Harness;
use octodns_testkit::store::{self, Action, By, Refusal, Store, Values};
use serde_json::json;

use crate::service::{ALL_TYPES, Facts, POINTING, Remote, list, service, store, suite};

/// The facts of a service with rows.
trait RowFacts: Facts {
    const FIELDS: Fields;
    const UPDATES_VALUES: bool = true;
}

#[async_trait]
impl<F: RowFacts> RowApi for Remote<F> {
    const FIELDS: Fields = F::FIELDS;
    const UPDATES_VALUES: bool = F::UPDATES_VALUES;

    async fn rows(
        &self,
        zone: Zone<'_>,
        only: Option<Only<'_>>,
    ) -> Result<Option<Vec<Json>>, Error> {
        let get = || self.client.get(&["zones", zone.id, "rows"]);
        optional(match only {
            None => list(get).await,
            Some(Only { name, record_type, .. }) => {
                list(|| get().query("name", name).query("type", record_type)).await
            }
        })
    }

    async fn create(&self, zone: Zone<'_>, row: &Json) -> Result<(), Error> {
        self.client.post(&["zones", zone.id, "rows"]).json(row).send_ok().await
    }

    async fn update(&self, zone: Zone<'_>, id: &str, row: &Json) -> Result<(), Error> {
        self.client.put(&["zones", zone.id, "rows", id]).json(row).send_ok().await
    }

    async fn delete(&self, zone: Zone<'_>, id: &str) -> Result<(), Error> {
        self.client.delete(&["zones", zone.id, "rows", id]).send_ok_or_missing().await
    }
}

fn rows_of(base: Store) -> Store {
    store(base)
        .route("GET", "/v1/zones/{zone}/rows", Action::List)
        .route("POST", "/v1/zones/{zone}/rows", Action::Create)
        .route("PUT", "/v1/zones/{zone}/rows/{id}", Action::Update)
        .route("DELETE", "/v1/zones/{zone}/rows/{id}", Action::Delete)
        .filter("name", By::Name)
        .filter("type", By::Type)
}

/// Zones have ids, numbers are strings, a value is one string.
pub(crate) struct ById;

impl Facts for ById {
    const ZONES: ZonesBy = ZonesBy::Id;
    const SERVICE: Service = Service {
        capabilities: Capabilities::of(ALL_TYPES).root_ns().multivalue_ptr(),
        dialect: Dialect {
            names: Names::Relative { apex: "@" },
            targets: Targets { read: Dot::Omitted, write: Dot::Omitted, own: None },
            text: Text::Quoted(Presentation::DECIMAL),
            numbers: Numbers::Text,
            ..Dialect::RAW
        },
        ..service("octodns_example.ByIdProvider")
    };
}

impl RowFacts for ById {
    const FIELDS: Fields = Fields { id: "number", ..Fields::new("data") };
}

#[tokio::test]
async fn rows_of_zones_by_id() {
    let fake = rows_of(Store::rows())
        .zone_id("id")
        .item_keys(["number", "name", "type", "ttl"])
        .values(Values::Field("data"))
        .targets(POINTING, store::Dot::Omitted, store::Dot::Omitted)
        .text(store::Text::Quoted);
    suite(rows::register::<Remote<ById>>, "octodns_example.ByIdProvider", fake).run().await;
}

/// Values cannot be updated; parts have separate fields; names are in Unicode.
struct Fixed;

impl Facts for Fixed {
    const SERVICE: Service = Service {
        capabilities: Capabilities::of(ALL_TYPES).values(Held {
            ttl: 60..=86_400,
            lacks: &[
                (RecordType::TXT, &[UnsupportedText::NonUtf8, UnsupportedText::Empty]),
                (RecordType::SPF, &[UnsupportedText::NonUtf8]),
                (RecordType::CAA, &[UnsupportedText::NonUtf8]),
            ],
            ..Held::ANY
        }),
        dialect: Dialect {
            names: Names::Absolute(Dot::Omitted),
            unicode: true,
            targets: Targets { read: Dot::Omitted, write: Dot::Required, own: Some("@") },
            ..Dialect::RAW
        },
        ..service("octodns_example.FixedProvider")
    };
}

impl RowFacts for Fixed {
    const FIELDS: Fields = Fields {
        of: &[
            (RecordType::MX, &[("preference", "priority"), ("exchange", "data")]),
            (
                RecordType::SRV,
                &[
                    ("priority", "priority"),
                    ("weight", "weight"),
                    ("port", "port"),
                    ("target", "data"),
                ],
            ),
            (RecordType::CAA, &[("flags", "flags"), ("tag", "tag"), ("value", "data")]),
        ],
        types: &[(RecordType::ALIAS, "ANAME")],
        ..Fields::new("data")
    };
    const UPDATES_VALUES: bool = false;
}

/// Refuses an update that changes the value of a row.
fn update_fixed(store: &mut Store, call: &store::Call) -> Result<Response, Refusal> {
    let held = store.item(call.zone(), call.pick())?;
    let bare =
        |item: &Json| item["data"].as_str().map(|text| text.trim_end_matches('.').replace('@', ""));
    let is_own = held["data"] == "@";
    if !is_own && bare(&held) != bare(&call.body) {
        return Err(store.invalid("the value of a row stays as it is"));
    }
    Ok(Response::json(200, store.update(call.zone(), call.pick(), &call.body)?))
}

#[tokio::test]
async fn rows_whose_values_cannot_be_updated() {
    let fake = store(Store::rows())
        .route("GET", "/v1/zones/{zone}/rows", Action::List)
        .route("POST", "/v1/zones/{zone}/rows", Action::Create)
        .custom("PUT", "/v1/zones/{zone}/rows/{id}", update_fixed)
        .route("DELETE", "/v1/zones/{zone}/rows/{id}", Action::Delete)
        .text_ids()
        .names(store::Names::Whole)
        .values(Values::Field("data"))
        .fields(&["type", "name", "data", "ttl", "priority", "weight", "port", "flags", "tag"])
        .needs(&[("MX", "priority"), ("SRV", "priority weight port"), ("CAA", "flags tag")])
        .targets(POINTING, store::Dot::Required, store::Dot::Omitted)
        .own_name("@")
        .ttl(60..=86_400);
    suite(rows::register::<Remote<Fixed>>, "octodns_example.FixedProvider", fake).run().await;
}

/// Rows are served after they are published.
struct Published;

impl Facts for Published {
    const PUBLISHES: bool = true;
    const SERVICE: Service = Service {
        capabilities: Capabilities::of(ALL_TYPES),
        dialect: Dialect {
            names: Names::Absolute(Dot::Required),
            targets: Targets { read: Dot::Either, write: Dot::Required, own: None },
            text: Text::RawOrQuoted(Presentation::DECIMAL),
            ..Dialect::RAW
        },
        ..service("octodns_example.PublishedProvider")
    };
}

impl RowFacts for Published {
    const FIELDS: Fields = Fields::new("value");
}

#[tokio::test]
async fn rows_that_are_published() {
    let fake = rows_of(Store::rows())
        .custom("POST", "/v1/zones/{zone}/publish", |store, call| {
            store.zone(call.zone()).map(|_| Response::empty(204))
        })
        .names(store::Names::Absolute)
        .targets(POINTING, store::Dot::Required, store::Dot::Omitted);
    let class = "octodns_example.PublishedProvider";
    suite(rows::register::<Remote<Published>>, class, fake).run().await;
}

/// Zones have ids, which the service tells for a name.
struct Asked;

impl Facts for Asked {
    const ZONES: ZonesBy = ZonesBy::Id;
    const LOOKUPS: usize = usize::MAX;
    const SERVICE: Service = Service {
        capabilities: Capabilities::of(&[RecordType::A]),
        dialect: Dialect { names: Names::Relative { apex: "@" }, ..Dialect::RAW },
        ..service("octodns_example.AskedProvider")
    };
}

impl RowFacts for Asked {
    const FIELDS: Fields = Fields::new("data");
}

/// A zone is asked for once in a run, and not at all when all are listed.
#[tokio::test]
async fn zones_are_asked_for_by_name() {
    let fake = rows_of(Store::rows()).zone_id("id").values(Values::Field("data"));
    let fake = Fake::start(fake.filter("name", By::Zone)).await;
    let class = "octodns_example.AskedProvider";
    let config = json!({"token": "hunter2", "endpoint": format!("{}/v1", fake.url())});
    let harness = Harness::build(rows::register::<Remote<Asked>>, class, &config).unwrap();
    let of_zones = || {
        let seen = fake.seen().into_iter().filter(|seen| seen.target.starts_with("/v1/zones?"));
        let named = seen.map(|seen| seen.target.contains("name=")).collect::<Vec<_>>();
        fake.control().measured().clear();
        named
    };
    let zone = ZoneName::new("example.com.").unwrap();
    let www = |value: &str| json!({"name": "www", "type": "A", "ttl": 60, "value": value});
    for (value, asked) in [("192.0.2.1", 1), ("192.0.2.2", 0)] {
        let desired = harness.zone(&zone, &[www(value)]);
        let plan = harness.plan(&desired).await.unwrap().unwrap();
        harness.apply(&plan).await.result.unwrap();
        assert_eq!(of_zones(), vec![true; asked], "{value}");
    }
    harness.begin_run();
    assert_eq!(harness.provider().list_zones().await.unwrap(), std::slice::from_ref(&zone));
    assert!(harness.read(&zone).await.unwrap().exists);
    assert!(!harness.read(&ZoneName::new("other.example.").unwrap()).await.unwrap().exists);
    assert_eq!(of_zones(), [false]);
}

/// A service that bears two names of a zone at the same time.
struct Pairs;

impl Facts for Pairs {
    const ZONES: ZonesBy = ZonesBy::Id;
    const SERVICE: Service = Service {
        capabilities: Capabilities::of(&[RecordType::A]),
        dialect: Dialect { names: Names::Relative { apex: "@" }, ..Dialect::RAW },
        names_at_once: Some(2),
        ..service("octodns_example.PairsProvider")
    };
}

impl RowFacts for Pairs {
    const FIELDS: Fields = Fields::new("data");
}

/// As many names as the service bears, or the user allows requests.
#[tokio::test]
async fn names_are_changed_at_the_same_time() {
    let asked = ("octodns_example.AskedProvider", rows::register::<Remote<Asked>> as fn(&mut _));
    let pairs = ("octodns_example.PairsProvider", rows::register::<Remote<Pairs>> as fn(&mut _));
    let nine = json!({"concurrency": 9});
    for ((class, register), http, expected) in
        [(asked, json!({}), 4), (asked, nine.clone(), 9), (pairs, nine, 2)]
    {
        let fake = rows_of(Store::rows()).zone_id("id").values(Values::Field("data"));
        let fake = Fake::start(fake.filter("name", By::Zone)).await;
        let endpoint = format!("{}/v1", fake.url());
        let config = json!({"token": "hunter2", "endpoint": endpoint, "http": http});
        let harness = Harness::build(register, class, &config).unwrap();
        let zone = ZoneName::new("example.com.").unwrap();
        let record = |name: usize| json!({"name": format!("n{name}"), "type": "A", "ttl": 60, "value": "192.0.2.1"});
        let records: Vec<_> = (0..30).map(record).collect();
        let plan = harness.plan(&harness.zone(&zone, &records)).await.unwrap().unwrap();
        fake.control().set_latency(Duration::from_millis(20));
        fake.control().measured().clear();
        harness.apply(&plan).await.result.unwrap();
        assert_eq!(fake.control().measured().max_at_once(), expected, "{class}");
    }
}
