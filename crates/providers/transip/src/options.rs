//! The options of a provider.

use std::path::PathBuf;

use octodns_core::Secret;
use octodns_core::registry::BuildError;
use octodns_core::value::Position;
use octodns_files::read_input;
use schemars::JsonSchema;
use serde::Deserialize;

/// Options of one `transip` provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// The name of the account, as for the control panel.
    pub account: String,
    /// A private key of the account, in PEM. This or `key_file` is required.
    #[serde(default)]
    pub key: Option<Secret>,
    /// A file with the private key, in PEM. It takes precedence over `key`.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
    /// Whether to log in from any address, with a key that allows it. Default: false, from the addresses that the
    /// account allows.
    #[serde(default)]
    pub global_key: bool,
}

impl Options {
    /// With this account and private key.
    pub fn new(account: impl Into<String>, key: Secret) -> Self {
        Self { account: account.into(), key: Some(key), key_file: None, global_key: false }
    }

    /// The private key.
    pub(crate) fn pem(&self) -> Result<Secret, BuildError> {
        let wrong = |why: &str| BuildError::new(why, Position::NONE);
        let Some(file) = &self.key_file else {
            return self
                .key
                .clone()
                .ok_or_else(|| wrong("no private key: set `key` or `key_file`"));
        };
        let failed = |why: &str| wrong(&format!("key_file \"{}\": {why}", file.display()));
        let bytes = read_input(file).map_err(|error| failed(&error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|_| failed("it is not text, so not PEM"))?;
        Ok(Secret::new(text))
    }
}
