//! Values as JSON: what Python's `json.dumps` makes, to the byte, since plan JSON and the checksum rest on it.

use std::fmt::Write;

use super::order::python_cmp;
use super::python::{python_float, python_str};
use super::{Kind, Special, Value};

/// How [`Value`]s are written as JSON: as Python's `json.dumps` writes them.
///
/// ```
/// use octodns_core::value::{Json, Map, Value};
///
/// let map: Map = [("b", Value::from("é")), ("a", 1.into())].into_iter().collect();
/// let value = Value::from(map);
/// assert_eq!(Json::default().text(&value), r#"{"b": "\u00e9", "a": 1}"#);
///
/// let mut sorted = Json::default();
/// sorted.sort_keys = true;
/// assert_eq!(sorted.text(&value), r#"{"a": 1, "b": "\u00e9"}"#);
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Json {
    /// How many blanks a level is indented by; `None` keeps everything on one line.
    pub indent: Option<usize>,
    /// Whether maps are written in the order of their keys instead of their own.
    pub sort_keys: bool,
}

impl Json {
    /// The JSON text of a value; non-ASCII characters are escaped.
    pub fn text(self, value: &Value<'_>) -> String {
        let mut text = String::new();
        self.write(value, 0, &mut text);
        text
    }

    fn write(self, value: &Value<'_>, level: usize, out: &mut String) {
        match &value.kind {
            Kind::Null => out.push_str("null"),
            Kind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Kind::Int(number) => out.push_str(&number.to_string()),
            Kind::Float(number) => out.push_str(&json_float(*number)),
            Kind::Str(text) => json_string(text, out),
            Kind::List(values) => self.write_all(('[', ']'), values, level, out, |item, out| {
                self.write(item, level + 1, out);
            }),
            Kind::Map(map) => {
                let mut entries: Vec<_> = map.iter().collect();
                if self.sort_keys {
                    entries.sort_by(|(a, _), (b, _)| python_cmp(a, b));
                }
                self.write_all(('{', '}'), &entries, level, out, |(key, value), out| {
                    json_string(&json_key(key), out);
                    out.push_str(": ");
                    self.write(value, level + 1, out);
                });
            }
            Kind::Special(special) => match &**special {
                Special::BigInt(digits) => out.push_str(digits),
                Special::Set(values) | Special::Tuple(values) => {
                    self.write_all(('[', ']'), values, level, out, |item, out| {
                        self.write(item, level + 1, out);
                    });
                }
                _ => json_string(&python_str(value), out),
            },
        }
    }

    fn write_all<T>(
        self,
        (open, close): (char, char),
        items: &[T],
        level: usize,
        out: &mut String,
        mut item: impl FnMut(&T, &mut String),
    ) {
        out.push(open);
        for (index, entry) in items.iter().enumerate() {
            if index > 0 {
                out.push_str(if self.indent.is_some() { "," } else { ", " });
            }
            self.new_line(level + 1, out);
            item(entry, out);
        }
        if !items.is_empty() {
            self.new_line(level, out);
        }
        out.push(close);
    }

    fn new_line(self, level: usize, out: &mut String) {
        if let Some(indent) = self.indent {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent * level));
        }
    }
}

fn json_float(number: f64) -> String {
    match number {
        _ if number.is_nan() => "NaN".to_owned(),
        f64::INFINITY => "Infinity".to_owned(),
        f64::NEG_INFINITY => "-Infinity".to_owned(),
        _ => python_float(number),
    }
}

fn json_key(key: &Value<'_>) -> String {
    match &key.kind {
        Kind::Null => "null".to_owned(),
        Kind::Bool(value) => value.to_string(),
        _ => python_str(key),
    }
}

fn json_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a `String` cannot fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Map;

    #[test]
    fn keys_of_json_sort_as_numbers_do() {
        let key = |number: i64| (Value::from(number), Value::NULL);
        let map = Map::from_entries(vec![key(10), key(9)]);
        let json = Json { sort_keys: true, ..Json::default() };
        assert_eq!(json.text(&map.into()), r#"{"9": null, "10": null}"#);
    }

    #[test]
    fn json_is_indented_as_python_does() {
        let inner: Map = [("x", Value::from(Vec::new()))].into_iter().collect();
        let map: Map = [("a", Value::from(vec![1.into(), Value::NULL])), ("m", inner.into())]
            .into_iter()
            .collect();
        let json = Json { indent: Some(2), sort_keys: false };
        assert_eq!(
            json.text(&map.into()),
            "{\n  \"a\": [\n    1,\n    null\n  ],\n  \"m\": {\n    \"x\": []\n  }\n}"
        );
    }
}
