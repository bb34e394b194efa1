//! The options of a provider.

use octodns_core::Secret;
use schemars::JsonSchema;
use serde::Deserialize;

/// Options of one `dyn` provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// The name of the customer.
    pub customer: String,
    /// The name of the user.
    pub username: String,
    /// The password of the user.
    pub password: Secret,
    /// Whether Traffic Directors are read and written: records with `geo` or `dynamic`. Default: false.
    #[serde(default)]
    pub traffic_directors_enabled: bool,
}

impl Options {
    /// With these credentials, and without Traffic Directors.
    pub fn new(customer: impl Into<String>, username: impl Into<String>, password: Secret) -> Self {
        let (customer, username) = (customer.into(), username.into());
        Self { customer, username, password, traffic_directors_enabled: false }
    }
}
