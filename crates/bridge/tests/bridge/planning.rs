//! Processors between the hooks of a provider.

use std::time::Duration;

use async_trait::async_trait;
use octodns_bridge::client::{Between, BothZones, Host, Meanwhile};
use octodns_bridge::error::BridgeError;
use octodns_bridge::requests::{Hook, Kind, PlanRequest, Process};
use octodns_bridge::wire::{WireChange, ZoneDelta};
use octodns_core::{ProviderError, Value};

use crate::support::{Bridge, a, head, json, key, plan_request, populate, read, record};

/// Runs a processor of Python, and does something itself.
#[derive(Default)]
pub(crate) struct Both {
    asked: Option<Meanwhile>,
    fails: bool,
    waits: bool,
}

#[async_trait]
impl Between for Both {
    async fn run(&mut self, host: &Host, meanwhile: Meanwhile) -> Result<BothZones, ProviderError> {
        self.asked = Some(meanwhile.clone());
        if self.fails {
            return Err(ProviderError::failed("our own words"));
        }
        if self.waits {
            std::future::pending::<()>().await;
        }
        // Native, before it: Python's has to see that.
        let removed = vec![key("native", "A")];
        let delta = ZoneDelta { removed, records: Vec::new() };
        host.change_zone(meanwhile.existing, delta).await.unwrap();
        let request = Process {
            processor: "rows".to_owned(),
            hook: Hook::SourceAndTargetZones,
            desired: Some(meanwhile.desired),
            existing: Some(meanwhile.existing),
            sources: Vec::new(),
            target: Some("memory".to_owned()),
            is_lenient: false,
        };
        let changed = host.process(request).await.unwrap();
        assert_eq!(changed.existing.removed, [key("hidden", "A")]);
        assert_eq!(changed.desired.records.len(), 1);
        // Native, after it.
        let records = vec![a("after", "192.0.2.7")];
        Ok(BothZones {
            desired: ZoneDelta { records, ..ZoneDelta::default() },
            ..BothZones::default()
        })
    }
}

pub(crate) const MEMORY: &str = r#"{"strict_supports": false, "zones": {"example.com.": {
    "www": {"type": "A", "ttl": 300, "value": "192.0.2.1"},
    "native": {"type": "A", "ttl": 300, "value": "192.0.2.2"},
    "hidden": {"type": "A", "ttl": 300, "value": "192.0.2.3"}}}}"#;

/// Reads and plans; what is asked is in `between` then.
pub(crate) async fn plan(host: &Host, between: &mut Both) -> Result<Vec<String>, BridgeError> {
    let existing = host.zone();
    let (exists, _) = read(host, populate("memory", existing.number(), true)).await?;
    let desired = host.zone();
    let unsupported = record("x", "CNAME", r#"{"ttl": 1, "value": "a.b."}"#);
    let mut records = [a("www", "192.0.2.1"), unsupported].into_iter();
    host.send_zone(&desired, &head(), &mut records).await?;
    let plan = host.plan_number();
    let request = plan_request("memory", desired.number(), plan.number());
    let request = PlanRequest { read: Some(existing.number()), exists, ..request };
    let planned = host.plan(request, Some(between)).await?.unwrap();
    let shown = |change: &WireChange| format!("{:?} {}", change.operation, change.key.name);
    Ok(planned.changes.iter().map(shown).collect())
}

/// With one thread in Python: the one that waits runs what is asked meanwhile.
#[tokio::test]
async fn processors_of_both_kinds_run_in_the_middle_of_a_plan() {
    let Some(bridge) = Bridge::start().await else { return };
    bridge.make(Kind::Processor, "rows", "AddRow", Value::NULL).await.unwrap();
    for class in ["Memory", "Slots"] {
        bridge.provider("memory", class, json(MEMORY)).await;
        let mut between = Both::default();
        let planned = plan(&bridge.host, &mut between).await.unwrap();
        assert_eq!(planned, ["Create after", "Create target"], "{class}");
        let Meanwhile { changed, is_read_again, .. } = between.asked.unwrap();
        assert_eq!(changed.desired.removed, [key("x", "CNAME")]);
        // Where no attribute can be set it reads once more, and says so.
        assert_eq!(
            (is_read_again, changed.existing.records.len()),
            match class {
                "Slots" => (true, 3),
                _ => (false, 0),
            }
        );
    }
}

#[tokio::test]
async fn an_error_of_a_processor_is_the_error_of_the_plan() {
    let Some(bridge) = Bridge::start().await else { return };
    bridge.provider("memory", "Memory", json(MEMORY)).await;
    let mut between = Both { fails: true, ..Both::default() };
    let error = plan(&bridge.host, &mut between).await.unwrap_err();
    assert_eq!(error.into_provider_error().to_string(), "our own words");
    // It goes on.
    bridge.make(Kind::Processor, "rows", "AddRow", Value::NULL).await.unwrap();
    assert!(plan(&bridge.host, &mut Both::default()).await.is_ok());
}

/// A class whose `plan` knows no processors never asks.
#[tokio::test]
async fn an_old_plan_runs_no_processors() {
    let Some(bridge) = Bridge::start().await else { return };
    bridge.provider("memory", "OldPlan", json(MEMORY)).await;
    let mut between = Both::default();
    let planned = plan(&bridge.host, &mut between).await.unwrap();
    assert_eq!(
        (between.asked, &*planned),
        (None, &["Delete hidden", "Delete native"].map(str::to_owned)[..])
    );
}

/// Several zones are planned at once by one object; its `populate` is its own again afterwards.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_zones_are_planned_at_once() {
    let Some(bridge) = Bridge::start_with(|options| options.workers = 4).await else { return };
    bridge.make(Kind::Processor, "rows", "AddRow", Value::NULL).await.unwrap();
    bridge.provider("memory", "Memory", json(MEMORY)).await;
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let host = bridge.host.clone();
            tokio::spawn(async move {
                let turn = host.turn().await;
                plan(&turn, &mut Both::default()).await.map_err(|error| error.words())
            })
        })
        .collect();
    for task in tasks {
        let planned = task.await.unwrap().unwrap();
        assert_eq!(planned, ["Create after", "Create target"]);
    }
    assert_eq!(bridge.read("memory").await.unwrap().records.len(), 3);
}

/// What was asked is cancelled with the plan, and Python goes on.
#[tokio::test]
async fn a_plan_that_is_dropped_in_the_middle_is_cancelled() {
    let Some(bridge) = Bridge::start().await else { return };
    bridge.provider("memory", "Memory", json(MEMORY)).await;
    let mut between = Both { waits: true, ..Both::default() };
    let planned =
        tokio::time::timeout(Duration::from_millis(500), plan(&bridge.host, &mut between));
    assert!(planned.await.is_err());
    assert!(between.asked.is_some());
    assert_eq!(bridge.read("memory").await.unwrap().records.len(), 3);
}
