//! The routing of a record, from its profiles.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use octodns_core::record::Dynamic;
use octodns_core::record::dynamic::{DynamicBuilder, PoolValue};
use octodns_core::record::geo;
use octodns_kit::Json;

use super::build::{DEFAULT, WORLD, value_name};
use super::profile::{
    GEOGRAPHIC, PRIORITY, SUBNET, WEIGHTED, endpoints, geos, method, name, status, subnets, target,
    target_id,
};
use crate::sets::text;

/// What the profiles of a record stand for.
#[derive(Debug)]
pub(crate) struct Routed {
    pub(crate) dynamic: Dynamic,
    /// The values of its record.
    pub(crate) values: Vec<String>,
}

/// Whether an id is that of this resource, in whatever case.
fn has_id(profile: &Json, id: &str) -> bool {
    text(profile, "id").eq_ignore_ascii_case(id)
}

/// The profile of an id among `all` with those that it leads to, itself first.
pub(crate) fn tree(id: &str, all: &[Json]) -> Vec<Json> {
    let mut tree: Vec<Json> = Vec::new();
    let mut ids = vec![id];
    while let Some(id) = ids.pop() {
        let Some(found) = all.iter().find(|profile| has_id(profile, id)) else { continue };
        if !tree.iter().any(|known| has_id(known, id)) {
            ids.extend(endpoints(found).iter().filter_map(target_id));
            tree.push(found.clone());
        }
    }
    tree
}

/// The names of those among `all` that these profiles lead to, by whatever way.
pub(crate) fn led_to<'p>(
    from: impl Iterator<Item = &'p Json>,
    all: &'p [Json],
) -> HashSet<&'p str> {
    let by_id: HashMap<_, _> =
        all.iter().map(|profile| (text(profile, "id").to_ascii_lowercase(), profile)).collect();
    let mut led_to = HashSet::new();
    let mut open: Vec<_> = from.collect();
    while let Some(profile) = open.pop() {
        let ids = endpoints(profile).iter().filter_map(target_id);
        let next = ids.filter_map(|id| by_id.get(&id.to_ascii_lowercase()).copied());
        open.extend(next.filter(|next| led_to.insert(name(next))));
    }
    led_to
}

impl Routed {
    /// What the profiles of a record of this type stand for, the root first; `None` if they are not as octoDNS makes
    /// them.
    pub(crate) fn of(profiles: &[Json], of: &str) -> Option<Self> {
        let root = profiles.first()?;
        let mut reader = Reader { profiles, of, ..Reader::default() };
        let rules = reader.rules(root)?;
        let mut builder = DynamicBuilder::default();
        for (index, Rule { pool, geos, subnets }) in rules.into_iter().enumerate() {
            let order = i64::try_from(index).ok()?;
            builder.rule(order, &pool);
            for code in geos {
                builder.geo(order, &pool, code);
            }
            for network in subnets {
                builder.subnet(order, &pool, network);
            }
        }
        for (id, pool) in reader.pools {
            for value in pool.values {
                builder.value(&id, value);
            }
            if let Some(fallback) = pool.fallback {
                builder.fallback(&id, &fallback);
            }
        }
        let mut values: Vec<_> = reader.defaults.into_iter().collect();
        if of == "CNAME" {
            values.truncate(1);
        }
        (!values.is_empty()).then(|| Self { dynamic: builder.build(), values })
    }
}

#[derive(Debug, Default)]
struct Rule {
    pool: String,
    geos: Vec<String>,
    subnets: Vec<String>,
}

#[derive(Debug, Default)]
struct Read {
    values: Vec<PoolValue>,
    fallback: Option<String>,
}

#[derive(Debug, Default)]
struct Reader<'p> {
    profiles: &'p [Json],
    of: &'p str,
    /// The record's own values.
    defaults: BTreeSet<String>,
    pools: BTreeMap<String, Read>,
}

