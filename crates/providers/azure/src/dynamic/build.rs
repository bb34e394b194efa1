//! The profiles of a record.

use std::collections::HashSet;
use std::net::IpAddr;

use octodns_core::record::Dynamic;
use octodns_core::record::dynamic::{Pool, PoolValue, Rule, Status};
use octodns_core::{Record, ZoneName};
use octodns_kit::{Json, json};

use super::monitor::monitor;
use super::names;
use super::profile::{
    GEOGRAPHIC, PRIORITY, SUBNET, WEIGHTED, external, name, nested, profile, renamed, target_id,
    with, without,
};

/// The end of the name of an endpoint whose value is the record's own.
pub(super) const DEFAULT: &str = "--default--";

/// The endpoint of a profile by network that leads to the one by place.
const GEO: &str = "--geo--";

/// The place of all others.
pub(super) const WORLD: &str = "WORLD";

/// The key of the places of an endpoint.
const PLACES: &str = "geoMapping";

/// The profiles of a dynamic record, children before their parents, so that the root is the last; `id` has the id of a
/// profile of a name.
///
/// # Errors
///
/// Says why there are none.
pub(crate) fn profiles(
    record: &Record,
    zone: &ZoneName,
    id: &dyn Fn(&str) -> String,
) -> Result<Vec<Json>, String> {
    let Some(dynamic) = record.dynamic() else { return Ok(Vec::new()) };
    let of = record.record_type().as_str();
    let mut build = Build {
        dynamic,
        of,
        defaults: record.rdata_strings().iter().map(|value| bare(of, value)).collect(),
        root: names::root(&record.fqdn(zone), of),
        ttl: record.ttl(),
        monitor: monitor(record, zone)?,
        id,
        made: Vec::new(),
    };
    build.all()?;
    Ok(build.made)
}

/// A name as Traffic Manager has it, without its dot; an address in one spelling.
fn bare(of: &str, value: &str) -> String {
    match value.parse::<IpAddr>() {
        Ok(address) if of != "CNAME" => address.to_string(),
        _ => value.strip_suffix('.').unwrap_or(value).to_owned(),
    }
}

struct Build<'r> {
    dynamic: &'r Dynamic,
    of: &'r str,
    /// The record's own values.
    defaults: Vec<String>,
    root: String,
    ttl: i64,
    monitor: Json,
    id: &'r dyn Fn(&str) -> String,
    made: Vec<Json>,
}

/// The endpoints of the rules of a record.
#[derive(Default)]
struct Chosen {
    by_place: Vec<Json>,
    by_network: Vec<Json>,
}

