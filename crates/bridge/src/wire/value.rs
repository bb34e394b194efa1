//! Values as JSON, with `$` forms for what JSON has no word for.
//!
//! A mapping whose keys are no text, or begin with `$`, is `{"$map": [[key, value], ...]}`; a number beyond 64 bits
//! `{"$int": "digits"}`; a date or time `{"$date": "ISO 8601"}`; bytes `{"$bytes": "hexadecimal"}`. Into Python only:
//! `{"$set": [...]}`, `{"$tuple": [...]}`, `{"$float": "nan"}`. Out of Python only: `{"$str": "...", "$class": "..."}`
//! for an object that has no other form.

use std::collections::HashSet;
use std::fmt;
use std::fmt::Write as _;

use octodns_core::value::{Kind, Map, Special};
use octodns_core::{OwnedValue, Value};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// How many keys are compared one by one; more of them are put into a set.
const FEW_KEYS: usize = 8;

/// A value on its way into Python.
pub struct Tagged<'v>(pub &'v Value<'static>);

/// A mapping of options on its way into Python.
pub struct TaggedMap<'v>(pub &'v Map<'static>);

impl Serialize for Tagged<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0.kind {
            Kind::Null => serializer.serialize_unit(),
            Kind::Bool(value) => serializer.serialize_bool(*value),
            Kind::Int(number) => serializer.serialize_i64(*number),
            Kind::Float(number) if number.is_finite() => serializer.serialize_f64(*number),
            Kind::Float(number) => form(serializer, "$float", &number.to_string()),
            Kind::Str(text) => serializer.serialize_str(text),
            Kind::List(values) => list(values, serializer),
            Kind::Map(map) => TaggedMap(map).serialize(serializer),
            Kind::Special(special) => match &**special {
                Special::BigInt(digits) => form(serializer, "$int", digits),
                Special::Date(text) | Special::DateTime(text) => form(serializer, "$date", text),
                Special::Bytes(bytes) => form(serializer, "$bytes", &hexadecimal(bytes)),
                Special::Set(values) => form(serializer, "$set", &List(values)),
                Special::Tuple(values) => form(serializer, "$tuple", &List(values)),
            },
        }
    }
}

impl Serialize for TaggedMap<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_plain = |(key, _): &(OwnedValue, OwnedValue)| {
            key.as_str().is_some_and(|key| !key.starts_with('$'))
        };
        if !self.0.iter().all(is_plain) {
            return form(serializer, "$map", &Pairs(self.0));
        }
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in self.0 {
            map.serialize_entry(key.as_str().unwrap_or_default(), &Tagged(value))?;
        }
        map.end()
    }
}

struct List<'v>(&'v [OwnedValue]);

impl Serialize for List<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        list(self.0, serializer)
    }
}

fn list<S: Serializer>(values: &[OwnedValue], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(values.iter().map(Tagged))
}

struct Pairs<'v>(&'v Map<'static>);

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|(key, value)| (Tagged(key), Tagged(value))))
    }
}

fn form<S: Serializer, T: Serialize + ?Sized>(
    serializer: S,
    name: &'static str,
    inner: &T,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(name, inner)?;
    map.end()
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to text cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// For `serialize_with`: a value.
///
/// # Errors
///
/// If the serializer fails.
pub fn value<S: Serializer>(value: &OwnedValue, serializer: S) -> Result<S::Ok, S::Error> {
    Tagged(value).serialize(serializer)
}

/// For `serialize_with`: a value, or null.
///
/// # Errors
///
/// If the serializer fails.
pub fn optional<S: Serializer>(
    value: &Option<OwnedValue>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    value.as_ref().map(Tagged).serialize(serializer)
}

/// For `serialize_with`: a mapping.
///
/// # Errors
///
/// If the serializer fails.
pub fn map<S: Serializer>(map: &Map<'static>, serializer: S) -> Result<S::Ok, S::Error> {
    TaggedMap(map).serialize(serializer)
}

/// A value that came out of Python.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree(pub OwnedValue);

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor).map(Tree)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = OwnedValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
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
        Ok(match i64::try_from(number) {
            Ok(number) => number.into(),
            Err(_) => Value::from_special(Special::BigInt(number.to_string())),
        })
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

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<OwnedValue, A::Error> {
        let mut values = Vec::new();
        while let Some(Tree(value)) = list.next_element()? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<OwnedValue, A::Error> {
        let mut entries: Vec<(OwnedValue, OwnedValue)> = Vec::new();
        let mut has_form = false;
        while let Some((key, Tree(value))) = map.next_entry::<String, Tree>()? {
            has_form |= key.starts_with('$');
            entries.push((key.into(), value));
        }
        if has_form {
            return read_form(entries);
        }
        unique(entries)
    }
}

/// A mapping, if no key is in it twice.
fn unique<E: de::Error>(entries: Vec<(OwnedValue, OwnedValue)>) -> Result<OwnedValue, E> {
    let is_twice = if entries.len() <= FEW_KEYS {
        let twice = |(index, (key, _)): (usize, &(OwnedValue, OwnedValue))| {
            entries[..index].iter().any(|(earlier, _)| earlier == key)
        };
        entries.iter().enumerate().any(twice)
    } else {
        // As debug text: values have no hash, since fractions have none.
        let mut seen = HashSet::with_capacity(entries.len());
        !entries.iter().all(|(key, _)| seen.insert(format!("{:?}", key.kind)))
    };
    if is_twice {
        return Err(E::custom("a mapping has a key twice"));
    }
    Ok(Map::from_entries(entries).into())
}

