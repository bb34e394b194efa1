//! A service with calls for a set, for all sets of a name, and for all of a zone.

use octodns_core::record::text::Presentation;
use octodns_core::{Capabilities, async_trait};
use octodns_kit::dialect::{Dialect, Names, Text};
use octodns_kit::http::{Error, optional};
use octodns_kit::sets::SetApi;
use octodns_kit::wide::{self, WideApi};
use octodns_kit::{Json, Only, Service, SetFields, Zone, json};
use octodns_testkit::fake::Response;
use octodns_testkit::run::Applied;
use octodns_testkit::store::{self, Action, Pick, Refusal, Store};

use crate::memory::{Fate, Memory, MemoryWide, item, kind, record, zone};
use crate::service::{ALL_TYPES, Facts, POINTING, Remote, list, service, store, suite};

struct Replaced;

impl Facts for Replaced {
    const SERVICE: Service = Service {
        capabilities: Capabilities::of(ALL_TYPES).root_ns().multivalue_ptr(),
        dialect: Dialect {
            names: Names::Relative { apex: "@" },
            text: Text::Quoted(Presentation::DECIMAL),
            ..Dialect::RAW
        },
        ..service("octodns_example.ReplacedProvider")
    };
}

/// The name and type of a set, as its path has them.
fn key(set: &Json) -> [&str; 2] {
    ["name", "type"].map(|key| set[key].as_str().unwrap_or_default())
}

#[async_trait]
impl SetApi for Remote<Replaced> {
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

#[async_trait]
impl WideApi for Remote<Replaced> {
    fn zone_calls(&self, sets: usize) -> Option<usize> {
        Some(sets / 200 + 2)
    }

    async fn name_sets(&self, zone: Zone<'_>, name: &str) -> Result<Vec<Json>, Error> {
        self.client.get(&["zones", zone.id, "sets", name]).read().await
    }

    async fn replace_name(&self, zone: Zone<'_>, name: &str, sets: &[Json]) -> Result<(), Error> {
        self.client.put(&["zones", zone.id, "sets", name]).once().json(sets).send_ok().await
    }

