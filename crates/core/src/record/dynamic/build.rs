//! Routing put together from the parts of a service, in the order that the service lists them.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::{Dynamic, Pool, PoolValue, Rule};

/// Routing that is read part by part.
///
/// ```
/// use octodns_core::record::dynamic::{DynamicBuilder, PoolValue};
///
/// let mut builder = DynamicBuilder::default();
/// builder.rule(DynamicBuilder::LAST, "rest").geo(0, "eu", "EU-SE").geo(0, "eu", "EU-DE");
/// builder.value("rest", PoolValue::new("192.0.2.9"));
/// builder.value("eu", PoolValue::new("192.0.2.1").with_weight(3)).fallback("eu", "rest");
/// builder.value("eu", PoolValue::new("192.0.2.2"));
/// let dynamic = builder.build();
/// assert_eq!(dynamic.rules()[0].geo_texts(), ["EU-DE", "EU-SE"]);
/// assert_eq!(dynamic.default_values(), Some(vec!["192.0.2.9"]));
/// ```
#[derive(Clone, Debug, Default)]
pub struct DynamicBuilder {
    pools: BTreeMap<SmolStr, PoolParts>,
    rules: BTreeMap<(i64, SmolStr), RuleParts>,
}

#[derive(Clone, Debug, Default)]
struct PoolParts {
    values: Vec<PoolValue>,
    fallback: Option<SmolStr>,
}

#[derive(Clone, Debug, Default)]
struct RuleParts {
    geos: Vec<SmolStr>,
    subnets: Vec<SmolStr>,
}

impl DynamicBuilder {
    /// The order of a rule that comes after all others: of the catch-all, if the service does not number it.
    pub const LAST: i64 = i64::MAX;

    /// Adds a value to a pool.
    pub fn value(&mut self, pool: &str, value: PoolValue) -> &mut Self {
        self.pool(pool).values.push(value);
        self
    }

    /// Sets the fallback of a pool.
    pub fn fallback(&mut self, pool: &str, fallback: &str) -> &mut Self {
        self.pool(pool).fallback = Some(fallback.into());
        self
    }

    /// Adds the rule of an order and a pool, unless it is there.
    pub fn rule(&mut self, order: i64, pool: &str) -> &mut Self {
        self.parts(order, pool);
        self
    }

    /// Adds the code of a place to the rule of an order and a pool.
    pub fn geo(&mut self, order: i64, pool: &str, code: impl Into<SmolStr>) -> &mut Self {
        self.parts(order, pool).geos.push(code.into());
        self
    }

    /// Adds a network to the rule of an order and a pool.
    pub fn subnet(&mut self, order: i64, pool: &str, network: impl Into<SmolStr>) -> &mut Self {
        self.parts(order, pool).subnets.push(network.into());
        self
    }

    /// The routing: pools by their ids, and rules by their order; of the same order, a catch-all comes last.
    pub fn build(self) -> Dynamic {
        let pools = self.pools.into_iter().map(|(id, parts)| {
            let pool = Pool::new(id, parts.values);
            match parts.fallback {
                Some(fallback) => pool.with_fallback(fallback),
                None => pool,
            }
        });
        let mut rules: Vec<(i64, Rule)> = Vec::with_capacity(self.rules.len());
        for ((order, pool), parts) in self.rules {
            let mut rule = Rule::new(pool);
            if !parts.geos.is_empty() {
                rule = rule.with_geos(parts.geos);
            }
            if !parts.subnets.is_empty() {
                rule = rule.with_subnets(parts.subnets);
            }
            rules.push((order, rule));
        }
        rules.sort_by_key(|(order, rule)| (*order, rule.is_catchall()));
        Dynamic::new(pools.collect(), rules.into_iter().map(|(_, rule)| rule).collect())
    }

    fn pool(&mut self, id: &str) -> &mut PoolParts {
        self.pools.entry(id.into()).or_default()
    }

    fn parts(&mut self, order: i64, pool: &str) -> &mut RuleParts {
        self.rules.entry((order, pool.into())).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_may_come_in_any_order() {
        let mut builder = DynamicBuilder::default();
        builder.rule(10, "a").subnet(9, "b", "10.0.0.0/8").geo(9, "b", "EU").geo(2, "c", "AS");
        builder.rule(2, "a").rule(2, "a").value("a", PoolValue::new("y")).fallback("b", "a");
        builder.value("a", PoolValue::new("x"));
        let expected = Dynamic::new(
            vec![
                Pool::new("a", [PoolValue::new("x"), PoolValue::new("y")]),
                Pool::new("b", []).with_fallback("a"),
            ],
            vec![
                Rule::new("c").with_geos(["AS"]),
                Rule::new("a"),
                Rule::new("b").with_geos(["EU"]).with_subnets(["10.0.0.0/8"]),
                Rule::new("a"),
            ],
        );
        assert_eq!(builder.build(), expected);
    }
}
