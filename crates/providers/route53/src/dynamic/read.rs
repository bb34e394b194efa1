//! Reads the data of a dynamic record from record sets.

use std::borrow::Cow;
use std::collections::BTreeMap;

use octodns_core::record::dynamic::Status;
use octodns_core::record::geo;
use octodns_core::value::{Map, OwnedValue, Value};

use super::{EVERYWHERE, pool_of};
use crate::client::Locations;
use crate::records;
use crate::rrset::{Body, Place, Routing, RrSet, absolute};

/// Why record sets are not a dynamic record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ReadError {
    /// The set with the default values is missing; the others are leftovers.
    #[error("sets of a dynamic record are there, but not the one with its default values")]
    NoDefault,
    /// Somebody else created or changed a record set.
    #[error("the set \"{identifier}\" of a dynamic record is not as octoDNS makes it")]
    Foreign {
        /// Its identifier.
        identifier: String,
    },
    /// A value is not valid for the type.
    #[error("the value \"{0}\" is not one of this type")]
    Value(String),
}

#[derive(Default)]
struct Pool {
    fallback: Option<String>,
    values: Vec<OwnedValue>,
}

#[derive(Default)]
struct Rule {
    pool: String,
    geos: Vec<String>,
    networks: Vec<String>,
}

/// Reads the sets of one dynamic record.
///
/// `status` returns the status of a value with a health check, `locations` the networks of a CIDR collection.
pub(crate) fn read(
    sets: &[&RrSet],
    status: &dyn Fn(Option<&str>) -> Status,
    locations: &dyn Fn(&str) -> Option<Locations>,
) -> Result<Map<'static>, ReadError> {
    let mut pools: BTreeMap<String, Pool> = BTreeMap::new();
    let mut rules: BTreeMap<usize, Rule> = BTreeMap::new();
    let mut data = None;
    for set in sets {
        let foreign = || {
            let identifier = set.identifier.clone().unwrap_or_else(|| set.name.clone());
            ReadError::Foreign { identifier }
        };
        match (&set.routing, &set.body) {
            (Routing::Simple, Body::Values { ttl, values }) => {
                pool_of(&set.name).filter(|pool| *pool == "default").ok_or_else(foreign)?;
                let read = records::to_data(&set.record_type, *ttl, values);
                data = Some(read.map_err(ReadError::Value)?);
            }
            (Routing::Failover { primary }, Body::Alias(alias)) => {
                let pool = pools.entry(pool_of(&set.name).ok_or_else(foreign)?.into()).or_default();
                if !primary {
                    let fallback = pool_of(&alias.name).ok_or_else(foreign)?;
                    pool.fallback = (fallback != "default").then(|| fallback.to_owned());
                }
            }
            (Routing::Weighted(weight), Body::Values { values, .. }) => {
                let pool = set.identifier.as_deref().and_then(|id| id.rsplit_once('-'));
                let (pool, _) = pool.ok_or_else(foreign)?;
                let value = values.first().ok_or_else(foreign)?;
                let status = status(set.health_check.as_deref());
                let pool = pools.entry(pool.to_owned()).or_default();
                let value = value_of(&set.record_type, value);
                pool.values.push(value_data(&value, *weight, status));
            }
            (Routing::Geo(_) | Routing::Cidr { .. }, Body::Alias(alias)) => {
                let index = set.identifier.as_deref().and_then(|id| id.split('-').next());
                let index = index.and_then(|index| index.parse().ok()).ok_or_else(foreign)?;
                let rule: &mut Rule = rules.entry(index).or_default();
                pool_of(&alias.name).ok_or_else(foreign)?.clone_into(&mut rule.pool);
                match &set.routing {
                    Routing::Geo(place) => rule.geos.extend(geo_code(place)),
                    Routing::Cidr { collection, location } if location != EVERYWHERE => {
                        let mut known = locations(collection).ok_or_else(foreign)?;
                        rule.networks = known.remove(location).unwrap_or_default();
                    }
                    _ => {}
                }
            }
            _ => return Err(foreign()),
        }
    }
    let mut data = data.ok_or(ReadError::NoDefault)?;
    data.insert("dynamic", dynamic_data(pools, rules));
    Ok(data)
}

/// The value of a pool, as records have it.
pub(crate) fn value_of<'v>(record_type: &str, value: &'v str) -> Cow<'v, str> {
    if record_type == "CNAME" { absolute(value) } else { value.into() }
}

fn value_data(value: &str, weight: i64, status: Status) -> OwnedValue {
    Map::from_unique([
        ("value", Value::from(value.to_owned())),
        ("weight", Value::from(weight)),
        ("status", Value::from(status.as_str())),
    ])
    .into()
}

fn geo_code(place: &Place) -> Option<String> {
    let country_code =
        |country: &str| geo::country_to_code(country).unwrap_or_else(|| country.to_owned());
    match place {
        Place::Default => None,
        Place::Continent(code) => Some(code.clone()),
        Place::Country(country) => Some(country_code(country)),
        Place::Subdivision { country, code } => Some(format!("{}-{code}", country_code(country))),
    }
}

fn dynamic_data(pools: BTreeMap<String, Pool>, rules: BTreeMap<usize, Rule>) -> OwnedValue {
    let pools = pools.into_iter().map(|(id, pool)| {
        let mut data = Map::new();
        if let Some(fallback) = pool.fallback {
            data.insert("fallback", fallback);
        }
        data.insert("values", pool.values);
        (id, Value::from(data))
    });
    let texts = |mut texts: Vec<String>| {
        texts.sort_unstable();
        texts.into_iter().map(Value::from).collect::<Vec<_>>()
    };
    let rules = rules.into_values().map(|rule| {
        let mut data = Map::new();
        data.insert("pool", rule.pool);
        if !rule.networks.is_empty() {
            data.insert("subnets", texts(rule.networks));
        }
        if !rule.geos.is_empty() {
            data.insert("geos", texts(rule.geos));
        }
        Value::from(data)
    });
    let pools: OwnedValue = Map::from_unique(pools).into();
    let rules: OwnedValue = rules.collect::<Vec<_>>().into();
    Map::from_unique([("pools", pools), ("rules", rules)]).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamic::PREFIX;

    fn set(name: &str, identifier: Option<&str>, routing: Routing, body: Body) -> RrSet {
        let identifier = identifier.map(str::to_owned);
        let (name, record_type) = (name.to_owned(), "A".to_owned());
        RrSet { name, record_type, identifier, body, routing, health_check: None }
    }

    fn values(value: &str) -> Body {
        Body::Values { ttl: 60, values: vec![value.into()] }
    }

    #[test]
    fn leftovers_are_no_record() {
        let status = |_: Option<&str>| Status::Up;
        let value = set(
            &format!("{PREFIX}a-value.x."),
            Some("a-000"),
            Routing::Weighted(1),
            values("192.0.2.1"),
        );
        assert_eq!(read(&[&value], &status, &|_| None), Err(ReadError::NoDefault));
        let odd = set(&format!("{PREFIX}a.x."), None, Routing::Simple, values("192.0.2.1"));
        let identifier = odd.name.clone();
        let expected = Err(ReadError::Foreign { identifier });
        assert_eq!(read(&[&odd], &status, &|_| None), expected);
    }
}
