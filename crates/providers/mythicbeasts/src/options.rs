//! The options of a provider.

use std::time::Duration;

use octodns_core::Secret;
use octodns_core::registry::BuildError;
use octodns_core::value::Position;
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// Options of one `mythicbeasts` provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// The id of an API key of the account.
    pub api_key: Secret,
    /// The secret of the API key.
    pub api_secret: Secret,
    /// Seconds for a whole request; `http.timeout` takes precedence. Default: 30.
    #[serde(default = "default_timeout")]
    pub timeout: f64,
    /// The URL of the login. Default: that of the service.
    #[serde(default)]
    pub auth_endpoint: Option<String>,
    #[serde(default, rename = "passwords")]
    #[schemars(skip)]
    _passwords: Removed,
}

fn default_timeout() -> f64 {
    30.0
}

impl Options {
    /// With this key and its secret.
    pub fn new(api_key: Secret, api_secret: Secret) -> Self {
        let timeout = default_timeout();
        Self { api_key, api_secret, timeout, auth_endpoint: None, _passwords: Removed }
    }

    /// The timeout, if it can be one.
    pub(crate) fn timeout(&self) -> Result<f64, BuildError> {
        match Duration::try_from_secs_f64(self.timeout) {
            Ok(timeout) if !timeout.is_zero() => Ok(self.timeout),
            _ => Err(BuildError::new("timeout is a number of seconds above 0", Position::NONE)),
        }
    }
}

/// An option of version 1 of octoDNS' provider, for an API that needed a password for each zone.
#[derive(Clone, Copy, Debug, Default)]
struct Removed;

impl<'de> Deserialize<'de> for Removed {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(D::Error::custom(
            "the API with a password for each zone is gone: make an API key in the control panel, and \
             set `api_key` and `api_secret`",
        ))
    }
}
