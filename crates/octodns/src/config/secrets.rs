//! Secrets: texts such as `env/NAME` that stand for a value kept elsewhere.

use std::collections::BTreeMap;
use std::sync::Arc;

use octodns_core::value::{Kind, Map, OwnedValue, Position, Value};
use octodns_core::{Diagnostic, Report};

use super::Config;
use crate::manager::Lookup;

/// The names of the one class of secret handler there is.
const ENVIRON: [&str; 2] = ["octodns.secret.environ.EnvironSecrets", "env"];

/// What fills in secrets, by the names they go by in a config. Values never reach a message.
pub(crate) struct Secrets {
    handlers: BTreeMap<String, Lookup>,
}

impl Secrets {
    /// The handlers of a config; `env` is always there.
    pub(crate) fn new(config: &Config, env: &Lookup, report: &mut Report) -> Self {
        let mut handlers = BTreeMap::from([("env".to_owned(), Arc::clone(env))]);
        for (key, value) in &config.secret_handlers {
            let name = octodns_core::value::python_str(key);
            let class = value.get("class").and_then(Value::as_str);
            let message = match class {
                Some(class) if ENVIRON.contains(&class) => {
                    handlers.insert(name.clone(), Arc::clone(env));
                    let Some(option) = option(value) else { continue };
                    format!("unknown key \"{option}\"")
                }
                Some(class) => format!("unknown class \"{class}\""),
                None => "missing key \"class\"".to_owned(),
            };
            report.push(
                Diagnostic::error("config", message)
                    .about(format!("secret handler {name}"))
                    .at(config.origin(key.position))
                    .help(format!("the class of this build is \"{}\"", ENVIRON[0])),
            );
        }
        Self { handlers }
    }

    /// The names of the handlers that a config adds to `env`.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.handlers.keys().map(String::as_str).filter(|name| *name != "env")
    }

    /// The module that version listings show for every handler.
    pub(crate) const MODULE: &str = "octodns.secret.environ";

    /// Fills in the secrets of a map of options, those of maps within it too.
    pub(crate) fn fill(&self, options: &mut Map<'static>, missing: &mut Vec<(String, Position)>) {
        for value in options.values_mut() {
            match &mut value.kind {
                Kind::Map(map) => self.fill(map, missing),
                Kind::Str(text) => {
                    let Some((handler, name)) = text.split_once('/') else { continue };
                    let Some(lookup) = self.handlers.get(handler) else { continue };
                    match fetch(lookup, name) {
                        Some(secret) => value.kind = secret.kind,
                        None => missing.push((name.to_owned(), value.position)),
                    }
                }
                _ => {}
            }
        }
    }
}

/// An option of a handler; the one class there is takes none.
fn option(handler: &Value<'_>) -> Option<String> {
    let keys = handler.as_map()?.iter().map(|(key, _)| octodns_core::value::python_str(key));
    keys.into_iter().find(|key| key != "class")
}

/// The value of `NAME` or `NAME/DEFAULT`; numbers are read as numbers, as octoDNS does.
fn fetch(lookup: &Lookup, name: &str) -> Option<OwnedValue> {
    let (name, default) = match name.split_once('/') {
        Some((name, default)) => (name, Some(default)),
        None => (name, None),
    };
    let text = lookup(name).or_else(|| default.map(str::to_owned))?;
    Some(typed(text))
}

fn typed(text: String) -> OwnedValue {
    let digits = plain_number(&text);
    let number = digits.as_deref().and_then(|digits| {
        if text.contains('.') {
            digits.parse::<f64>().ok().map(Value::from)
        } else {
            digits.parse::<i64>().ok().map(Value::from)
        }
    });
    number.unwrap_or_else(|| Value::from(text))
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
        let lookup: Lookup = Arc::new(|name| (name == "SET").then(|| "x".to_owned()));
        assert_eq!(fetch(&lookup, "SET/d"), Some(Value::from("x")));
        assert_eq!(fetch(&lookup, "UNSET/a/b"), Some(Value::from("a/b")));
        assert_eq!(fetch(&lookup, "UNSET/"), Some(Value::from("")));
        assert_eq!(fetch(&lookup, "UNSET"), None);
    }
}
