//! What the tests of this crate share: providers of a server, zones of records, a whole sync.

pub(crate) mod cases;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use octodns_core::record::RecordTypes;
use octodns_core::registry::Component;
use octodns_core::validate::RecordValidators;
use octodns_core::value::Map;
use octodns_core::zone::{Adding, SubZones, ZoneValidators};
use octodns_core::{
    ApplyLog, Context, Outcome, OwnedValue, Plan, Provider, Record, Registry, Report, Target,
    TargetOptions, Value, Zone, ZoneName, ZoneRequest,
};
use octodns_testkit::server::Key;
use serde_json::{Value as Json, json};

/// A value of JSON as the core has it.
pub(crate) fn value(json: &Json) -> OwnedValue {
    match json {
        Json::Null => Value::NULL,
        Json::Bool(value) => (*value).into(),
        Json::Number(number) => {
            number.as_i64().map_or_else(|| number.as_f64().unwrap().into(), Value::from)
        }
        Json::String(text) => text.clone().into(),
        Json::Array(values) => values.iter().map(value).collect::<Vec<_>>().into(),
        Json::Object(map) => {
            let entries = map.iter().map(|(key, json)| (Value::from(key.clone()), value(json)));
            Map::from_entries(entries.collect()).into()
        }
    }
}

/// A registry with the classes of this crate, and the clock of the machine.
pub(crate) fn registry() -> Registry {
    #[expect(clippy::disallowed_methods, reason = "the servers have the same clock")]
    fn now() -> Option<String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
        Some(jiff::Timestamp::from_second(now.try_into().ok()?).ok()?.to_string())
    }
    let mut registry = Registry::default();
    registry.run.now = Arc::new(now);
    octodns_bind::register(&mut registry);
    registry
}

/// A component of a class with these options, or what is wrong with them.
pub(crate) fn component(class: &str, options: &Json) -> Result<Component, String> {
    let registry = registry();
    let class = registry.providers.get(class).unwrap();
    (class.build)("bind", &value(options)).map_err(|error| error.message)
}

/// The options for a server.
pub(crate) fn options(address: SocketAddr, key: Option<&Key>) -> Json {
    let mut options = json!({
        "host": address.ip().to_string(), "port": address.port(), "timeout": 10
    });
    if let Some(key) = key {
        options["key_name"] = key.name.clone().into();
        options["key_secret"] = key.secret.clone().into();
        options["key_algorithm"] = key.algorithm.clone().into();
    }
    options
}

/// A provider that speaks to a server.
pub(crate) fn provider(address: SocketAddr, key: Option<&Key>) -> Arc<dyn Provider> {
    provider_with(&options(address, key))
}

/// A provider with these options.
pub(crate) fn provider_with(options: &Json) -> Arc<dyn Provider> {
    let component = component("octodns_bind.Rfc2136Provider", options).unwrap();
    Arc::clone(component.as_provider().unwrap())
}

/// What a zone is read and planned with: leniently, so that odd records can be tried.
pub(crate) fn context() -> Context {
    let types = Arc::new(RecordTypes::default());
    Context {
        record_validators: Arc::new(RecordValidators::legacy(&types)),
        zone_validators: Arc::new(ZoneValidators::new([])),
        types,
        lenient: true,
    }
}

/// A zone of records, each with `name`, `type`, `ttl`, and `value` or `values`.
pub(crate) fn zone(name: &str, records: &[Json]) -> Zone {
    let context = context();
    let mut zone = Zone::new(ZoneName::new(name).unwrap());
    for json in records {
        let name = zone.name().clone();
        let request = request(&name, &context, false);
        let mut report = Report::new();
        let source: Arc<str> = "config".into();
        let load = request.load_context(&source, &[]);
        let mut data = json.clone();
        let record_name = data.as_object_mut().unwrap().remove("name").unwrap();
        let record = Record::load(&value(&record_name), &value(&data), &load, &mut report);
        let record = record.unwrap_or_else(|| panic!("{json}: {:?}", findings(&report)));
        zone.add(record, Adding::default()).unwrap();
    }
    zone
}

/// A record as [`zone`] takes it.
pub(crate) fn record(name: &str, of: &str, ttl: i64, values: impl Into<Json>) -> Json {
    let values = values.into();
    let key = if values.is_array() { "values" } else { "value" };
    json!({ "name": name, "type": of, "ttl": ttl, key: values })
}

pub(crate) fn request<'r>(
    name: &'r ZoneName,
    context: &'r Context,
    target: bool,
) -> ZoneRequest<'r> {
    static NO_SUB_ZONES: std::sync::OnceLock<SubZones> = std::sync::OnceLock::new();
    ZoneRequest {
        name,
        sub_zones: NO_SUB_ZONES.get_or_init(SubZones::default),
        target,
        lenient: context.lenient,
        validators: &context.record_validators,
        types: &context.types,
    }
}

pub(crate) fn findings(report: &Report) -> Vec<String> {
    report.iter().map(ToString::to_string).collect()
}

/// The plan that makes the target hold a zone, or why there is none to be made.
pub(crate) async fn plan(
    provider: &Arc<dyn Provider>,
    desired: &Zone,
) -> Result<Option<Plan>, String> {
    let (context, mut report) = (context(), Report::new());
    let target = Target::new(Arc::clone(provider), TargetOptions::default());
    let read = target.read(desired, &context, &mut report).await;
    if report.has_errors() {
        return Err(findings(&report).join("\n"));
    }
    let plan = target.plan(desired, read, &[], &context, &mut report).await;
    let plan = plan.map_err(|error| findings(&error.into_report("plan", "")).join("\n"))?;
    if report.has_errors() { Err(findings(&report).join("\n")) } else { Ok(plan) }
}

/// Applies a plan: what became of each change, and what went wrong.
pub(crate) async fn apply(
    provider: &Arc<dyn Provider>,
    plan: &Plan,
) -> (Vec<Outcome>, Option<String>) {
    let mut nowhere = ();
    let mut log = ApplyLog::new(plan, &mut nowhere);
    let result = provider.apply(plan, &mut log).await;
    let error = result.err().map(|error| findings(&error.into_report("apply", "")).join("\n"));
    (log.into_outcomes(), error)
}

/// Makes the target hold a zone, and asks whether it does: how many changes that took, or why not.
pub(crate) async fn sync(provider: &Arc<dyn Provider>, desired: &Zone) -> Result<usize, String> {
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

/// A plan's changes in words.
pub(crate) fn shown(plan: &Plan) -> String {
    let zone = plan.desired.name();
    let lines = plan.changes.iter().map(|change| change.display(zone, "").to_string());
    lines.collect::<Vec<_>>().join("\n")
}

/// The records that a component reads, as `name ttl type values`, sorted.
pub(crate) async fn read(component: &Component, zone: &str) -> Result<Vec<String>, String> {
    let (name, context) = (ZoneName::new(zone).unwrap(), context());
    let read = component.as_source().read(&request(&name, &context, false)).await;
    let read = read.map_err(|error| findings(&error.into_report("read", "")).join("\n"))?.unwrap();
    if read.report.has_errors() {
        return Err(findings(&read.report).join("\n"));
    }
    Ok(lines(&read.records))
}

/// Records as `name ttl type values`, sorted.
pub(crate) fn lines<'r>(records: impl IntoIterator<Item = &'r Record>) -> Vec<String> {
    let line = |record: &Record| {
        let name = record.name().as_str();
        format!("{name} {} {} {:?}", record.ttl(), record.record_type(), record.rdatas())
    };
    let mut lines: Vec<String> = records.into_iter().map(line).collect();
    lines.sort();
    lines
}
