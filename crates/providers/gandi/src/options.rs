//! The options of a provider.

use std::num::NonZeroUsize;

use octodns_core::Secret;
use octodns_core::registry::BuildError;
use octodns_core::value::Position;
use octodns_http::HeaderAuth;
use schemars::JsonSchema;
use serde::Deserialize;

/// Options of one `gandi` provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// A personal access token. This or `api_key` is required.
    #[serde(default)]
    pub token: Option<Secret>,
    /// An API key, which the service is about to replace by tokens.
    #[serde(default)]
    pub api_key: Option<Secret>,
    /// The id of an organization: only its domains are listed, and new ones are its. Default: all organizations.
    #[serde(default)]
    pub sharing_id: Option<String>,
    /// How many domains or records are read by one call. Default: 500.
    #[serde(default = "default_per_page")]
    pub per_page: NonZeroUsize,
    /// Whether one call may replace all records of a name or a domain, if that takes fewer calls. Default: true.
    #[serde(default = "default_replace")]
    pub replace: bool,
}

const fn default_per_page() -> NonZeroUsize {
    NonZeroUsize::MIN.saturating_add(499)
}

const fn default_replace() -> bool {
    true
}

impl Options {
    /// With this personal access token.
    pub fn new(token: Secret) -> Self {
        Self {
            token: Some(token),
            api_key: None,
            sharing_id: None,
            per_page: default_per_page(),
            replace: default_replace(),
        }
    }

    /// The header with the credentials.
    pub(crate) fn auth(&self) -> Result<HeaderAuth, BuildError> {
        match (&self.token, &self.api_key) {
            (Some(token), None) => Ok(HeaderAuth::bearer(token)?),
            (None, Some(key)) => Ok(HeaderAuth::scheme("Apikey", key)?),
            _ => Err(BuildError::new("set either `token` or `api_key`", Position::NONE)),
        }
    }
}
