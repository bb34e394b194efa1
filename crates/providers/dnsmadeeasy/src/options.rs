//! The options, and the signature of each request.

use std::num::NonZeroUsize;

use hmac::{Hmac, KeyInit, Mac};
use octodns_core::Secret;
use octodns_core::registry::BuildError;
use octodns_http::{Auth, Error, HeaderAuth, HeaderValue, Host, Outgoing, SigningAuth};
use schemars::JsonSchema;
use serde::Deserialize;
use sha1::Sha1;

/// Options of one `dnsmadeeasy` provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// The API key of the account.
    pub api_key: Secret,
    /// The secret key of the account, which signs each request.
    pub secret_key: Secret,
    /// Whether to use the service's environment for tests, where accounts are separate. Default: false.
    #[serde(default)]
    pub sandbox: bool,
    /// Seconds between a response and the next request. Default: 0, only the service's limit counts.
    #[serde(default)]
    pub ratelimit_delay: f64,
    /// How many records one call creates, changes or deletes at most. Default: 200.
    #[serde(default = "default_batch_size")]
    pub batch_size: NonZeroUsize,
}

const fn default_batch_size() -> NonZeroUsize {
    NonZeroUsize::MIN.saturating_add(199)
}

impl Options {
    /// With these keys.
    pub fn new(api_key: Secret, secret_key: Secret) -> Self {
        let batch_size = default_batch_size();
        Self { api_key, secret_key, sandbox: false, ratelimit_delay: 0.0, batch_size }
    }

    /// Signs the time of each request.
    pub(crate) fn auth(&self) -> Result<impl Auth + use<>, BuildError> {
        let Self { api_key, secret_key, .. } = self.clone();
        let key = HeaderAuth::default().with("x-dnsme-apikey", &api_key)?;
        Ok(SigningAuth::new([api_key, secret_key.clone()], move |request, host| {
            key.sign(request, host)?;
            sign(request, host, &secret_key)
        }))
    }
}

fn sign(request: &mut Outgoing, host: &Host, secret: &Secret) -> Result<(), Error> {
    let date = host.http_date().replace("GMT", "+0000");
    let unsigned = |error: &dyn ToString| Error::unsigned(error.to_string());
    let mac = Hmac::<Sha1>::new_from_slice(secret.reveal().as_bytes());
    let mut mac = mac.map_err(|error| unsigned(&error))?;
    mac.update(date.as_bytes());
    let octets = mac.finalize().into_bytes();
    let text = octets.iter().fold(String::new(), |text, octet| format!("{text}{octet:02x}"));
    request.set_secret("x-dnsme-hmac", text)?;
    let date = HeaderValue::try_from(date).map_err(|error| unsigned(&error))?;
    request.headers.insert("x-dnsme-requestdate", date);
    Ok(())
}
