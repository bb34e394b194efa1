//! Secrets: texts such as `env/NAME` that stand for a value kept elsewhere.

use std::collections::BTreeMap;
use std::sync::Arc;

use octodns_core::registry::{BuildError, Lookup};
use octodns_core::value::{Kind, Map, OwnedValue, Position, Value, python_str};
use octodns_core::{Diagnostic, Report};

use super::Config;

/// The names of the one class of secret handler there is.
pub(crate) const ENVIRON: [&str; 2] = ["octodns.secret.environ.EnvironSecrets", "env"];

/// What fills in secrets, by the names they go by in a config. Values never reach a message.
pub(crate) struct Secrets {
    handlers: BTreeMap<String, Lookup>,
}

impl Secrets {
    /// The handlers of a config; `env` is always there.
    pub(crate) fn new(config: &Config, env: &Lookup, report: &mut Report) -> Self {
        let mut handlers = BTreeMap::from([("env".to_owned(), Arc::clone(env))]);
        for (key, value) in &config.secret_handlers {
            let name = python_str(key);
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
    pub(crate) fn fill(&self, options: &mut Map<'static>) -> Filled {
        let mut filled = Filled::default();
        self.fill_map(options, &mut filled);
        filled
    }

    fn fill_map(&self, options: &mut Map<'static>, filled: &mut Filled) {
        for value in options.values_mut() {
            match &mut value.kind {
                Kind::Map(map) => self.fill_map(map, filled),
                Kind::Str(text) => {
                    let Some((handler, name)) = text.split_once('/') else { continue };
                    let Some(lookup) = self.handlers.get(handler) else { continue };
                    let Some(secret) = fetch(lookup, name) else {
                        filled.missing.push((name.to_owned(), value.position));
                        continue;
                    };
                    let variable = name.split('/').next().unwrap_or(name);
                    filled.secrets.push(Secret {
                        reference: format!("{handler}/{variable}"),
                        position: value.position,
                        spellings: spellings(&secret),
                    });
                    value.kind = secret.typed.kind;
                }
                _ => {}
            }
        }
    }
}

/// An option of a handler; the one class there is takes none.
fn option(handler: &Value<'_>) -> Option<String> {
    let keys = handler.as_map()?.iter().map(|(key, _)| python_str(key));
    keys.into_iter().find(|key| key != "class")
}

/// What happened to the secrets of one set of options.
#[derive(Default)]
pub(crate) struct Filled {
    /// The names that have no value, and where they stand.
    pub(crate) missing: Vec<(String, Position)>,
    secrets: Vec<Secret>,
}

struct Secret {
    /// What the config has in its place.
    reference: String,
    position: Position,
    spellings: Vec<String>,
}

impl Filled {
    /// The error without the values of secrets: errors about options quote what they are about.
    pub(crate) fn withhold(&self, error: BuildError) -> BuildError {
        let quoted = |secret: &&Secret| {
            let help = error.help.as_deref().unwrap_or_default();
            (error.position.is_known() && error.position == secret.position)
                || secret.is_in(&error.message)
                || secret.is_in(help)
        };
        let Some(secret) = self.secrets.iter().find(quoted) else { return error };
        // What was expected instead is not a secret, and what the user needs to know.
        let message = &error.message;
        let expected = message.rsplit_once(", expected ").map(|(_, expected)| expected);
        let before = || Some(message.strip_prefix("expected ")?.split_once(", found ")?.0);
        let expected = expected.or_else(before);
        let expected =
            expected.filter(|text| !self.secrets.iter().any(|secret| secret.is_in(text)));
        let reference = &secret.reference;
        let message = match expected {
            Some(expected) => {
                format!("the value of \"{reference}\" does not fit, expected {expected}")
            }
            None => format!("the value of \"{reference}\" does not fit"),
        };
        BuildError::new(message, secret.position).help("it is a secret and not shown")
    }
}

impl Secret {
    fn is_in(&self, text: &str) -> bool {
        self.spellings.iter().any(|spelling| text.contains(spelling))
    }
}

/// How a message may spell the value of a secret.
fn spellings(secret: &Fetched) -> Vec<String> {
    let text = &secret.text;
    let mut spellings = vec![
        text.clone(),
        text.escape_debug().to_string(),
        text.escape_default().to_string(),
        python_str(&secret.typed),
    ];
    spellings.retain(|spelling| !spelling.is_empty());
    spellings
}

/// The value of a secret, as it is kept and as what it is read as.
struct Fetched {
    text: String,
    typed: OwnedValue,
}

/// The value of `NAME` or `NAME/DEFAULT`; numbers are read as numbers, as octoDNS does.
fn fetch(lookup: &Lookup, name: &str) -> Option<Fetched> {
    let (name, default) = match name.split_once('/') {
        Some((name, default)) => (name, Some(default)),
        None => (name, None),
    };
    let text = lookup(name).or_else(|| default.map(str::to_owned))?;
    Some(Fetched { typed: typed(&text), text })
}

fn typed(text: &str) -> OwnedValue {
    let digits = plain_number(text);
    let number = digits.as_deref().and_then(|digits| {
        if text.contains('.') {
            digits.parse::<f64>().ok().map(Value::from)
        } else {
            digits.parse::<i64>().ok().map(Value::from)
        }
    });
    number.unwrap_or_else(|| Value::from(text.to_owned()))
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
            assert_eq!(typed(text), value, "{text:?}");
        }
    }

