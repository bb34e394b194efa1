//! The entries of a config as they are written, without what is secret.

use std::collections::{BTreeMap, HashSet};

use octodns_core::registry::{Classes, OptionsSchema};
use octodns_core::value::{Kind, Map, OwnedValue, python_str};

use crate::lock::is_name;

/// The names of options that are secret.
fn secret_options(options: OptionsSchema) -> HashSet<String> {
    let mut generator = octodns_core::schema::settings().into_generator();
    let mut names = HashSet::new();
    note_secret(options(&mut generator).as_value(), &mut names);
    names
}

fn note_secret(schema: &serde_json::Value, names: &mut HashSet<String>) {
    use serde_json::Value as Json;
    match schema {
        Json::Object(map) => {
            if let Some(Json::Object(properties)) = map.get("properties") {
                let secret = properties.iter().filter(|(_, schema)| is_secret(schema));
                names.extend(secret.map(|(name, _)| name.clone()));
            }
            map.values().for_each(|schema| note_secret(schema, names));
        }
        Json::Array(schemas) => schemas.iter().for_each(|schema| note_secret(schema, names)),
        _ => {}
    }
}

/// Whether a value is a secret, or may be one, or holds some.
fn is_secret(schema: &serde_json::Value) -> bool {
    use serde_json::Value as Json;
    match schema {
        Json::Object(map) => {
            map.get("writeOnly") == Some(&Json::Bool(true))
                || ["anyOf", "oneOf", "allOf", "items", "additionalProperties"]
                    .iter()
                    .any(|key| map.get(*key).is_some_and(is_secret))
        }
        Json::Array(schemas) => schemas.iter().any(is_secret),
        _ => false,
    }
}

/// The entries of a section as they are written, without what is secret.
pub(super) fn entries<T: Clone>(
    section: &Map<'static>,
    classes: &Classes<T>,
) -> BTreeMap<String, OwnedValue> {
    let entry = |(key, value): &(OwnedValue, OwnedValue)| {
        let class = value.get("class").and_then(|class| classes.get(&python_str(class)));
        let entry = match class {
            Some(class) => without(value, &secret_options(class.options)),
            // Nobody knows which of the options of a foreign class are secret.
            None => without_texts(value),
        };
        (python_str(key), entry)
    };
    section.iter().map(entry).collect()
}

/// An entry of a foreign class without the texts among its options, any of which may be a secret, but for those that name
/// an account or say where a value is looked up.
fn without_texts(value: &OwnedValue) -> OwnedValue {
    let mut value = value.clone();
    if let Kind::Map(map) = &mut value.kind {
        let is_kept = |(key, value): &(OwnedValue, OwnedValue)| {
            let key = python_str(key);
            key == "class" || is_name(&key) || matches!(value.kind, Kind::Bool(_) | Kind::Int(_))
        };
        let kept = std::mem::take(map).into_iter().filter(is_kept);
        *map = Map::from_entries(kept.collect());
    }
    value
}

/// A value without the entries of these keys, at any depth.
fn without(value: &OwnedValue, keys: &HashSet<String>) -> OwnedValue {
    let mut value = value.clone();
    match &mut value.kind {
        Kind::Map(map) => {
            let kept = std::mem::take(map).into_iter();
            let kept = kept.filter(|(key, _)| !keys.contains(&python_str(key)));
            *map =
                Map::from_entries(kept.map(|(key, value)| (key, without(&value, keys))).collect());
        }
        Kind::List(values) => values.iter_mut().for_each(|value| *value = without(value, keys)),
        _ => {}
    }
    value
}
