//! Tokens: a login with the API key, which also says where the account's DNS is.

use octodns_core::{Secret, async_trait};
use octodns_http::{Client, Error, Host, Token, TokenAuth, TokenSource};
use octodns_kit::{Connector, Json, json};

use crate::options::Options;

/// Logins at `identity`, for the account's DNS.
pub(crate) fn auth(
    identity: Client,
    Options { username, api_key, .. }: &Options,
    connector: &Connector<'_>,
) -> TokenAuth {
    let (username, api_key) = (username.clone(), api_key.clone());
    let login = Login { identity, username, api_key, has_endpoint: connector.has_endpoint() };
    TokenAuth::header("x-auth-token", "", login)
}

struct Login {
    identity: Client,
    username: String,
    api_key: Secret,
    /// Whether the user says where the DNS is.
    has_endpoint: bool,
}

#[async_trait]
impl TokenSource for Login {
    async fn fetch(&self, host: &Host) -> Result<Token, Error> {
        let key = json!({"username": self.username, "apiKey": self.api_key.reveal()});
        let body = json!({"auth": {"RAX-KSKEY:apiKeyCredentials": key}});
        // A token too many does no harm.
        let response = self.identity.post(&["tokens"]).json(&body).read_only().send().await?;
        // Read without types: an error about those would show the token.
        let said: Json = response.json()?;
        let access = &said["access"];
        let Some(token) = access["token"]["id"].as_str() else {
            return Err(response.malformed("access.token.id", "it is missing"));
        };
        let now = response.date().unwrap_or_else(|| host.now());
        let expires = access["token"]["expires"].as_str().unwrap_or_default();
        let token = Token::new(token).expires_at(expires, now);
        if self.has_endpoint {
            return Ok(token);
        }
        let mut catalog = access["serviceCatalog"].as_array().into_iter().flatten();
        let dns = catalog.find(|entry| entry["name"] == "cloudDNS");
        match dns.and_then(|dns| dns["endpoints"][0]["publicURL"].as_str()) {
            Some(base) => token.base(base),
            None => Err(response.malformed("access.serviceCatalog", "it has no cloudDNS")),
        }
    }

    fn secrets(&self) -> Vec<Secret> {
        vec![self.api_key.clone()]
    }
}
