//! A service that lists rows and replaces sets, many in one call, of which a part may be made when it is refused.

use octodns_core::engine::BatchLimits;
use octodns_core::{Capabilities, Outcome, RecordType, ServiceErrorKind, async_trait};
use octodns_kit::changes::{self, ChangeApi, SetChange};
use octodns_kit::dialect::{Dialect, Names};
use octodns_kit::http::{Error, optional};
use octodns_kit::{Fields, Json, Service, SetFields, Zone, json};
use octodns_testkit::fake::Response;
use octodns_testkit::store::{self, Action, Pick, Refusal, Store, Values};
use octodns_testkit::suite::{Bench, Suite, addresses};

use crate::service::{Facts, Remote, list, service, store, suite};

struct Gathered;

impl Facts for Gathered {
    const SERVICE: Service = Service {
        capabilities: Capabilities::of(&[RecordType::A, RecordType::CNAME, RecordType::MX]),
        dialect: Dialect { names: Names::Relative { apex: "@" }, ..Dialect::RAW },
        ..service("octodns_example.GatheredProvider")
    };
}

const FIELDS: SetFields = SetFields::objects("values", Fields::new("value"));

#[async_trait]
impl ChangeApi for Remote<Gathered> {
    const FIELDS: SetFields = FIELDS;
    const LIMITS: BatchLimits = BatchLimits::items(100);
    const ATOMIC: bool = false;

    async fn sets(&self, zone: Zone<'_>) -> Result<Option<Vec<Json>>, Error> {
        let rows = optional(list(|| self.client.get(&["zones", zone.id, "rows"])).await)?;
        Ok(rows.map(|rows| FIELDS.gather(rows)))
    }

    async fn send(&self, zone: Zone<'_>, changes: &[SetChange]) -> Result<(), Error> {
        let set = |change: &SetChange| {
            let of = change.before.as_ref().or(change.after.as_ref()).cloned().unwrap_or_default();
            let rows: Vec<_> =
                change.after.iter().flat_map(|after| FIELDS.scatter(after)).collect();
            json!({"name": of["name"], "type": of["type"], "rows": rows})
        };
        let sets: Vec<_> = changes.iter().map(set).collect();
        self.client.put(&["zones", zone.id, "sets"]).json(&sets).send_ok().await
    }
}

/// It looks at everything before it begins, but not at everything that it may find wrong later.
fn put(store: &mut Store, call: &store::Call) -> Result<Response, Refusal> {
    let sets = call.body.as_array().cloned().unwrap_or_default();
    let rows = |set: &Json| set["rows"].as_array().cloned().unwrap_or_default();
    if sets.iter().flat_map(rows).any(|row| row["value"] == "198.51.100.66") {
        return Err(store.invalid("not this one"));
    }
    for set in &sets {
        let pick = ["name", "type"].map(|key| set[key].as_str().unwrap_or_default());
        while store.delete(call.zone(), Pick::Set(pick[0], pick[1])).is_ok() {}
        for row in rows(set) {
            if row["value"] == "198.51.100.67" {
                return Err(store.invalid("not this one either"));
            }
            store.create(call.zone(), &row)?;
        }
    }
    Ok(Response::json(200, json!({})))
}

fn gathered() -> Suite {
    let fake = store(Store::rows())
        .route("GET", "/v1/zones/{zone}/rows", Action::List)
        .custom("PUT", "/v1/zones/{zone}/sets", put)
        .no_ids()
        .values(Values::Field("value"))
        .targets(&["CNAME", "MX"], store::Dot::Required, store::Dot::Required);
    suite(changes::register::<Remote<Gathered>>, "octodns_example.GatheredProvider", fake)
}

#[tokio::test]
async fn sets_of_rows() {
    gathered().thousand_changes(5, 20).run().await;
}

#[test]
fn rows_are_gathered_and_scattered() {
    let row = |name: &str, value: &str| json!({"name": name, "type": "A", "ttl": 60, "value": value, "note": 1});
    let rows = [row("www", "192.0.2.1"), row("a", "192.0.2.2"), row("www", "192.0.2.3")];
    let sets = FIELDS.gather(rows.clone());
    let [www, a] = &*sets else { panic!("{sets:?}") };
    assert_eq!(
        (&www["name"], &www["ttl"], &www["values"][1]),
        (&json!("www"), &json!(60), &rows[2])
    );
    assert_eq!(FIELDS.scatter(www), [rows[0].clone(), rows[2].clone()]);
    assert_eq!(FIELDS.scatter(a), [rows[1].clone()]);
}

async fn bench() -> Bench {
    let bench = gathered().bench(&json!({})).await;
    bench.converge(&addresses(1, 0)).await;
    bench
}

/// The rows of a set have one TTL in the end.
#[tokio::test]
async fn uneven_ttls_are_evened() {
    let bench = bench().await;
    for (value, ttl) in [("192.0.2.1", 300), ("192.0.2.2", 600)] {
        let row = json!({"name": "www", "type": "A", "ttl": ttl, "value": value});
        bench.fake.api().plant("unit.tests", row).unwrap();
    }
    let www = json!({"name": "www", "type": "A", "ttl": 300, "values": ["192.0.2.1", "192.0.2.2"]});
    bench.converge(&[addresses(1, 0), vec![www]].concat()).await;
    assert!(bench.items("A").iter().all(|item| item["ttl"] == 300));
}

/// The refused change of a call that made nothing stands alone in the end; all before it are made.
#[tokio::test]
async fn a_refused_call_is_halved() {
    let bench = bench().await;
    let mut records = addresses(10, 0);
    records[5]["value"] = "198.51.100.66".into();
    let plan = bench.plan(&records).await.unwrap().unwrap();
    let applied = bench.harness.apply(&plan).await;
    let error = applied.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Refused));
    assert!(error.with_causes().starts_with("host-5.unit.tests. A: "), "{}", error.with_causes());
    let names = |is: fn(&Outcome) -> bool| {
        let outcomes = plan.changes.iter().zip(&applied.outcomes);
        outcomes.filter(|(_, outcome)| is(outcome)).count()
    };
    assert_eq!(names(Outcome::is_applied), bench.items("A").len() - 1);
    assert_eq!(names(|outcome| matches!(outcome, Outcome::Failed(_))), 1);
}

/// If a part was made, that is said.
#[tokio::test]
async fn a_call_that_was_made_in_part_is_told() {
    let bench = bench().await;
    let mut records = addresses(10, 0);
    records[5]["value"] = "198.51.100.67".into();
    let error = bench.apply(&records).await.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Indeterminate));
    assert!(error.with_causes().contains("not this one either; the target holds something else"));
    bench.converge(&addresses(10, 0)).await;
}
