//! The options of classes: what all of a kind have in common, and what the config file makes of values.

use octodns_core::TargetOptions;
use octodns_core::registry::{Classes, Foreign};
use octodns_core::schema::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value as Json, json};

/// A section of a config: its entries name a class, and have the options of that class.
pub(super) fn section<T: Clone>(
    about: &str,
    classes: &Classes<T>,
    generator: &mut SchemaGenerator,
    more: Option<&Schema>,
    foreign: Option<&dyn Foreign>,
) -> Json {
    // Many validators have the same options.
    let mut known: Vec<(Json, Vec<&str>)> = Vec::new();
    for name in classes.taken() {
        let Some(class) = classes.get(name) else { continue };
        let mut options = (class.options)(generator).to_value();
        if let Some(more) = more {
            add(&mut options, more.as_value());
        }
        match known.iter_mut().find(|(other, _)| *other == options) {
            Some((_, names)) => names.push(name),
            None => known.push((options, vec![name])),
        }
    }
    let branches: Vec<_> =
        known.into_iter().map(|(options, names)| branch(&names, options)).collect();
    let names: Vec<_> = classes.taken().collect();
    entries(about, &names, &branches, foreign)
}

/// Entries that name one of these classes, or a foreign one.
fn entries(about: &str, names: &[&str], branches: &[Json], foreign: Option<&dyn Foreign>) -> Json {
    let mut class = json!({"enum": names});
    if let Some(foreign) = foreign {
        // Whatever its options are.
        let prefix = foreign.prefix().replace(|c: char| !c.is_ascii_alphanumeric(), "[^0-9A-Za-z]");
        let path = json!({"type": "string", "pattern": format!("^({prefix})?\\w+(\\.\\w+)+$")});
        class = json!({"anyOf": [class, path]});
    }
    class["description"] = json!("The class: its path in octoDNS, or its short name.");
    json!({
        "description": about,
        "type": ["object", "null"],
        "additionalProperties": {
            "type": "object",
            "required": ["class"],
            "properties": {"class": class},
            "allOf": branches,
        },
    })
}

/// What goes for one class.
fn branch(names: &[&str], mut options: Json) -> Json {
    loosen_properties(&mut options);
    if options.get("properties").is_none() {
        options["properties"] = json!({});
    }
    options["properties"]["class"] = json!(true);
    if let Some(map) = options.as_object_mut() {
        for noise in ["$schema", "title", "description"] {
            map.remove(noise);
        }
    }
    json!({
        "if": {"properties": {"class": {"enum": names}}, "required": ["class"]},
        "then": options,
    })
}

/// The options that every provider takes.
pub(super) fn of_targets(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = TargetOptions::json_schema(generator);
    // Nothing is as good as not written.
    if let Some(properties) = schema.get_mut("properties").and_then(Json::as_object_mut) {
        for property in properties.values_mut() {
            property["type"] = json!([property["type"], "null"]);
        }
    }
    schema
}

fn add(schema: &mut Json, more: &Json) {
    let Some(more) = more.get("properties").and_then(Json::as_object) else { return };
    match schema.get_mut("properties").and_then(Json::as_object_mut) {
        Some(own) => own.extend(more.iter().map(|(key, value)| (key.clone(), value.clone()))),
        None => schema["properties"] = Json::Object(more.clone()),
    }
}

/// Lets pass what the config file makes fit: a reference to a secret stands for any scalar, whole numbers
/// for text, and numbers and nothing for truth values.
pub(super) fn loosen(schema: &mut Json) {
    let types: Vec<String> = match &schema["type"] {
        Json::String(of) => vec![of.clone()],
        Json::Array(list) => list.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let has = |of: &str| types.iter().any(|own| own == of);
    if has("array") {
        if let Some(items) = schema.get_mut("items").filter(|items| items["type"] == "string") {
            items["type"] = json!(["string", "integer"]);
        }
        return;
    }
    if has("object") {
        loosen_properties(schema);
        return;
    }
    let add = |schema: &mut Json, more: &[&str]| {
        let more = more.iter().filter(|of| !has(of)).map(|of| (*of).to_owned());
        schema["type"] = types.iter().cloned().chain(more).collect();
    };
    if has("string") {
        add(schema, &["integer"]);
        return;
    }
    if has("boolean") {
        add(schema, &["integer", "null"]);
    }
    if schema.is_object() {
        let secret = json!({"type": "string", "pattern": "^[^/]+/."});
        let mut own = schema.take();
        let mut outer = json!({});
        for key in ["description", "default"] {
            if let Some(value) = own.as_object_mut().and_then(|map| map.remove(key)) {
                outer[key] = value;
            }
        }
        outer["anyOf"] = json!([own, secret]);
        *schema = outer;
    }
}

fn loosen_properties(schema: &mut Json) {
    let properties = schema.get_mut("properties").and_then(Json::as_object_mut);
    for property in properties.into_iter().flat_map(serde_json::Map::values_mut) {
        loosen(property);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_what_python_takes_pass() {
        let loose = |mut schema: Json| {
            loosen(&mut schema);
            schema
        };
        let secret = json!({"type": "string", "pattern": "^[^/]+/."});
        assert_eq!(
            loose(json!({"type": "boolean", "default": false, "description": "x"})),
            json!({
                "description": "x",
                "default": false,
                "anyOf": [{"type": ["boolean", "integer", "null"]}, secret],
            })
        );
        assert_eq!(
            loose(json!({"type": ["integer", "null"], "minimum": 0})),
            json!({"anyOf": [{"type": ["integer", "null"], "minimum": 0}, secret]})
        );
        assert_eq!(loose(json!({"type": "string"})), json!({"type": ["string", "integer"]}));
        let list = json!({"type": "array", "items": {"type": "string"}});
        assert_eq!(loose(list)["items"]["type"], json!(["string", "integer"]));
        assert_eq!(loose(json!({"type": "object"})), json!({"type": "object"}));
        let map = json!({"type": "object", "properties": {"a": {"enum": ["b"]}}});
        assert_eq!(loose(map)["properties"]["a"]["anyOf"][1], secret);
    }
}
