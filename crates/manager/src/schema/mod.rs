//! JSON Schema of zone files and config files, from what reads them.

mod config;
mod options;
mod portable;

use std::fmt::Write;

use octodns_core::Registry;
use octodns_core::schema::{Dialect, Schema};
use serde_json::Value as Json;

/// Describes the zone files that a build reads: its record types, and what their values may be.
pub fn zone_schema(registry: &Registry, dialect: Dialect) -> Schema {
    octodns_core::schema::zone(&registry.types, dialect)
}

/// Describes the config files that a build reads: its sections, and the options of every class in it.
pub fn config_schema(registry: &Registry, dialect: Dialect) -> Schema {
    match dialect {
        Dialect::Octodns => portable::config(),
        Dialect::Complete => config::config(registry),
    }
}

/// A schema as text, its keys sorted, with so many blanks a level.
pub fn schema_text(schema: &Schema, indent: usize) -> String {
    let mut value = schema.as_value().clone();
    value.sort_all_objects();
    let mut text = String::new();
    lay_out(&value, indent, 0, &mut text);
    text.push('\n');
    text
}

/// As Python's `json.dumps` lays it out.
fn lay_out(value: &Json, indent: usize, level: usize, text: &mut String) {
    let line = |level: usize| format!("\n{}", " ".repeat(indent * level));
    match value {
        Json::Object(map) if !map.is_empty() => {
            for (index, (key, value)) in map.iter().enumerate() {
                text.push_str(if index == 0 { "{" } else { "," });
                text.push_str(&line(level + 1));
                text.push_str(&ascii(&Json::from(key.as_str())));
                text.push_str(": ");
                lay_out(value, indent, level + 1, text);
            }
            text.push_str(&line(level));
            text.push('}');
        }
        Json::Array(values) if !values.is_empty() => {
            for (index, value) in values.iter().enumerate() {
                text.push_str(if index == 0 { "[" } else { "," });
                text.push_str(&line(level + 1));
                lay_out(value, indent, level + 1, text);
            }
            text.push_str(&line(level));
            text.push(']');
        }
        scalar => text.push_str(&ascii(scalar)),
    }
}

/// A scalar, characters beyond ASCII escaped.
fn ascii(scalar: &Json) -> String {
    let mut text = String::new();
    for c in scalar.to_string().chars() {
        if c.is_ascii() {
            text.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a text cannot fail.
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use octodns_core::schema::json_schema;

    use super::*;

    #[test]
    fn text_is_laid_out_as_python_does() {
        let schema = json_schema!({"b": [1, {}], "a": {"é": null}, "c": []});
        let text =
            "{\n \"a\": {\n  \"\\u00e9\": null\n },\n \"b\": [\n  1,\n  {}\n ],\n \"c\": []\n}\n";
        assert_eq!(schema_text(&schema, 1), text);
        assert!(schema_text(&schema, 0).starts_with("{\n\"a\": {\n"));
    }
}
