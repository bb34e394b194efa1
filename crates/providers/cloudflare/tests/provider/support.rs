//! A provider with a fake, and short forms of plans.

use octodns_core::{Change, Outcome, Plan, ProviderError, Report, Zone, ZoneName};
use octodns_testkit::fake::Fake;
use octodns_testkit::run::{Applied, Harness};
use serde_json::{Value as Json, json};

use crate::fake::Cloudflare;

/// The service on loopback.
pub(crate) type Server = Fake<Cloudflare>;

/// The API endpoint of a fake.
pub(crate) fn api(server: &Server) -> String {
    format!("{}/client/v4", server.url())
}

/// A service with one zone that has this plan, and the zone's id.
pub(crate) async fn with_zone(plan: &str) -> (Server, String) {
    let mut service = Cloudflare::default();
    let id = service.add_zone("unit.tests", plan);
    (Fake::start(service).await, id)
}

/// A provider built from options as in a config.
pub(crate) struct Run(pub(crate) Harness);

impl Run {
    /// Public zones of a fake, with further options; there are no waits.
    pub(crate) fn new(server: &Server, further: &Json) -> Self {
        Self::of_class("cloudflare", server, further).unwrap()
    }

    pub(crate) fn of_class(class: &str, server: &Server, further: &Json) -> Result<Self, String> {
        let mut options = json!({
            "token": "let-me-in",
            "api_url": api(server),
            "retry_period": 0,
            "http": { "retry_wait": 0.0 },
        });
        options.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
        let harness = Harness::build(octodns_cloudflare::register, class, &options);
        harness.map(Self).map_err(|error| error.to_string())
    }

    /// Records in the format of zone files: `{name, type, ttl, value or values, octodns}`.
    pub(crate) fn zone(&self, name: &str, records: &[Json]) -> Zone {
        self.0.zone(&ZoneName::new(name).unwrap(), records)
    }

    /// The records of the target.
    pub(crate) async fn read(&self, zone: &str) -> Result<Option<Zone>, Report> {
        let read = self.0.read(&ZoneName::new(zone).unwrap()).await?;
        Ok(read.exists.then_some(read.zone))
    }

    /// The plan that makes the target hold `desired`.
    pub(crate) async fn plan(&self, desired: &Zone) -> Option<Plan> {
        self.0.plan(desired).await.unwrap()
    }

    pub(crate) async fn apply(&self, plan: &Plan) -> (Result<usize, ProviderError>, Vec<Outcome>) {
        let Applied { result, outcomes, .. } = self.0.apply(plan).await;
        (result, outcomes)
    }

    /// Plans, applies and plans again: there must be no changes.
    pub(crate) async fn settle(&self, desired: &Zone) {
        if let Some(plan) = self.plan(desired).await {
            let (result, outcomes) = self.apply(&plan).await;
            result.unwrap();
            assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Applied), "{outcomes:?}");
        }
        let left = self.plan(desired).await;
        assert!(left.is_none(), "{:?}", left.map(|plan| told(&plan.changes)));
    }
}

/// Changes in short form: `Create www A`.
pub(crate) fn told(changes: &[Change]) -> Vec<String> {
    let told = |change: &Change| {
        let record = change.record();
        format!("{} {} {}", change.verb(), record.name().as_str(), record.record_type())
    };
    changes.iter().map(told).collect()
}

/// The full message of an error.
pub(crate) fn words(error: ProviderError) -> String {
    let report = error.into_report("apply", "");
    report.iter().map(|found| found.message.clone()).collect::<Vec<_>>().join("\n")
}

/// `count` A records with one value each, numbered from `start`.
pub(crate) fn hosts(start: usize, count: usize, address: &str) -> Vec<Json> {
    let host = |number| json!({ "name": format!("host-{number:05}"), "type": "A", "ttl": 300, "value": address });
    (start..start + count).map(host).collect()
}
