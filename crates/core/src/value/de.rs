//! Values read by serde: options structs stay derived, and their errors point at a line.

use serde::de::{self, IntoDeserializer};

use super::{Kind, Position, Value, words};

/// Why a value is not what an options struct asks for, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DeError {
    /// What is wrong.
    pub message: String,
    /// What to write instead, if that is known.
    pub help: Option<String>,
    /// Where it is.
    pub position: Position,
    /// The key that is not known, and those that are.
    unknown_key: Option<(String, &'static [&'static str])>,
}

impl de::Error for DeError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self {
            message: message.to_string(),
            help: None,
            position: Position::NONE,
            unknown_key: None,
        }
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self {
            message: format!("unknown key \"{field}\""),
            help: Some(about_keys(field, expected)),
            unknown_key: Some((field.to_owned(), expected)),
            ..Self::custom("")
        }
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let help = match crate::nearest(variant, expected.iter().copied()) {
            Some(name) => format!("did you mean \"{name}\"?"),
            None => format!("known values are: {}", expected.join(", ")),
        };
        Self {
            message: format!("unknown value \"{variant}\""),
            help: Some(help),
            ..Self::custom("")
        }
    }

    fn invalid_type(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let expected = expected.to_string();
        let expected = words::expected(&expected);
        let help = match (found, &*expected) {
            (de::Unexpected::Bool(_) | de::Unexpected::Float(_), "text") => {
                Some("text needs quotes here")
            }
            (de::Unexpected::Str(_), wanted) if wanted != "a list" && wanted != "a mapping" => {
                Some("numbers, true and false stand without quotes")
            }
            (_, "a list") => Some("write it in brackets, such as [one, two]"),
            (_, "a mapping") => Some("write `name: value` lines, indented below it"),
            _ => None,
        };
        let found = words::found(found);
        Self {
            help: help.map(str::to_owned),
            ..Self::custom(format_args!("expected {expected}, found {found}"))
        }
    }

    fn invalid_value(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let expected = expected.to_string();
        let (expected, found) = (words::expected(&expected), words::found(found));
        Self::custom(format_args!("expected {expected}, found {found}"))
    }

    fn missing_field(field: &'static str) -> Self {
        Self { message: format!("missing key \"{field}\""), ..Self::custom("") }
    }
}

/// What to write in place of a key that is not known.
fn about_keys(field: &str, known: &[&str]) -> String {
    match crate::nearest(field, known.iter().copied()) {
        Some(name) => format!("did you mean \"{name}\"?"),
        None => format!("known keys are: {}", known.join(", ")),
    }
}

impl DeError {
    /// The same error about `read`, a map in which `more` keys may stand that were taken out of it before.
    pub(crate) fn with_known_keys(mut self, read: &Value<'_>, more: &[&str]) -> Self {
        if let Some((key, known)) = &self.unknown_key
            // A key of a map further in has other neighbours.
            && read.as_map().is_some_and(|map| map.contains_key(key))
        {
            self.help = Some(about_keys(key, &[known, more].concat()));
        }
        self
    }

    fn at(mut self, position: Position) -> Self {
        if !self.position.is_known() {
            self.position = position;
        }
        self
    }
}

/// Reads a typed value, such as a provider's options.
///
/// # Errors
///
/// Says what is wrong, with the position of the innermost value or key concerned.
pub fn from_value<'de, T: de::Deserialize<'de>>(value: &'de Value<'_>) -> Result<T, DeError> {
    T::deserialize(Deserializer(value))
}

/// The keys that a struct is read from, with their other names; none if it is read from something else
/// than a struct's fields, or has `#[serde(flatten)]`.
pub(crate) fn known_keys<T: de::DeserializeOwned>() -> &'static [&'static str] {
    let mut keys: &[&str] = &[];
    // The struct asks for its fields, is refused, and that is all.
    let _ = T::deserialize(KeysOf(&mut keys));
    keys
}

struct KeysOf<'k>(&'k mut &'static [&'static str]);

