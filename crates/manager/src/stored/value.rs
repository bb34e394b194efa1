//! Values of any kind as JSON, and back: in their order, and those that only YAML knows as well.

use std::borrow::Cow;
use std::fmt;

use octodns_core::OwnedValue;
use octodns_core::value::{Kind, Map, Special, Value};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

/// The key of a mapping that stands for a value which JSON has not: `{"$octodns": "date", "value": "2030-01-01"}`.
const TAG: &str = "$octodns";

/// The value of such a mapping.
const VALUE: &str = "value";

/// A value as it is kept. Maps keep their order; positions are not kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StoredValue(pub OwnedValue);

impl From<OwnedValue> for StoredValue {
    fn from(value: OwnedValue) -> Self {
        Self(value)
    }
}

impl Serialize for StoredValue {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Written(&self.0).serialize(to)
    }
}

/// A value that is written.
struct Written<'v>(&'v Value<'v>);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match &self.0.kind {
            Kind::Null => to.serialize_unit(),
            Kind::Bool(value) => to.serialize_bool(*value),
            Kind::Int(number) => to.serialize_i64(*number),
            Kind::Float(number) if number.is_finite() => to.serialize_f64(*number),
            Kind::Float(number) => tagged(to, "float", &number.to_string()),
            Kind::Str(text) => to.serialize_str(text),
            Kind::List(values) => List(values).serialize(to),
            Kind::Map(map) if is_plain(map) => {
                let mut entries = to.serialize_map(Some(map.len()))?;
                for (key, value) in map {
                    entries.serialize_entry(key.as_str().unwrap_or_default(), &Written(value))?;
                }
                entries.end()
            }
            Kind::Map(map) => tagged(to, "map", &Pairs(map)),
            Kind::Special(special) => match &**special {
                Special::BigInt(digits) => tagged(to, "number", digits),
                Special::Date(date) => tagged(to, "date", date),
                Special::DateTime(time) => tagged(to, "time", time),
                Special::Bytes(bytes) => tagged(to, "bytes", bytes),
                Special::Set(values) => tagged(to, "set", &List(values)),
                Special::Tuple(values) => tagged(to, "tuple", &List(values)),
            },
        }
    }
}

/// Whether JSON has such a map: its keys are texts.
fn is_plain(map: &Map<'_>) -> bool {
    map.iter().all(|(key, _)| key.as_str().is_some_and(|key| key != TAG))
}

fn tagged<S: Serializer>(to: S, tag: &str, value: &impl Serialize) -> Result<S::Ok, S::Error> {
    let mut entries = to.serialize_map(Some(2))?;
    entries.serialize_entry(TAG, tag)?;
    entries.serialize_entry(VALUE, value)?;
    entries.end()
}

struct List<'v>(&'v [Value<'v>]);

impl Serialize for List<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut items = to.serialize_seq(Some(self.0.len()))?;
        for value in self.0 {
            items.serialize_element(&Written(value))?;
        }
        items.end()
    }
}

/// A map whose keys are values of any kind.
struct Pairs<'v>(&'v Map<'v>);

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut items = to.serialize_seq(Some(self.0.len()))?;
        for (key, value) in self.0 {
            items.serialize_element(&[Written(key), Written(value)])?;
        }
        items.end()
    }
}

impl<'de> Deserialize<'de> for StoredValue {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = OwnedValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<OwnedValue, E> {
        Ok(Value::NULL)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<OwnedValue, E> {
        Ok(value.into())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<OwnedValue, E> {
        Ok(number.into())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<OwnedValue, E> {
        let small = i64::try_from(number).map(Value::from);
        Ok(small.unwrap_or_else(|_| Value::from_special(Special::BigInt(number.to_string()))))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<OwnedValue, E> {
        Ok(number.into())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<OwnedValue, E> {
        Ok(text.to_owned().into())
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<OwnedValue, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<OwnedValue, A::Error> {
        let mut values = Vec::new();
        while let Some(StoredValue(value)) = items.next_element()? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<OwnedValue, A::Error> {
        let mut seen = std::collections::HashSet::new();
        let mut read: Vec<(OwnedValue, OwnedValue)> = Vec::new();
        while let Some((key, StoredValue(value))) = entries.next_entry::<String, _>()? {
            if !seen.insert(key.clone()) {
                return Err(de::Error::custom("a key is there twice"));
            }
            read.push((key.into(), value));
        }
        let map = Map::from_entries(read);
        if map.contains_key(TAG) {
            untagged(map).map_err(de::Error::custom)
        } else {
            Ok(map.into())
        }
    }
}

/// The value that a tagged mapping stands for.
fn untagged(mut map: Map<'static>) -> Result<OwnedValue, &'static str> {
    const FAULT: &str = "a tagged value that is none";
    let (tag, value) = (map.remove(TAG), map.remove(VALUE));
    let (Some(tag), Some(value), true) = (tag, value, map.is_empty()) else { return Err(FAULT) };
    let text = || value.as_str().map(str::to_owned).ok_or(FAULT);
    let items = || value.as_list().map(<[_]>::to_vec).ok_or(FAULT);
    let special = match tag.as_str() {
        Some("float") => return text()?.parse::<f64>().map(Value::from).map_err(|_| FAULT),
        Some("map") => return pairs(items()?).ok_or(FAULT),
        Some("number") => Special::BigInt(text()?),
        Some("date") => Special::Date(text()?),
        Some("time") => Special::DateTime(text()?),
        Some("bytes") => {
            Special::Bytes(items()?.iter().map(byte).collect::<Option<_>>().ok_or(FAULT)?)
        }
        Some("set") => Special::Set(items()?),
        Some("tuple") => Special::Tuple(items()?),
        _ => return Err(FAULT),
    };
    Ok(Value::from_special(special))
}

fn byte(value: &OwnedValue) -> Option<u8> {
    u8::try_from(value.as_int()?).ok()
}

fn pairs(items: Vec<OwnedValue>) -> Option<OwnedValue> {
    let pair = |item: OwnedValue| match item.kind {
        Kind::List(pair) => <[OwnedValue; 2]>::try_from(pair).ok().map(|[key, value]| (key, value)),
        _ => None,
    };
    let entries: Vec<_> = items.into_iter().map(pair).collect::<Option<_>>()?;
    Some(Map::from_entries(entries).into())
}

/// Anything: what a value may be depends on the record's type.
impl JsonSchema for StoredValue {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "StoredValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        true.into()
    }
}
