//! The options of both classes.

use octodns_core::Secret;
use octodns_core::registry::BuildError;
use octodns_core::value::Position;
use schemars::JsonSchema;
use serde::Deserialize;

/// Options of one `selectel` provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// A token of the project that has the zones. This, or a login by `username`, `password`, `account_id` and
    /// `project_id`, is required.
    #[serde(default)]
    pub token: Option<Secret>,
    /// The name of a service user. The provider then fetches tokens itself, also while it runs.
    #[serde(default)]
    pub username: Option<String>,
    /// The password of that user.
    #[serde(default)]
    pub password: Option<Secret>,
    /// The number of the account that the user belongs to.
    #[serde(default)]
    pub account_id: Option<u64>,
    /// The id of the project that has the zones.
    #[serde(default)]
    pub project_id: Option<String>,
    /// The URL of the service for logins. Default: that of Selectel.
    #[serde(default)]
    pub identity_endpoint: Option<String>,
}

/// How a provider gets a token.
pub(crate) enum Credentials {
    Token(Secret),
    Login(Login),
}

/// A service user, and the project to get tokens for.
#[derive(Clone)]
pub(crate) struct Login {
    pub(crate) username: String,
    pub(crate) password: Secret,
    pub(crate) account_id: u64,
    pub(crate) project_id: String,
}

impl Options {
    /// With this project token.
    pub fn new(token: Secret) -> Self {
        Self {
            token: Some(token),
            username: None,
            password: None,
            account_id: None,
            project_id: None,
            identity_endpoint: None,
        }
    }

    /// The one way to get a token that is set.
    pub(crate) fn credentials(&self) -> Result<Credentials, BuildError> {
        let Self { token, username, password, account_id, project_id, .. } = self.clone();
        match (token, username, password, account_id, project_id) {
            (Some(token), None, None, None, None) => Ok(Credentials::Token(token)),
            (None, Some(username), Some(password), Some(account_id), Some(project_id)) => {
                Ok(Credentials::Login(Login { username, password, account_id, project_id }))
            }
            _ => {
                let why =
                    "set either `token`, or `username`, `password`, `account_id` and `project_id`";
                Err(BuildError::new(why, Position::NONE))
            }
        }
    }
}

/// Options of one provider of the legacy service.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LegacyOptions {
    /// An API key of the account.
    pub token: Secret,
}

impl LegacyOptions {
    /// With this API key.
    pub fn new(token: Secret) -> Self {
        Self { token }
    }
}
