//! Proving who is asking: headers that stay the same, a signature of each request, or a token that is
//! fetched first.

mod headers;
mod shared;
mod signing;
mod token;

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Method};
use octodns_core::Secret;
use url::Url;

pub use self::headers::HeaderAuth;
pub use self::signing::SigningAuth;
pub use self::token::{Token, TokenAuth, TokenSource};
use crate::{Error, Host, Response};

/// A request as it is about to be sent.
#[derive(Clone)]
pub struct Outgoing {
    /// `GET`, `POST` ...
    pub method: Method,
    /// Where to, with its query, exactly as it is sent.
    pub url: Url,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; empty if there is none.
    pub body: Bytes,
}

/// Without query, headers and body, which may hold a secret.
impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outgoing({} {})", self.method, self.url.path())
    }
}

/// Adds to each request what proves who is asking.
///
/// It is only asked to for requests to the origin the client was made for.
#[async_trait]
pub trait Auth: Send + Sync {
    /// Gets what signing needs: a token, the time of the service ... Called before each attempt and before
    /// the attempt waits for its turn, so that calls of its own may have theirs.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be had; the request is not sent then.
    async fn prepare(&self, host: &Host) -> Result<(), Error> {
        let _ = host;
        Ok(())
    }

    /// Whether what [`Auth::prepare`] got is still good: a token may end while the attempt waits for its
    /// turn.
    fn is_ready(&self) -> bool {
        true
    }

    /// Adds headers or query parameters; called again for each attempt, right before it is sent, so that a
    /// signature may hold the time.
    ///
    /// # Errors
    ///
    /// Fails when the request cannot be signed; it is not sent then.
    fn sign(&self, request: &mut Outgoing, host: &Host) -> Result<(), Error>;

    /// The URL that calls are below from now on, where the service tells it when it gives a token.
    fn base(&self) -> Option<Url> {
        None
    }

    /// Called when the service says that the credentials of `request` are no good: whether there are
    /// others now, so that it is worth another attempt. There is only one.
    ///
    /// # Errors
    ///
    /// Fails when making them anew does.
    async fn renew(
        &self,
        request: &Outgoing,
        response: &Response,
        host: &Host,
    ) -> Result<bool, Error> {
        let _ = (request, response, host);
        Ok(false)
    }

    /// Called when the service took the credentials of `request`.
    fn accepted(&self, request: &Outgoing) {
        let _ = request;
    }

    /// What must not be shown if a service repeats it in an error. Asked for again after each
    /// [`Auth::prepare`]; what was in it once is never shown again.
    fn secrets(&self) -> Vec<Secret> {
        Vec::new()
    }
}