impl<'p> Reader<'p> {
    /// The profile that an endpoint leads to; `None` if it leads to none, or that is not there.
    fn child(&self, endpoint: &Json) -> Option<&'p Json> {
        let id = target_id(endpoint)?;
        self.profiles.iter().find(|profile| has_id(profile, id))
    }

    /// A value as the record has it.
    fn spelled(&self, target: &str) -> String {
        let dot = if self.of == "CNAME" && !target.ends_with('.') { "." } else { "" };
        format!("{target}{dot}")
    }

    /// The rules below the root.
    fn rules(&mut self, root: &'p Json) -> Option<Vec<Rule>> {
        match method(root) {
            SUBNET => self.by_network(root),
            GEOGRAPHIC => self.by_place(endpoints(root), Vec::new()),
            PRIORITY => {
                let pool = self.chain(in_order(root))?;
                Some(vec![Rule { pool, ..Rule::default() }])
            }
            WEIGHTED => {
                let pool = pool_of_values(root)?;
                let values = self.values(endpoints(root))?;
                self.pools.insert(pool.clone(), Read { values, fallback: None });
                Some(vec![Rule { pool, ..Rule::default() }])
            }
            _ => None,
        }
    }

    /// Rules by network, and then those by place, of which some have networks as well.
    fn by_network(&mut self, root: &'p Json) -> Option<Vec<Rule>> {
        let (mut rules, mut rest) = (Vec::new(), Vec::new());
        for endpoint in endpoints(root) {
            let subnets = subnets(endpoint);
            if subnets.is_empty() {
                rest.push(endpoint);
                continue;
            }
            let pool = self.pool_of_rule(endpoint)?;
            rules.push((text(endpoint, "name"), Rule { pool, subnets, ..Rule::default() }));
        }
        let [rest] = &*rest else { return None };
        if let Some(child) = self.child(rest).filter(|child| method(child) == GEOGRAPHIC) {
            return self.by_place(endpoints(child), rules);
        }
        let pool = self.pool_of_rule(rest)?;
        let rules = rules.into_iter().map(|(_, rule)| rule);
        Some(rules.chain([Rule { pool, ..Rule::default() }]).collect())
    }

    /// Rules by place, and the one for the rest; `known` are those by network, by the names of their endpoints.
    fn by_place(&mut self, all: &'p [Json], mut known: Vec<(&'p str, Rule)>) -> Option<Vec<Rule>> {
        let mut last = Vec::new();
        for endpoint in all {
            let codes = geos(endpoint);
            let takes_rest = codes.contains(&WORLD);
            let geos = places(codes)?;
            let named = text(endpoint, "name");
            if !known.iter().any(|(of, _)| *of == named) {
                let pool = self.pool_of_rule(endpoint)?;
                known.push((named, Rule { pool, ..Rule::default() }));
            }
            let (_, rule) = known.iter_mut().find(|(of, _)| *of == named)?;
            rule.geos = geos;
            let is_only_rest = rule.geos.is_empty() && rule.subnets.is_empty();
            if takes_rest && !is_only_rest {
                last.push(Rule { pool: rule.pool.clone(), ..Rule::default() });
            }
        }
        Some(known.into_iter().map(|(_, rule)| rule).chain(last).collect())
    }

    /// The pool of a rule, which its endpoint leads to.
    fn pool_of_rule(&mut self, endpoint: &'p Json) -> Option<String> {
        let chain = match self.child(endpoint).filter(|child| method(child) == PRIORITY) {
            Some(child) => in_order(child),
            None => vec![endpoint],
        };
        self.chain(chain)
    }

    /// Reads a chain of pools, and returns the first.
    fn chain(&mut self, chain: Vec<&'p Json>) -> Option<String> {
        let (mut first, mut last) = (None, None::<String>);
        for endpoint in chain {
            let named = text(endpoint, "name");
            let pool = named.strip_suffix(DEFAULT);
            if pool.is_some() {
                self.defaults.insert(self.spelled(target(endpoint)?));
            }
            let pool = pool.unwrap_or(named);
            if pool.is_empty() {
                // The record's own value, behind all pools.
                break;
            }
            if let Some(last) = last.take() {
                self.pools.get_mut(&last)?.fallback = Some(pool.to_owned());
            }
            first = first.or_else(|| Some(pool.to_owned()));
            if self.pools.contains_key(pool) {
                // Those behind it are known as well.
                break;
            }
            let values = match self.child(endpoint) {
                Some(child) if method(child) == WEIGHTED => self.values(endpoints(child))?,
                Some(_) => return None,
                // One that leads to a profile that is not there has no value.
                None => self.values(std::slice::from_ref(endpoint))?,
            };
            self.pools.insert(pool.to_owned(), Read { values, fallback: None });
            last = Some(pool.to_owned());
        }
        first
    }

    /// The values of a pool.
    fn values(&mut self, all: &'p [Json]) -> Option<Vec<PoolValue>> {
        let mut values = Vec::new();
        for endpoint in all {
            let value = self.spelled(target(endpoint)?);
            if text(endpoint, "name").ends_with(DEFAULT) {
                self.defaults.insert(value.clone());
            }
            let weight = endpoint["properties"]["weight"].as_i64().unwrap_or(1);
            values.push(PoolValue::new(value).with_weight(weight).with_status(status(endpoint)));
        }
        (!values.is_empty()).then_some(values)
    }
}

/// The endpoints of a profile by priority.
fn in_order(profile: &Json) -> Vec<&Json> {
    let mut all: Vec<_> = endpoints(profile).iter().collect();
    all.sort_by_key(|endpoint| endpoint["properties"]["priority"].as_i64());
    all
}

/// The pool that a profile with its values is for, as the names of its endpoints have it.
fn pool_of_values(profile: &Json) -> Option<String> {
    let first = endpoints(profile).first()?;
    let named = name(first);
    let named = named.strip_suffix(DEFAULT).unwrap_or(named);
    let end = value_name("", target(first)?);
    named.strip_suffix(&*end).filter(|pool| !pool.is_empty()).map(str::to_owned)
}

/// The places of codes of Traffic Manager; `None` if octoDNS has no such place.
fn places(codes: Vec<&str>) -> Option<Vec<String>> {
    let has_asia = codes.contains(&"GEO-AS");
    let mut places = Vec::new();
    for code in codes {
        places.push(match code {
            WORLD => continue,
            // A part of Asia in octoDNS.
            "GEO-ME" if has_asia => continue,
            "GEO-ME" => return None,
            "GEO-AP" => "OC".to_owned(),
            _ => match (code.strip_prefix("GEO-"), code.split_once('-')) {
                (Some(continent), _) => continent.to_owned(),
                (None, Some((country, province))) => {
                    format!("{}-{province}", geo::country_to_code(country)?)
                }
                (None, None) => geo::country_to_code(code)?,
            },
        });
    }
    Some(places)
}
