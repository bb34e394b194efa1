//! The client: requests to one service with one account.

use std::fmt;
use std::sync::Arc;

use http::Method;
use octodns_core::Secret;
use url::Url;

use crate::network::base_url;
use crate::place::Place;
use crate::transport::Transport;
use crate::{Auth, Backoff, Error, Host, Request};

/// A client of one service with one account. Cloning shares everything.
///
/// ```no_run
/// use octodns_core::Secret;
/// use octodns_http::{Client, HeaderAuth, Rate};
///
/// # async fn zones() -> Result<(), octodns_http::Error> {
/// let client = Client::builder("example", "https://api.example.com/v2")
///     .auth(HeaderAuth::bearer(&Secret::new("token"))?)
///     .rate(Rate::per_minute(250))
///     .build()?;
/// let zones: Vec<String> = client.get(&["zones"]).query("per_page", 200).read().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    pub(crate) transport: Arc<Transport>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({} at {})", self.transport.name, self.transport.base)
    }
}

impl Client {
    /// The URL all paths are below, unless a login tells another one.
    pub fn base(&self) -> &Url {
        &self.transport.base
    }

    /// A client of the same account at another host or path of the service: it shares credentials, limits
    /// and secrets with this one, so the other host must be as trustworthy.
    ///
    /// # Errors
    ///
    /// Refuses what is not a URL of a service.
    pub fn at(&self, base: &str) -> Result<Self, Error> {
        let base = base_url(base)?;
        // Invalid options are reported now.
        self.transport.network.to(&base)?;
        Ok(Self { transport: Arc::new(Transport { base, ..(*self.transport).clone() }) })
    }

    /// A client that shares all with this one but proves by `auth` who is asking.
    #[must_use]
    pub fn with_auth(&self, auth: impl Auth + 'static) -> Self {
        self.learn(&auth.secrets());
        let auth = Arc::new(auth);
        Self { transport: Arc::new(Transport { auth, ..(*self.transport).clone() }) }
    }

    /// The clock and randomness that calls are signed with.
    pub fn host(&self) -> &Host {
        &self.transport.backoff.host
    }

    /// The pauses of this client, for loops that repeat more than one call.
    pub fn backoff(&self) -> &Backoff {
        &self.transport.backoff
    }

    /// A text that may be the service's, without our secrets.
    pub fn redact(&self, text: &str) -> String {
        self.transport.redactor.redact(text)
    }

    /// Never shows these, from now on.
    pub(crate) fn learn(&self, secrets: &[Secret]) {
        self.transport.redactor.learn(secrets);
    }

    /// What it proves with who is asking.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        self.transport.auth.secrets()
    }

    /// Starts a request; each element of `path` is one segment, whatever characters it has.
    pub fn request(&self, method: Method, path: &[&str]) -> Request<'_> {
        Request::new(&self.transport, method, Place::below(path))
    }

    /// Starts a GET request.
    pub fn get(&self, path: &[&str]) -> Request<'_> {
        self.request(Method::GET, path)
    }

    /// Starts a POST request.
    pub fn post(&self, path: &[&str]) -> Request<'_> {
        self.request(Method::POST, path)
    }

    /// Starts a PUT request.
    pub fn put(&self, path: &[&str]) -> Request<'_> {
        self.request(Method::PUT, path)
    }

    /// Starts a PATCH request.
    pub fn patch(&self, path: &[&str]) -> Request<'_> {
        self.request(Method::PATCH, path)
    }

    /// Starts a DELETE request.
    pub fn delete(&self, path: &[&str]) -> Request<'_> {
        self.request(Method::DELETE, path)
    }

    /// Starts a request to a URL that the service gave, such as that of the next page. It must be of the
    /// same origin, since the credentials go there; http is taken for https where that is the only
    /// difference. Parameters that every call has are added if they are not in it.
    pub fn follow(&self, method: Method, url: &str) -> Request<'_> {
        Request::new(&self.transport, method, Place::given(url))
    }
}