    async fn replace_zone(&self, zone: Zone<'_>, sets: &[Json]) -> Result<(), Error> {
        self.client.put(&["zones", zone.id, "sets"]).once().json(sets).send_ok().await
    }
}

/// Replaces the sets of a name.
fn replace_name(store: &mut Store, call: &store::Call) -> Result<Response, Refusal> {
    let name = call.param("name").to_owned();
    let held: Vec<_> = store.zone(call.zone())?.items().cloned().collect();
    let of_name: Vec<_> = held.iter().filter(|set| set["name"] == *name).map(key).collect();
    if of_name.is_empty() {
        return Err(Refusal::new(404, "there is no such name"));
    }
    store.transaction(|store| {
        for [name, of] in of_name {
            store.delete(call.zone(), Pick::Set(name, of))?;
        }
        for set in call.body.as_array().into_iter().flatten() {
            store.create(call.zone(), set)?;
        }
        Ok(Response::empty(204))
    })
}

#[tokio::test]
async fn sets_names_and_zones_that_are_replaced() {
    let fake = store(Store::sets())
        .route("GET", "/v1/zones/{zone}/sets", Action::List)
        .custom("PUT", "/v1/zones/{zone}/sets", |store, call| {
            let sets = call.body.as_array().cloned().unwrap_or_default();
            store.replace_all(call.zone(), &sets)
        })
        .custom("GET", "/v1/zones/{zone}/sets/{name}", |store, call| {
            let mut sets: Vec<_> = store.zone(call.zone())?.items().cloned().collect();
            sets.retain(|set| set["name"] == call.param("name"));
            Ok(Response::json(200, sets))
        })
        .custom("PUT", "/v1/zones/{zone}/sets/{name}", replace_name)
        .route("PUT", "/v1/zones/{zone}/sets/{name}/{type}", Action::Put)
        .route("DELETE", "/v1/zones/{zone}/sets/{name}/{type}", Action::Delete)
        .targets(POINTING, store::Dot::Required, store::Dot::Required)
        .text(store::Text::Quoted);
    let class = "octodns_example.ReplacedProvider";
    suite(wide::register::<Remote<Replaced>>, class, fake).run().await;
}

/// Applies a plan for this desired state; `before` is called when it is made.
async fn apply(memory: &Memory, desired: &[Json], before: impl FnOnce(&Memory)) -> Applied {
    let harness = memory.harness::<MemoryWide>();
    let plan = harness.plan(&harness.zone(&zone(), desired)).await.unwrap().unwrap();
    before(memory);
    harness.apply(&plan).await
}

/// The calls for a step from one state to another, in a zone with `others` that stay.
async fn calls(held: &[Json], desired: &[Json], others: usize) -> Vec<String> {
    let name = |index| format!("other-{index}");
    let mut items = held.to_vec();
    items.extend((0..others).map(|index| item(100, &name(index), "A", "192.0.2.9")));
    let mut records = desired.to_vec();
    records.extend((0..others).map(|index| record(&name(index), "A", "192.0.2.9")));
    let memory = Memory::new(&items);
    assert!(apply(&memory, &records, |_| ()).await.result.is_ok());
    let harness = memory.harness::<MemoryWide>();
    assert!(harness.plan(&harness.zone(&zone(), &records)).await.unwrap().is_none());
    let state = memory.state();
    state.calls.clone()
}

#[tokio::test]
async fn a_plan_takes_the_fewest_calls() {
    let (a, aaaa) = (record("www", "A", "192.0.2.1"), record("www", "AAAA", "2001:db8::1"));
    let text = record("www", "TXT", "text");
    let alias = item(1, "www", "CNAME", "www.example.net.");
    let held = item(1, "www", "A", "192.0.2.7");
    let old = item(2, "old", "A", "192.0.2.7");
    for (before, after, others, expected) in [
        // One call each, since a zone has to be read before it is replaced.
        (vec![], vec![a.clone(), aaaa.clone()], 1, vec!["put", "put"]),
        (vec![held.clone()], vec![a.clone(), aaaa.clone()], 1, vec!["put", "put"]),
        (vec![old.clone(), held.clone()], vec![a.clone()], 1, vec!["delete", "put"]),
        // A name turns at once, and is not gone in between.
        (vec![alias.clone()], vec![a.clone()], 1, vec!["replace www by 1"]),
        (vec![alias.clone()], vec![a.clone()], 99, vec!["replace www by 1"]),
        (
            vec![held.clone()],
            vec![a.clone(), aaaa.clone(), text.clone()],
            99,
            vec!["replace www by 3"],
        ),
        // A zone of ten has two pages.
        (vec![], vec![a.clone(), aaaa.clone(), text.clone()], 1, vec!["replace all by 4"]),
        (vec![], vec![a.clone(), aaaa.clone(), text.clone()], 10, vec!["put", "put", "put"]),
        (vec![old, alias], vec![a], 1, vec!["replace all by 2"]),
    ] {
        assert_eq!(calls(&before, &after, others).await, expected, "{before:?} {after:?} {others}");
    }
}

/// Three changes: one call for the zone.
fn three(address: &str) -> Vec<Json> {
    ["www", "mail", "ftp"].map(|name| record(name, "A", address)).to_vec()
}

#[tokio::test]
async fn a_lost_response_is_looked_up() {
    use Fate::{Dark, Done, Lost, LostDone, LostToOthers, Refused};
    for (fates, expected, sends) in [
        (vec![LostDone], ["applied"; 3], 1),
        (vec![Lost, Lost], ["applied"; 3], 3),
        (vec![Lost; 9], ["failed"; 3], 3),
        (vec![Dark], ["unknown"; 3], 1),
        (vec![LostToOthers], ["unknown"; 3], 1),
        // Halved: the first alone, and then the others.
        (vec![Refused], ["applied"; 3], 3),
        (vec![Refused, Done, Refused, Done, Refused], ["applied", "applied", "failed"], 5),
    ] {
        let memory = Memory::new(&[item(1, "stays", "A", "192.0.2.9")]);
        let mut desired = three("192.0.2.1");
        desired.push(record("stays", "A", "192.0.2.9"));
        let applied = apply(&memory, &desired, |memory| memory.state().fates.extend(&fates)).await;
        let mut found: Vec<_> = applied.outcomes.iter().map(kind).collect();
        found.sort_unstable();
        assert_eq!((&*found, memory.state().calls.len()), (&expected[..], sends), "{fates:?}");
    }
}

#[tokio::test]
async fn what_others_add_stays_and_what_they_change_is_not_overwritten() {
    let held = || vec![item(1, "www", "A", "192.0.2.7"), item(2, "mail", "A", "192.0.2.7")];
    let memory = Memory::new(&held());
    let added = item(3, "acme", "TXT", "token");
    let desired = three("192.0.2.1");
    let add = |memory: &Memory| memory.state().items.push(added.clone());
    assert!(apply(&memory, &desired, add).await.result.is_ok());
    assert_eq!(memory.state().calls, ["replace all by 4"]);
    assert!(memory.state().items.contains(&added));

    let memory = Memory::new(&held());
    let change = |memory: &Memory| {
        memory.state().items[1]["values"] = json!(["198.51.100.1"]);
    };
    let error = apply(&memory, &desired, change).await.result.unwrap_err().to_string();
    assert!(error.contains("mail.example.com. A: somebody else changed it"), "{error}");
    assert!(memory.state().calls.is_empty());
}
