//! A service with change sets whose sets have more than values, and whose first changes create a zone.

use octodns_core::engine::BatchLimits;
use octodns_core::record::dynamic::{Dynamic, Pool, PoolValue, Rule};
use octodns_core::registry::{BuildError, NoOptions};
use octodns_core::value::Map;
use octodns_core::{Capabilities, OwnedValue, Record, RecordType, ZoneName, async_trait};
use octodns_kit::changes::{ChangeApi, Changes, SetChange};
use octodns_kit::http::{Client, Error};
use octodns_kit::{Api, Connector, Json, ListedZone, Provided, Service, SetFields, Zone, json};
use octodns_testkit::run::Harness;

use crate::memory::{Fate, Memory, record, zone};

/// Its dynamic records have a pool of one value, and a note.
struct Routed(Memory);

#[async_trait]
impl Api for Routed {
    const SERVICE: Service = Service {
        capabilities: Capabilities::of(&[RecordType::A]).dynamic(),
        ..Service::new("octodns_example.SectionsProvider", "http://127.0.0.1")
    };
    type Options = NoOptions;

    fn connect(_: NoOptions, _: &Connector<'_>) -> Result<Self, BuildError> {
        Ok(Self(Memory::new(&[])))
    }

    fn client(&self) -> &Client {
        self.0.client()
    }

    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        self.0.zones().await
    }
}

#[async_trait]
impl ChangeApi for Routed {
    const FIELDS: SetFields = SetFields::texts("values");
    const LIMITS: BatchLimits = BatchLimits::items(100);
    const CREATES_ZONES: bool = true;

    async fn sets(&self, zone: Zone<'_>) -> Result<Option<Vec<Json>>, Error> {
        ChangeApi::sets(&self.0, zone).await
    }

    async fn send(&self, zone: Zone<'_>, changes: &[SetChange]) -> Result<(), Error> {
        self.0.send(zone, changes).await?;
        self.0.state().zones = vec![("example.com", "17")];
        Ok(())
    }

    fn sections(&self, set: &Json, _: &ZoneName) -> Vec<(&'static str, OwnedValue)> {
        let Some(value) = set["pool"].as_str() else { return Vec::new() };
        let pool = Pool::new("only", [PoolValue::new(value)]);
        let dynamic = Dynamic::new(vec![pool], vec![Rule::new("only")]).to_value();
        let path = set["check"].as_str().unwrap_or_default().to_owned();
        let check: OwnedValue = Map::from_unique([("path", path.into())]).into();
        let options = Map::from_unique([("healthcheck", check)]).into();
        vec![("dynamic", dynamic), ("octodns", options)]
    }

    fn complete(&self, set: &mut Json, record: &Record, existing: Option<&Json>, _: &ZoneName) {
        if let Some(dynamic) = record.dynamic() {
            let path = record.options().healthcheck_path().unwrap_or_default();
            set["pool"] = dynamic.pools()[0].values()[0].value().into();
            set["check"] = path.into();
            set["note"] = existing.map(|existing| existing["note"].clone()).unwrap_or_default();
        }
    }
}

fn harness(memory: &Memory) -> Harness {
    let api = Routed(memory.clone());
    Harness::new(std::sync::Arc::new(Provided::<Changes<Routed>>::new("mine", api)))
}

fn routed(value: &str) -> Json {
    let mut record = record("www", "A", "192.0.2.9");
    record["dynamic"] = json!({
        "pools": {"only": {"values": [{"value": value}]}}, "rules": [{"pool": "only"}],
    });
    record
}

async fn converge(harness: &Harness, record: &Json) {
    let desired = harness.zone(&zone(), std::slice::from_ref(record));
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    harness.apply(&plan).await.result.unwrap();
    assert!(harness.plan(&desired).await.unwrap().is_none());
}

/// Of a missing zone: its first changes are the first call.
#[tokio::test]
async fn sections_are_read_and_written_with_the_values() {
    let memory = Memory::new(&[]);
    memory.state().zones.clear();
    let harness = harness(&memory);
    converge(&harness, &routed("192.0.2.1")).await;
    assert_eq!(memory.state().calls, ["send 1"]);
    memory.state().items[0]["note"] = json!("mine");
    converge(&harness, &routed("192.0.2.2")).await;
    let held = memory.state().items.clone();
    assert_eq!((&held[0]["pool"], &held[0]["note"]), (&json!("192.0.2.2"), &json!("mine")));
    converge(&harness, &record("www", "A", "192.0.2.9")).await;
    assert_eq!(memory.state().items[0].get("pool"), None);
}

/// Though its values and TTL stay the same.
#[tokio::test]
async fn what_became_of_a_section_is_looked_up() {
    for (fate, calls) in [(Fate::Lost, 2), (Fate::LostDone, 1)] {
        let memory = Memory::new(&[]);
        let harness = harness(&memory);
        converge(&harness, &routed("192.0.2.1")).await;
        memory.state().calls.clear();
        memory.state().fates = [fate].into();
        converge(&harness, &routed("192.0.2.2")).await;
        assert_eq!(memory.state().calls.len(), calls, "{fate:?}");
    }
}

/// What is no difference between records.
#[tokio::test]
async fn a_section_that_is_not_as_it_would_be_written_is_an_update() {
    let memory = Memory::new(&[]);
    let harness = harness(&memory);
    let mut checked = routed("192.0.2.1");
    for path in ["/one", "/two"] {
        checked["octodns"] = json!({"healthcheck": {"path": path}});
        converge(&harness, &checked).await;
        assert_eq!(memory.state().items[0]["check"], path);
    }
}
