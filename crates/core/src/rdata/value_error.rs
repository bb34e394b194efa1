//! What is wrong with a part of a record's data, before it is known who says so.

use crate::name::IdnaError;
use crate::value::{Kind, Position, Value, python_str};

/// A fault of some data: becomes a finding once a validator's id and the record's name are added.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct ValueError {
    /// What is wrong, in one line without the place.
    pub message: String,
    /// What to write instead, if that is known.
    pub help: Option<String>,
    /// The culprit.
    pub position: Position,
}

impl ValueError {
    /// A fault at a position.
    pub fn new(message: impl Into<String>, position: Position) -> Self {
        Self { message: message.into(), help: None, position }
    }

    /// A value of a kind that cannot be meant.
    pub(crate) fn wrong_kind(what: &str, value: &Value<'_>, expected: &str) -> Self {
        let message = format!("{what} must be {expected}, not {}", value.kind_name());
        Self::new(message, value.position).help(kind_help(value, expected))
    }

    /// A TTL that is not a number.
    pub(crate) fn wrong_ttl(position: Position) -> Self {
        Self::new("ttl must be a number of seconds", position)
            .help("write a whole number, such as `ttl: 3600`")
    }

    /// What IDNA objects to in a name at a position.
    pub(crate) fn idna(error: &IdnaError, position: Position) -> Self {
        Self::new(error.to_string(), position).help(error.problem.help())
    }

    /// The same fault, with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// What to write instead of a value of a kind that cannot be meant.
pub(crate) fn kind_help(value: &Value<'_>, expected: &str) -> String {
    let wants_text = expected.contains("text") || expected.contains("name");
    if let Some(help) = unquoted(value).filter(|_| wants_text) {
        return help;
    }
    format!("write {expected}")
}

/// What to do about text that stands without the quotes it needs, so that YAML takes it for something else.
pub(crate) fn unquoted(value: &Value<'_>) -> Option<String> {
    match &value.kind {
        Kind::Bool(_) => Some(
            "put it in quotes: YAML takes words such as yes, no, on and off for true or false"
                .to_owned(),
        ),
        Kind::Int(_) | Kind::Float(_) => {
            let number = python_str(value);
            Some(format!(
                "put it in quotes, as it is written: YAML takes it for the number {number}"
            ))
        }
        // A colon at the end makes a key of it.
        Kind::Map(map) => match map.iter().next() {
            Some((key, Value { kind: Kind::Null, .. })) if map.len() == 1 => {
                Some(format!("put it in quotes: '{}:'", python_str(key)))
            }
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::json;

    /// What was written is not known: `yes` and `True` are one value.
    #[test]
    fn text_without_its_quotes_is_helped_by_them() {
        for (value, help) in [
            ("true", "put it in quotes: YAML takes words such as yes,"),
            ("36610", "put it in quotes, as it is written: YAML takes it for the number 36610"),
            (r#"{"2001:db8:": null}"#, "put it in quotes: '2001:db8::'"),
            ("[]", "write text"),
            (r#"{"a": 1}"#, "write text"),
        ] {
            assert!(kind_help(&json(value), "text").starts_with(help), "{value}");
        }
        assert_eq!(kind_help(&json("true"), "a number"), "write a number");
    }
}
