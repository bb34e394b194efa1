//! The schema of a zone file: names, and the records at them.

use serde_json::{Value as Json, json};

use super::{DRAFT, Dialect, Schema};
use crate::record::{RecordTypes, TypeEntry, dynamic, geo, is_dynamic, is_geo, options};
use crate::shape::int;

/// Names of types that octoDNS lets pass since a provider may bring them.
const CUSTOM_TYPE: &str = r"^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*/[A-Za-z_]\w*$";

/// Describes the zone files that these record types can stand in.
pub fn zone(types: &RecordTypes, dialect: Dialect) -> Schema {
    let mut entries: Vec<_> = types.iter().collect();
    entries.sort_by_key(|entry| entry.record_type());
    let mut root = match dialect {
        Dialect::Octodns => {
            // Of types that providers bring, octoDNS has nothing to say.
            entries.retain(|entry| matches!(entry, TypeEntry::BuiltIn(_)));
            plain(&entries)
        }
        Dialect::Complete => complete(&entries),
    };
    root.insert("$schema".to_owned(), DRAFT.into());
    root
}

fn plain(entries: &[&TypeEntry]) -> Schema {
    let names: Vec<_> = entries.iter().map(|entry| entry.record_type().as_str()).collect();
    let mut branches: Vec<_> = entries.iter().map(|entry| plain_branch(entry)).collect();
    branches.push(json!({
        "if": {"properties": {"type": {"pattern": CUSTOM_TYPE}}, "required": ["type"]},
        "then": {"properties": {"value": true, "values": true, "dynamic": true, "geo": true}},
    }));
    schemars::json_schema!({
        "title": "octoDNS zone file",
        "description": "Schema for an octoDNS zone YAML file: a mapping of record names to a record or list of records.",
        "type": "object",
        "propertyNames": {"if": {"type": "string"}, "then": {"allOf": names_of_records()}},
        "additionalProperties": {"oneOf": [
            {"$ref": "#/$defs/record"},
            {"type": "array", "items": {"$ref": "#/$defs/record"}, "minItems": 1},
        ]},
        "$defs": {
            "record": {
                "type": "object",
                "required": ["type"],
                "properties": {
                    "type": {
                        "type": "string",
                        "anyOf": [{"enum": names}, {"pattern": CUSTOM_TYPE}],
                    },
                    "ttl": {"type": "integer", "minimum": 0},
                    "octodns": {"$ref": "#/$defs/octodns_meta"},
                },
                "unevaluatedProperties": false,
                "allOf": branches,
            },
            "octodns_meta": options::schema(Dialect::Octodns),
        },
    })
}

fn plain_branch(entry: &TypeEntry) -> Json {
    let of = entry.record_type();
    let value = entry.value_schema(Dialect::Octodns);
    let mut then = json!({"value": value});
    if !entry.is_single() {
        then["values"] = json!({"type": "array", "items": value, "minItems": 1});
    }
    routing(entry, &value, Dialect::Octodns, &mut then);
    json!({
        "if": {"properties": {"type": {"const": of.as_str()}}, "required": ["type"]},
        "then": {"properties": then},
    })
}

fn routing(entry: &TypeEntry, value: &Json, dialect: Dialect, properties: &mut Json) {
    if is_dynamic(entry.record_type()) {
        properties["dynamic"] = dynamic::schema(value, dialect);
    }
    if is_geo(entry.record_type()) {
        properties["geo"] = geo::schema(value, dialect);
    }
}

/// What names of records are not.
fn names_of_records() -> Vec<Json> {
    [
        json!({"const": "@"}),
        json!({"pattern": r"\.\."}),
        json!({"pattern": r"\.$"}),
        json!({"pattern": "[^.]{64}"}),
    ]
    .into_iter()
    .map(|not| json!({"not": not}))
    .collect()
}

fn complete(entries: &[&TypeEntry]) -> Schema {
    let mut names = names_of_records();
    names.push(json!({"not": {"pattern": r"[ \t]"}}));
    let branches: Vec<_> = entries.iter().map(|entry| branch(entry)).collect();
    let mut definitions = serde_json::Map::new();
    for entry in entries {
        definitions.insert(definition(entry), entry.value_schema(Dialect::Complete));
    }
    definitions.insert("record".to_owned(), record(entries, &branches));
    definitions.insert("octodns".to_owned(), options::schema(Dialect::Complete));
    schemars::json_schema!({
        "title": "octoDNS zone file",
        "description": "The records of a zone, by their names; the name of the zone itself is \"\".",
        "type": ["object", "null"],
        // A name of digits is a number to the reader of an editor.
        "propertyNames": {"if": {"type": "string"}, "then": {"allOf": names}},
        "additionalProperties": {
            "description": "The record at this name, or a list of records of different types.",
            "if": {"type": "array"},
            "then": {"items": {"$ref": "#/$defs/record"}},
            "else": {"$ref": "#/$defs/record"},
        },
        "$defs": definitions,
    })
}

/// The name of the schema of a type's values.
fn definition(entry: &TypeEntry) -> String {
    entry.record_type().as_str().replace('/', "-")
}

fn record(entries: &[&TypeEntry], branches: &[Json]) -> Json {
    let names: Vec<_> = entries.iter().map(|entry| entry.record_type().as_str()).collect();
    let described: Vec<_> = entries.iter().map(|entry| entry.references().join(", ")).collect();
    let mut ttl = int(Some(0), None);
    ttl["description"] = "Seconds that answers may be kept. Default: that of the provider.".into();
    json!({
        "type": "object",
        "required": ["type"],
        "properties": {
            "type": {
                "description": "The type of the record.",
                "enum": names,
                "enumDescriptions": described,
            },
            "ttl": ttl,
            "octodns": {"$ref": "#/$defs/octodns"},
        },
        "allOf": branches,
    })
}

/// What records of a type have: `values` wins over `value`, and either is one value or a list where
/// the type has many.
fn branch(entry: &TypeEntry) -> Json {
    let of = entry.record_type().as_str();
    let value = json!({"$ref": format!("#/$defs/{}", definition(entry))});
    let mut then = if entry.is_single() {
        json!({"properties": {"value": described(&value, "The value.")}})
    } else {
        let many = |about| {
            let list = json!({"items": value, "minItems": 1});
            json!({"description": about, "if": {"type": "array"}, "then": list, "else": value})
        };
        json!({
            "properties": {"values": many("The values.")},
            "if": {"not": {"required": ["values"]}},
            "then": {"properties": {"value": many("The value, if there is one.")}},
        })
    };
    routing(entry, &value, Dialect::Complete, &mut then["properties"]);
    if is_geo(entry.record_type()) {
        then["not"] = json!({"required": ["dynamic", "geo"]});
    }
    if entry.is_single() {
        then["required"] = json!(["value"]);
    } else {
        then["anyOf"] = json!([{"required": ["value"]}, {"required": ["values"]}]);
    }
    json!({
        "if": {"properties": {"type": {"const": of}}, "required": ["type"]},
        "then": then,
    })
}

fn described(schema: &Json, about: &str) -> Json {
    let mut schema = schema.clone();
    if let Some(map) = schema.as_object_mut() {
        map.insert("description".to_owned(), about.into());
    }
    schema
}
