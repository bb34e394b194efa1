//! Converts trees of the `serde_yaml` crate, for programs that already have one.

use octodns_core::OwnedValue;
use octodns_core::value::{Kind, Map, Position, Special};

/// Makes an [`OwnedValue`] from a `serde_yaml` tree.
///
/// Nodes have no positions. A tagged value loses its tag. Note that `serde_yaml` reads YAML 1.2 scalars:
/// there, `yes` and `0777` are strings. For files that octoDNS reads use [`load`](crate::load).
///
/// ```
/// let tree: serde_yaml::Value = serde_yaml::from_str("{ttl: 60, value: 192.0.2.1}")?;
/// let value = octodns_yaml::from_serde(tree);
/// assert_eq!(value.get("ttl").and_then(|ttl| ttl.as_int()), Some(60));
/// # Ok::<(), serde_yaml::Error>(())
/// ```
pub fn from_serde(value: serde_yaml::Value) -> OwnedValue {
    let kind = match value {
        serde_yaml::Value::Null => Kind::Null,
        serde_yaml::Value::Bool(value) => Kind::Bool(value),
        serde_yaml::Value::Number(number) => number_of(&number),
        serde_yaml::Value::String(text) => Kind::Str(text.into()),
        serde_yaml::Value::Sequence(values) => {
            Kind::List(values.into_iter().map(from_serde).collect())
        }
        serde_yaml::Value::Mapping(map) => Kind::Map(Map::from_entries(
            map.into_iter().map(|(key, value)| (from_serde(key), from_serde(value))).collect(),
        )),
        serde_yaml::Value::Tagged(tagged) => return from_serde(tagged.value),
    };
    OwnedValue::new(kind, Position::NONE)
}

fn number_of(number: &serde_yaml::Number) -> Kind<'static> {
    match (number.as_i64(), number.as_u64()) {
        (Some(number), _) => Kind::Int(number),
        (None, Some(number)) => Kind::Special(Box::new(Special::BigInt(number.to_string()))),
        (None, None) => Kind::Float(number.as_f64().unwrap_or(f64::NAN)),
    }
}