    #[test]
    fn a_default_may_hold_slashes() {
        let lookup: Lookup = Arc::new(|name| (name == "SET").then(|| "x".to_owned()));
        let fetch = |name| fetch(&lookup, name).map(|fetched| fetched.typed);
        assert_eq!(fetch("SET/d"), Some(Value::from("x")));
        assert_eq!(fetch("UNSET/a/b"), Some(Value::from("a/b")));
        assert_eq!(fetch("UNSET/"), Some(Value::from("")));
        assert_eq!(fetch("UNSET"), None);
    }
    /// What an error about the option `ttl`, whose value is `secret`, is shown as.
    fn withheld(secret: &str, message: &str, at_the_value: bool) -> BuildError {
        let secret = secret.to_owned();
        let lookup: Lookup = Arc::new(move |_| Some(secret.clone()));
        let secrets = Secrets { handlers: BTreeMap::from([("env".to_owned(), lookup)]) };
        let document = octodns_yaml::load("ttl: env/KEY/0", &octodns_yaml::LoadOptions::new("c"));
        let mut options = document.unwrap().root.into_owned().as_map().unwrap().clone();
        let position = options.get("ttl").map(|value| value.position).unwrap();
        let filled = secrets.fill(&mut options);
        let position = if at_the_value { position } else { Position::NONE };
        filled.withhold(BuildError::new(message, position))
    }

    #[test]
    fn errors_do_not_tell_secrets() {
        let error = withheld("hunter2", "found text \"hunter2\", expected a number", true);
        assert_eq!(error.message, "the value of \"env/KEY\" does not fit, expected a number");
        assert!(error.position.is_known());
        let error = withheld("hunter2", "expected true or false, found string \"hunter2\"", true);
        assert_eq!(error.message, "the value of \"env/KEY\" does not fit, expected true or false");
        // Not at the value, and not spelled as it is kept.
        for (secret, message) in [
            ("hunter2", "hunter2 is no number"),
            ("hun\"ter", "\"hun\\\"ter\" is no number"),
            (" 1_000", "1000 is too large"),
            ("x", "something, expected not x"),
        ] {
            let error = withheld(secret, message, false);
            assert_eq!(error.message, "the value of \"env/KEY\" does not fit", "{secret}");
        }
        // At the value, in a spelling nobody thought of.
        assert!(!withheld("hunter2", "68756e74657232", true).message.contains('6'));
    }

    #[test]
    fn errors_about_other_options_stay() {
        let error = withheld("hunter2", "missing key \"directory\"", false);
        assert_eq!(error.message, "missing key \"directory\"");
    }
}
