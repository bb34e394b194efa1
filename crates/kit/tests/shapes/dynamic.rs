//! A service with `RRset`s whose dynamic records take several calls.

use octodns_core::apply_log::Stopped;
use octodns_core::record::dynamic::{Dynamic, Pool, PoolValue, Rule};
use octodns_core::record::geo::{Geo, GeoValues};
use octodns_core::registry::{BuildError, NoOptions};
use octodns_core::{
    ApplyLog, Capabilities, Outcome, ProviderError, Record, RecordType, Severity, ZoneName,
    async_trait,
};
use octodns_kit::http::{Client, Error};
use octodns_kit::sets::{DynamicChange, DynamicSets, Progress, SetApi, Sets};
use octodns_kit::{
    Api, Connector, Json, ListedZone, Only, Service, SetFields, Zone, ZonesBy, json,
};
use octodns_testkit::json::record_json;
use octodns_testkit::run::Harness;

use crate::memory::{Fate, Memory, MemorySets, item, record, zone};

/// Its dynamic records have a pool of one value, which is made by a call of its own.
struct Routed(Memory);

#[async_trait]
impl Api for Routed {
    const SERVICE: Service = Service {
        capabilities: Capabilities::of(&[RecordType::A]).dynamic().geo(),
        ..Service::new("octodns_example.RoutedProvider", "http://127.0.0.1")
    };
    const ZONES: ZonesBy = ZonesBy::Id;
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
impl SetApi for Routed {
    const FIELDS: SetFields = SetFields::texts("values");

    async fn sets(
        &self,
        zone: Zone<'_>,
        only: Option<Only<'_>>,
    ) -> Result<Option<Vec<Json>>, Error> {
        self.0.sets(zone, only).await
    }

    async fn put(&self, zone: Zone<'_>, set: &Json, existing: Option<&Json>) -> Result<(), Error> {
        self.0.put(zone, set, existing).await
    }

    async fn delete(&self, zone: Zone<'_>, existing: &Json) -> Result<(), Error> {
        SetApi::delete(&self.0, zone, existing).await
    }

    fn unreadable(set: &Json) -> Option<String> {
        set["odd"].as_str().map(str::to_owned)
    }

    fn dynamic(&self) -> Option<&dyn DynamicSets> {
        Some(self)
    }
}

fn dynamic(value: &str) -> Dynamic {
    Dynamic::new(vec![Pool::new("only", [PoolValue::new(value)])], vec![Rule::new("only")])
}

#[async_trait]
impl DynamicSets for Routed {
    async fn complete(&self, sets: &mut Vec<Json>, _: Zone<'_>) -> Result<(), ProviderError> {
        for set in sets.iter_mut().filter(|set| set["named"].is_string()) {
            set["pool"] = set["named"].take();
        }
        Ok(())
    }

    fn read(&self, set: &Json, _: &ZoneName) -> Option<Dynamic> {
        set["pool"].as_str().map(dynamic)
    }

    fn read_options(&self, set: &Json, _: &ZoneName) -> Option<Json> {
        set.get("options").cloned()
    }

    fn is_partial(&self, set: &Json) -> bool {
        set["partial"] == true
    }

    fn read_geo(&self, set: &Json, _: &ZoneName) -> Option<Geo> {
        let value = set["africa"].as_str()?;
        Some(Geo::new(vec![GeoValues::new("AF", [value])]))
    }

    async fn apply(
        &self,
        zone: Zone<'_>,
        change: DynamicChange<'_>,
        log: &ApplyLog<'_>,
    ) -> Result<(), Stopped> {
        let Some(mut set) = change.set.cloned() else {
            let existing = change.existing.unwrap();
            let is_routed = existing["pool"].is_string() || existing["africa"].is_string();
            assert!(is_routed || self.is_partial(existing));
            log.in_step("clean up", async { self.0.act("clean up", |_| ()) }).await?;
            return Ok(self.delete(zone, existing).await?);
        };
        let mut progress = Progress::default();
        progress.expect(2);
        let of = change.change.desired().and_then(|record| record.dynamic());
        let value = of.map(|of| of.pools()[0].values()[0].value().to_owned());
        log.in_step("create a pool", async { self.0.act("pool", |_| ()) }).await?;
        progress.confirmed();
        set["pool"] = json!(value);
        let geo = change.change.desired().and_then(|record| record.geo());
        set["africa"] = json!(geo.map(|geo| geo.places()[0].values()[0].as_str()));
        self.put(zone, &set, change.existing).await.map_err(|error| progress.stopped(error))
    }

