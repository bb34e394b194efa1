//! The client: requests to one service with one account.

use std::fmt;
use std::sync::Arc;

use http::Method;
use octodns_core::Secret;
use url::Url;

use crate::network::base_url;
use crate::place::Place;
use crate::transport::Transport;
use crate::{Auth, Backoff, Error, Host, Limits, Request};

/// A client of one service with one account. Clones share everything.
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
    /// The base URL of all paths, unless a login returns another one.
    pub fn base(&self) -> &Url {
        &self.transport.base
    }

    /// A client of the same account at another host or path of the service. It shares credentials, limits and
    /// secrets with this one, so the other host must be as trustworthy.
    ///
    /// # Errors
    ///
    /// Refuses a URL that is not valid for a service.
    pub fn at(&self, base: &str) -> Result<Self, Error> {
        let base = base_url(base, None)?;
        // Report invalid options now.
        self.transport.network.to(&base)?;
        // Errors do not blame the option of another host.
        let is_same = base.origin() == self.base().origin();
        let endpoint_from = self.transport.endpoint_from.filter(|_| is_same);
        let transport = Transport { base, endpoint_from, ..(*self.transport).clone() };
        Ok(Self { transport: Arc::new(transport) })
    }

    /// The same client within the limits of `other`, of the same account: its requests count for both.
    #[must_use]
    pub fn with_limits_of(&self, other: &Self) -> Self {
        let limits = Arc::clone(&other.transport.limits);
        let transport = Transport { limits, ..(*self.transport).clone() };
        Self { transport: Arc::new(transport) }
    }

    /// A client that shares everything with this one except its credentials, `auth`.
    #[must_use]
    pub fn with_auth(&self, auth: impl Auth + 'static) -> Self {
        self.learn(&auth.secrets());
        let auth = Arc::new(auth);
        Self { transport: Arc::new(Transport { auth, ..(*self.transport).clone() }) }
    }

    /// The clock and randomness for signatures.
    pub fn host(&self) -> &Host {
        &self.transport.backoff.host
    }

    /// The backoff of this client, for loops that repeat more than one call.
    pub fn backoff(&self) -> &Backoff {
        &self.transport.backoff
    }

    /// The limits of its account.
    pub fn limits(&self) -> &Limits {
        &self.transport.limits
    }

    /// By how many seconds the clock of the service was ahead of this machine's when it last answered, by the date of
    /// that response; negative if it was behind, zero if the time that the request took explains the difference. `None`
    /// if it has sent no date yet.
    pub fn clock_difference(&self) -> Option<i64> {
        self.transport.seen.clock.seconds_ahead()
    }

    /// A text that may come from the service, with secrets redacted.
    pub fn redact(&self, text: &str) -> String {
        self.transport.redactor.redact(text)
    }

    /// Redacts these from now on.
    pub(crate) fn learn(&self, secrets: &[Secret]) {
        self.transport.redactor.learn(secrets);
    }

    /// The secrets of its credentials.
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

    /// Starts a request to a URL from the service, such as that of the next page. It must be of the same
    /// origin, since the credentials are sent there; http is replaced by https if that is the only
    /// difference. Default query parameters are added if they are missing.
    pub fn follow(&self, method: Method, url: &str) -> Request<'_> {
        Request::new(&self.transport, method, Place::given(url))
    }
}
