//! A provider made of options as a config has them, and the way from records to a plan and its end.

use std::sync::Arc;

use octodns_core::record::{LoadContext, RecordTypes};
use octodns_core::registry::Component;
use octodns_core::validate::RecordValidators;
use octodns_core::value::Map;
use octodns_core::zone::ZoneValidators;
use octodns_core::{
    ApplyLog, Change, Context, Outcome, OwnedValue, Plan, ProviderError, Record, Registry, Report,
    Target, TargetOptions, Value, Zone, ZoneName,
};
use serde_json::{Value as Json, json};

use crate::fake::Server;

/// JSON as a value.
pub(crate) fn value(json: &Json) -> OwnedValue {
    match json {
        Json::Null => Value::NULL,
        Json::Bool(truth) => (*truth).into(),
        Json::Number(number) => {
            number.as_i64().map(Value::from).or(number.as_f64().map(Value::from)).unwrap()
        }
        Json::String(text) => text.clone().into(),
        Json::Array(items) => items.iter().map(value).collect::<Vec<_>>().into(),
        Json::Object(map) => map
            .iter()
            .map(|(key, item)| (key.clone(), value(item)))
            .collect::<Map<'static>>()
            .into(),
    }
}

/// A target made of the options of a config.
pub(crate) struct Run {
    pub(crate) target: Target,
    pub(crate) context: Context,
}

impl Run {
    /// A target of the class `class`; options of the engine are left out of `options`.
    pub(crate) fn of_class(
        class: &str,
        options: &Json,
        strict_supports: bool,
    ) -> Result<Self, String> {
        let mut registry = Registry::default();
        octodns_cloudflare::register(&mut registry);
        let class = registry.providers.get(class).unwrap();
        let built = (class.build)("cf", &value(options)).map_err(|error| error.to_string())?;
        let Component::Provider(provider) = built else { panic!("not a provider") };
        let types = RecordTypes::default();
        Ok(Self {
            target: Target::new(
                provider,
                TargetOptions { strict_supports, ..TargetOptions::default() },
            ),
            context: Context {
                record_validators: Arc::new(RecordValidators::legacy(&types)),
                zone_validators: Arc::new(ZoneValidators::new(["legacy"])),
                types: Arc::new(types),
                lenient: false,
            },
        })
    }

    /// Public zones of a fake, with further options; no pause takes time.
    pub(crate) fn new(server: &Server, further: &Json) -> Self {
        let mut options = json!({
            "token": "let-me-in",
            "api_url": server.url(),
            "retry_period": 0,
            "http": { "retry_wait": 0.0 },
        });
        options.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
        Self::of_class("cloudflare", &options, true).unwrap()
    }

    /// Records as zone files have them: `{name, type, ttl, value or values, octodns}`.
    pub(crate) fn zone(&self, name: &str, records: &[Json]) -> Zone {
        let mut zone = Zone::new(ZoneName::new(name).unwrap());
        let name = zone.name().clone();
        for record in records {
            let context = LoadContext {
                lenient: true,
                ..LoadContext::new(&name, &self.context.record_validators, &self.context.types)
            };
            let mut report = Report::new();
            let loaded =
                Record::load(&value(&record["name"]), &value(record), &context, &mut report);
            zone.set(loaded.unwrap_or_else(|| panic!("{record}: {report:?}")));
        }
        zone
    }

    /// What the target holds.
    pub(crate) async fn read(&self, zone: &str) -> Result<Option<Zone>, Report> {
        let mut report = Report::new();
        let empty = Zone::new(ZoneName::new(zone).unwrap());
        let read = self.target.read(&empty, &self.context, &mut report).await;
        if report.has_errors() { Err(report) } else { Ok(read.exists.then_some(read.zone)) }
    }

    /// The plan that makes the target hold `desired`; findings are errors.
    pub(crate) async fn plan(&self, desired: &Zone) -> Result<Option<Plan>, Report> {
        let mut report = Report::new();
        let read = self.target.read(desired, &self.context, &mut report).await;
        if report.has_errors() {
            return Err(report);
        }
        let plan = self.target.plan(desired, read, &[], &self.context, &mut report).await;
        match plan {
            Ok(plan) if !report.has_errors() => Ok(plan),
            Ok(_) => Err(report),
            Err(error) => Err(error.into_report("plan", "cf")),
        }
    }

    /// Applies a plan: what came of it, and of each change.
    pub(crate) async fn apply(&self, plan: &Plan) -> (Result<usize, ProviderError>, Vec<Outcome>) {
        let mut nobody = ();
        let mut log = ApplyLog::new(plan, &mut nobody);
        let result = self.target.apply(plan, &mut log).await;
        (result, log.into_outcomes())
    }

    /// Plans, applies and plans again: there must be nothing left.
    pub(crate) async fn settle(&self, desired: &Zone) {
        if let Some(plan) = self.plan(desired).await.unwrap() {
            let (result, outcomes) = self.apply(&plan).await;
            result.unwrap();
            assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Applied), "{outcomes:?}");
        }
        let left = self.plan(desired).await.unwrap();
        assert!(left.is_none(), "{:?}", left.map(|plan| told(&plan.changes)));
    }
}

/// Changes in short: `Create www A`.
pub(crate) fn told(changes: &[Change]) -> Vec<String> {
    let told = |change: &Change| {
        let record = change.record();
        format!("{} {} {}", change.verb(), record.name().as_str(), record.record_type())
    };
    changes.iter().map(told).collect()
}

/// A whole text of a failure.
pub(crate) fn words(error: ProviderError) -> String {
    let report = error.into_report("apply", "");
    report.iter().map(|found| found.message.clone()).collect::<Vec<_>>().join("\n")
}

/// `count` A records with one value each, from `start` on.
pub(crate) fn hosts(start: usize, count: usize, address: &str) -> Vec<Json> {
    let host = |number| json!({ "name": format!("host-{number:05}"), "type": "A", "ttl": 300, "value": address });
    (start..start + count).map(host).collect()
}
