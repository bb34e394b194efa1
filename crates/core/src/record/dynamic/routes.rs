//! Where rules lead: what every service needs to know of routing before it can be written its way.

use smol_str::SmolStr;

use super::{Dynamic, Pool, PoolValue, Rule};
use crate::record::geo::GeoCode;

/// Why rules do not have exactly one that takes what the others leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CatchallError {
    /// Every rule chooses by place or network.
    #[error("no rule is a catch-all")]
    Missing,
    /// More than one rule has only a pool.
    #[error("more than one rule is a catch-all")]
    Several,
}

/// The places of a rule, by their kind, each in the order of the codes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RulePlaces<'r> {
    /// Codes of continents.
    pub continents: Vec<&'r str>,
    /// Countries, each with its continent.
    pub countries: Vec<GeoCode<'r>>,
    /// Provinces, each with its country and continent.
    pub provinces: Vec<GeoCode<'r>>,
}

impl Dynamic {
    /// The rules that choose, in order, and the one that takes what they leave.
    ///
    /// # Errors
    ///
    /// There is no such rule, or more than one; only lenient records are like that.
    pub fn split_rules(&self) -> Result<(Vec<&Rule>, &Rule), CatchallError> {
        let (rest, choosing): (Vec<&Rule>, Vec<&Rule>) =
            self.rules.iter().partition(|rule| rule.is_catchall());
        match *rest {
            [only] => Ok((choosing, only)),
            [] => Err(CatchallError::Missing),
            _ => Err(CatchallError::Several),
        }
    }

    /// A pool and the pools that it falls back to, in order, each once: a loop ends where it began.
    pub fn chain(&self, pool: &str) -> impl Iterator<Item = &Pool> {
        let mut seen: Vec<&str> = Vec::new();
        let mut next = self.pool(pool);
        std::iter::from_fn(move || {
            let pool = next.take().filter(|pool| !seen.contains(&pool.id()))?;
            seen.push(pool.id());
            next = pool.fallback().and_then(|id| self.pool(id));
            Some(pool)
        })
    }

    /// The pools that rules lead to, directly or by fallbacks, in the order they were given.
    pub fn used_pools(&self) -> Vec<&Pool> {
        let led_to = self.rules.iter().filter_map(Rule::pool).flat_map(|pool| self.chain(pool));
        let used: std::collections::HashSet<&str> = led_to.map(Pool::id).collect();
        self.pools.iter().filter(|pool| used.contains(pool.id())).collect()
    }

    /// The values of the pool that takes what the rules leave: the record without its routing. `None` if there
    /// is no such pool.
    ///
    /// ```
    /// use octodns_core::record::dynamic::{Dynamic, Pool, PoolValue, Rule};
    ///
    /// let pools = ["eu", "rest"].map(|id| Pool::new(id, [PoolValue::new(format!("{id}.example.net."))]));
    /// let dynamic = Dynamic::new(pools.to_vec(), vec![Rule::new("eu").with_geos(["EU"]), Rule::new("rest")]);
    /// assert_eq!(dynamic.default_values(), Some(vec!["rest.example.net."]));
    /// ```
    pub fn default_values(&self) -> Option<Vec<&str>> {
        let (_, rest) = self.split_rules().ok()?;
        Some(self.pool(rest.pool()?)?.values().iter().map(PoolValue::value).collect())
    }

    /// The same routing without the pools that no rule leads to, and their ids, in order.
    #[must_use]
    pub fn without_unused_pools(&self) -> (Self, Vec<SmolStr>) {
        let used = self.used_pools();
        let is_used = |pool: &Pool| used.iter().any(|used| used.id == pool.id);
        let unused = self.pools.iter().filter(|pool| !is_used(pool));
        let unused = unused.map(|pool| pool.id.clone()).collect();
        let pools = used.iter().copied().cloned().collect();
        (Self { pools, rules: self.rules.clone() }, unused)
    }
}

impl Rule {
    /// The places whose questions this rule takes, by their kind.
    ///
    /// ```
    /// use octodns_core::record::dynamic::Rule;
    ///
    /// let rule = Rule::new("near").with_geos(["NA-US-CA", "EU", "AS-JP"]);
    /// let places = rule.places();
    /// assert_eq!((places.continents, places.countries.len()), (vec!["EU"], 1));
    /// assert_eq!(places.provinces[0].province, Some("CA"));
    /// ```
    pub fn places(&self) -> RulePlaces<'_> {
        let mut places = RulePlaces::default();
        for place in self.geos() {
            match (place.country, place.province) {
                (_, Some(_)) => places.provinces.push(place),
                (Some(_), None) => places.countries.push(place),
                (None, None) => places.continents.push(place.continent),
            }
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(id: &str) -> Pool {
        Pool::new(id, [PoolValue::new(format!("{id}.example.net."))])
    }

    #[test]
    fn a_chain_of_fallbacks_has_each_pool_once() {
        let pools = vec![
            pool("a").with_fallback("b"),
            pool("b").with_fallback("c"),
            pool("c").with_fallback("b"),
            pool("d").with_fallback("nowhere"),
        ];
        let dynamic = Dynamic::new(pools, vec![Rule::new("a")]);
        let chain = |id: &str| dynamic.chain(id).map(Pool::id).collect::<Vec<_>>();
        assert_eq!(chain("a"), ["a", "b", "c"]);
        assert_eq!(chain("d"), ["d"]);
        assert!(chain("nowhere").is_empty());
        let used: Vec<_> = dynamic.used_pools().into_iter().map(Pool::id).collect();
        assert_eq!(used, ["a", "b", "c"]);
    }

    #[test]
    fn unused_pools_are_those_that_no_rule_leads_to() {
        let pools =
            vec![pool("a").with_fallback("b"), pool("b").with_fallback("a"), pool("c"), pool("d")];
        let rules = vec![Rule::new("c").with_geos(["EU"]), Rule::new("a")];
        let (rest, unused) = Dynamic::new(pools, rules).without_unused_pools();
        assert_eq!((rest.pools().len(), unused), (3, vec!["d".into()]));
    }

    #[test]
    fn there_is_one_rule_that_takes_the_rest() {
        let dynamic = |rules: Vec<Rule>| Dynamic::new(vec![pool("a"), pool("b")], rules);
        let choosing = || Rule::new("a").with_subnets(["10.0.0.0/8"]);
        let missing = dynamic(vec![choosing()]);
        assert_eq!(missing.split_rules(), Err(CatchallError::Missing));
        assert_eq!(missing.default_values(), None);
        let several = dynamic(vec![Rule::new("a"), Rule::new("b")]);
        assert_eq!(several.split_rules(), Err(CatchallError::Several));
        let one = dynamic(vec![choosing(), Rule::new("b")]);
        let (others, rest) = one.split_rules().unwrap();
        assert_eq!((others.len(), rest.pool()), (1, Some("b")));
        assert_eq!(one.default_values(), Some(vec!["b.example.net."]));
    }
}
