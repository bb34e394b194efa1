//! The options of a provider.

use octodns_core::Secret;
use octodns_core::registry::BuildError;
use octodns_core::value::Position;
use schemars::JsonSchema;
use serde::Deserialize;

/// Options of one provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// An API token. This, or `login` and `password`, is required.
    #[serde(default)]
    pub token: Option<Secret>,
    /// The word before the token in the header `Authorization`: `APIKey` for permanent tokens, `Bearer` for those of
    /// a login. Default: `APIKey`.
    #[serde(default = "default_token_type")]
    pub token_type: String,
    /// The name of a user, without a token. The provider then logs in, and again when the token of that ends.
    #[serde(default)]
    pub login: Option<String>,
    /// The password of that user.
    #[serde(default)]
    pub password: Option<Secret>,
    /// How many values of a dynamic record an answer has at most; 0 for all. Default: 1.
    #[serde(default = "default_records_per_response")]
    pub records_per_response: u32,
    /// The URL of the API, as octoDNS calls it; `endpoint` takes precedence. Default: that of the service.
    #[serde(default)]
    pub url: Option<String>,
    /// The URL of logins; `auth_endpoint` is the same. Default: that of the service.
    #[serde(default, alias = "auth_endpoint")]
    pub auth_url: Option<String>,
}

fn default_token_type() -> String {
    "APIKey".to_owned()
}

const fn default_records_per_response() -> u32 {
    1
}

/// How a provider gets its token.
pub(crate) enum Credentials {
    /// It has one, with the word before it.
    Token(String, Secret),
    /// By a login.
    Login(String, Secret),
}

impl Options {
    /// With this API token.
    pub fn new(token: Secret) -> Self {
        Self {
            token: Some(token),
            token_type: default_token_type(),
            login: None,
            password: None,
            records_per_response: default_records_per_response(),
            url: None,
            auth_url: None,
        }
    }

    /// The token, or else the login.
    pub(crate) fn credentials(&self) -> Result<Credentials, BuildError> {
        match (self.token.clone(), self.login.clone(), self.password.clone()) {
            (Some(token), ..) => Ok(Credentials::Token(self.token_type.clone(), token)),
            (None, Some(login), Some(password)) => Ok(Credentials::Login(login, password)),
            _ => Err(BuildError::new("set `token`, or `login` and `password`", Position::NONE)),
        }
    }
}