impl<'de> de::Deserializer<'de> for KeysOf<'_> {
    type Error = DeError;

    fn deserialize_any<V: de::Visitor<'de>>(self, _: V) -> Result<V::Value, DeError> {
        Err(de::Error::custom("only its keys are asked for"))
    }

    fn deserialize_struct<V: de::Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeError> {
        *self.0 = fields;
        self.deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any bool option newtype_struct enum
    }
}

/// Reads a truth value, for `#[serde(deserialize_with)]`: a number too, since that is what an environment
/// variable gives; nothing is false.
///
/// # Errors
///
/// Refuses anything else.
pub fn truth<'de, D: de::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    struct Truth;

    impl de::Visitor<'_> for Truth {
        type Value = bool;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("true or false")
        }

        fn visit_bool<E: de::Error>(self, value: bool) -> Result<bool, E> {
            Ok(value)
        }

        fn visit_i64<E: de::Error>(self, value: i64) -> Result<bool, E> {
            Ok(value != 0)
        }

        /// What an environment variable gives.
        fn visit_str<E: de::Error>(self, text: &str) -> Result<bool, E> {
            truth_of_text(text)
                .ok_or_else(|| E::invalid_type(de::Unexpected::Str(text), &"true or false"))
        }

        fn visit_unit<E: de::Error>(self) -> Result<bool, E> {
            Ok(false)
        }
    }

    deserializer.deserialize_any(Truth)
}

/// `true` or `false` in text, in any case.
pub(super) fn truth_of_text(text: &str) -> Option<bool> {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    if is("true") { Some(true) } else { is("false").then_some(false) }
}

struct Deserializer<'de, 'a>(&'de Value<'a>);

impl<'de> Deserializer<'de, '_> {
    /// The error for another kind of value than the only one that is read.
    fn other_than(&self, expected: &dyn de::Expected) -> DeError {
        use de::Unexpected::{Bool, Float, Map, Seq, Signed, Str, Unit};

        let text;
        let found = match &self.0.kind {
            Kind::Null => Unit,
            Kind::Bool(value) => Bool(*value),
            Kind::Int(number) => Signed(*number),
            Kind::Float(number) => Float(*number),
            Kind::Str(text) => Str(text),
            Kind::List(_) => Seq,
            Kind::Map(_) => Map,
            Kind::Special(_) => {
                text = super::python_str(self.0);
                Str(&text)
            }
        };
        <DeError as de::Error>::invalid_type(found, expected).at(self.0.position)
    }

    /// A number, in quotes as well.
    fn number<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        use de::Deserializer as _;

        let Kind::Str(text) = &self.0.kind else { return self.deserialize_any(visitor) };
        let text = text.trim();
        let result = match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(number), _) => visitor.visit_i64(number),
            (_, Ok(number)) if number.is_finite() => visitor.visit_f64(number),
            _ => return self.deserialize_any(visitor),
        };
        result.map_err(|error: DeError| error.at(self.0.position))
    }
}

/// Methods that read a number.
macro_rules! numbers {
    ($($method:ident)*) => {
        $(fn $method<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
            self.number(visitor)
        })*
    };
}

impl<'de> de::Deserializer<'de> for Deserializer<'de, '_> {
    type Error = DeError;

