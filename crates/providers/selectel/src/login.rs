//! Project tokens, from the identity service (Keystone, version 3).

use std::time::Duration;

use octodns_core::registry::BuildError;
use octodns_core::{Secret, async_trait};
use octodns_http::{Client, Error, Host, SigningAuth, Token, TokenAuth, TokenSource};
use octodns_kit::{Connector, json};

use crate::options::Login;

/// The identity service.
const IDENTITY: &str = "https://cloud.api.selcloud.ru/identity/v3";

/// How long a token lives.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// Credentials that are fetched by a login.
pub(crate) fn auth(
    login: Login,
    endpoint: Option<&str>,
    connector: &Connector<'_>,
) -> Result<TokenAuth, BuildError> {
    // It signs nothing, but the password is not repeated in an error.
    let silent = SigningAuth::new([login.password.clone()], |_, _| Ok(()));
    let client = connector.client(silent)?.at(endpoint.unwrap_or(IDENTITY))?;
    Ok(TokenAuth::header("x-auth-token", "", Identity { client, login }))
}

struct Identity {
    client: Client,
    login: Login,
}

#[async_trait]
impl TokenSource for Identity {
    async fn fetch(&self, _: &Host) -> Result<Token, Error> {
        let Login { username, password, account_id, project_id } = &self.login;
        let user = json!({
            "name": username, "password": password.reveal(), "domain": {"name": account_id.to_string()},
        });
        let body = json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"id": project_id}},
        }});
        // A token too many does no harm.
        let response = self.client.post(&["auth", "tokens"]).read_only().json(&body).send().await?;
        let token = response.header("x-subject-token");
        let token =
            token.ok_or_else(|| response.malformed("the header x-subject-token", "none"))?;
        Ok(Token::new(token).lifetime(LIFETIME))
    }

    fn secrets(&self) -> Vec<Secret> {
        vec![self.login.password.clone()]
    }
}
