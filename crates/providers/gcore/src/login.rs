//! Tokens of a login.

use octodns_core::registry::BuildError;
use octodns_core::{Secret, async_trait};
use octodns_http::{
    Client, Error, Host, Response, SigningAuth, Token, TokenAuth, TokenSource, Verdict,
};
use octodns_kit::{Connector, Json, json};

/// Credentials that are fetched by a login at this URL.
pub(crate) fn auth(
    (login, password): (String, Secret),
    endpoint: &str,
    connector: &Connector<'_>,
) -> Result<TokenAuth, BuildError> {
    // It signs nothing, but the password is not repeated in an error.
    let silent = SigningAuth::new([password.clone()], |_, _| Ok(()));
    let client = connector.client_with(silent, |builder| builder.verdict(refusal))?;
    let client = client.at(endpoint)?;
    Ok(TokenAuth::bearer(User { client, login, password }))
}

/// Wrong credentials are a bad request.
fn refusal(response: &Response) -> Option<Verdict> {
    (response.status() == 400).then_some(Verdict::Unauthorized)
}

struct User {
    client: Client,
    login: String,
    password: Secret,
}

#[async_trait]
impl TokenSource for User {
    async fn fetch(&self, _: &Host) -> Result<Token, Error> {
        let body = json!({"username": self.login, "password": self.password.reveal()});
        // A token too many does no harm.
        let request = self.client.post(&["auth", "jwt", "login"]).read_only().json(&body);
        let response = request.send().await?;
        // Read without types: an error about those would show the token.
        let said: Json = response.json()?;
        let Some(access) = said["access"].as_str() else {
            return Err(response.malformed("access", "it is missing"));
        };
        let token = Token::new(access);
        Ok(match said["refresh"].as_str() {
            Some(refresh) => token.redact(&Secret::new(refresh)),
            None => token,
        })
    }

    fn secrets(&self) -> Vec<Secret> {
        vec![self.password.clone()]
    }
}
