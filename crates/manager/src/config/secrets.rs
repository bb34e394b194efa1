//! Secrets: texts such as `env/NAME` that stand for a value kept elsewhere.

use std::collections::BTreeMap;
use std::sync::Arc;

use octodns_core::registry::{
    BuildError, Class, EnvironSecrets, Lookup, NoOptions, Options, Registry, SecretHandler,
};
use octodns_core::value::{Kind, Map, Position, python_str};
use octodns_core::{Origin, OwnedValue, Secret as Hidden};

/// What fills in secrets, by the names they go by in a config. Values never reach a message.
pub(crate) struct Secrets {
    handlers: BTreeMap<String, Arc<dyn SecretHandler>>,
    files: Vec<Arc<str>>,
}

/// Makes the class of secret handlers known that is built in.
pub(crate) fn register(registry: &mut Registry) {
    let env = Arc::clone(&registry.host.env);
    let build = move |_: &str, options: &OwnedValue| -> Result<Arc<dyn SecretHandler>, _> {
        let NoOptions {} = NoOptions::read(options, &[])?;
        Ok(Arc::new(EnvironSecrets::new(&env)))
    };
    let (path, version) = ("octodns.secret.environ.EnvironSecrets", env!("CARGO_PKG_VERSION"));
    registry
        .secret_handlers
        .add(Class::new(path, version, <NoOptions as Options>::schema, Arc::new(build)), &["env"]);
}

impl Secrets {
    /// The handler that is always there, `env`, for a config of these files.
    pub(crate) fn new(env: &Lookup, files: &[Arc<str>]) -> Self {
        let env: Arc<dyn SecretHandler> = Arc::new(EnvironSecrets::new(env));
        Self { handlers: BTreeMap::from([("env".to_owned(), env)]), files: files.to_vec() }
    }

    /// Adds the handlers of a config.
    pub(crate) fn add(&mut self, handlers: BTreeMap<String, Arc<dyn SecretHandler>>) {
        self.handlers.extend(handlers);
    }

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
                    let Some(found) = self.handlers.get(handler) else { continue };
                    let place = Origin::new(&self.files, value.position).to_string();
                    let secret = match found.fetch(name, &place) {
                        Ok(secret) => secret,
                        Err(mut error) => {
                            error.position = value.position;
                            filled.missing.push(error);
                            continue;
                        }
                    };
                    filled.secrets.push(Secret {
                        reference: format!("{handler}/{}", found.shown(name)),
                        position: value.position,
                        text: python_str(&secret),
                        spellings: spellings(&secret),
                    });
                    value.kind = secret.kind;
                }
                _ => {}
            }
        }
    }
}

/// What happened to the secrets of one set of options.
#[derive(Default)]
pub(crate) struct Filled {
    /// Why some have no value, and where they stand.
    pub(crate) missing: Vec<BuildError>,
    secrets: Vec<Secret>,
}

struct Secret {
    /// What the config has in its place.
    reference: String,
    position: Position,
    text: String,
    spellings: Vec<String>,
}

impl Filled {
    /// The values that were filled in.
    pub(crate) fn secrets(&self) -> Vec<Hidden> {
        self.secrets.iter().map(|secret| Hidden::new(&*secret.text)).collect()
    }

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
fn spellings(secret: &OwnedValue) -> Vec<String> {
    let text = python_str(secret);
    let mut spellings =
        vec![text.escape_debug().to_string(), text.escape_default().to_string(), text];
    spellings.retain(|spelling| !spelling.is_empty());
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an error about the option `ttl`, whose value is `secret`, is shown as.
    fn withheld(secret: &str, message: &str, at_the_value: bool) -> BuildError {
        let secret = secret.to_owned();
        let lookup: Lookup = Arc::new(move |_| Some(secret.clone()));
        let secrets = Secrets::new(&lookup, &[]);
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
