//! Routing without what a target does not support.
//!
//! Pure functions: the engine decides whether the loss is an error or a warning, and says so with the
//! pools and rules concerned.

use std::ops::RangeInclusive;

use smol_str::SmolStr;

use super::{Dynamic, Kept, Rule, Status};

/// Routing whose values all obey their health checks.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WithoutStatus {
    /// What is left.
    pub dynamic: Dynamic,
    /// Ids of the pools with values that had another status, in order, each once.
    pub pools: Vec<SmolStr>,
}

/// Routing that no longer looks at networks.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WithoutSubnets {
    /// What is left.
    pub dynamic: Dynamic,
    /// Numbers (from 1) of the rules that now choose by place only.
    pub geos_only: Vec<usize>,
    /// Numbers (from 1, as they were) of the rules that are gone.
    pub dropped: Vec<usize>,
    /// Ids of the pools that no rule leads to any more, and that are gone, in order.
    pub unused_pools: Vec<SmolStr>,
}

/// Routing that no longer looks at some places.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Reduced {
    /// What is left.
    pub dynamic: Dynamic,
    /// Indexes, as they were, of the rules that lost places, and the codes of those.
    pub lost: Vec<(usize, Vec<SmolStr>)>,
    /// Ids of the pools that no rule leads to any more, and that are gone, in order.
    pub unused_pools: Vec<SmolStr>,
}

impl Dynamic {
    /// The same routing for a target without statuses of values, or `None` if nothing has to change.
    pub fn without_status(&self) -> Option<WithoutStatus> {
        let mut dynamic = self.clone();
        let mut pools = Vec::new();
        for pool in &mut dynamic.pools {
            let mut concerned = false;
            for value in pool.values.iter_mut().filter(|value| value.has_status()) {
                value.status = Kept::Proper(Status::Obey);
                concerned = true;
            }
            if concerned {
                pools.push(pool.id.clone());
            }
        }
        (!pools.is_empty()).then_some(WithoutStatus { dynamic, pools })
    }

    /// The same routing for a target that does not choose by network, or `None` if nothing has to
    /// change: rules that also choose by place do only that, the others go, and so do the pools they
    /// leave unused.
    pub fn without_subnets(&self) -> Option<WithoutSubnets> {
        if !self.has_subnets() {
            return None;
        }
        let (mut rules, mut geos_only, mut dropped) = (Vec::new(), Vec::new(), Vec::new());
        for (index, rule) in self.rules.iter().enumerate() {
            if !rule.has_subnets() {
                rules.push(rule.clone());
            } else if rule.has_geos() {
                geos_only.push(index + 1);
                rules.push(Rule { subnets: None, ..rule.clone() });
            } else {
                dropped.push(index + 1);
            }
        }
        let rest = Self { pools: self.pools.clone(), rules };
        let (dynamic, unused_pools) = rest.without_unused_pools();
        Some(WithoutSubnets { dynamic, geos_only, dropped, unused_pools })
    }

    /// The same routing for a target that does not choose by some places, or `None` if nothing has to change:
    /// rules lose the codes that `is_held` does not accept; those that then choose nothing go, and so do the
    /// pools they leave unused.
    pub fn without_geos(&self, is_held: &dyn Fn(&str) -> bool) -> Option<Reduced> {
        let mut rules = Vec::with_capacity(self.rules.len());
        let mut lost = Vec::new();
        for (index, rule) in self.rules.iter().enumerate() {
            let (kept, gone): (Vec<_>, Vec<_>) =
                rule.geo_texts().iter().cloned().partition(|code| is_held(code));
            if gone.is_empty() {
                rules.push(rule.clone());
                continue;
            }
            if rule.has_subnets() || !kept.is_empty() {
                let geos = (!kept.is_empty()).then_some(kept);
                rules.push(Rule { geos, ..rule.clone() });
            }
            lost.push((index, gone));
        }
        if lost.is_empty() {
            return None;
        }
        let (dynamic, unused_pools) =
            Self { pools: self.pools.clone(), rules }.without_unused_pools();
        Some(Reduced { dynamic, lost, unused_pools })
    }

    /// The same routing for a target without fallbacks, and the ids of the pools that had one; `None` if
    /// nothing has to change. Pools that were only fallbacks go.
    pub fn without_fallbacks(&self) -> Option<(Self, Vec<SmolStr>)> {
        let mut dynamic = self.clone();
        let with_one = dynamic.pools.iter_mut().filter(|pool| pool.fallback.is_some());
        let concerned: Vec<_> = with_one
            .map(|pool| {
                pool.fallback = None;
                pool.id.clone()
            })
            .collect();
        (!concerned.is_empty()).then(|| (dynamic.without_unused_pools().0, concerned))
    }

