//! Reads the routing of a set.

use std::collections::HashSet;

use octodns_core::ZoneName;
use octodns_core::record::Dynamic;
use octodns_core::record::dynamic::{DynamicBuilder, PoolValue};
use octodns_core::record::geo;
use octodns_kit::Json;

use super::names::pool_id;
use super::{FILTER, POOLS};
use crate::records::{PARTS, absolute, filter, text};

/// The routing of a set with its pools and filters; `None` if it has none.
pub(super) fn read(set: &Json, zone: &ZoneName) -> Option<Dynamic> {
    let parts = set[PARTS].as_array().filter(|parts| !parts.is_empty())?;
    let is_rest = |part: &Json| is_rule(part) && geos(&part[FILTER]).is_empty();
    let mut has_rest = parts.iter().any(is_rest);
    let (mut builder, mut seen) = (DynamicBuilder::default(), HashSet::new());
    for part in parts {
        let pools = part[POOLS].as_array().map(Vec::as_slice).unwrap_or_default();
        let ids: Vec<_> = pools.iter().map(|pool| pool_id(text(pool, "name"))).collect();
        for (id, pool) in ids.iter().zip(pools).filter(|(id, _)| seen.insert(**id)) {
            for value in pool["values"].as_array().into_iter().flatten() {
                builder.value(id, pool_value(value, text(set, "type"), zone));
            }
        }
        for pair in ids.windows(2) {
            builder.fallback(pair[0], pair[1]);
        }
        let Some(first) = ids.first() else { continue };
        // octoDNS also has a record without filter and note for each pool that is only a fallback.
        if is_rule(part) || !std::mem::replace(&mut has_rest, true) {
            let order = order(part).unwrap_or(0);
            builder.rule(order, first);
            for place in geos(&part[FILTER]) {
                builder.geo(order, first, place);
            }
        }
    }
    Some(builder.build())
}

fn pool_value(value: &Json, of: &str, zone: &ZoneName) -> PoolValue {
    let name = text(value, "value");
    let name = if of == "CNAME" { absolute(name, zone) } else { name.to_owned() };
    PoolValue::new(name).with_weight(value["weight"].as_i64().unwrap_or(1))
}

fn is_rule(part: &Json) -> bool {
    filter(part).is_some() || order(part).is_some()
}

/// The place of a rule among the others, in the note of its record.
fn order(part: &Json) -> Option<i64> {
    let mut notes = text(part, "note").split(' ');
    notes.find_map(|note| note.strip_prefix("rule-order:")?.parse().ok())
}

/// The codes of the places of a filter; none for the rest of the world.
fn geos(filter: &Json) -> Vec<String> {
    let list = |key: &str| filter[key].as_array().map(Vec::as_slice).unwrap_or_default().iter();
    if list("geoipContinents").any(|code| code == "default") {
        return Vec::new();
    }
    let continents = list("geoipContinents").filter_map(Json::as_str).map(str::to_owned);
    let countries = list("geoipCountries").filter_map(Json::as_str);
    let countries = countries
        .map(|country| geo::country_to_code(country).unwrap_or_else(|| country.to_owned()));
    continents.chain(countries).chain(list("regions").map(region)).collect()
}

/// The code of a region of a filter.
pub(super) fn region(region: &Json) -> String {
    ["continentCode", "countryCode", "regionCode"].map(|key| text(region, key)).join("-")
}
