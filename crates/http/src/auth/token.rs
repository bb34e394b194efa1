//! Tokens with a limited lifetime.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use http::{HeaderName, HeaderValue, StatusCode};
use octodns_core::Secret;
use tokio::time::Instant;
use url::Url;

use super::headers::secret_header;
use super::shared::Shared;
use super::{Auth, Outgoing};
use crate::network::base_url;
use crate::waits::rfc3339;
use crate::{Error, Host, Response};

/// How long before its end a token is renewed; a fifth of its lifetime if that is less.
const MARGIN: Duration = Duration::from_secs(60);

/// A token from a service.
#[derive(Clone, Debug)]
pub struct Token {
    text: Secret,
    lifetime: Option<Duration>,
    base: Option<Url>,
    secrets: Vec<Secret>,
}

impl Token {
    /// A token without a known lifetime.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: Secret::new(text), lifetime: None, base: None, secrets: Vec::new() }
    }

    /// The lifetime of the token.
    #[must_use]
    pub fn lifetime(self, lifetime: Duration) -> Self {
        Self { lifetime: Some(lifetime), ..self }
    }

    /// When the token expires, as RFC 3339 has it, seen from `now`, the time of the service. A time in the past, or
    /// one that is not valid, says nothing: the token then lives until the service rejects it.
    #[must_use]
    pub fn expires_at(self, text: &str, now: SystemTime) -> Self {
        let end = rfc3339(text).and_then(|end| end.duration_since(now).ok());
        Self { lifetime: end.filter(|lifetime| !lifetime.is_zero()), ..self }
    }

    /// The base URL of calls from now on, as the service gives it. It must be https or lead to this machine, unless
    /// the client was built for http.
    ///
    /// # Errors
    ///
    /// Refuses a URL that is not valid for a service.
    pub fn base(self, base: &str) -> Result<Self, Error> {
        Ok(Self { base: Some(base_url(base, None)?), ..self })
    }

    /// Another secret to redact, such as a refresh token.
    #[must_use]
    pub fn redact(mut self, secret: &Secret) -> Self {
        self.secrets.push(secret.clone());
        self
    }
}

/// Gets tokens: logs in.
#[async_trait]
pub trait TokenSource: Send + Sync {
    /// Fetches a new token. Never called concurrently; called if there is no token yet, before it expires,
    /// and when the service rejects it. It must use another [`Client`], since the calls of this one wait for
    /// the token; that client redacts secrets in its errors.
    ///
    /// [`Client`]: crate::Client
    ///
    /// # Errors
    ///
    /// Fails if the service gives none. Every waiting call gets this error.
    async fn fetch(&self, host: &Host) -> Result<Token, Error>;

    /// The credentials of the login: they are redacted, and identify the account.
    fn secrets(&self) -> Vec<Secret> {
        Vec::new()
    }
}

/// Sends a token that is fetched on first use and renewed before it expires. See [`TokenSource`].
pub struct TokenAuth {
    source: Box<dyn TokenSource>,
    header: &'static str,
    scheme: &'static str,
    ended: fn(&Response) -> bool,
    held: Shared<Held>,
}

/// The token in use.
struct Held {
    token: Token,
    header: (HeaderName, HeaderValue),
    /// When to renew it.
    renew_at: Option<Instant>,
    /// Whether the service has accepted it. If a token was never accepted, a new one would not help.
    is_accepted: AtomicBool,
    /// Whether the service said that it has expired.
    has_ended: AtomicBool,
}

impl Held {
    fn is_good(&self) -> bool {
        !self.has_ended.load(Ordering::Relaxed)
            && self.renew_at.is_none_or(|renew_at| Instant::now() < renew_at)
    }

    fn is_of(&self, request: &Outgoing) -> bool {
        let (name, value) = &self.header;
        request.headers.get(name) == Some(value)
    }
}

impl TokenAuth {
    /// Sends `Authorization: Bearer TOKEN` (RFC 6750, section 2.1).
    pub fn bearer(source: impl TokenSource + 'static) -> Self {
        Self::header("authorization", "Bearer ", source)
    }

    /// Sends the token in a header, after `scheme`.
    pub fn header(
        header: &'static str,
        scheme: &'static str,
        source: impl TokenSource + 'static,
    ) -> Self {
        let ended = |response: &Response| response.status() == StatusCode::UNAUTHORIZED;
        Self { source: Box::new(source), header, scheme, ended, held: Shared::default() }
    }

    /// Which responses mean that a token has expired. Default: those with status 401; 403 means valid
    /// credentials without the necessary rights.
    #[must_use]
    pub fn expired_when(self, ended: fn(&Response) -> bool) -> Self {
        Self { ended, ..self }
    }

    async fn fetch(&self, host: &Host, is_renewal: bool) -> Result<Held, Error> {
        let token = self.source.fetch(host).await?;
        let header = secret_header(self.header, self.scheme, &token.text)?;
        let life = token.lifetime.map(|life| life.saturating_sub(MARGIN.min(life / 5)));
        let renew_at = life.and_then(|life| Instant::now().checked_add(life));
        let (is_accepted, has_ended) = (AtomicBool::new(!is_renewal), AtomicBool::new(false));
        Ok(Held { token, header, renew_at, is_accepted, has_ended })
    }
}

