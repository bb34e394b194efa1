//! Values from JSON text, for tests.

use super::{Map, OwnedValue, Position, Value};

/// The value a JSON text stands for. Nodes get lines in the order they end in the text, from 1, so
/// that tests can tell positions apart.
pub(crate) fn json(text: &str) -> OwnedValue {
    let parsed: serde_json::Value = serde_json::from_str(text).unwrap();
    convert(&parsed, &mut 0)
}

fn convert(json: &serde_json::Value, line: &mut u32) -> OwnedValue {
    use serde_json::Value as J;
    let value: OwnedValue = match json {
        J::Null => Value::NULL,
        J::Bool(value) => (*value).into(),
        J::Number(number) => {
            number.as_i64().map_or_else(|| number.as_f64().unwrap().into(), Value::from)
        }
        J::String(text) => text.clone().into(),
        J::Array(values) => values.iter().map(|v| convert(v, line)).collect::<Vec<_>>().into(),
        J::Object(map) => {
            let entries = map
                .iter()
                .map(|(key, value)| (convert(&J::String(key.clone()), line), convert(value, line)));
            Map::from_entries(entries.collect()).into()
        }
    };
    *line += 1;
    Value { position: Position { line: *line, ..Position::NONE }, ..value }
}
