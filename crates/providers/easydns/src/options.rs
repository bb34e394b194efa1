//! The options.

use octodns_core::Secret;
use schemars::JsonSchema;
use serde::Deserialize;

/// Options of one `easydns` provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// The API token.
    pub token: Secret,
    /// The API key that belongs to it.
    pub api_key: Secret,
    /// The currency in which new zones are billed. Default: `CAD`.
    #[serde(default = "currency")]
    pub currency: String,
    /// The portfolio that new zones are put into. Default: `myport`.
    #[serde(default = "portfolio")]
    pub portfolio: String,
    /// Whether to use the service's environment for tests. Default: false.
    #[serde(default)]
    pub sandbox: bool,
    /// Seconds between the creation of a zone and the removal of its default records. Default: 1.
    #[serde(default = "domain_create_sleep")]
    pub domain_create_sleep: f64,
    /// The user whose zones are listed, for zones named `*`. Default: none, zones cannot be listed.
    #[serde(default)]
    pub user: Option<String>,
}

fn currency() -> String {
    "CAD".to_owned()
}

fn portfolio() -> String {
    "myport".to_owned()
}

const fn domain_create_sleep() -> f64 {
    1.0
}

impl Options {
    /// With this token and key.
    pub fn new(token: Secret, api_key: Secret) -> Self {
        Self {
            token,
            api_key,
            currency: currency(),
            portfolio: portfolio(),
            sandbox: false,
            domain_create_sleep: domain_create_sleep(),
            user: None,
        }
    }
}
