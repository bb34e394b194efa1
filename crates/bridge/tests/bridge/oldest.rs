//! The oldest octoDNS that is driven.

use octodns_bridge::python::{NamedBy, Python};
use octodns_bridge::requests::{Hook, Kind, Process};
use octodns_core::Value;
use octodns_testkit::server;

use crate::planning::{Both, MEMORY, plan};
use crate::support::{Bridge, a, head, json, option, shown};

async fn start() -> Option<Bridge> {
    let python = Python::new(server::oldest_python()?, NamedBy::Argument);
    Bridge::start_in(&python, |_| ()).await
}

#[tokio::test]
async fn sources_targets_and_processors_of_the_oldest_octodns_work() {
    let Some(bridge) = start().await else { return };
    assert_eq!(bridge.host.hello().octodns, "1.9.1");
    bridge.provider("source", "Source", option("count", 600)).await;
    assert_eq!(bridge.read("source").await.unwrap().records.len(), 600);
    bridge.make(Kind::Processor, "rows", "AddRow", Value::NULL).await.unwrap();
    bridge.provider("memory", "Memory", json(MEMORY)).await;
    let planned = plan(&bridge.host, &mut Both::default()).await.unwrap();
    assert_eq!(planned, ["Create after", "Create target"]);
    let desired = bridge.host.zone();
    let mut records = [a("www", "192.0.2.1")].into_iter();
    bridge.host.send_zone(&desired, &head(), &mut records).await.unwrap();
    let request = Process {
        processor: "rows".to_owned(),
        hook: Hook::SourceZone,
        desired: Some(desired.number()),
        existing: None,
        sources: vec!["source".to_owned()],
        target: None,
        is_lenient: true,
    };
    let changed = bridge.host.process(request).await.unwrap();
    assert_eq!(shown(&changed.desired.records), [r#"sources TXT {"ttl":60,"value":"source"}"#]);
}

/// It has no validators of its own to be configured, and checks records as it always did.
#[tokio::test]
async fn validators_of_the_oldest_octodns_are_its_own() {
    let Some(bridge) = start().await else { return };
    let config = json(r#"{"enabled": ["strict"], "record": {"disable_validators": {"*": ["x"]}}}"#);
    bridge.host.configure_validators(&config).await.unwrap();
    let error = bridge.hostile("invalid").await.unwrap_err();
    assert_eq!(error.exception().unwrap().reasons.len(), 2, "{error:?}");
    let error = bridge.make(Kind::Validator, "v", "NoZero", Value::NULL).await.unwrap_err();
    assert!(error.exception().is_some(), "{error:?}");
    let folder = bridge.folder.path().display().to_string();
    let class = "octodns.provider.yaml.YamlProvider";
    let made = bridge.make(Kind::Provider, "config", class, option("directory", folder)).await;
    assert_eq!(made.unwrap().version, "1.9.1");
}