    async fn has_drifted(
        &self,
        _: &ZoneName,
        _: &Record,
        set: &Json,
    ) -> Result<bool, ProviderError> {
        Ok(set["drifted"] == true)
    }
}

fn harness(memory: &Memory) -> Harness {
    let api = Routed(memory.clone());
    Harness::new(std::sync::Arc::new(octodns_kit::Provided::<Sets<Routed>>::new("mine", api)))
}

fn routed(value: &str) -> Json {
    let mut record = record("www", "A", "192.0.2.9");
    record["dynamic"] = json!({
        "pools": {"only": {"values": [{"value": value}]}}, "rules": [{"pool": "only"}],
    });
    record
}

#[tokio::test]
async fn dynamic_records_are_read_and_written_by_calls_of_their_own() {
    let memory = Memory::new(&[]);
    let harness = harness(&memory);
    let bare = record("www", "A", "192.0.2.9");
    let placed = |value: &str| {
        let mut record = bare.clone();
        record["geo"] = json!({"AF": [value]});
        record
    };
    for (record, calls) in [
        (Some(routed("192.0.2.1")), vec!["pool", "put"]),
        (Some(routed("192.0.2.2")), vec!["pool", "put"]),
        // It is no longer dynamic.
        (Some(bare.clone()), vec!["pool", "put"]),
        (Some(routed("192.0.2.1")), vec!["pool", "put"]),
        (None, vec!["clean up", "delete"]),
        // With values by place.
        (Some(placed("192.0.2.1")), vec!["pool", "put"]),
        (Some(placed("192.0.2.2")), vec!["pool", "put"]),
        (None, vec!["clean up", "delete"]),
        // It never was.
        (Some(bare.clone()), vec!["put"]),
    ] {
        memory.state().calls.clear();
        let desired = harness.zone(&zone(), record.as_slice());
        let plan = harness.plan(&desired).await.unwrap().unwrap();
        harness.apply(&plan).await.result.unwrap();
        assert_eq!(memory.state().calls, calls);
        assert!(harness.plan(&desired).await.unwrap().is_none(), "{record:?}");
    }
}

#[tokio::test]
async fn what_is_half_made_is_told() {
    let memory = Memory::new(&[]);
    let harness = harness(&memory);
    let plan = harness.plan(&harness.zone(&zone(), &[routed("192.0.2.1")])).await.unwrap().unwrap();
    memory.state().fates = [Fate::Done, Fate::Refused].into();
    let applied = harness.apply(&plan).await;
    assert!(matches!(&*applied.outcomes, [Outcome::Partial { done: 1, of: 2, .. }]), "{applied:?}");
    let words = applied.result.unwrap_err().with_causes();
    assert!(words.starts_with("www.example.com. A: "), "{words}");
}

/// What is left of a dynamic record goes by the same calls.
#[tokio::test]
async fn what_an_interrupted_change_left_is_finished() {
    let mut set = item(1, "www", "A", "192.0.2.9");
    set["partial"] = json!(true);
    let memory = Memory::new(&[set]);
    let harness = harness(&memory);
    let plan = harness.plan(&harness.zone(&zone(), &[])).await.unwrap().unwrap();
    harness.apply(&plan).await.result.unwrap();
    assert_eq!(memory.state().calls, ["clean up", "delete"]);
}

#[tokio::test]
async fn what_has_drifted_is_an_extra_change() {
    let mut set = item(1, "www", "A", "192.0.2.9");
    (set["named"], set["drifted"]) = (json!("192.0.2.1"), json!(true));
    let memory = Memory::new(&[set]);
    let harness = harness(&memory);
    let desired = harness.zone(&zone(), &[routed("192.0.2.1")]);
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    harness.apply(&plan).await.result.unwrap();
    assert!(harness.plan(&desired).await.unwrap().is_none());
}

/// A set may stand for options of its record: of every kind of value.
#[tokio::test]
async fn options_are_read_with_the_routing() {
    let options = json!({"healthcheck": {"port": 80, "host": "a", "tls": true, "x": [null, 0.5]}});
    let mut set = item(1, "www", "A", "192.0.2.9");
    (set["pool"], set["options"]) = (json!("192.0.2.1"), options.clone());
    let mut plain = item(2, "plain", "A", "192.0.2.9");
    plain["options"] = options.clone();
    let memory = Memory::new(&[set, plain]);
    let read = harness(&memory).read(&zone()).await.unwrap();
    let of = |name: &str| {
        let record = read.zone.records().find(|record| record.name().as_str() == name).unwrap();
        record_json(record)["octodns"].clone()
    };
    assert_eq!((of("www"), of("plain")), (options, Json::Null));
}

/// A finding of a read, and a run that begins.
#[tokio::test]
async fn what_records_cannot_express_is_told_by_the_service() {
    let mut set = item(1, "www", "A", "192.0.2.9");
    set["unexpressed"] = json!("a place of its own");
    let memory = Memory::new(&[set]);
    let harness = memory.harness::<MemorySets>();
    let report = harness.read(&zone()).await.unwrap_err();
    let found = report.of(Severity::Error).next().unwrap();
    assert_eq!((&*found.code, &*found.message), ("supports", "a place of its own"));
    harness.begin_run();
    assert_eq!(memory.state().runs, 1);
}

/// What is no record stays, until a plan has one of its name and type.
#[tokio::test]
async fn what_is_no_record_is_told_and_replaced() {
    let mut set = item(1, "www", "A", "192.0.2.9");
    (set["odd"], set["values"]) = (json!("it has a filter"), json!([]));
    let memory = Memory::new(&[set, item(2, "other", "A", "192.0.2.8")]);
    let harness = harness(&memory);
    let read = harness.read(&zone()).await.unwrap();
    assert_eq!(read.zone.records().count(), 1);
    let found = read.report.iter().next().unwrap();
    assert!(found.message.ends_with("cannot be read: it has a filter"), "{found}");
    let other = record("other", "A", "192.0.2.8");
    let stays = harness.zone(&zone(), std::slice::from_ref(&other));
    assert!(harness.plan(&stays).await.unwrap().is_none());

    // The answer to the call that takes its place is lost.
    let desired = harness.zone(&zone(), &[record("www", "A", "192.0.2.7"), other]);
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    memory.state().fates = [Fate::Lost].into();
    harness.apply(&plan).await.result.unwrap();
    assert_eq!(memory.state().calls, ["put"; 2]);
    assert_eq!(memory.state().items.len(), 2);
    assert!(harness.plan(&desired).await.unwrap().is_none());
}
