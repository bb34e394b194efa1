//! Authentication: fixed headers, a signature of each request, or a token that is fetched first.

mod headers;
mod shared;
mod signing;
mod token;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};
use octodns_core::Secret;
use url::Url;

pub use self::headers::HeaderAuth;
pub use self::signing::SigningAuth;
pub use self::token::{Token, TokenAuth, TokenSource};
use crate::{ClockOffset, Error, Host, Response};

/// A request as it is about to be sent.
#[derive(Clone)]
#[non_exhaustive]
pub struct Outgoing {
    /// `GET`, `POST` ...
    pub method: Method,
    /// The URL with its query, exactly as it is sent.
    pub url: Url,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; empty if there is none.
    pub body: Bytes,
    /// The clock of the service that it was signed with.
    pub(crate) clock: Option<Arc<ClockOffset>>,
}

impl Outgoing {
    /// Sets a header whose value no log shows, such as a signature.
    ///
    /// # Errors
    ///
    /// Refuses a value that is not valid in a header.
    pub fn set_secret(
        &mut self,
        name: &'static str,
        value: impl Into<String>,
    ) -> Result<(), Error> {
        let value = HeaderValue::try_from(value.into());
        let mut value = value.map_err(|error| Error::unsigned(error.to_string()))?;
        value.set_sensitive(true);
        self.headers.insert(name, value);
        Ok(())
    }
}

/// Omits query, headers and body, which may contain a secret.
impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outgoing({} {})", self.method, self.url.path())
    }
}

/// Adds credentials to each request.
///
/// It is only called for requests to the origin that the client was built for.
#[async_trait]
pub trait Auth: Send + Sync {
    /// Gets what signing needs: a token, the time of the service ... Called before each attempt and before
    /// the attempt waits for its permit, so that its own calls can get permits.
    ///
    /// # Errors
    ///
    /// Fails if that is not possible; the request is then not sent.
    async fn prepare(&self, host: &Host) -> Result<(), Error> {
        let _ = host;
        Ok(())
    }

    /// Whether the result of [`Auth::prepare`] is still valid: a token may expire while the attempt waits for
    /// its permit.
    fn is_ready(&self) -> bool {
        true
    }

    /// Adds headers or query parameters; called for each attempt, right before it is sent, so that a
    /// signature can contain the time.
    ///
    /// # Errors
    ///
    /// Fails if the request cannot be signed; it is then not sent.
    fn sign(&self, request: &mut Outgoing, host: &Host) -> Result<(), Error>;

    /// The base URL of calls from now on, if the service returns it with a token.
    fn base(&self) -> Option<Url> {
        None
    }

    /// Called when the service rejects the credentials of `request`. Returns whether there are new ones,
    /// which are worth another attempt. There is only one.
    ///
    /// # Errors
    ///
    /// Fails if renewing them fails.
    async fn renew(
        &self,
        request: &Outgoing,
        response: &Response,
        host: &Host,
    ) -> Result<bool, Error> {
        let _ = (request, response, host);
        Ok(false)
    }

    /// Called when the service accepted the credentials of `request`.
    fn accepted(&self, request: &Outgoing) {
        let _ = request;
    }

    /// Secrets to redact if a service repeats them in an error. Called again after each [`Auth::prepare`];
    /// earlier secrets stay redacted.
    fn secrets(&self) -> Vec<Secret> {
        Vec::new()
    }
}