#[async_trait]
impl Auth for TokenAuth {
    async fn prepare(&self, host: &Host) -> Result<(), Error> {
        let is_renewal =
            self.held.value().is_some_and(|held| held.has_ended.load(Ordering::Relaxed));
        self.held.get(Held::is_good, self.fetch(host, is_renewal)).await.map(drop)
    }

    fn is_ready(&self) -> bool {
        self.held.value().is_some_and(|held| held.is_good())
    }

    fn sign(&self, request: &mut Outgoing, _: &Host) -> Result<(), Error> {
        let held = self.held.value().ok_or_else(|| Error::unsigned("there is no token"))?;
        let (name, value) = held.header.clone();
        request.headers.insert(name, value);
        Ok(())
    }

    fn base(&self) -> Option<Url> {
        self.held.value()?.token.base.clone()
    }

    async fn renew(
        &self,
        request: &Outgoing,
        response: &Response,
        host: &Host,
    ) -> Result<bool, Error> {
        if !(self.ended)(response) {
            return Ok(false);
        }
        // Another call may have renewed it since the request was signed.
        if let Some(held) = self.held.value().filter(|held| held.is_of(request)) {
            if !held.is_accepted.load(Ordering::Relaxed) {
                return Ok(false);
            }
            // No call uses it from now on.
            held.has_ended.store(true, Ordering::Relaxed);
        }
        self.held.get(Held::is_good, self.fetch(host, true)).await?;
        Ok(true)
    }

    fn accepted(&self, request: &Outgoing) {
        if let Some(held) = self.held.value().filter(|held| held.is_of(request)) {
            held.is_accepted.store(true, Ordering::Relaxed);
        }
    }

    fn secrets(&self) -> Vec<Secret> {
        let mut secrets = self.source.secrets();
        if let Some(held) = self.held.value() {
            secrets.push(held.token.text.clone());
            secrets.extend(held.token.secrets.iter().cloned());
        }
        secrets
    }
}

impl fmt::Debug for TokenAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenAuth").field("header", &self.header).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicU64;

    use bytes::Bytes;
    use http::{HeaderMap, Method};

    use super::*;

    /// Returns the tokens 1, 2 ... with this lifetime.
    struct Counter {
        given: Arc<AtomicU64>,
        lifetime: Option<Duration>,
    }

    #[async_trait]
    impl TokenSource for Counter {
        async fn fetch(&self, _: &Host) -> Result<Token, Error> {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let token = Token::new((self.given.fetch_add(1, Ordering::SeqCst) + 1).to_string());
            Ok(Token { lifetime: self.lifetime, ..token })
        }
    }

    fn auth(lifetime: Option<u64>) -> (TokenAuth, Arc<AtomicU64>) {
        let given = Arc::new(AtomicU64::new(0));
        let lifetime = lifetime.map(Duration::from_secs);
        (TokenAuth::bearer(Counter { given: Arc::clone(&given), lifetime }), given)
    }

    #[test]
    fn a_token_lives_until_the_time_that_the_service_says() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        for (text, seconds) in [
            ("1994-11-06T09:49:37.500Z", Some(3600.5)),
            ("1994-11-06T09:49:37+01:00", None),
            ("1994-11-06T08:49:37Z", None),
            ("2014-11-24", None),
            ("", None),
        ] {
            let token = Token::new("x").expires_at(text, now);
            assert_eq!(token.lifetime.map(|lifetime| lifetime.as_secs_f64()), seconds, "{text}");
        }
    }

    async fn signed(auth: &TokenAuth) -> Outgoing {
        let host = Host::default();
        auth.prepare(&host).await.unwrap();
        let mut request = Outgoing {
            method: Method::GET,
            url: "http://127.0.0.1/".parse().unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            clock: None,
        };
        auth.sign(&mut request, &host).unwrap();
        request
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_renewed_before_it_expires() {
        for (lifetime, at, tokens) in [
            (Some(3600), 3530, 1),
            (Some(3600), 3545, 2),
            // One with a short lifetime is not renewed all the time.
            (Some(10), 7, 1),
            (Some(10), 9, 2),
            (Some(0), 0, 2),
            (None, 1_000_000, 1),
        ] {
            let (auth, given) = auth(lifetime);
            signed(&auth).await;
            tokio::time::sleep(Duration::from_secs(at)).await;
            let request = signed(&auth).await;
            assert_eq!(given.load(Ordering::SeqCst), tokens, "{lifetime:?} after {at} s");
            assert_eq!(request.headers["authorization"], format!("Bearer {tokens}"));
            assert!(!format!("{request:?} {auth:?}").contains("Bearer"));
        }
    }

    /// Calls whose token was renewed in the meantime use the new one.
    #[tokio::test(start_paused = true)]
    async fn calls_that_were_refused_together_renew_once() {
        let (auth, given) = auth(None);
        let request = signed(&auth).await;
        let (host, refusal) = (Host::default(), Response::of(401, &[], ""));
        let renew = || auth.renew(&request, &refusal, &host);
        let renewed = futures::future::join_all((0..5).map(|_| renew())).await;
        assert!(renewed.into_iter().all(Result::unwrap));
        assert_eq!(given.load(Ordering::SeqCst), 2);
        // The new token was never accepted, so another would not help.
        let request = signed(&auth).await;
        assert!(!auth.renew(&request, &refusal, &host).await.unwrap());
        auth.accepted(&request);
        assert!(auth.renew(&request, &refusal, &host).await.unwrap());
        assert_eq!(given.load(Ordering::SeqCst), 3);
    }
}
