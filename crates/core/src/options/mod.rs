//! The options of a class: read into its struct, and described by the same struct for JSON Schema.

mod shared;

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

pub use shared::WithShared;

use crate::value::{DeError, Kind, Map, OwnedValue, Position, Value, from_value};

/// Why a component cannot be built from its options.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct BuildError {
    /// What is wrong.
    pub message: String,
    /// What to write instead, if that is known.
    pub help: Option<String>,
    /// Where it is.
    pub position: Position,
}

impl BuildError {
    /// An error in what stands at `position`.
    pub fn new(message: impl Into<String>, position: Position) -> Self {
        Self { message: message.into(), help: None, position }
    }

    /// The same error, with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl From<DeError> for BuildError {
    fn from(error: DeError) -> Self {
        Self { message: error.message, help: error.help, position: error.position }
    }
}

/// Describes the options of a class, as they are without `class`.
pub type OptionsSchema = fn(&mut SchemaGenerator) -> Schema;

/// What a class can take as its options.
///
/// Every struct that derives `Deserialize` and `JsonSchema` is. A class that has to know where an option
/// was written asks for [`Sourced`] of its struct.
pub trait Options: Sized {
    /// Reads the options, a map without `class`; the keys in `common` are those of all classes of the
    /// kind, which are not its business.
    ///
    /// # Errors
    ///
    /// Says what is wrong, and where.
    fn read(options: &OwnedValue, common: &[&str]) -> Result<Self, BuildError>;

    /// Describes the options. What the doc comments of the fields say is what editors show.
    fn schema(generator: &mut SchemaGenerator) -> Schema;
}

impl<T: DeserializeOwned + JsonSchema> Options for T {
    fn read(options: &OwnedValue, common: &[&str]) -> Result<Self, BuildError> {
        let own = without(options, common);
        from_value(&own).map_err(|error| error.with_known_keys(&own, common).into())
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// Options, and how they were written: for faults that their type does not show, and for values of any
/// type.
///
/// Options that were made in code were not written; errors in them have no position:
///
/// ```
/// use octodns_core::registry::Sourced;
///
/// let given = Sourced::new(["a", "b"]);
/// assert!(given.get("key").is_none() && !given.error("key", "no").position.is_known());
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Sourced<T> {
    /// The options.
    pub options: T,
    /// The map they were read from.
    pub written: OwnedValue,
}

impl<T: Options> Options for Sourced<T> {
    fn read(options: &OwnedValue, common: &[&str]) -> Result<Self, BuildError> {
        Ok(Self { options: T::read(options, common)?, written: options.clone() })
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        T::schema(generator)
    }
}

/// The options with these keys; what is not a map stays as it is, for whoever reads it to say so.
fn only<'v>(options: &'v OwnedValue, keys: &[&str]) -> Cow<'v, OwnedValue> {
    let Some(map) = options.as_map() else { return Cow::Borrowed(options) };
    let has = |key: &Value<'_>| key.as_str().is_some_and(|key| keys.contains(&key));
    let entries = map.iter().filter(|(key, _)| has(key)).cloned().collect();
    Cow::Owned(Value::new(Kind::Map(Map::from_entries(entries)), options.position))
}

/// The options without these keys.
fn without<'v>(options: &'v OwnedValue, keys: &[&str]) -> Cow<'v, OwnedValue> {
    let Some(map) = options.as_map().filter(|map| keys.iter().any(|key| map.contains_key(key)))
    else {
        return Cow::Borrowed(options);
    };
    let mut map = map.clone();
    for key in keys {
        map.remove(key);
    }
    Cow::Owned(Value::new(Kind::Map(map), options.position))
}

impl<T> Sourced<T> {
    /// Options that were made in code.
    pub fn new(options: T) -> Self {
        Self { options, written: Map::new().into() }
    }

    /// The value of an option, as it was written.
    pub fn get(&self, key: &str) -> Option<&Value<'static>> {
        self.written.get(key)
    }

    /// Whether `lenient` was asked for.
    pub fn lenient(&self) -> bool {
        self.get("lenient").and_then(Value::as_option).unwrap_or_default()
    }

    /// An error in an option that its type does not show.
    pub fn error(&self, key: &str, message: impl Into<String>) -> BuildError {
        let position = self.get(key).map_or(self.written.position, |value| value.position);
        BuildError::new(message, position)
    }
}

/// Options of classes that have none.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoOptions {}

/// Describes the options of a class together with those that all classes of its kind take.
pub fn with_common<O: Options, C: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = O::schema(generator);
    let common = C::json_schema(generator);
    for key in ["properties", "required"] {
        match (schema.get_mut(key), common.get(key)) {
            (Some(Json::Object(own)), Some(Json::Object(common))) => {
                own.extend(common.iter().map(|(key, value)| (key.clone(), value.clone())));
            }
            (Some(Json::Array(own)), Some(Json::Array(common))) => {
                own.extend(common.iter().cloned());
            }
            (None, Some(common)) => {
                schema.insert(key.to_owned(), common.clone());
            }
            _ => {}
        }
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::json;

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Limits {
        /// The least.
        least: i64,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "its schema is what is looked at")]
    struct Common {
        /// The most.
        #[serde(default)]
        most: bool,
    }

    #[test]
    fn faults_stand_where_the_option_was_written() {
        let given = Sourced::<Limits>::read(&json(r#"{"least": 5}"#), &[]).unwrap();
        assert_eq!(given.options.least, 5);
        assert!(given.get("least").unwrap().position.is_known());
        assert_eq!(given.error("least", "").position, given.get("least").unwrap().position);
        assert_eq!(given.error("most", "").position, given.written.position);
    }

    #[test]
    fn common_options_are_not_those_of_the_struct() {
        let written = json(r#"{"least": 5, "lenient": 1}"#);
        assert!(Limits::read(&written, &[]).is_err());
        assert_eq!(Limits::read(&written, &["lenient", "most"]).unwrap().least, 5);
        assert!(Sourced::<Limits>::read(&written, &["lenient"]).unwrap().lenient());
    }

    #[test]
    fn the_schema_has_common_options_as_well() {
        let mut generator = SchemaGenerator::default();
        let schema = with_common::<Sourced<Limits>, Common>(&mut generator);
        assert_eq!(
            schema.as_value(),
            &serde_json::json!({
                "type": "object",
                "properties": {
                    "least": {"type": "integer", "format": "int64", "description": "The least."},
                    "most": {"type": "boolean", "default": false, "description": "The most."},
                },
                "required": ["least"],
                "additionalProperties": false,
            })
        );
        let none = with_common::<NoOptions, Common>(&mut generator);
        assert_eq!(none.as_value()["properties"]["most"]["default"], false);
    }
}
