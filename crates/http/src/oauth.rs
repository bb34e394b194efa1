//! Logging in by OAuth 2.0 (RFC 6749).

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use octodns_core::Secret;
use serde_json::Value;

use crate::auth::{Token, TokenSource};
use crate::{Client, Error, Host, Response};

type Form = Box<dyn Fn(&Host) -> Result<Vec<(&'static str, Secret)>, Error> + Send + Sync>;

/// Sends a form to a token endpoint, and takes the `access_token` of the answer.
///
/// ```
/// use octodns_core::Secret;
/// use octodns_http::{Client, Error, HeaderAuth, OAuthLogin, TokenAuth};
///
/// # fn make(key: &str, secret: &Secret) -> Result<Client, Error> {
/// // The key and the secret with Basic authentication, the grant as a form.
/// let endpoint = Client::builder("example", "https://auth.example.com/login")
///     .auth(HeaderAuth::basic(key, secret)?)
///     .build()?;
/// let login = OAuthLogin::new(endpoint, [("grant_type", Secret::new("client_credentials"))]);
/// Client::builder("example", "https://api.example.com/v2").auth(TokenAuth::bearer(login)).build()
/// # }
/// ```
pub struct OAuthLogin {
    client: Client,
    form: Form,
    secrets: Vec<Secret>,
    keeps_refresh: bool,
    refresh: Mutex<Option<Secret>>,
}

impl OAuthLogin {
    /// Logs in at the client's base URL, with these form fields.
    pub fn new(client: Client, fields: impl IntoIterator<Item = (&'static str, Secret)>) -> Self {
        let fields: Vec<_> = fields.into_iter().collect();
        let secrets = secret_values(&fields);
        Self { secrets, ..Self::with_form(client, move |_| Ok(fields.clone())) }
    }

    /// Logs in with fields that are made for each login, such as an assertion that contains the time.
    pub fn with_form(
        client: Client,
        form: impl Fn(&Host) -> Result<Vec<(&'static str, Secret)>, Error> + Send + Sync + 'static,
    ) -> Self {
        Self {
            client,
            form: Box::new(form),
            secrets: Vec::new(),
            keeps_refresh: false,
            refresh: Mutex::default(),
        }
    }

    /// Renews with the `refresh_token` of the last response, if there was one, and logs in again if that is
    /// refused (RFC 6749, section 6).
    #[must_use]
    pub fn refreshes(self) -> Self {
        Self { keeps_refresh: true, ..self }
    }

    /// Sends these fields in place of those of every login, and takes the token of the answer: for a
    /// [`TokenSource`] that first has to fetch what it sends.
    ///
    /// # Errors
    ///
    /// Fails if the endpoint refuses, or answers without a token.
    pub async fn grant(&self, fields: &[(&'static str, Secret)]) -> Result<Token, Error> {
        self.client.learn(&secret_values(fields));
        let fields = fields.iter().map(|(name, value)| (*name, value.reveal()));
        let response = self.client.post(&[]).form(fields).read_only().send().await?;
        let said = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
        let of = |names: [&str; 2]| names.into_iter().find_map(|name| said.get(name));
        let text = of(["access_token", "accessToken"]).and_then(Value::as_str);
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return Err(missing(&response, &said));
        };
        let mut token = Token::new(text);
        if let Some(lifetime) = of(["expires_in", "expiresIn"]).and_then(seconds) {
            token = token.lifetime(lifetime);
        }
        let refresh = of(["refresh_token", "refreshToken"]).and_then(Value::as_str);
        let refresh = refresh.map(Secret::new).filter(|_| self.keeps_refresh);
        if let Some(refresh) = &refresh {
            token = token.redact(refresh);
        }
        *self.refresh.lock().unwrap_or_else(PoisonError::into_inner) = refresh;
        Ok(token)
    }
}

#[async_trait]
impl TokenSource for OAuthLogin {
    async fn fetch(&self, host: &Host) -> Result<Token, Error> {
        let refresh = self.refresh.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(refresh) = refresh {
            let grant = ("grant_type", Secret::new("refresh_token"));
            match self.grant(&[grant, ("refresh_token", refresh)]).await {
                Err(error) if error.status().is_some_and(|status| status < 429) => {}
                result => return result,
            }
        }
        self.grant(&(self.form)(host)?).await
    }

    fn secrets(&self) -> Vec<Secret> {
        let identity = self.client.secrets();
        identity.into_iter().chain(self.secrets.iter().cloned()).collect()
    }
}

/// The fields that are no secrets: names of users, constants of the protocol, and what RFC 8693 (section 2.1) adds.
const OPEN: [&str; 7] = [
    "grant_type",
    "scope",
    "username",
    "audience",
    "resource",
    "subject_token_type",
    "requested_token_type",
];

/// The values to redact.
fn secret_values(fields: &[(&'static str, Secret)]) -> Vec<Secret> {
    let secret = fields.iter().filter(|(name, _)| !OPEN.contains(name));
    secret.map(|(_, value)| value.clone()).collect()
}

/// The error for a response without a token. Its content is not shown: it may contain a token.
fn missing(response: &Response, said: &Value) -> Error {
    let words = ["error_description", "error"].into_iter().find_map(|key| said.get(key)?.as_str());
    match words {
        Some(words) => response.refused(words),
        None => response.malformed("access_token", "it is missing"),
    }
}

/// Seconds, as a number or a string.
fn seconds(value: &Value) -> Option<Duration> {
    let seconds = value.as_f64().or_else(|| value.as_str()?.parse().ok())?;
    Duration::try_from_secs_f64(seconds).ok()
}
