//! Services with `RRset`s: lists of strings that are put; lists of objects with ids, published.

use octodns_core::record::text::Presentation;
use octodns_core::{Capabilities, RecordType, async_trait};
use octodns_kit::dialect::{Dialect, Dot, Names, Targets, Text};
use octodns_kit::http::{Error, optional};
use octodns_kit::sets::{self, SetApi};
use octodns_kit::{Fields, Json, Only, Service, SetFields, Zone, ZonesBy};
use octodns_testkit::fake::Response;
use octodns_testkit::store::{self, Action, Store, Values};

use crate::service::{ALL_TYPES, Facts, POINTING, Remote, list, service, store, suite};

const QUOTED: Dialect = Dialect {
    names: Names::Absolute(Dot::Required),
    text: Text::Quoted(Presentation::DECIMAL),
    ..Dialect::RAW
};

/// The name and type of a set, as its path has them.
fn key(set: &Json) -> [&str; 2] {
    ["name", "type"].map(|key| set[key].as_str().unwrap_or_default())
}

/// A set is put under its name and type.
pub(crate) struct Put;

impl Facts for Put {
    const SERVICE: Service = Service {
        capabilities: Capabilities::of(ALL_TYPES)
            .root_ns()
            .multivalue_ptr()
            .values(octodns_core::Values { ttl: 60..=86_400, ..octodns_core::Values::ANY }),
        dialect: QUOTED,
        ..service("octodns_example.PutProvider")
    };
}

#[async_trait]
impl SetApi for Remote<Put> {
    const FIELDS: SetFields = SetFields::texts("values");

    async fn sets(&self, zone: Zone<'_>, _: Option<Only<'_>>) -> Result<Option<Vec<Json>>, Error> {
        optional(list(|| self.client.get(&["zones", zone.id, "sets"])).await)
    }

    async fn put(&self, zone: Zone<'_>, set: &Json, _: Option<&Json>) -> Result<(), Error> {
        let [name, of] = key(set);
        self.client.put(&["zones", zone.id, "sets", name, of]).json(set).send_ok().await
    }

    async fn delete(&self, zone: Zone<'_>, existing: &Json) -> Result<(), Error> {
        let [name, of] = key(existing);
        self.client.delete(&["zones", zone.id, "sets", name, of]).send_ok_or_missing().await
    }
}

#[tokio::test]
async fn sets_that_are_put() {
    let fake = store(Store::sets())
        .route("GET", "/v1/zones/{zone}/sets", Action::List)
        .route("PUT", "/v1/zones/{zone}/sets/{name}/{type}", Action::Put)
        .route("DELETE", "/v1/zones/{zone}/sets/{name}/{type}", Action::Delete)
        .names(store::Names::Absolute)
        .targets(POINTING, store::Dot::Required, store::Dot::Required)
        .text(store::Text::Quoted)
        .ttl(60..=86_400)
        .clamping_ttl()
        .refusing_duplicates();
    suite(sets::register::<Remote<Put>>, "octodns_example.PutProvider", fake).run().await;
}

/// Sets have ids, are created by POST and changed by PATCH, and served after they are published.
struct WithIds;

impl Facts for WithIds {
    const ZONES: ZonesBy = ZonesBy::Id;
    const PUBLISHES: bool = true;
    const SERVICE: Service = Service {
        capabilities: Capabilities::of(&[
            RecordType::A,
            RecordType::CAA,
            RecordType::CNAME,
            RecordType::MX,
            RecordType::TXT,
        ]),
        dialect: Dialect {
            names: Names::Relative { apex: "@" },
            targets: Targets { read: Dot::Required, write: Dot::Required, own: None },
            ..QUOTED
        },
        ..service("octodns_example.WithIdsProvider")
    };
}

impl Remote<WithIds> {
    fn one(zone: Zone<'_>, existing: &Json) -> [String; 4] {
        let id = existing["id"].to_string();
        ["zones".to_owned(), zone.id.to_owned(), "sets".to_owned(), id]
    }
}

#[async_trait]
impl SetApi for Remote<WithIds> {
    const FIELDS: SetFields = SetFields::objects("records", Fields::new("content"));

    async fn sets(&self, zone: Zone<'_>, _: Option<Only<'_>>) -> Result<Option<Vec<Json>>, Error> {
        optional(list(|| self.client.get(&["zones", zone.id, "sets"])).await)
    }

    async fn put(&self, zone: Zone<'_>, set: &Json, existing: Option<&Json>) -> Result<(), Error> {
        let Some(existing) = existing else {
            return self.client.post(&["zones", zone.id, "sets"]).json(set).send_ok().await;
        };
        let path = Self::one(zone, existing);
        self.client.patch(&path.each_ref().map(String::as_str)).json(set).send_ok().await
    }

    async fn delete(&self, zone: Zone<'_>, existing: &Json) -> Result<(), Error> {
        let path = Self::one(zone, existing);
        self.client.delete(&path.each_ref().map(String::as_str)).send_ok_or_missing().await
    }
}

#[tokio::test]
async fn sets_with_ids_that_are_published() {
    let fake = store(Store::sets())
        .route("GET", "/v1/zones/{zone}/sets", Action::List)
        .route("POST", "/v1/zones/{zone}/sets", Action::Create)
        .route("PATCH", "/v1/zones/{zone}/sets/{id}", Action::Patch)
        .route("DELETE", "/v1/zones/{zone}/sets/{id}", Action::Delete)
        .custom("POST", "/v1/zones/{zone}/publish", |store, call| {
            store.zone(call.zone()).map(|_| Response::empty(204))
        })
        .number_ids()
        .zone_id("id")
        .values(Values::Objects("records", "content"))
        .targets(&["CNAME", "MX"], store::Dot::Required, store::Dot::Required)
        .text(store::Text::Quoted);
    suite(sets::register::<Remote<WithIds>>, "octodns_example.WithIdsProvider", fake).run().await;
}
