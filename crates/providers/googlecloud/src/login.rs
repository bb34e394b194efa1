//! Logging in: tokens for whatever credentials there are.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use octodns_core::registry::BuildError;
use octodns_core::{Secret, async_trait};
use octodns_http::{Client, Error, Host, OAuthLogin, RsaKey, Token, TokenAuth, TokenSource, Url};
use octodns_kit::json;
use serde::Deserialize;

use crate::clients::{Clients, DNS};
use crate::credentials::{Credentials, ServiceAccount, User};
use crate::errors::refused_impersonation;
use crate::federation::Federation;

/// What a token may be used for that gets another one.
const IAM: &str = "https://www.googleapis.com/auth/cloud-platform";

/// How long tokens live, in seconds: what Google allows without further settings.
const LIFETIME: u64 = 3600;

/// Tokens of the credentials for the DNS API.
pub(crate) fn auth(clients: Clients<'_>) -> Result<TokenAuth, BuildError> {
    clients.auth_of(&clients.found.credentials, DNS)
}

impl Clients<'_> {
    fn auth_of(
        self,
        credentials: &Credentials,
        scope: &'static str,
    ) -> Result<TokenAuth, BuildError> {
        match credentials {
            Credentials::ServiceAccount(account) => {
                Ok(TokenAuth::bearer(self.service_account(account, scope)?))
            }
            Credentials::AuthorizedUser(user) => Ok(TokenAuth::bearer(self.user(user)?)),
            Credentials::ExternalAccount(external) => {
                let url = external.service_account_impersonation_url.as_ref();
                let scope = if url.is_some() { IAM } else { scope };
                let federated = TokenAuth::bearer(Federation::new(self, external, scope)?);
                match url {
                    Some(url) => self.impersonated(url, federated),
                    None => Ok(federated),
                }
            }
            Credentials::ImpersonatedServiceAccount {
                service_account_impersonation_url: url,
                source_credentials,
                ..
            } => self.impersonated(url, self.auth_of(source_credentials, IAM)?),
        }
    }

    fn service_account(
        self,
        account: &ServiceAccount,
        scope: &'static str,
    ) -> Result<OAuthLogin, BuildError> {
        let key = RsaKey::from_pem(&account.private_key).map_err(|why| self.found.wrong(why))?;
        let ServiceAccount { client_email, private_key_id, token_uri, .. } = account.clone();
        let id = private_key_id.as_deref().unwrap_or_default();
        let check = format!("check that {client_email} is enabled and still has the key {id}");
        let client = self.token_endpoint(&token_uri, check.trim_end().to_owned())?;
        // RFC 7523, section 2.1.
        let grant = Secret::new("urn:ietf:params:oauth:grant-type:jwt-bearer");
        Ok(OAuthLogin::with_form(client, move |host| {
            let now = host.unix_seconds();
            let mut header = json!({"alg": "RS256", "typ": "JWT"});
            if let Some(id) = &private_key_id {
                header["kid"] = id.as_str().into();
            }
            let claims = json!({
                "iss": client_email, "scope": scope, "aud": token_uri, "iat": now,
                "exp": now + LIFETIME,
            });
            let parts = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
            let signed = parts.join(".");
            let signature = URL_SAFE_NO_PAD.encode(key.sign_sha256(signed.as_bytes())?);
            let assertion = Secret::new(format!("{signed}.{signature}"));
            Ok(vec![("grant_type", grant.clone()), ("assertion", assertion)])
        }))
    }

    /// RFC 6749, section 6.
    fn user(self, user: &User) -> Result<OAuthLogin, BuildError> {
        let check = "log in again with gcloud auth application-default login".to_owned();
        let client = self.token_endpoint(&user.token_uri, check)?;
        let fields = [
            ("grant_type", Secret::new("refresh_token")),
            ("client_id", Secret::new(user.client_id.clone())),
            ("client_secret", user.client_secret.clone()),
            ("refresh_token", user.refresh_token.clone()),
        ];
        Ok(OAuthLogin::new(client, fields))
    }

    /// Acts as a service account, with the tokens of somebody else:
    /// <https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken>.
    fn impersonated(self, url: &str, auth: TokenAuth) -> Result<TokenAuth, BuildError> {
        let parsed = Url::parse(url).map_err(|error| {
            self.found.wrong(format!("service_account_impersonation_url is not a URL: {error}"))
        })?;
        let given = self.options.impersonation_endpoint.as_deref();
        let origin = parsed.origin().ascii_serialization();
        let connector = self.connector.other_host("impersonation_endpoint", given, &origin);
        let client =
            self.at(&connector, auth, |builder| builder.error_message(refused_impersonation))?;
        let path = parsed.path_segments().into_iter().flatten().map(str::to_owned).collect();
        Ok(TokenAuth::bearer(Impersonation { client, path }))
    }
}

struct Impersonation {
    client: Client,
    path: Vec<String>,
}

#[async_trait]
impl TokenSource for Impersonation {
    async fn fetch(&self, host: &Host) -> Result<Token, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Granted {
            access_token: Secret,
            expire_time: String,
        }

        let path: Vec<_> = self.path.iter().map(String::as_str).collect();
        let body = json!({"scope": [DNS], "lifetime": format!("{LIFETIME}s")});
        let Granted { access_token, expire_time } =
            self.client.post(&path).json(&body).read_only().read().await?;
        Ok(Token::new(access_token.reveal()).expires_at(&expire_time, host.now()))
    }
}
