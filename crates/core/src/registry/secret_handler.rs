//! What looks up the secrets of a config.

use std::sync::Arc;

use super::Lookup;
use crate::options::BuildError;
use crate::value::{OwnedValue, Position};

/// Looks up values that a config names by `HANDLER/NAME`.
pub trait SecretHandler: Send + Sync {
    /// The value of `name`, which is all that follows the first slash; `place` says where the config asks for it, for
    /// messages. It may be text, a number, or whatever an option may be.
    ///
    /// # Errors
    ///
    /// Says that there is none, or why it cannot be had. The error does not show it.
    fn fetch(&self, name: &str, place: &str) -> Result<OwnedValue, BuildError>;

    /// The part of a name that may be shown; a default that is written in it may not. Default: all of it.
    fn shown<'n>(&self, name: &'n str) -> &'n str {
        name
    }
}

/// Variables of the environment: `NAME`, or `NAME/DEFAULT`.
pub struct EnvironSecrets {
    env: Lookup,
}

impl EnvironSecrets {
    /// Those of this environment.
    pub fn new(env: &Lookup) -> Self {
        Self { env: Arc::clone(env) }
    }
}

impl SecretHandler for EnvironSecrets {
    /// Numbers are read as numbers, as octoDNS does.
    fn fetch(&self, name: &str, _place: &str) -> Result<OwnedValue, BuildError> {
        let (name, default) = match name.split_once('/') {
            Some((name, default)) => (name, Some(default)),
            None => (name, None),
        };
        let text = (self.env)(name).or_else(|| default.map(str::to_owned));
        text.map(typed).ok_or_else(|| {
            let message = format!("the environment variable {name} is not set");
            let help = format!("set it, or give a default: \"env/{name}/DEFAULT\"");
            BuildError::new(message, Position::NONE).help(help)
        })
    }

    fn shown<'n>(&self, name: &'n str) -> &'n str {
        name.split('/').next().unwrap_or(name)
    }
}

fn typed(text: String) -> OwnedValue {
    let digits = plain_number(&text);
    let number = digits.as_deref().and_then(|digits| {
        if text.contains('.') {
            digits.parse::<f64>().ok().map(OwnedValue::from)
        } else {
            digits.parse::<i64>().ok().map(OwnedValue::from)
        }
    });
    number.unwrap_or_else(|| OwnedValue::from(text))
}

/// The text without blanks around it and underscores between digits, as Python's `int` and `float`
/// read it; `None` if an underscore stands elsewhere.
fn plain_number(text: &str) -> Option<String> {
    let text = text.trim();
    let bytes = text.as_bytes();
    let digit = |index: usize| bytes.get(index).is_some_and(u8::is_ascii_digit);
    let misplaced = |(index, byte): (usize, &u8)| {
        *byte == b'_' && !(index > 0 && digit(index - 1) && digit(index + 1))
    };
    (!bytes.iter().enumerate().any(misplaced)).then(|| text.replace('_', ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    #[test]
    fn texts_become_numbers_where_python_reads_numbers() {
        for (text, value) in [
            ("42", Value::from(42)),
            (" 1_000 ", Value::from(1000)),
            ("1.5", Value::from(1.5)),
            ("1.5e3", Value::from(1500.0)),
            ("1e3", Value::from("1e3")),
            ("_1", Value::from("_1")),
            ("1.2.3.4", Value::from("1.2.3.4")),
            ("", Value::from("")),
        ] {
            assert_eq!(typed(text.to_owned()), value, "{text:?}");
        }
    }

    #[test]
    fn a_default_may_hold_slashes() {
        let env: Lookup = Arc::new(|name| (name == "SET").then(|| "x".to_owned()));
        let handler = EnvironSecrets::new(&env);
        let fetch = |name| handler.fetch(name, "").ok();
        assert_eq!(fetch("SET/d"), Some(Value::from("x")));
        assert_eq!(fetch("UNSET/a/b"), Some(Value::from("a/b")));
        assert_eq!(fetch("UNSET/"), Some(Value::from("")));
        assert_eq!(fetch("UNSET"), None);
        assert_eq!(handler.shown("UNSET/hunter2"), "UNSET");
    }
}
