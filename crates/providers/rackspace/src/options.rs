//! The options of a provider.

use octodns_core::Secret;
use schemars::JsonSchema;
use serde::Deserialize;

/// Options of one `rackspace` provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// A user of the account.
    pub username: String,
    /// The API key of that user.
    pub api_key: Secret,
    /// Seconds between a response and the next request. Default: 0, only the service's limits count.
    #[serde(default)]
    pub ratelimit_delay: f64,
    /// Seconds for a whole request, unless `http` has a `timeout`. Default: 10.
    #[serde(default = "timeout")]
    pub timeout: f64,
    /// The e-mail address in the SOA record of new zones. Default: `hostmaster` at the zone.
    #[serde(default)]
    pub email: Option<String>,
    /// The URL of the service's logins. Default: `https://identity.api.rackspacecloud.com/v2.0`.
    #[serde(default = "identity_endpoint")]
    pub identity_endpoint: String,
}

const fn timeout() -> f64 {
    10.0
}

/// The service's logins.
pub(crate) const IDENTITY: &str = "https://identity.api.rackspacecloud.com/v2.0";

fn identity_endpoint() -> String {
    IDENTITY.to_owned()
}

impl Options {
    /// With this user and key.
    pub fn new(username: impl Into<String>, api_key: Secret) -> Self {
        Self {
            username: username.into(),
            api_key,
            ratelimit_delay: 0.0,
            timeout: timeout(),
            email: None,
            identity_endpoint: identity_endpoint(),
        }
    }
}