fn read_form<E: de::Error>(entries: Vec<(OwnedValue, OwnedValue)>) -> Result<OwnedValue, E> {
    let unknown = || E::custom("a form that is not known");
    let text = |value: &OwnedValue| value.as_str().map(str::to_owned).ok_or_else(unknown);
    let mut entries = entries.into_iter();
    let (Some((key, inner)), second) = (entries.next(), entries.next()) else {
        return Err(unknown());
    };
    if entries.next().is_some() {
        return Err(unknown());
    }
    let special = match (key.as_str().unwrap_or_default(), &second) {
        ("$int", None) => Special::BigInt(digits(text(&inner)?).ok_or_else(unknown)?),
        ("$date", None) => date(text(&inner)?),
        ("$bytes", None) => Special::Bytes(bytes(&text(&inner)?).ok_or_else(unknown)?),
        ("$map", None) => return pairs(inner),
        ("$str", Some((class, _))) if class.as_str() == Some("$class") => return Ok(inner),
        _ => return Err(unknown()),
    };
    Ok(Value::from_special(special))
}

fn digits(text: String) -> Option<String> {
    let number = text.strip_prefix('-').unwrap_or(&text);
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

fn date(text: String) -> Special<'static> {
    if text.contains('T') { Special::DateTime(text) } else { Special::Date(text) }
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let octet = |pair: &[u8]| {
        let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok());
        Some(digit(*pair.first()?)? * 16 + digit(*pair.get(1)?)?)
    };
    text.as_bytes().chunks(2).map(octet).collect()
}

fn pairs<E: de::Error>(inner: OwnedValue) -> Result<OwnedValue, E> {
    let Kind::List(rows) = inner.kind else {
        return Err(E::custom("pairs are a list"));
    };
    let pair = |row: OwnedValue| match row.kind {
        Kind::List(mut row) if row.len() == 2 => {
            let value = row.pop().unwrap_or_default();
            Ok((row.pop().unwrap_or_default(), value))
        }
        _ => Err(E::custom("a pair is a key and a value")),
    };
    unique(rows.into_iter().map(pair).collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &OwnedValue) -> String {
        serde_json::to_string(&Tagged(value)).unwrap()
    }

    fn read(json: &str) -> Result<OwnedValue, String> {
        let tree: Result<Tree, _> = serde_json::from_str(json);
        tree.map(|Tree(value)| value).map_err(|error| error.to_string())
    }

    /// What Python sends comes back as it was.
    #[test]
    fn values_are_the_same_both_ways() {
        for json in [
            "null",
            "true",
            "-3",
            "0.25",
            r#""é\u0000""#,
            "[]",
            "{}",
            r#"{"b":[1,{"a":null}],"a":"x"}"#,
            r#"{"$int":"-1267650600228229401496703205376"}"#,
            r#"{"$date":"2026-01-02"}"#,
            r#"{"$date":"2026-01-02T03:04:05.600000+00:00"}"#,
            r#"{"$bytes":"00ff"}"#,
            r#"{"$map":[[1,"a"],["$x",{"$map":[[true,null]]}]]}"#,
        ] {
            assert_eq!(written(&read(json).unwrap()), json);
        }
        let large = read("18446744073709551615").unwrap();
        assert_eq!(written(&large), r#"{"$int":"18446744073709551615"}"#);
        assert_eq!(read(r#"{"$str":"<x>","$class":"a.B"}"#), Ok("<x>".into()));
    }

    #[test]
    fn what_only_yaml_says_gets_into_python() {
        let values = vec![1_i64.into(), "a".into()];
        for (value, json) in [
            (Value::from_special(Special::Set(values.clone())), r#"{"$set":[1,"a"]}"#),
            (Value::from_special(Special::Tuple(values)), r#"{"$tuple":[1,"a"]}"#),
            (f64::NAN.into(), r#"{"$float":"NaN"}"#),
            (f64::NEG_INFINITY.into(), r#"{"$float":"-inf"}"#),
        ] {
            assert_eq!(written(&value), json);
        }
    }

    #[test]
    fn what_is_no_value_is_refused() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        for json in [
            r#"{"a":1,"a":2}"#,
            r#"{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"a":1}"#,
            r#"{"$map":[[1,2],[1,3]]}"#,
            r#"{"$map":[[1]]}"#,
            r#"{"$map":3}"#,
            r#"{"$int":"1x"}"#,
            r#"{"$int":""}"#,
            r#"{"$bytes":"0"}"#,
            r#"{"$bytes":"0g"}"#,
            r#"{"$set":[]}"#,
            r#"{"$other":1}"#,
            r#"{"$int":"1","x":2}"#,
            "NaN",
            r#""\ud800""#,
            &deep,
        ] {
            assert!(read(json).is_err(), "{json}");
        }
    }
}