    /// The same routing with every weight within `range`, and the ids of the pools with values that had another
    /// one; `None` if nothing has to change.
    pub fn with_weights_in(&self, range: &RangeInclusive<i64>) -> Option<(Self, Vec<SmolStr>)> {
        let mut dynamic = self.clone();
        let mut pools = Vec::new();
        for pool in &mut dynamic.pools {
            let mut concerned = false;
            for value in pool.values.iter_mut().filter(|value| !range.contains(&value.weight())) {
                let weight = value.weight().clamp(*range.start(), *range.end());
                value.weight = Kept::Proper(weight);
                concerned = true;
            }
            if concerned {
                pools.push(pool.id.clone());
            }
        }
        (!pools.is_empty()).then_some((dynamic, pools))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::dynamic::{Pool, PoolValue};

    fn pool(id: &str, status: Status) -> Pool {
        Pool::new(
            id,
            [PoolValue::new("192.0.2.1").with_status(status), PoolValue::new("192.0.2.2")],
        )
    }

    fn dynamic() -> Dynamic {
        let pools = vec![
            pool("near", Status::Up).with_fallback("behind"),
            pool("behind", Status::Obey),
            pool("both", Status::Down),
            pool("rest", Status::Obey),
        ];
        let rules = vec![
            Rule::new("near").with_subnets(["10.0.0.0/8"]),
            Rule::new("both").with_subnets(["11.0.0.0/8"]).with_geos(["EU"]),
            Rule::new("rest"),
        ];
        Dynamic::new(pools, rules)
    }

    #[test]
    fn statuses_are_reset_and_their_pools_named() {
        let without = dynamic().without_status().unwrap();
        assert_eq!(without.pools, ["near", "both"]);
        assert!(!without.dynamic.has_status());
        assert_eq!(without.dynamic.without_status(), None);
    }

    #[test]
    fn subnets_go_with_the_pools_only_they_led_to() {
        let without = dynamic().without_subnets().unwrap();
        assert_eq!((&without.dropped[..], &without.geos_only[..]), (&[1][..], &[2][..]));
        assert_eq!(without.unused_pools, ["near", "behind"]);
        let rules = [Rule::new("both").with_geos(["EU"]), Rule::new("rest")];
        assert_eq!(without.dynamic.rules(), rules);
        assert_eq!(without.dynamic.without_subnets(), None);
    }

    #[test]
    fn rules_lose_places_that_are_not_held() {
        let pools = || ["near", "both", "far", "rest"].map(|id| pool(id, Status::Obey)).to_vec();
        let rules = vec![
            Rule::new("near").with_geos(["NA-CA-BC"]),
            Rule::new("both").with_geos(["NA-CA-QC"]).with_subnets(["10.0.0.0/8"]),
            Rule::new("far").with_geos(["EU", "NA-CA-ON"]),
            Rule::new("rest"),
        ];
        let is_held = |code: &str| !code.starts_with("NA-CA");
        let reduced = Dynamic::new(pools(), rules).without_geos(&is_held).unwrap();
        let lost: Vec<_> = reduced.lost.iter().map(|(rule, geos)| (*rule, &*geos[0])).collect();
        assert_eq!(lost, [(0, "NA-CA-BC"), (1, "NA-CA-QC"), (2, "NA-CA-ON")]);
        assert_eq!(reduced.unused_pools, ["near"]);
        let rules = [
            Rule::new("both").with_subnets(["10.0.0.0/8"]),
            Rule::new("far").with_geos(["EU"]),
            Rule::new("rest"),
        ];
        assert_eq!(reduced.dynamic.rules(), rules);
        assert_eq!(reduced.dynamic.without_geos(&is_held), None);
    }

    #[test]
    fn pools_lose_fallbacks_and_those_that_were_only_that_go() {
        let (without, concerned) = dynamic().without_fallbacks().unwrap();
        assert_eq!(concerned, ["near"]);
        assert_eq!(
            without.pools().iter().map(Pool::id).collect::<Vec<_>>(),
            ["near", "both", "rest"]
        );
        assert_eq!(without.without_fallbacks(), None);
    }

    #[test]
    fn weights_are_clamped() {
        let values = [PoolValue::new("a").with_weight(50), PoolValue::new("b").with_weight(9)];
        let dynamic = Dynamic::new(vec![Pool::new("p", values)], vec![Rule::new("p")]);
        let (clamped, pools) = dynamic.with_weights_in(&(10..=20)).unwrap();
        assert_eq!(pools, ["p"]);
        let weights: Vec<_> = clamped.pools()[0].values().iter().map(PoolValue::weight).collect();
        assert_eq!(weights, [20, 10]);
        assert_eq!(clamped.with_weights_in(&(10..=20)), None);
    }
}
