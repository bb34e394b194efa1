//! Records and values as JSON, in the format of the recordings and the reference.

use octodns_core::value::{Kind, Map, Position, Special};
use octodns_core::{OwnedValue, Record, Value};
use serde_json::{Value as Json, json};

/// The value of a JSON document.
pub fn value_of(json: &Json) -> OwnedValue {
    let kind = match json {
        Json::Null => Kind::Null,
        Json::Bool(value) => Kind::Bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(number) => Kind::Int(number),
            None => Kind::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Kind::Str(text.clone().into()),
        Json::Array(values) => Kind::List(values.iter().map(value_of).collect()),
        Json::Object(map) => Kind::Map(Map::from_entries(
            map.iter().map(|(key, value)| (Value::from(key.clone()), value_of(value))).collect(),
        )),
    };
    OwnedValue::new(kind, Position::NONE)
}

/// The JSON of a value.
pub fn json_of(value: &Value<'_>) -> Json {
    match &value.kind {
        Kind::Null => Json::Null,
        Kind::Bool(value) => json!(value),
        Kind::Int(number) => json!(number),
        Kind::Float(number) => json!(number),
        Kind::Str(text) => json!(text),
        Kind::List(values) => values.iter().map(json_of).collect(),
        Kind::Map(map) => map
            .iter()
            .map(|(key, value)| (octodns_core::value::python_str(key), json_of(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Kind::Special(special) => match &**special {
            Special::Tuple(values) => values.iter().map(json_of).collect(),
            _ => json!(octodns_core::value::python_str(value)),
        },
    }
}

/// A record as in recordings: name, type, and its data.
pub fn record_json(record: &Record) -> Json {
    let mut json = json_of(&record.to_value());
    json["name"] = json!(record.name().as_str());
    json["type"] = json!(record.record_type().as_str());
    json
}

/// Normalizes records for comparison: sorted, with `values` always a list, without empty sections, with whole numbers
/// as integers, and with the rule that takes the rest as the last: a service may list it anywhere.
pub fn canonical(records: &[Json]) -> Vec<Json> {
    let mut records: Vec<Json> = records.iter().map(canonical_record).collect();
    records.sort_by_cached_key(|record| (record["name"].to_string(), record["type"].to_string()));
    records
}

fn canonical_record(record: &Json) -> Json {
    let mut record = numbers(record);
    if let Json::Object(map) = &mut record {
        if let Some(value) = map.remove("value") {
            map.insert("values".to_owned(), json!([value]));
        }
        if let Some(Json::Array(values)) = map.get_mut("values") {
            values.iter_mut().for_each(canonical_port);
            values.sort_by_cached_key(ToString::to_string);
        }
        if let Some(rules) = map.get_mut("dynamic").and_then(|dynamic| dynamic.get_mut("rules"))
            && let Some(rules) = rules.as_array_mut()
        {
            rules.sort_by_key(|rule| rule.get("geos").or_else(|| rule.get("subnets")).is_none());
        }
        map.retain(|_, value| !value.is_null() && *value != json!({}));
    }
    record
}

/// octoDNS has the port of SVCB and HTTPS as a number or, if it was read from presentation format, as text.
fn canonical_port(value: &mut Json) {
    if let Some(port) = value.pointer_mut("/svcparams/port")
        && let Some(number) = port.as_str().and_then(|text| text.parse::<f64>().ok())
    {
        *port = json!(number);
    }
}

/// The same with whole numbers as integers: 11.0 becomes 11.
pub fn numbers(json: &Json) -> Json {
    match json {
        Json::Number(number) => json!(number.as_f64()),
        Json::Array(values) => values.iter().map(numbers).collect(),
        Json::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), numbers(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}