impl Build<'_> {
    fn all(&mut self) -> Result<(), String> {
        let Chosen { by_place, by_network } = self.rules()?;
        let root = self.root.clone();
        let only = by_place
            .first()
            .filter(|only| by_place.len() == 1 && only["properties"][PLACES] == json!([WORLD]));
        if by_network.is_empty() {
            // A rule alone has nothing to choose by: the profile that it leads to is the root.
            let is_root = only.is_some_and(|only| target_id(only).is_some());
            if is_root && let Some(last) = self.made.pop() {
                let id = (self.id)(&root);
                self.made.push(renamed(last, &root, id));
            } else {
                self.make(&root, GEOGRAPHIC, &by_place);
            }
            return Ok(());
        }
        // Names of endpoints are unique.
        let is_apart = |only: &&Json| by_network.iter().all(|other| name(other) != name(only));
        let last = match only.filter(is_apart) {
            Some(only) => without(only.clone(), PLACES),
            None => nested(GEO, &self.make(&names::geo(&root), GEOGRAPHIC, &by_place)),
        };
        let endpoints: Vec<_> = by_network.into_iter().chain([last]).collect();
        self.make(&root, SUBNET, &endpoints);
        Ok(())
    }

    /// The endpoints of all rules.
    fn rules(&mut self) -> Result<Chosen, String> {
        let dynamic = self.dynamic;
        let (_, rest) = dynamic.split_rules().map_err(|error| error.to_string())?;
        let (mut chosen, mut used) = (Chosen::default(), HashSet::new());
        for rule in dynamic.rules() {
            let pool = rule.pool().ok_or("a rule has no pool")?;
            if !used.insert(pool) {
                if rule.is_catchall() {
                    // The rule before that has the same pool takes the rest as well.
                    continue;
                }
                return Err(format!("its pool {pool} is that of several rules"));
            }
            let mut places = places(rule);
            if rest.pool() == Some(pool) {
                places.push(WORLD.to_owned());
            }
            let endpoint = self.rule(pool)?;
            if rule.has_subnets() {
                chosen.by_network.push(with(endpoint.clone(), "subnets", subnets(rule)));
            }
            if !places.is_empty() {
                chosen.by_place.push(with(endpoint, PLACES, places.into()));
            }
        }
        Ok(chosen)
    }

    /// The endpoint of a rule: its pool and the fallbacks of that, and the record's own value if that is not among them.
    fn rule(&mut self, id: &str) -> Result<Json, String> {
        let chain: Vec<&Pool> = self.dynamic.chain(id).collect();
        if chain.is_empty() {
            return Err(format!("it has no pool {id}"));
        }
        let mut endpoints = Vec::new();
        for pool in &chain {
            let priority = endpoints.len() + 1;
            endpoints.push(with(self.pool(pool)?, "priority", priority.into()));
        }
        let is_own = |value: &PoolValue| self.is_default(value) && value.status() == Status::Up;
        if !chain.iter().flat_map(|pool| pool.values()).any(is_own) {
            let own = self.defaults.first().ok_or("it has no value of its own")?;
            let last = external(DEFAULT, own, Status::Up);
            endpoints.push(with(last, "priority", (endpoints.len() + 1).into()));
        }
        if let [only] = &*endpoints {
            return Ok(without(only.clone(), "priority"));
        }
        let name = names::rule(&self.root, id);
        Ok(nested(id, &self.make(&name, PRIORITY, &endpoints)))
    }

    /// The endpoint of a pool. The record's own value may be in a profile once, so if it is that of a pool and does not
    /// always count, it has a profile of its own.
    fn pool(&mut self, pool: &Pool) -> Result<Json, String> {
        let Some(first) = pool.values().first() else {
            return Err(format!("its pool {} has no values", pool.id()));
        };
        let is_own = self.is_default(first);
        if pool.values().len() == 1 && !(is_own && first.status() != Status::Up) {
            let name =
                if is_own { format!("{}{DEFAULT}", pool.id()) } else { pool.id().to_owned() };
            return Ok(external(&name, &bare(self.of, first.value()), first.status()));
        }
        let profile = names::pool(&self.root, pool.id());
        if !self.made.iter().any(|made| name(made) == profile) {
            let values = pool.values().iter();
            let endpoints: Vec<_> = values.map(|value| self.value(pool, value)).collect();
            self.make(&profile, WEIGHTED, &endpoints);
        }
        Ok(nested(pool.id(), &(self.id)(&profile)))
    }

    /// The endpoint of one value of a pool.
    fn value(&self, pool: &Pool, value: &PoolValue) -> Json {
        let (target, status) = (bare(self.of, value.value()), value.status());
        let mut name = value_name(pool.id(), &target);
        if status == Status::Up && self.is_default(value) {
            name.push_str(DEFAULT);
        }
        with(external(&name, &target, status), "weight", value.weight().into())
    }

    /// Whether a value is the record's own.
    fn is_default(&self, value: &PoolValue) -> bool {
        self.defaults.contains(&bare(self.of, value.value()))
    }

    /// Makes a profile, and returns its id.
    fn make(&mut self, name: &str, method: &str, endpoints: &[Json]) -> String {
        let id = (self.id)(name);
        let settings = (self.ttl, &self.monitor);
        let made = profile((name, id.clone()), method, endpoints, settings);
        self.made.push(made);
        id
    }
}

/// The name of the endpoint of a value of a pool, which cannot have the colons of an address.
pub(super) fn value_name(pool: &str, target: &str) -> String {
    format!("{pool}--{target}").replace(':', "-")
}

/// The places of a rule, by the codes of Traffic Manager.
fn places(rule: &Rule) -> Vec<String> {
    let codes = rule.geo_texts().iter().flat_map(|code| match code.split_once('-') {
        Some((_, place)) => vec![place.to_owned()],
        // The Middle East is a part of Asia in octoDNS, and beside it here.
        None if code == "AS" => vec!["GEO-ME".to_owned(), "GEO-AS".to_owned()],
        None if code == "OC" => vec!["GEO-AP".to_owned()],
        None => vec![format!("GEO-{code}")],
    });
    codes.collect()
}

/// The networks of a rule.
fn subnets(rule: &Rule) -> Json {
    rule.subnets()
        .map(|net| json!({"first": net.network().to_string(), "scope": net.prefix_len()}))
        .collect()
}
