//! Secrets: what is needed to speak to a service and must never be shown.

mod redactor;

use std::borrow::Cow;
use std::fmt;

pub use redactor::Redactor;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, Visitor};

/// A token, key or password. Printing it, in whatever way, prints `***`.
///
/// An option of this type is read from text, or from a whole number: a token of digits is easily
/// written without quotes.
///
/// ```
/// use octodns_core::Secret;
///
/// let token = Secret::new("dop_v1_0123");
/// assert_eq!(format!("{token} {token:?}"), "*** ***");
/// assert_eq!(token.reveal(), "dop_v1_0123");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text from being shown.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the request it is needed in and for nothing else.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether there is no text at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Text, whatever it is: a schema has no example of it. `writeOnly` says that it is given and never shown.
impl JsonSchema for Secret {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "writeOnly": true})
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SecretVisitor)
    }
}

struct SecretVisitor;

/// What is not a secret is refused without its text: it may be one that was written wrongly.
impl SecretVisitor {
    fn refuse<E: de::Error>() -> E {
        E::custom("a secret must be text, put it in quotes")
    }
}

impl Visitor<'_> for SecretVisitor {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a secret, as text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Secret, E> {
        Ok(Secret::new(text))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Secret, E> {
        Ok(Secret(text))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Secret, E> {
        Ok(Secret(number.to_string()))
    }

    fn visit_i128<E: de::Error>(self, number: i128) -> Result<Secret, E> {
        Ok(Secret(number.to_string()))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Secret, E> {
        Ok(Secret(number.to_string()))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Secret, E> {
        Err(Self::refuse())
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Secret, E> {
        Err(Self::refuse())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Map, OwnedValue, Value, from_value};

    /// What an error says goes to the terminal and into logs.
    #[test]
    fn errors_do_not_show_what_was_given() {
        let value: OwnedValue = Value::from(12.5);
        let error = from_value::<Secret>(&value).unwrap_err();
        assert_eq!(error.message, "a secret must be text, put it in quotes");
        let map: OwnedValue = Map::from_iter([("key", Value::from("hunter2"))]).into();
        let error = from_value::<Secret>(&map).unwrap_err();
        assert!(!error.message.contains("hunter2"), "{}", error.message);
    }

    #[test]
    fn text_and_whole_numbers_are_secrets() {
        for (value, text) in [(Value::from("s3cret"), "s3cret"), (Value::from(12345_i64), "12345")]
        {
            let secret: Secret = from_value(&value).unwrap();
            assert_eq!(secret.reveal(), text);
        }
    }

    #[test]
    fn nothing_that_holds_one_prints_it() {
        #[derive(Debug)]
        #[expect(dead_code, reason = "only printed")]
        struct Options {
            token: Secret,
        }
        let options = Options { token: Secret::new("hunter2") };
        assert!(!format!("{options:#?}").contains("hunter2"));
    }
}
