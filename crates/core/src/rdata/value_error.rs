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
    if wants_text && matches!(value.kind, Kind::Bool(_) | Kind::Int(_) | Kind::Float(_)) {
        let shown = python_str(value);
        return format!("put it in quotes: '{shown}', unless something else is meant");
    }
    format!("write {expected}")
}