    fn deserialize_any<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        let result = match &self.0.kind {
            Kind::Null => visitor.visit_unit(),
            Kind::Bool(value) => visitor.visit_bool(*value),
            Kind::Int(number) => visitor.visit_i64(*number),
            Kind::Float(number) => visitor.visit_f64(*number),
            Kind::Str(text) => visitor.visit_borrowed_str(text),
            Kind::List(values) => {
                let elements = values.iter().map(Deserializer);
                visitor.visit_seq(de::value::SeqDeserializer::new(elements))
            }
            Kind::Map(map) => {
                let entries = map.iter();
                visitor.visit_map(Entries { entries, value: None })
            }
            Kind::Special(_) => visitor.visit_string(super::python_str(self.0)),
        };
        result.map_err(|error| error.at(self.0.position))
    }

    fn deserialize_option<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: de::Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: de::Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeError> {
        let result = match &self.0.kind {
            Kind::Str(text) => {
                let text: &str = text;
                text.into_deserializer().deserialize_enum(name, variants, visitor)
            }
            // A variant with content: its name as the only key.
            Kind::Map(map) => {
                let entries = Entries { entries: map.iter(), value: None };
                de::value::MapAccessDeserializer::new(entries)
                    .deserialize_enum(name, variants, visitor)
            }
            _ => return self.deserialize_any(visitor),
        };
        result.map_err(|error: DeError| error.at(self.0.position))
    }

    /// A mapping alone: serde would take a list as well, its elements as the fields in their order.
    fn deserialize_struct<V: de::Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeError> {
        self.deserialize_map(visitor)
    }

    fn deserialize_map<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        let Kind::Map(map) = &self.0.kind else { return Err(self.other_than(&visitor)) };
        let read = visitor.visit_map(Entries { entries: map.iter(), value: None });
        read.map_err(|error: DeError| error.at(self.0.position))
    }

    fn deserialize_seq<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        let Kind::List(values) = &self.0.kind else { return Err(self.other_than(&visitor)) };
        let elements = values.iter().map(Deserializer);
        let read = visitor.visit_seq(de::value::SeqDeserializer::new(elements));
        read.map_err(|error: DeError| error.at(self.0.position))
    }

    /// A key.
    fn deserialize_identifier<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        let read = match &self.0.kind {
            Kind::Str(text) => visitor.visit_borrowed_str(text),
            Kind::Special(_) => visitor.visit_string(super::python_str(self.0)),
            _ => return Err(self.other_than(&visitor)),
        };
        read.map_err(|error: DeError| error.at(self.0.position))
    }

    /// Whole numbers are text where text is asked for: an account number or token may look like one.
    fn deserialize_string<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        match self.0.kind {
            Kind::Int(number) => visitor
                .visit_string(number.to_string())
                .map_err(|error: DeError| error.at(self.0.position)),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_str<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.deserialize_string(visitor)
    }

    /// 0 and 1 are truth values, as they are in Python, and so are their names in text.
    fn deserialize_bool<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        match &self.0.kind {
            Kind::Int(number @ 0..=1) => visitor.visit_bool(*number == 1),
            Kind::Str(text) => match truth_of_text(text) {
                Some(value) => visitor.visit_bool(value),
                None => self.deserialize_any(visitor),
            },
            _ => self.deserialize_any(visitor),
        }
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32
        deserialize_u64 deserialize_f32 deserialize_f64
    }

    serde::forward_to_deserialize_any! {
        i128 u128 char bytes byte_buf unit unit_struct tuple tuple_struct ignored_any
    }
}

impl<'de> IntoDeserializer<'de, DeError> for Deserializer<'de, '_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

struct Entries<'de, 'a> {
    entries: std::slice::Iter<'de, (Value<'a>, Value<'a>)>,
    value: Option<&'de Value<'a>>,
}

impl<'de> de::MapAccess<'de> for Entries<'de, '_> {
    type Error = DeError;

