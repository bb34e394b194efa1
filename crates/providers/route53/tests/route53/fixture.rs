//! The provider with the engine, as the tests use it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use octodns_core::engine::Pipeline;
use octodns_core::engine::{Context, ReadZone};
use octodns_core::record::{LoadContext, Record};
use octodns_core::registry::{BuildError, Component};
use octodns_core::validate::RecordValidators;
use octodns_core::value::{Json as Writer, Map, OwnedValue, Value};
use octodns_core::zone::{AddOptions, ZoneValidators};
use octodns_core::{
    Outcome, Plan, ProviderError, Registry, Report, Severity, Source, Target, TargetOptions, Zone,
    ZoneName,
};
use serde_json::{Value as Json, json};

pub(crate) struct Fixture {
    registry: Registry,
    pub(crate) context: Context,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let count = AtomicUsize::new(0);
        let uuid = move || {
            let number = count.fetch_add(1, Ordering::Relaxed) + 1;
            Some(format!("{number:012x}{:020x}", 0))
        };
        let mut registry = Registry::default();
        registry.host.uuid = Arc::new(uuid);
        octodns_route53::register(&mut registry);
        let types = registry.types.clone();
        let context = Context::new(
            Arc::new(RecordValidators::legacy(&types)),
            Arc::new(ZoneValidators::new(["legacy"])),
            Arc::new(types),
        );
        Self { registry, context }
    }

    fn build(&self, class: &str, config: &Json) -> Result<Component, BuildError> {
        let class = self.registry.providers.get(class).unwrap();
        (class.build)("test", &value(config))
    }

    /// A provider for `endpoint`, without a rate limit.
    pub(crate) fn target(&self, endpoint: &str, config: &Json) -> Result<Target, BuildError> {
        self.target_with(endpoint, config, TargetOptions::default())
    }

    pub(crate) fn target_with(
        &self,
        endpoint: &str,
        config: &Json,
        options: TargetOptions,
    ) -> Result<Target, BuildError> {
        let mut config = config.clone();
        let more = [
            ("endpoint", json!(endpoint)),
            ("sts_endpoint", json!(endpoint)),
            ("requests_per_second", json!(0)),
        ];
        for (key, value) in more {
            config.as_object_mut().unwrap().entry(key).or_insert(value);
        }
        let component = self.build("octodns_route53.Route53Provider", &config)?;
        Ok(Target::new(Arc::clone(component.as_provider().unwrap()), options))
    }

    pub(crate) fn source(&self, class: &str, endpoint: &str, config: &Json) -> Arc<dyn Source> {
        let mut config = config.clone();
        config["endpoint"] = json!(endpoint);
        self.build(class, &config).unwrap().as_source()
    }

    /// A zone with records given as data, including their names.
    pub(crate) fn zone(&self, name: &str, records: &[Json]) -> Zone {
        let name = ZoneName::new(name).unwrap();
        let mut zone = Zone::new(name.clone());
        let source: Arc<str> = "config".into();
        let mut context =
            LoadContext::new(&name, &self.context.record_validators, &self.context.types);
        context.source = Some(&source);
        context.lenient = true;
        for record in records {
            let mut report = Report::new();
            let name = Value::from(record["name"].as_str().unwrap().to_owned());
            let record = Record::load(&name, &value(record), &context, &mut report);
            let record =
                record.unwrap_or_else(|| panic!("{:?}", report.iter().collect::<Vec<_>>()));
            zone.add(record, AddOptions::default()).unwrap();
        }
        zone
    }

    /// Reads a target's zone, or returns the errors.
    pub(crate) async fn read(&self, target: &Target, zone: &str) -> Result<ReadZone, String> {
        let empty = Zone::new(ZoneName::new(zone).unwrap());
        let read = target.read(&empty, &self.context).await;
        read.map_err(|report| errors(&report).unwrap_or_default())
    }

    /// Plans, or returns the errors.
    pub(crate) async fn plan(
        &self,
        target: &Target,
        desired: &Zone,
    ) -> Result<Option<Plan>, String> {
        let read = self.read(target, desired.name().as_str()).await?;
        let mut report = Report::new();
        let plan =
            target.plan(desired, read, Pipeline::default(), &self.context, &mut report).await;
        let plan = plan.map_err(|error| said(&error))?;
        errors(&report).map_or(Ok(plan), Err)
    }

    /// Plans and applies; returns the number of changes.
    pub(crate) async fn sync(&self, target: &Target, desired: &Zone) -> Result<usize, String> {
        let Some(plan) = self.plan(target, desired).await? else { return Ok(0) };
        let (outcomes, result) = apply(target, &plan).await;
        result?;
        assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Applied), "{outcomes:?}");
        Ok(plan.changes.len())
    }
}

/// Applies a plan; returns the outcome of each change, and the overall result.
pub(crate) async fn apply(target: &Target, plan: &Plan) -> (Vec<Outcome>, Result<(), String>) {
    let done = target.apply(&plan.clone().approve_by_force(), &()).await;
    (done.outcomes, done.error.map_or(Ok(()), |error| Err(said(&error))))
}

fn said(error: &ProviderError) -> String {
    error.to_string()
}

fn errors(report: &Report) -> Option<String> {
    let errors = report.iter().filter(|found| found.severity == Severity::Error);
    let texts: Vec<_> =
        errors.map(|found| format!("{}: {}", found.subject, found.message)).collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}

/// JSON as the engine's values.
pub(crate) fn value(json: &Json) -> OwnedValue {
    match json {
        Json::Null => Value::NULL,
        Json::Bool(truth) => Value::from(*truth),
        Json::Number(number) => match number.as_i64() {
            Some(number) => Value::from(number),
            None => Value::from(number.as_f64().unwrap()),
        },
        Json::String(text) => Value::from(text.clone()),
        Json::Array(items) => items.iter().map(value).collect::<Vec<_>>().into(),
        Json::Object(map) => {
            Map::from_unique(map.iter().map(|(key, item)| (key.clone(), value(item)))).into()
        }
    }
}

/// The records of a zone as data, with name and type, in order.
pub(crate) fn records<'r>(records: impl IntoIterator<Item = &'r Arc<Record>>) -> Vec<Json> {
    let record = |record: &Arc<Record>| {
        let text = Writer::default().text(&record.to_value());
        let mut data: Json = serde_json::from_str(&text).unwrap();
        data["name"] = json!(record.name().as_str());
        data["type"] = json!(record.record_type().as_str());
        data
    };
    records.into_iter().map(record).collect()
}
