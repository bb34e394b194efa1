//! Routing without what a target does not support.
//!
//! Pure functions: the engine decides whether the loss is an error or a warning, and says so with the
//! pools and rules concerned.

use std::collections::HashSet;

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

    /// The same routing without the pools that no rule leads to, and their ids, in order.
    #[must_use]
    pub fn without_unused_pools(&self) -> (Self, Vec<SmolStr>) {
        let mut used = HashSet::new();
        for rule in &self.rules {
            let mut next = rule.pool();
            // A pool seen before has had its fallbacks followed; that also ends loops.
            while let Some(id) = next.filter(|id| used.insert(*id)) {
                next = self.pool(id).and_then(super::Pool::fallback);
            }
        }
        let (kept, unused): (Vec<_>, Vec<_>) =
            self.pools.iter().partition(|pool| used.contains(pool.id()));
        let rest = Self { pools: kept.into_iter().cloned().collect(), rules: self.rules.clone() };
        (rest, unused.into_iter().map(|pool| pool.id.clone()).collect())
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
    fn a_loop_of_fallbacks_ends() {
        let pools = vec![
            pool("a", Status::Obey).with_fallback("b"),
            pool("b", Status::Obey).with_fallback("a"),
            pool("c", Status::Obey),
        ];
        let (rest, unused) = Dynamic::new(pools, vec![Rule::new("a")]).without_unused_pools();
        assert_eq!((rest.pools().len(), unused), (2, vec!["c".into()]));
    }
}
