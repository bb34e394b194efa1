//! The checks of pools.

use std::collections::{HashMap, HashSet};

use super::Checks;
use crate::nearest;
use crate::record::ValueError;
use crate::record::dynamic::Status;
use crate::record::dynamic::kept::number;
use crate::record::dynamic::read::whole_number;
use crate::record::dynamic::validate::Check;
use crate::value::{Kind, Map, Python, Value, python_str};

/// The pools of a section, as far as they can be told.
pub(super) struct Pools<'v, 'a> {
    pub(super) all: HashMap<&'v str, &'v Value<'a>>,
    /// Names, each with its key, in the order of the names; only pools that have values.
    with_values: Vec<(&'v str, &'v Value<'a>)>,
    fallbacks: HashSet<&'v str>,
}

impl<'v, 'a> Checks<'_, 'v, 'a> {
    pub(super) fn pools(&mut self, section: &'v Map<'a>) -> Option<Pools<'v, 'a>> {
        let map = match section.get("pools") {
            None => None,
            Some(pools) => match &pools.kind {
                Kind::Map(map) if !map.is_empty() => Some(map),
                Kind::Map(_) => None,
                _ => {
                    self.must_be(pools, "dynamic pools", "a mapping of pool names to pools");
                    return None;
                }
            },
        };
        let Some(map) = map else {
            let fault = ValueError::new("dynamic has no pools", self.section.position);
            self.error(fault.help("add \"pools\" with at least one pool"));
            return None;
        };
        let mut pools =
            Pools { all: HashMap::new(), with_values: Vec::new(), fallbacks: HashSet::new() };
        for (key, pool) in map {
            match key.as_str() {
                Some(name) => {
                    pools.all.insert(name, pool);
                    if self.pool(name, pool) {
                        pools.with_values.push((name, key));
                    }
                }
                None => self.must_be(key, "the name of a pool", "text (put it in quotes)"),
            }
        }
        pools.with_values.sort_by_key(|(name, _)| *name);
        self.fallbacks(&mut pools);
        Some(pools)
    }

    /// One pool for itself; whether it has values.
    fn pool(&mut self, name: &str, pool: &'v Value<'a>) -> bool {
        let Some(map) = pool.as_map() else {
            self.must_be(pool, &format!("pool \"{name}\""), "a mapping with \"values\"");
            return false;
        };
        let Some(values) = map.get("values") else {
            let mut fault =
                ValueError::new(format!("pool \"{name}\" is missing values"), pool.position);
            let keys = map.iter().filter_map(|(key, _)| key.as_str());
            if let Some(key) = keys.into_iter().find(|key| nearest(key, ["values"]).is_some()) {
                fault = fault.help(format!("write \"values\" instead of \"{key}\""));
            }
            self.error(fault);
            return false;
        };
        let Some(list) = values.as_list() else {
            self.must_be(values, &format!("values of pool \"{name}\""), "a list");
            return true;
        };
        for (index, value) in list.iter().enumerate() {
            self.value(name, index + 1, value);
        }
        if let [only] = list
            && let Some(weight) = only.get("weight")
            && number(weight).is_none_or(|weight| (weight - 1.0).abs() > 0.0)
        {
            let message = format!("pool \"{name}\" has a single value with a weight other than 1");
            self.error(ValueError::new(message, weight.position).help("remove the weight"));
        }
        true
    }

    fn value(&mut self, pool: &str, number: usize, value: &'v Value<'a>) {
        let Some(map) = value.as_map() else {
            let what = format!("value {number} of pool \"{pool}\"");
            self.must_be(value, &what, "a mapping with \"value\"");
            return;
        };
        if let Some(weight) = map.get("weight")
            && !whole_number(weight).is_some_and(|weight| (1..=100).contains(&weight))
        {
            let message = format!(
                "invalid weight {} in pool \"{pool}\" value {number}: it must be a number from 1 to 100",
                Python(weight)
            );
            self.advise(weight, message, "write a whole number from 1 to 100");
        }
        if let Some(status) = map.get("status")
            && status.as_str().and_then(Status::parse).is_none()
        {
            let message =
                format!("invalid status {} in pool \"{pool}\" value {number}", Python(status));
            self.error(
                ValueError::new(message, status.position).help("statuses are: up, down, obey"),
            );
        }
        if let Some(value) = map.get("value") {
            (self.on)(Check::Value(value));
        } else {
            let message = format!("missing value in pool \"{pool}\" value {number}");
            self.advise(value, message, "add `value`");
        }
    }

    fn fallbacks(&mut self, pools: &mut Pools<'v, 'a>) {
        let mut next: HashMap<&str, &str> = HashMap::new();
        for (name, _) in &pools.with_values {
            let Some(fallback) = pools.all.get(name).and_then(|pool| pool.get("fallback")) else {
                continue;
            };
            match fallback.as_str() {
                Some(id) if pools.all.contains_key(id) => {
                    pools.fallbacks.insert(id);
                    next.insert(name, id);
                }
                _ if fallback.is_null() => {}
                _ => {
                    let shown = python_str(fallback);
                    let message = format!("undefined fallback \"{shown}\" for pool \"{name}\"");
                    self.undefined_pool(message, fallback, pools);
                }
            }
        }
        for cycle in cycles(pools.with_values.iter().map(|(name, _)| *name), &next) {
            let at = cycle.first().and_then(|name| pools.all.get(name)?.get("fallback"));
            let message = format!("loop in pool fallbacks: {}", cycle.join(" -> "));
            self.advise(at.unwrap_or(self.section), message, "remove the fallback of one of them");
        }
    }

    pub(super) fn unused(&mut self, pools: &Pools<'v, 'a>, used: &HashSet<&'v str>) {
        for (name, key) in &pools.with_values {
            if !used.contains(name) && !pools.fallbacks.contains(name) {
                let message = format!("unused pool \"{name}\": no rule or fallback uses it");
                self.advise(key, message, "remove it, or use it in a rule or a fallback");
            }
        }
    }
}

/// The loops among names that each lead to at most one other, each once, its start repeated.
fn cycles<'n>(
    names: impl Iterator<Item = &'n str>,
    next: &HashMap<&'n str, &'n str>,
) -> Vec<Vec<&'n str>> {
    let mut visited: HashSet<&str> = HashSet::new();
    let mut cycles = Vec::new();
    for start in names {
        let mut path: Vec<&str> = Vec::new();
        let mut name = start;
        while visited.insert(name) {
            path.push(name);
            match next.get(name) {
                Some(following) => name = following,
                None => break,
            }
        }
        // A name seen before is the start of a loop only if this very path led through it.
        let returns = path.last().is_some_and(|last| next.get(last) == Some(&name));
        if let Some(index) = path.iter().position(|seen| *seen == name)
            && returns
        {
            let mut cycle = path.split_off(index);
            cycle.push(name);
            cycles.push(cycle);
        }
    }
    cycles
}
