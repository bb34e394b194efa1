//! The options, and the token of each request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use octodns_core::Secret;
use octodns_core::registry::BuildError;
use octodns_http::{Auth, Error, Host, Outgoing, Rate, SigningAuth};
use octodns_kit::pause_of;
use schemars::JsonSchema;
use serde::Deserialize;
use sha1::Sha1;

/// Options of one `constellix` provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// The API key of the account.
    pub api_key: Secret,
    /// The secret key of the account, which signs each request.
    pub secret_key: Secret,
    /// Seconds between a response and the next request to the same host. Default: 0, requests wait when the service
    /// says so.
    #[serde(default)]
    pub ratelimit_delay: f64,
    /// The URL of the API of Sonar, for health checks. Default: that of the service.
    #[serde(default)]
    pub sonar_endpoint: Option<String>,
}

impl Options {
    /// With these keys.
    pub fn new(api_key: Secret, secret_key: Secret) -> Self {
        Self { api_key, secret_key, ratelimit_delay: 0.0, sonar_endpoint: None }
    }

    /// The limit that `ratelimit_delay` is.
    pub(crate) fn rate(&self) -> Result<Option<Rate>, BuildError> {
        pause_of("ratelimit_delay", self.ratelimit_delay)
    }

    /// Signs the time of each request.
    pub(crate) fn auth(&self) -> impl Auth + use<> {
        let Self { api_key, secret_key, .. } = self.clone();
        SigningAuth::new([api_key.clone(), secret_key.clone()], move |request, host| {
            sign(request, host, &api_key, &secret_key)
        })
    }
}

fn sign(
    request: &mut Outgoing,
    host: &Host,
    api_key: &Secret,
    secret_key: &Secret,
) -> Result<(), Error> {
    let now = host.unix_millis().to_string();
    let mac = Hmac::<Sha1>::new_from_slice(secret_key.reveal().as_bytes());
    let mut mac = mac.map_err(|error| Error::unsigned(error.to_string()))?;
    mac.update(now.as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    request.set_secret("x-cns-security-token", format!("{}:{signature}:{now}", api_key.reveal()))
}
