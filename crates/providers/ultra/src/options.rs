//! The options of a provider.

use octodns_core::Secret;
use schemars::JsonSchema;
use serde::Deserialize;

/// Options of one `ultra` provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// The name of the account that new zones belong to.
    pub account: String,
    /// A user of the API.
    pub username: String,
    /// The password of that user.
    pub password: Secret,
    /// Seconds for a whole request, unless `http` has a `timeout`. Default: 60.
    #[serde(default)]
    pub timeout: Option<f64>,
    /// Whether Valimail monitors the zones, and manages the TXT record `_dmarc`. Default: false.
    #[serde(default)]
    pub valimail: bool,
}

impl Options {
    /// With this account, user and password.
    pub fn new(account: impl Into<String>, username: impl Into<String>, password: Secret) -> Self {
        let (account, username) = (account.into(), username.into());
        Self { account, username, password, timeout: None, valimail: false }
    }
}
