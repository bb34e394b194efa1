//! Expands a dynamic record into its record sets.

use octodns_core::ZoneName;
use octodns_core::record::Record;
use octodns_core::record::dynamic::{Dynamic, Pool, PoolValue, Rule};
use octodns_core::record::geo::GeoCode;

use super::{EVERYWHERE, default_name, location_name, pool_name, value_name};
use crate::records;
use crate::rrset::{AliasTarget, Body, Place, Routing, RrSet, last_part};

/// What the record sets need in addition to the record.
#[derive(Clone, Copy)]
pub(crate) struct Expansion<'e> {
    pub(crate) zone: &'e ZoneName,
    pub(crate) zone_id: &'e str,
    /// The id of the CIDR collection; needed for rules with networks.
    pub(crate) collection: &'e str,
    /// The id of the health check of a value of a pool.
    pub(crate) check: &'e dyn Fn(&Pool, usize, &PoolValue) -> Option<String>,
}

/// The record sets of a dynamic record.
pub(crate) fn expand(record: &Record, dynamic: &Dynamic, with: &Expansion<'_>) -> Vec<RrSet> {
    let parts = Parts { record, fqdn: record.fqdn(with.zone), with };
    let mut sets = vec![parts.default()];
    for pool in dynamic.pools() {
        sets.extend([parts.primary(pool), parts.secondary(pool)]);
        let values = pool.values().iter().enumerate();
        sets.extend(values.map(|(index, value)| parts.value(pool, index, value)));
    }
    let by_network = dynamic.has_subnets();
    for (index, rule) in dynamic.rules().iter().enumerate() {
        sets.extend(parts.rule(index, rule, by_network));
    }
    sets
}

struct Parts<'p> {
    record: &'p Record,
    fqdn: String,
    with: &'p Expansion<'p>,
}

impl Parts<'_> {
    fn set(&self, name: String, identifier: String, body: Body, routing: Routing) -> RrSet {
        RrSet {
            name,
            record_type: self.record.record_type().as_str().to_owned(),
            identifier: Some(identifier),
            body,
            routing,
            health_check: None,
        }
    }

    fn alias(&self, name: String) -> Body {
        let zone_id = last_part(self.with.zone_id).to_owned();
        Body::Alias(AliasTarget { zone_id, name, evaluate_health: true })
    }

    /// The default values, used when no pool is healthy.
    fn default(&self) -> RrSet {
        let body = Body::Values { ttl: self.record.ttl(), values: records::to_values(self.record) };
        let name = default_name(&self.fqdn);
        RrSet { identifier: None, ..self.set(name, String::new(), body, Routing::Simple) }
    }

    fn primary(&self, pool: &Pool) -> RrSet {
        let values = self.alias(value_name(pool.id(), &self.fqdn));
        let identifier = format!("{}-Primary", pool.id());
        let name = pool_name(pool.id(), &self.fqdn);
        self.set(name, identifier, values, Routing::Failover { primary: true })
    }

    fn secondary(&self, pool: &Pool) -> RrSet {
        let next = pool.fallback().unwrap_or("default");
        let fallback = self.alias(pool_name(next, &self.fqdn));
        let identifier = format!("{}-Secondary-{next}", pool.id());
        let name = pool_name(pool.id(), &self.fqdn);
        self.set(name, identifier, fallback, Routing::Failover { primary: false })
    }

    fn value(&self, pool: &Pool, index: usize, value: &PoolValue) -> RrSet {
        let values = vec![value.value().to_owned()];
        let body = Body::Values { ttl: self.record.ttl(), values };
        let identifier = format!("{}-{index:03}", pool.id());
        let name = value_name(pool.id(), &self.fqdn);
        let health_check = (self.with.check)(pool, index, value);
        let set = self.set(name, identifier, body, Routing::Weighted(value.weight()));
        RrSet { health_check, ..set }
    }

    fn rule(&self, index: usize, rule: &Rule, by_network: bool) -> Vec<RrSet> {
        let pool = rule.pool().unwrap_or_default();
        let set = |identifier: String, routing: Routing| {
            let alias = self.alias(pool_name(pool, &self.fqdn));
            self.set(self.fqdn.clone(), identifier, alias, routing)
        };
        let cidr = |location: String| {
            let collection = self.with.collection.to_owned();
            vec![set(format!("{index}-{pool}-subnet"), Routing::Cidr { collection, location })]
        };
        if rule.has_subnets() {
            return cidr(location_name(rule));
        }
        if rule.has_geos() {
            let of =
                |geo: GeoCode<'_>| set(format!("{index}-{pool}-{geo}"), Routing::Geo(place(geo)));
            return rule.geos().map(of).collect();
        }
        if by_network {
            return cidr(EVERYWHERE.to_owned());
        }
        vec![set(format!("{index}-{pool}-None"), Routing::Geo(Place::Default))]
    }
}

fn place(geo: GeoCode<'_>) -> Place {
    match (geo.country, geo.province) {
        (Some(country), Some(code)) => {
            Place::Subdivision { country: country.to_owned(), code: code.to_owned() }
        }
        (Some(country), None) => Place::Country(country.to_owned()),
        (None, _) => Place::Continent(geo.continent.to_owned()),
    }
}
