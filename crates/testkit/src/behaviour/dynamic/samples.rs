//! Sample records, made from what a provider can hold.

use octodns_core::{Capabilities, DynamicSupport, Fallbacks, RecordType};
use serde_json::{Map, Value as Json, json};

use super::FEATURES;
use crate::behaviour::{Case, Fixture};
use crate::run::Harness;

/// Countries of several continents, to choose by.
const COUNTRIES: [&str; 12] = [
    "EU-SE", "NA-US", "AS-JP", "AF-ZA", "SA-BR", "EU-DE", "NA-MX", "AS-IN", "AF-KE", "SA-CL",
    "EU-ES", "EU-FR",
];

/// The number of the value of the pool `rest`.
pub(super) const REST: usize = 90;

/// The number of the value of the pool `far`.
pub(super) const FAR: usize = 80;

/// Usual dynamic records of every type, of the states that two clients write: created, changed, and none. Their
/// names are `dynamic-a`, `dynamic-aaaa` ...
pub fn dynamic_states(fixture: &dyn Fixture, harness: &Harness, step: usize) -> Vec<Json> {
    let near = match step {
        0 => [1, 2],
        1 => [2, 3],
        _ => return Vec::new(),
    };
    let capabilities = harness.provider().capabilities();
    if !capabilities.dynamic {
        return Vec::new();
    }
    let samples = Samples { fixture, capabilities };
    let record = |of: RecordType| {
        let name = format!("dynamic-{}", of.as_str().to_lowercase());
        samples.usual_record((&name, of), &near)
    };
    samples.types().into_iter().filter_map(record).collect()
}

/// Makes samples for a provider.
pub(super) struct Samples<'c> {
    fixture: &'c dyn Fixture,
    pub(super) capabilities: &'c Capabilities,
}

/// Pools and rules on their way to a record.
#[derive(Clone, Default)]
pub(super) struct Routing {
    pools: Map<String, Json>,
    rules: Vec<Json>,
}

impl Routing {
    /// With a pool.
    pub(super) fn pool(self, id: &str, values: Vec<Json>) -> Self {
        self.pool_with(id, values, None)
    }

    /// With a pool that has a fallback.
    pub(super) fn pool_with(mut self, id: &str, values: Vec<Json>, fallback: Option<&str>) -> Self {
        let mut pool = json!({"values": Json::Array(values)});
        if let Some(fallback) = fallback {
            pool["fallback"] = json!(fallback);
        }
        self.pools.insert(id.to_owned(), pool);
        self
    }

    /// With a rule for a pool: `{"geos": [...]}`, or `{}` for the last.
    pub(super) fn rule(mut self, pool: &str, condition: &Json) -> Self {
        let mut rule = condition.clone();
        rule["pool"] = json!(pool);
        self.rules.push(rule);
        self
    }
}

impl<'c> Samples<'c> {
    pub(super) fn new(case: &'c Case<'_>) -> Self {
        Self { fixture: case.fixture, capabilities: case.harness.provider().capabilities() }
    }

