//! Records of the API, one for all values of a name and type, as sets of the kit: their values are in one field, and
//! what belongs to a dynamic record is in one set.

use std::collections::BTreeMap;

use octodns_core::ZoneName;
use octodns_kit::{Json, json};

/// The values of a set.
pub(crate) const VALUES: &str = "roundRobin";

/// The records besides the first that a set consists of.
pub(crate) const OTHERS: &str = "others";

/// Whether the others say the same as the first: octoDNS' own provider creates an SRV record once for each value.
pub(crate) const REPEATED: &str = "repeated";

/// The records of a set that answer from pools.
pub(crate) const PARTS: &str = "parts";

/// What of a set octoDNS cannot express.
pub(crate) const UNEXPRESSED: &str = "unexpressed";

/// The geo filter for the whole world, which every account has.
pub(crate) const WORLD: u64 = 1;

/// Types whose values end with a name.
const TARGETS: [&str; 6] = ["ANAME", "CNAME", "MX", "NS", "PTR", "SRV"];

/// A text of a record; empty if it has none.
pub(crate) fn text<'r>(row: &'r Json, key: &str) -> &'r str {
    row[key].as_str().unwrap_or_default()
}

/// An id, as it is in a path.
pub(crate) fn id(row: &Json) -> Option<String> {
    row["id"].as_u64().map(|id| id.to_string())
}

/// Whether a record answers from pools.
pub(crate) fn has_pools(row: &Json) -> bool {
    row["recordOption"] == "pools"
}

/// The geo filter of a record, unless it is for the whole world.
pub(crate) fn filter(row: &Json) -> Option<u64> {
    row["geolocation"]["geoipFilter"].as_u64().filter(|filter| *filter != WORLD)
}

/// The sets of a zone.
pub(crate) fn sets(rows: Vec<Json>, zone: &ZoneName) -> Vec<Json> {
    let mut groups = BTreeMap::<_, Vec<_>>::new();
    for row in rows {
        let key = (text(&row, "name").to_owned(), text(&row, "type").to_owned());
        groups.entry(key).or_default().push(row);
    }
    groups.into_values().map(|rows| set(rows, zone)).collect()
}

/// The set of the records of one name and type.
fn set(rows: Vec<Json>, zone: &ZoneName) -> Json {
    let (parts, mut others): (Vec<_>, Vec<_>) = rows.into_iter().partition(has_pools);
    // What is served where no filter matches comes first.
    others.sort_by_key(|row| (filter(row).is_some(), row["geolocation"].is_null()));
    let mut others = others.into_iter();
    let first = others.next();
    let others: Vec<_> = others.collect();
    let is_repeated = first.as_ref().is_some_and(|first| {
        let same = |other: &Json| {
            ["value", "ttl", "geolocation"].iter().all(|key| other[key] == first[key])
        };
        !others.is_empty() && others.iter().all(same)
    });
    let of_part = first.iter().filter(|_| !parts.is_empty()).chain(&others).find_map(filter);
    let unexpressed = match of_part {
        Some(filter) => Some(format!("the geo filter {filter} of a record without pools")),
        None if others.is_empty() || is_repeated => None,
        None => Some("several records of this name and type".to_owned()),
    };
    let mut set = first.unwrap_or_else(|| {
        let part = parts.first().unwrap_or(&Json::Null);
        json!({"name": part["name"], "type": part["type"], "ttl": part["ttl"]})
    });
    if let Some(values) = values(&set, zone) {
        set[VALUES] = values;
    }
    set[OTHERS] = others.into();
    set[REPEATED] = is_repeated.into();
    set[PARTS] = parts.into();
    set[UNEXPRESSED] = unexpressed.into();
    set
}

/// A name in a value, with the zone if it is relative.
pub(crate) fn absolute(name: &str, zone: &ZoneName) -> String {
    match name {
        "" => zone.as_str().to_owned(),
        name if name.ends_with('.') => name.to_owned(),
        name => zone.absolute(name),
    }
}

/// The values of a record as they are written: a list, each in an object, the zone by its name.
pub(crate) fn values(row: &Json, zone: &ZoneName) -> Option<Json> {
    let is_target = TARGETS.contains(&text(row, "type"));
    let value = |value: &Json| {
        let mut value = match value {
            Json::String(text) => json!({"value": text}),
            other => other.clone(),
        };
        if is_target && value["value"] == "" {
            value["value"] = zone.as_str().into();
        }
        value
    };
    match row.get("value")? {
        Json::Array(values) => Some(values.iter().map(value).collect()),
        only @ Json::String(_) => Some([value(only)].into_iter().collect()),
        _ => None,
    }
}

/// The record of a set, as it is sent; what octoDNS has no word for stays as in `existing`.
pub(crate) fn written(set: &Json, existing: Option<&Json>) -> Json {
    let mut row = json!({"name": set["name"], "ttl": set["ttl"], VALUES: set[VALUES]});
    let kept = existing.and_then(Json::as_object).into_iter().flatten();
    for (key, value) in kept.filter(|(key, _)| *key == "note" || *key == "gtdRegion") {
        if !value.is_null() && value != "" {
            row[key] = value.clone();
        }
    }
    match text(set, "type") {
        "CNAME" => {
            row["host"] = set[VALUES][0]["value"].clone();
            row.as_object_mut().and_then(|row| row.remove(VALUES));
        }
        "ANAME" | "PTR" => row[VALUES][0]["disableFlag"] = false.into(),
        _ => {}
    }
    row
}
