//! The options of each class, from the structs that they are deserialized into.

use std::collections::BTreeMap;

use octodns::core::TargetOptions;
use octodns::core::registry::Host;
use octodns::core::schema::{Dialect, JsonSchema, SchemaGenerator, settings};
use serde_json::Value as Json;

use super::provider::Provider;
use super::{Part, markdown};

/// The page of the options that many classes share.
const COMMON: &str = "docs/providers/README.md";

/// The page of the keys of a config.
const CONFIG: &str = "docs/config.md";

/// The struct of the option `http`.
const HTTP: &str = "HttpOptions";

/// Replaces the default of a required option.
const REQUIRED: &str = "required";

/// One table for each class, or for classes with the same options, and the tables of [`COMMON`].
pub(super) fn tables(providers: &[Provider]) -> Vec<Part> {
    let mut generator = settings().with(|with| with.inline_subschemas = false).into_generator();
    let mut parts = Vec::new();
    for provider in providers {
        // Two names of the same class share a table.
        let mut known: Vec<(&str, Json)> = Vec::new();
        for described in &provider.classes {
            let schema = (described.class.options)(&mut generator).to_value();
            if known.iter().all(|(_, other)| *other != schema) {
                known.push((described.class.path, schema));
            }
        }
        for (path, schema) in known {
            let name = format!("options of {path}");
            parts.push(part(provider.page(), name, &schema, &generator));
        }
    }
    let targets = TargetOptions::json_schema(&mut generator).to_value();
    parts.push(part(COMMON.to_owned(), "options of targets".to_owned(), &targets, &generator));
    let http = generator.definitions()[HTTP].clone();
    parts.push(part(COMMON.to_owned(), "options of http".to_owned(), &http, &generator));
    let config =
        octodns::config_schema(&octodns::registry(None, Host::default()), Dialect::Complete);
    let sections = &config.as_value()["properties"];
    for (name, keys) in
        [("manager", &sections["manager"]), ("zones", &sections["zones"]["additionalProperties"])]
    {
        parts.push(part(CONFIG.to_owned(), name.to_owned(), keys, &generator));
    }
    parts
}

fn part(file: String, name: String, schema: &Json, generator: &SchemaGenerator) -> Part {
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let mut rows = Vec::new();
    for (option, schema) in schema["properties"].as_object().into_iter().flatten() {
        let (meaning, default) = meaning(schema, required.contains(&&**option));
        rows.push([format!("`{option}`"), kind(schema, generator), default, meaning]);
    }
    // Required options come first.
    rows.sort_by_key(|[_, _, default, _]| default != REQUIRED);
    Part { file, name, lines: markdown(["option", "type", "default", "meaning"], &rows) }
}

/// The description and the default of an option, from the comment of its field.
fn meaning(schema: &Json, is_required: bool) -> (String, String) {
    let text = schema["description"].as_str().unwrap_or_default().replace('\n', " ");
    let (meaning, default) = match text.split_once("Default: ") {
        Some((meaning, default)) => (meaning.trim_end(), default.trim_end_matches('.')),
        None => (text.as_str(), ""),
    };
    let default = match (&schema["default"], default) {
        _ if is_required => REQUIRED.to_owned(),
        (Json::Null | Json::Object(_), "") => String::new(),
        (value, "") => value.to_string().trim_matches('"').to_owned(),
        (_, told) => told.to_owned(),
    };
    (meaning.to_owned(), default)
}

/// The kind of value of an option.
fn kind(schema: &Json, generator: &SchemaGenerator) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        if name == HTTP {
            return "[mapping](README.md#http)".to_owned();
        }
        return kind(&generator.definitions()[name], generator);
    }
    let alternatives = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array());
    if let Some(alternatives) = alternatives {
        return distinct(alternatives.iter().map(|schema| kind(schema, generator)));
    }
    let constant = |value: &Json| match value.as_str() {
        Some(text) => format!("`{text}`"),
        None => value.to_string(),
    };
    if !schema["const"].is_null() {
        return constant(&schema["const"]);
    }
    if let Some(values) = schema["enum"].as_array() {
        return distinct(values.iter().filter(|value| !value.is_null()).map(constant));
    }
    let types: Vec<&str> = match &schema["type"] {
        Json::String(of) => vec![of],
        Json::Array(list) => list.iter().filter_map(Json::as_str).collect(),
        _ => return "any".to_owned(),
    };
    distinct(types.into_iter().map(|of| match of {
        "boolean" => "truth value".to_owned(),
        "integer" => "whole number".to_owned(),
        "string" => "text".to_owned(),
        "array" => format!("list of {}", kind(&schema["items"], generator)),
        "object" => "mapping".to_owned(),
        "null" => String::new(),
        other => other.to_owned(),
    }))
}

/// Removes duplicates and empty names.
fn distinct(names: impl Iterator<Item = String>) -> String {
    let mut order = BTreeMap::new();
    for (index, name) in names.filter(|name| !name.is_empty()).enumerate() {
        order.entry(name).or_insert(index);
    }
    let mut names: Vec<_> = order.into_iter().collect();
    names.sort_by_key(|(_, index)| *index);
    names.into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(", ")
}