    pub(super) fn support(&self) -> &'c DynamicSupport {
        &self.capabilities.dynamic_support
    }

    /// The types that can be dynamic.
    pub(super) fn types(&self) -> Vec<RecordType> {
        let types = DynamicSupport::ANY.types.iter().copied();
        let held = |of: &RecordType| {
            self.capabilities.supports_type(*of) && self.support().types.contains(of)
        };
        types.filter(held).collect()
    }

    /// The type of most samples.
    pub(super) fn main_type(&self) -> RecordType {
        self.types().first().copied().unwrap_or(RecordType::A)
    }

    /// A value of a type, different for each number.
    pub(super) fn text(of: RecordType, number: usize) -> String {
        match of {
            RecordType::A => format!("192.0.2.{number}"),
            RecordType::AAAA => format!("2001:db8::{number:x}"),
            _ => format!("host-{number}.example.net."),
        }
    }

    /// A value of a pool.
    pub(super) fn value(of: RecordType, number: usize) -> Json {
        json!({"value": Self::text(of, number)})
    }

    /// Values of a pool, as many of these as it can have.
    pub(super) fn values(&self, of: RecordType, numbers: &[usize]) -> Vec<Json> {
        let most = self.support().max_values.unwrap_or(numbers.len());
        numbers.iter().take(most).map(|number| Self::value(of, *number)).collect()
    }

    /// Whether a record can have so many pools, and a rule for each.
    pub(super) fn fits(&self, pools: usize) -> bool {
        let support = self.support();
        [support.max_pools, support.max_rules].iter().flatten().all(|most| pools <= *most)
    }

    /// Conditions of rules, each different.
    pub(super) fn conditions(&self) -> Vec<Json> {
        let places = &self.support().places;
        let of_place = |code: &&str| json!({"geos": [code]});
        if places.countries {
            COUNTRIES.iter().map(of_place).collect()
        } else if !places.continents.is_empty() {
            places.continents.iter().map(of_place).collect()
        } else if self.capabilities.dynamic_subnets {
            (0..12).map(|number| json!({"subnets": [format!("10.{number}.0.0/16")]})).collect()
        } else {
            Vec::new()
        }
    }

    /// A record: its plain values are those of the pool of its last rule. `None` if the service cannot hold the
    /// feature in this form.
    pub(super) fn record(
        &self,
        feature: &str,
        (name, of): (&str, RecordType),
        routing: &Routing,
    ) -> Option<Json> {
        assert!(FEATURES.contains(&feature), "{feature} is not among the features");
        self.fixture.dynamic_sample(feature, self.unshaped((name, of), routing))
    }

    /// The same, whether the service can hold it or not.
    pub(super) fn unshaped(&self, (name, of): (&str, RecordType), routing: &Routing) -> Json {
        let pool = routing.rules.last().and_then(|rule| rule["pool"].as_str()).unwrap_or_default();
        let values: Vec<_> =
            routing.pools[pool]["values"].as_array().into_iter().flatten().collect();
        let texts: Vec<_> = values.iter().map(|value| value["value"].clone()).collect();
        let mut record = json!({
            "name": name, "type": of.as_str(), "ttl": self.ttl(),
            "dynamic": {"pools": routing.pools, "rules": routing.rules},
        });
        match of {
            RecordType::A | RecordType::AAAA => record["values"] = json!(texts),
            _ => record["value"] = texts[0].clone(),
        }
        record
    }

    fn ttl(&self) -> u32 {
        300.max(self.fixture.min_ttl())
    }

    /// A record that is not dynamic.
    pub(super) fn plain(&self, (name, of): (&str, RecordType), number: usize) -> Json {
        json!({"name": name, "type": of.as_str(), "ttl": self.ttl(), "value": Self::text(of, number)})
    }

    /// What most records are like: a pool of two values for some questions, with a fallback, and one for the
    /// others; without what the service lacks.
    pub(super) fn usual(&self, of: RecordType, near: &[usize]) -> Routing {
        let has_fallback = self.support().fallbacks == Fallbacks::Any && self.fits(3);
        let fallback = has_fallback.then_some("far");
        let mut routing = Routing::default();
        if has_fallback {
            routing = routing.pool("far", self.values(of, &[FAR]));
        }
        routing = routing.pool_with("near", self.values(of, near), fallback);
        match self.conditions().first().filter(|_| self.fits(2)) {
            Some(condition) => routing
                .pool("rest", self.values(of, &[REST]))
                .rule("near", condition)
                .rule("rest", &json!({})),
            None => routing.rule("near", &json!({})),
        }
    }

    /// A usual record.
    pub(super) fn usual_record(&self, target: (&str, RecordType), near: &[usize]) -> Option<Json> {
        self.record("changes", target, &self.usual(target.1, near))
    }
}
