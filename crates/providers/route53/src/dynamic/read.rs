//! Reads the data of a dynamic record from record sets.

use std::borrow::Cow;

use octodns_core::record::dynamic::{DynamicBuilder, PoolValue, Status};
use octodns_core::record::geo;
use octodns_core::value::Map;

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

/// Reads the sets of one dynamic record.
///
/// `status` returns the status of a value with a health check, `locations` the networks of a CIDR collection.
pub(crate) fn read(
    sets: &[&RrSet],
    status: &dyn Fn(Option<&str>) -> Status,
    locations: &dyn Fn(&str) -> Option<Locations>,
) -> Result<Map<'static>, ReadError> {
    let mut routing = DynamicBuilder::default();
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
                let pool = pool_of(&set.name).ok_or_else(foreign)?;
                let next =
                    if *primary { None } else { Some(pool_of(&alias.name).ok_or_else(foreign)?) };
                if let Some(next) = next.filter(|next| *next != "default") {
                    routing.fallback(pool, next);
                }
            }
            (Routing::Weighted(weight), Body::Values { values, .. }) => {
                let pool = set.identifier.as_deref().and_then(|id| id.rsplit_once('-'));
                let (pool, _) = pool.ok_or_else(foreign)?;
                let value = values.first().ok_or_else(foreign)?;
                let status = status(set.health_check.as_deref());
                let value = PoolValue::new(value_of(&set.record_type, value));
                routing.value(pool, value.with_weight(*weight).with_status(status));
            }
            (Routing::Geo(_) | Routing::Cidr { .. }, Body::Alias(alias)) => {
                let index = set.identifier.as_deref().and_then(|id| id.split('-').next());
                let index: i64 = index.and_then(|index| index.parse().ok()).ok_or_else(foreign)?;
                let pool = pool_of(&alias.name).ok_or_else(foreign)?;
                routing.rule(index, pool);
                match &set.routing {
                    Routing::Geo(place) => {
                        if let Some(code) = geo_code(place) {
                            routing.geo(index, pool, code);
                        }
                    }
                    Routing::Cidr { collection, location } if location != EVERYWHERE => {
                        let mut known = locations(collection).ok_or_else(foreign)?;
                        for network in known.remove(location).unwrap_or_default() {
                            routing.subnet(index, pool, network);
                        }
                    }
                    _ => {}
                }
            }
            _ => return Err(foreign()),
        }
    }
    let mut data = data.ok_or(ReadError::NoDefault)?;
    data.insert("dynamic", routing.build().to_value());
    Ok(data)
}

/// The value of a pool, as records have it.
pub(crate) fn value_of<'v>(record_type: &str, value: &'v str) -> Cow<'v, str> {
    if record_type == "CNAME" { absolute(value) } else { value.into() }
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
