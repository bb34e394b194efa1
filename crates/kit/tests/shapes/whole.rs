//! A service that replaces whole zones: its own NS and rows of unknown types are sent back unchanged.

use octodns_core::record::text::UnsupportedText;
use octodns_core::{Capabilities, RecordType, Values as Held, async_trait};
use octodns_kit::dialect::{Dialect, Dot, Names, Targets};
use octodns_kit::http::{Error, optional};
use octodns_kit::whole::{self, WholeApi};
use octodns_kit::{Fields, Json, Service, Zone, json};
use octodns_testkit::store::{self, Action, Store, Values};

use crate::service::{ALL_TYPES, Facts, POINTING, Remote, list, service, store, suite};

struct Given;

impl Facts for Given {
    const SERVICE: Service = Service {
        capabilities: Capabilities::of(ALL_TYPES).root_ns().multivalue_ptr().values(Held {
            lacks: &[
                (RecordType::TXT, &[UnsupportedText::NonUtf8, UnsupportedText::Empty]),
                (RecordType::SPF, &[UnsupportedText::NonUtf8]),
            ],
            ..Held::ANY
        }),
        dialect: Dialect {
            names: Names::Relative { apex: "@" },
            targets: Targets { read: Dot::Required, write: Dot::Required, own: Some("@") },
            ..Dialect::RAW
        },
        ..service("octodns_example.GivenProvider")
    };
}

#[async_trait]
impl WholeApi for Remote<Given> {
    const FIELDS: Fields = Fields { ttl: "expire", ..Fields::new("content") };

    async fn rows(&self, zone: Zone<'_>) -> Result<Option<Vec<Json>>, Error> {
        optional(list(|| self.client.get(&["zones", zone.id, "dns"])).await)
    }

    async fn replace(&self, zone: Zone<'_>, rows: &[Json]) -> Result<(), Error> {
        let body = json!({"entries": rows});
        self.client.put(&["zones", zone.id, "dns"]).json(&body).send_ok().await
    }
}

#[tokio::test]
async fn whole_zones() {
    let fake = store(Store::rows())
        .route("GET", "/v1/zones/{zone}/dns", Action::List)
        .custom("PUT", "/v1/zones/{zone}/dns", |store, call| {
            let rows = call.body["entries"].as_array().cloned().unwrap_or_default();
            store.replace_all(call.zone(), &rows)
        })
        .no_ids()
        .item_keys(["id", "name", "type", "expire"])
        .values(Values::Field("content"))
        .targets(POINTING, store::Dot::Required, store::Dot::Required)
        .own_name("@")
        .default_items(json!([
            {"type": "NS", "name": "@", "content": "ns0.example.net.", "expire": 3600},
            {"type": "NS", "name": "@", "content": "ns1.example.net.", "expire": 3600},
        ]));
    let class = "octodns_example.GivenProvider";
    suite(whole::register::<Remote<Given>>, class, fake).run().await;
}
