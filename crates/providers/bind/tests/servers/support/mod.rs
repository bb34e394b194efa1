//! Shared by the tests of this folder: providers for a server, zones of records, a whole sync.

pub(crate) mod cases;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;

use octodns_core::registry::Component;
use octodns_core::{Outcome, Plan, Record, Registry, Zone, ZoneName, ZoneRequest};
use octodns_testkit::json::value_of;
use octodns_testkit::run::{Harness, render};
use octodns_testkit::server::Key;
use serde_json::{Value as Json, json};

/// Registers the classes of this crate, with the clock of the machine.
pub(crate) fn register(registry: &mut Registry) {
    #[expect(clippy::disallowed_methods, reason = "the servers have the same clock")]
    fn now() -> SystemTime {
        SystemTime::now()
    }
    registry.host.clock = Arc::new(|| Some(now()));
    octodns_bind::register(registry);
}

/// A component of a class with these options, or the error.
pub(crate) fn component(class: &str, options: &Json) -> Result<Component, String> {
    let mut registry = Registry::default();
    register(&mut registry);
    let class = registry.providers.get(class).unwrap();
    (class.build)("bind", &value_of(options)).map_err(|error| error.message)
}

/// The options for a server.
pub(crate) fn options(address: SocketAddr, key: Option<&Key>) -> Json {
    let mut options = json!({
        "host": address.ip().to_string(), "port": address.port(), "timeout": 60
    });
    if let Some(key) = key {
        options["key_name"] = key.name.clone().into();
        options["key_secret"] = key.secret.clone().into();
        options["key_algorithm"] = key.algorithm.clone().into();
    }
    options
}

/// A provider for a server.
pub(crate) fn provider(address: SocketAddr, key: Option<&Key>) -> Harness {
    provider_with(&options(address, key))
}

/// A provider with these options.
pub(crate) fn provider_with(options: &Json) -> Harness {
    Harness::build(register, "octodns_bind.Rfc2136Provider", options).unwrap()
}

/// A zone of records, each with `name`, `type`, `ttl`, and `value` or `values`.
pub(crate) fn zone(name: &str, records: &[Json]) -> Zone {
    provider_with(&json!({ "host": "127.0.0.1" })).zone(&ZoneName::new(name).unwrap(), records)
}

/// A record as [`zone`] takes it.
pub(crate) fn record(name: &str, of: &str, ttl: i64, values: impl Into<Json>) -> Json {
    let values = values.into();
    let key = if values.is_array() { "values" } else { "value" };
    json!({ "name": name, "type": of, "ttl": ttl, key: values })
}

/// The plan that makes the target hold a zone, or the error.
pub(crate) async fn plan(provider: &Harness, desired: &Zone) -> Result<Option<Plan>, String> {
    provider.plan(desired).await.map_err(|report| render(&report))
}

/// Applies a plan: returns the outcome of each change, and the error.
pub(crate) async fn apply(provider: &Harness, plan: &Plan) -> (Vec<Outcome>, Option<String>) {
    let applied = provider.apply(plan).await;
    let error = applied.result.err().map(|error| render(&error.into_report("apply", "")));
    (applied.outcomes, error)
}

/// Makes the target hold a zone, and checks that it does: returns the number of changes, or the error.
pub(crate) async fn sync(provider: &Harness, desired: &Zone) -> Result<usize, String> {
    let Some(plan) = plan(provider, desired).await? else { return Ok(0) };
    let (outcomes, error) = apply(provider, &plan).await;
    if let Some(error) = error {
        return Err(error);
    }
    assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Applied), "{outcomes:?}");
    match self::plan(provider, desired).await? {
        None => Ok(plan.changes.len()),
        Some(again) => Err(format!("does not come to rest: {}", shown(&again))),
    }
}

/// Describes a plan's changes.
pub(crate) fn shown(plan: &Plan) -> String {
    let zone = plan.desired.name();
    let lines = plan.changes.iter().map(|change| change.display(zone).to_string());
    lines.collect::<Vec<_>>().join("\n")
}

/// The records that a component reads, as [`lines`], or the error.
pub(crate) async fn read(component: &Component, zone: &str) -> Result<Vec<String>, String> {
    let name = ZoneName::new(zone).unwrap();
    let types = Arc::new(octodns_core::record::RecordTypes::default());
    let sub_zones = octodns_core::zone::SubZones::default();
    let validators = Arc::new(octodns_core::validate::RecordValidators::legacy(&types));
    let request = ZoneRequest::new(&name, &sub_zones, &validators, &types);
    let read = component.as_source().read(&request).await;
    let read = read.map_err(|error| render(&error.into_report("read", "")))?.unwrap();
    if read.report.has_errors() { Err(render(&read.report)) } else { Ok(lines(&read.records)) }
}

/// Records as `name ttl type values`, sorted.
pub(crate) fn lines<'r>(records: impl IntoIterator<Item = &'r Arc<Record>>) -> Vec<String> {
    let line = |record: &Arc<Record>| {
        let name = record.name().as_str();
        format!("{name} {} {} {:?}", record.ttl(), record.record_type(), record.rdata_strings())
    };
    let mut lines: Vec<String> = records.into_iter().map(line).collect();
    lines.sort();
    lines
}
