//! A service with change sets: atomic, with exact deletions, and a lower limit than it declares.

use octodns_core::engine::BatchLimits;
use octodns_core::record::text::Presentation;
use octodns_core::{Capabilities, async_trait};
use octodns_kit::changes::{self, ChangeApi, SetChange};
use octodns_kit::dialect::{Dialect, Dot, Names, Text};
use octodns_kit::http::{Error, optional};
use octodns_kit::{Json, Service, SetFields, Zone, json};
use octodns_testkit::fake::Response;
use octodns_testkit::store::{self, Action, Pick, Refusal, Store};

use crate::service::{ALL_TYPES, Facts, POINTING, Remote, list, service, store, suite};

struct Changed;

impl Facts for Changed {
    const SERVICE: Service = Service {
        capabilities: Capabilities::of(ALL_TYPES).root_ns().multivalue_ptr(),
        dialect: Dialect {
            names: Names::Absolute(Dot::Required),
            text: Text::Quoted(Presentation::DECIMAL),
            ..Dialect::RAW
        },
        ..service("octodns_example.ChangedProvider")
    };
}

#[async_trait]
impl ChangeApi for Remote<Changed> {
    const FIELDS: SetFields = SetFields::texts("values");
    const LIMITS: BatchLimits = BatchLimits::items(100);

    async fn sets(&self, zone: Zone<'_>) -> Result<Option<Vec<Json>>, Error> {
        optional(list(|| self.client.get(&["zones", zone.id, "sets"])).await)
    }

    async fn send(&self, zone: Zone<'_>, changes: &[SetChange]) -> Result<(), Error> {
        let before: Vec<_> = changes.iter().filter_map(|change| change.before.as_ref()).collect();
        let after: Vec<_> = changes.iter().filter_map(|change| change.after.as_ref()).collect();
        let body = json!({"deletions": before, "additions": after});
        self.client.post(&["zones", zone.id, "changes"]).json(&body).send_ok().await
    }
}

fn change(store: &mut Store, call: &store::Call) -> Result<Response, Refusal> {
    let sets = |key: &str| call.body[key].as_array().cloned().unwrap_or_default();
    let (deletions, additions) = (sets("deletions"), sets("additions"));
    // The real limit is 60, which the service does not declare.
    if deletions.len() + additions.len() > 60 {
        return Err(store.invalid("too many changes"));
    }
    store.transaction(|store| {
        for set in &deletions {
            let [name, of] = ["name", "type"].map(|key| set[key].as_str().unwrap_or_default());
            let pick = Pick::Set(name, of);
            if store.item(call.zone(), pick)? != *set {
                return Err(store.invalid("the set to be deleted is another"));
            }
            store.delete(call.zone(), pick)?;
        }
        for set in &additions {
            store.create(call.zone(), set)?;
        }
        Ok(Response::json(200, json!({"status": "done"})))
    })
}

#[tokio::test]
async fn change_sets() {
    let fake = store(Store::sets())
        .route("GET", "/v1/zones/{zone}/sets", Action::List)
        .custom("POST", "/v1/zones/{zone}/changes", change)
        .names(store::Names::Absolute)
        .targets(POINTING, store::Dot::Required, store::Dot::Required)
        .text(store::Text::Quoted)
        .default_items(json!([]));
    let class = "octodns_example.ChangedProvider";
    suite(changes::register::<Remote<Changed>>, class, fake).run().await;
}
