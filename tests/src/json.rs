//! Converts between the corpus' JSON and our values.

use octodns_core::value::{Kind, Map, Position, Special};
use octodns_core::{OwnedValue, Value};
use serde_json::{Value as Json, json};

/// Converts plain JSON to a value.
pub(crate) fn value_of(json: &Json) -> OwnedValue {
    let kind = match json {
        Json::Null => Kind::Null,
        Json::Bool(value) => Kind::Bool(*value),
        Json::Number(number) => number_of(number),
        Json::String(text) => Kind::Str(text.clone().into()),
        Json::Array(values) => Kind::List(values.iter().map(value_of).collect()),
        Json::Object(map) => {
            if let Some((name, inner)) = map.iter().next().filter(|_| map.len() == 1)
                && let Some(kind) = tagged(name, inner)
            {
                return OwnedValue::new(kind, Position::NONE);
            }
            Kind::Map(Map::from_entries(
                map.iter()
                    .map(|(key, value)| (Value::from(key.clone()), value_of(value)))
                    .collect(),
            ))
        }
    };
    OwnedValue::new(kind, Position::NONE)
}

fn number_of(number: &serde_json::Number) -> Kind<'static> {
    match number.as_i64() {
        Some(number) => Kind::Int(number),
        None if number.is_f64() => Kind::Float(number.as_f64().unwrap_or(f64::NAN)),
        None => Kind::Special(Box::new(Special::BigInt(number.to_string()))),
    }
}

/// What JSON cannot express is an object with one key.
fn tagged(name: &str, inner: &Json) -> Option<Kind<'static>> {
    Some(match (name, inner) {
        ("!int", Json::String(digits)) => Kind::Special(Box::new(Special::BigInt(digits.clone()))),
        ("!float", Json::String(text)) => Kind::Float(text.parse().ok()?),
        ("!date", Json::String(date)) => Kind::Special(Box::new(Special::Date(date.clone()))),
        ("!datetime", Json::String(time)) => {
            Kind::Special(Box::new(Special::DateTime(time.clone())))
        }
        ("!map", Json::Array(pairs)) => {
            let entries = pairs.iter().map(|pair| (value_of(&pair[0]), value_of(&pair[1])));
            Kind::Map(Map::from_entries(entries.collect()))
        }
        _ => return None,
    })
}

/// Converts a value to JSON.
pub(crate) fn json_of(value: &Value<'_>) -> Json {
    match &value.kind {
        Kind::Null => Json::Null,
        Kind::Bool(value) => json!(value),
        Kind::Int(number) => json!(number),
        Kind::Float(number) if number.is_nan() => json!({"!float": "nan"}),
        Kind::Float(number) if number.is_infinite() => {
            json!({"!float": if *number > 0.0 { "inf" } else { "-inf" }})
        }
        Kind::Float(number) => json!(number),
        Kind::Str(text) => json!(text),
        Kind::List(values) => Json::Array(values.iter().map(json_of).collect()),
        Kind::Map(map) if map.iter().all(|(key, _)| key.as_str().is_some()) => Json::Object(
            map.iter()
                .map(|(key, value)| (key.as_str().unwrap_or_default().to_owned(), json_of(value)))
                .collect(),
        ),
        Kind::Map(map) => {
            let pairs: Vec<_> =
                map.iter().map(|(key, value)| json!([json_of(key), json_of(value)])).collect();
            json!({"!map": pairs})
        }
        Kind::Special(special) => match &**special {
            Special::BigInt(digits) => json!({"!int": digits}),
            Special::Date(date) => json!({"!date": date}),
            Special::DateTime(time) => json!({"!datetime": time}),
            Special::Bytes(bytes) => json!({"!bytes": base64(bytes)}),
            Special::Set(values) => {
                let mut values: Vec<_> = values.iter().map(json_of).collect();
                values.sort_by_cached_key(ToString::to_string);
                json!({"!set": values})
            }
            Special::Tuple(values) => {
                json!({"!tuple": values.iter().map(json_of).collect::<Vec<_>>()})
            }
        },
    }
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - group.len()));
        for place in 0..4 {
            let letter = ALPHABET[(bits >> (18 - 6 * place)) as usize & 63];
            text.push(char::from(if place > group.len() { b'=' } else { letter }));
        }
    }
    text
}

/// The first difference between two JSON values, if any; the order of object keys matters.
pub(crate) fn difference(expected: &Json, found: &Json) -> Option<String> {
    let (expected, found) = (expected.to_string(), found.to_string());
    // Positive and negative zero are equal.
    let plain = |text: &str| text.replace("-0.0", "0.0");
    (plain(&expected) != plain(&found)).then(|| format!("expected {expected}, got {found}"))
}
