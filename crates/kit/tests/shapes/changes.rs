//! A service with change sets: atomic, with exact deletions, and a lower limit than it declares.

use octodns_core::engine::BatchLimits;
use octodns_core::record::text::Presentation;
use octodns_core::{Capabilities, async_trait};
use octodns_kit::changes::{self, ChangeApi, SetChange};
use octodns_kit::dialect::{Dialect, Dot, Names, Text};
use octodns_kit::http::{Error, optional};
use octodns_kit::{Json, Service, SetFields, Zone, json};
use octodns_testkit::fake::{Fake, InjectedFault, Request, Response};
use octodns_testkit::run::Harness;
use octodns_testkit::store::{self, Action, Pick, Refusal, Store};

use crate::batch::{converge, records};
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

    /// Single changes are as good as one call for a few.
    fn limits(&self, changes: &[SetChange]) -> BatchLimits {
        if changes.len() < 4 { BatchLimits::items(1) } else { Self::LIMITS }
    }

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

fn fake() -> Store {
    store(Store::sets())
        .route("GET", "/v1/zones/{zone}/sets", Action::List)
        .custom("POST", "/v1/zones/{zone}/changes", change)
        .names(store::Names::Absolute)
        .targets(POINTING, store::Dot::Required, store::Dot::Required)
        .text(store::Text::Quoted)
        .default_items(json!([]))
}

const CLASS: &str = "octodns_example.ChangedProvider";

#[tokio::test]
async fn change_sets() {
    suite(changes::register::<Remote<Changed>>, CLASS, fake()).run().await;
}

/// Replacing what a new zone has already, even if the answer is lost.
#[tokio::test]
async fn new_zones_may_have_root_ns_records() {
    let (servers, own) = (json!(["ns1.example.net."]), json!(["ns.example.org."]));
    let root = |values: &Json| json!({"name": "", "type": "NS", "ttl": 300, "values": values});
    for fault in [None, Some(InjectedFault::BreakBefore), Some(InjectedFault::BreakAfter)] {
        let mut default = root(&servers);
        default["name"] = json!("example.com.");
        let fake = Fake::start(fake().default_items(json!([default]))).await;
        let config = json!({
            "token": "hunter2", "endpoint": format!("{}/v1", fake.url()), "http": {"retry_wait": 0},
        });
        let harness = Harness::build(changes::register::<Remote<Changed>>, CLASS, &config).unwrap();
        if let Some(fault) = fault {
            let is_change = |request: &Request| request.target.ends_with("/changes");
            fake.control().faults().next_of(is_change, 1, fault);
        }
        converge(&harness, &[root(&own), records(1, None).remove(0)]).await;
        let held: Vec<_> = fake.api().zone("example.com").unwrap().items().cloned().collect();
        assert!(held.iter().any(|set| set["values"] == own) && held.len() == 2, "{held:?}");
    }
}

#[tokio::test]
async fn the_changes_of_a_plan_choose_the_limits() {
    let fake = Fake::start(fake()).await;
    let config = json!({"token": "hunter2", "endpoint": format!("{}/v1", fake.url())});
    let harness = Harness::build(changes::register::<Remote<Changed>>, CLASS, &config).unwrap();
    for (many, calls) in [(3, 3), (13, 1)] {
        fake.control().measured().clear();
        converge(&harness, &records(many, None)).await;
        let seen = fake.control().measured().seen();
        assert_eq!(seen.iter().filter(|seen| seen.target.ends_with("/changes")).count(), calls);
    }
}