    fn next_key_seed<K: de::DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, DeError> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(Deserializer(key)).map(Some).map_err(|error| error.at(key.position))
    }

    fn next_value_seed<V: de::DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, DeError> {
        seed.deserialize(Deserializer(self.value.take().unwrap_or(&Value::NULL)))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::value::Map;
    use crate::value::testing::json;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Options {
        directory: String,
        #[serde(default)]
        default_ttl: Option<i64>,
    }

    fn map(entries: Vec<(&'static str, Value<'static>)>) -> Value<'static> {
        Value::from(entries.into_iter().collect::<Map>())
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Mode {
        Natural,
        Simple,
        Custom { width: f64 },
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Nested {
        mode: Mode,
        #[serde(default)]
        strict: bool,
        options: Option<Options>,
        #[serde(default)]
        ids: Vec<u16>,
    }

    #[test]
    fn nested_structs_enums_and_defaults_are_read() {
        let value = json(r#"{"mode": "simple", "options": {"directory": 5}, "ids": [1, 2]}"#);
        let options = Options { directory: "5".into(), default_ttl: None };
        assert_eq!(
            from_value::<Nested>(&value).unwrap(),
            Nested { mode: Mode::Simple, strict: false, options: Some(options), ids: vec![1, 2] }
        );
        let value = json(r#"{"mode": {"custom": {"width": 3}}, "strict": 1, "options": null}"#);
        assert_eq!(
            from_value::<Nested>(&value).unwrap(),
            Nested { mode: Mode::Custom { width: 3.0 }, strict: true, options: None, ids: vec![] }
        );
    }

    #[test]
    fn wrong_values_say_what_was_expected_where() {
        for (text, message, help) in [
            (r#"{"mode": "simpel"}"#, "unknown value \"simpel\"", Some("did you mean \"simple\"?")),
            (
                r#"{"mode": "natural", "ids": [70000]}"#,
                "expected a whole number from 0 to 65535, found 70000",
                None,
            ),
            (
                r#"{"mode": "natural", "ids": 5}"#,
                "expected a list, found 5",
                Some("write it in brackets, such as [one, two]"),
            ),
            (
                r#"{"mode": "natural", "strict": "no"}"#,
                "expected true or false, found \"no\"",
                Some("numbers, true and false stand without quotes"),
            ),
            (
                r#"{"mode": "natural", "options": {"directory": true}}"#,
                "expected text, found true",
                Some("text needs quotes here"),
            ),
            (
                r#"{"mode": "natural", "options": ["x", 5]}"#,
                "expected a mapping, found a list",
                Some("write `name: value` lines, indented below it"),
            ),
            (r#"{"strict": true}"#, "missing key \"mode\"", None),
        ] {
            let error = from_value::<Nested>(&json(text)).unwrap_err();
            assert!(error.message.contains(message), "{error}");
            assert_eq!(error.help.as_deref(), help, "{error}");
            assert!(error.position.is_known(), "{error}");
        }
    }

    /// Environment variables are text.
    #[test]
    fn numbers_and_truth_values_may_be_text() {
        let value = json(
            r#"{"mode": {"custom": {"width": "2.5"}}, "strict": "FALSE", "ids": ["7", " 8 "]}"#,
        );
        let read: Nested = from_value(&value).unwrap();
        assert_eq!(
            (read.mode, read.strict, read.ids),
            (Mode::Custom { width: 2.5 }, false, vec![7, 8])
        );
        let value = json(r#"{"directory": "x", "default_ttl": "600"}"#);
        assert_eq!(from_value::<Options>(&value).unwrap().default_ttl, Some(600));
        for text in ["ten", "", "1.5", "99999999999999999999"] {
            let value = map(vec![("directory", "x".into()), ("default_ttl", text.into())]);
            assert!(from_value::<Options>(&value).is_err(), "{text}");
        }
    }

    #[test]
    fn options_are_read() {
        let value = map(vec![("directory", "x".into()), ("default_ttl", 60.into())]);
        let options: Options = from_value(&value).unwrap();
        assert_eq!(options, Options { directory: "x".into(), default_ttl: Some(60) });
    }

    #[test]
    fn a_mistyped_key_gets_its_place_and_the_nearest_key() {
        let mut key = Value::from("directry");
        key.position = Position { file: 0, line: 3, column: 5 };
        let value = Value::from(Map::from_entries(vec![(key, "x".into())]));
        let error = from_value::<Options>(&value).unwrap_err();
        assert_eq!(error.message, "unknown key \"directry\"");
        assert_eq!(error.help.as_deref(), Some("did you mean \"directory\"?"));
        assert_eq!(error.position.line, 3);
    }

    #[test]
    fn a_wrong_type_gets_its_place() {
        let mut wrong = Value::from(true);
        wrong.position = Position { file: 0, line: 7, column: 2 };
        let error = from_value::<Options>(&map(vec![("directory", wrong)])).unwrap_err();
        assert_eq!(error.position.line, 7);
        assert_eq!(error.message, "expected text, found true");
    }
}
