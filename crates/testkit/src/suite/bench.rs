//! The service and the provider of a suite, for tests of what only this service does.

use octodns_core::{Plan, ZoneName};
use serde_json::Value as Json;

use super::{Suite, quick};
use crate::fake::Fake;
use crate::run::{Applied, Harness, render};
use crate::store::Store;

/// The service of a suite with one zone, `unit.tests.`, and a provider for it.
pub struct Bench {
    /// The service.
    pub fake: Fake<Store>,
    /// The provider.
    pub harness: Harness,
    /// The zone.
    pub zone: ZoneName,
}

impl Suite {
    /// The service of this suite, and a provider with these options besides its own; null takes one away. A zone is
    /// provided if the service cannot create one.
    ///
    /// # Panics
    ///
    /// If the provider cannot be built.
    pub async fn bench(&self, options: &Json) -> Bench {
        let fake = Fake::start(self.store.clone()).await;
        let mut config = self.config_at(fake.url(), &quick());
        for (option, value) in options.as_object().into_iter().flatten() {
            match value {
                Json::Null => drop(config.as_object_mut().and_then(|config| config.remove(option))),
                value => config[option] = value.clone(),
            }
        }
        let harness = self.build(&config);
        let zone = ZoneName::new("unit.tests.");
        let zone = zone.unwrap_or_else(|error| panic!("{error}"));
        if harness.provider().capabilities().fixed_zones {
            fake.api().provide_zone(zone.without_dot());
        }
        Bench { fake, harness, zone }
    }
}

impl Bench {
    /// The plan that makes the zone hold these records.
    ///
    /// # Errors
    ///
    /// Everything that stands against it, as lines.
    pub async fn plan(&self, records: &[Json]) -> Result<Option<Plan>, String> {
        let desired = self.harness.zone(&self.zone, records);
        self.harness.plan(&desired).await.map_err(|report| render(&report))
    }

    /// Plans and applies.
    ///
    /// # Panics
    ///
    /// If it cannot be planned, or there is nothing to do.
    pub async fn apply(&self, records: &[Json]) -> Applied {
        let plan = self.plan(records).await.unwrap_or_else(|problem| panic!("{problem}"));
        let Some(plan) = plan else { panic!("there is nothing to do") };
        self.harness.apply(&plan).await
    }

    /// Plans and applies, and plans again: then there is nothing to do.
    ///
    /// # Panics
    ///
    /// If one of them fails, or there is something to do in the end.
    pub async fn converge(&self, records: &[Json]) {
        if let Err(error) = self.apply(records).await.result {
            panic!("{}", error.with_causes());
        }
        match self.plan(records).await {
            Ok(None) => {}
            other => panic!("there is still something to do: {other:?}"),
        }
    }

    /// Method and target of each request since the last call, or since the start.
    pub fn asked(&self) -> Vec<String> {
        let seen = self.fake.seen();
        self.fake.control().measured().clear();
        seen.into_iter().map(|seen| format!("{} {}", seen.method, seen.target)).collect()
    }

    /// The items of a type that the zone has at the service.
    pub fn items(&self, record_type: &str) -> Vec<Json> {
        let api = self.fake.api();
        let items = api.zone(self.zone.without_dot()).map(|zone| zone.items.clone());
        items.unwrap_or_default().into_iter().filter(|item| item["type"] == record_type).collect()
    }
}
