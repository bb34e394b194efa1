//! The NS records of the apex, changed by a call of their own.

use octodns_core::registry::{BuildError, NoOptions};
use octodns_core::{ProviderError, ZoneName, async_trait};
use octodns_kit::http::{Client, Error};
use octodns_kit::rows::{RowApi, Rows};
use octodns_kit::{
    Api, Connector, Fields, Json, ListedZone, Only, Owner, Provided, RootNs, Service, Zone,
    ZonesBy, json,
};
use octodns_testkit::run::Harness;

use crate::memory::{Fate, Memory, record, zone};

/// The service in memory, with such a call.
struct Caller(Memory);

#[async_trait]
impl Api for Caller {
    const SERVICE: Service = <Memory as Api>::SERVICE;
    const ZONES: ZonesBy = ZonesBy::Id;
    type Options = NoOptions;

    fn connect(_: NoOptions, _: &Connector<'_>) -> Result<Self, BuildError> {
        Ok(Self(Memory::new(&[])))
    }

    fn client(&self) -> &Client {
        self.0.client()
    }

    fn owner(item: &Json) -> Owner {
        <Memory>::owner(item)
    }

    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        self.0.zones().await
    }

    async fn create_zone(&self, zone: &ZoneName) -> Result<String, ProviderError> {
        self.0.create_zone(zone).await
    }
}

#[async_trait]
impl RowApi for Caller {
    const FIELDS: Fields = Fields::new("value");
    const ROOT_NS: RootNs = RootNs::Call { ttl: 3600 };

    async fn rows(
        &self,
        zone: Zone<'_>,
        only: Option<Only<'_>>,
    ) -> Result<Option<Vec<Json>>, Error> {
        RowApi::rows(&self.0, zone, only).await
    }

    async fn create(&self, zone: Zone<'_>, row: &Json) -> Result<(), Error> {
        self.0.create(zone, row).await
    }

    async fn update(&self, zone: Zone<'_>, id: &str, row: &Json) -> Result<(), Error> {
        self.0.update(zone, id, row).await
    }

    async fn delete(&self, zone: Zone<'_>, id: &str) -> Result<(), Error> {
        RowApi::delete(&self.0, zone, id).await
    }

    async fn set_root_ns(&self, _: Zone<'_>, names: &[String]) -> Result<(), Error> {
        self.0.act("set root NS", |state| {
            state.items.retain(|item| item["type"] != "NS" || item["name"] != "");
            for (id, name) in (900..).zip(names) {
                let row = json!({"id": id, "name": "", "type": "NS", "ttl": 3600, "value": name});
                state.items.push(row);
            }
        })
    }
}

fn service() -> (Memory, Harness) {
    let ns = |id: u64, name: &str| json!({"id": id, "name": "", "type": "NS", "ttl": 3600, "value": name});
    let memory = <Memory>::new(&[ns(1, "ns1.service.example."), ns(2, "ns2.service.example.")]);
    let provider = Provided::<Rows<Caller>>::new("mine", Caller(memory.clone()));
    (memory, Harness::new(std::sync::Arc::new(provider)))
}

fn root_ns(ttl: i64) -> Json {
    json!({"name": "", "type": "NS", "ttl": ttl, "values": ["ns1.service.example.", "ns.other.example."]})
}

#[tokio::test]
async fn root_ns_records_are_set_by_their_call() {
    for fates in [&[][..], &[Fate::LostDone], &[Fate::Lost]] {
        let (memory, harness) = service();
        let desired = harness.zone(&zone(), &[root_ns(3600), record("www", "A", "192.0.2.1")]);
        let plan = harness.plan(&desired).await.unwrap().unwrap();
        assert_eq!(plan.changes.len(), 2);
        memory.state().fates.extend(fates);
        harness.apply(&plan).await.result.unwrap();
        let calls = memory.state().calls.clone();
        assert!(calls.contains(&"set root NS".to_owned()), "{calls:?}");
        assert!(!calls.contains(&"update".to_owned()), "{calls:?}");
        assert!(harness.plan(&desired).await.unwrap().is_none());
    }
}

/// The service chooses their TTL: a warning when planning, and no change that would never settle.
#[tokio::test]
async fn their_ttl_is_that_of_the_service() {
    let (_, harness) = service();
    let desired = harness.zone(&zone(), &[root_ns(600)]);
    let plan = harness.plan(&desired).await.unwrap().unwrap();
    assert_eq!(plan.changes[0].record().ttl(), 3600);
    harness.apply(&plan).await.result.unwrap();
    assert!(harness.plan(&desired).await.unwrap().is_none());
}
