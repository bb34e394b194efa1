//! Tokens that a service gives for a while.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use http::{HeaderName, HeaderValue, StatusCode};
use octodns_core::Secret;
use tokio::time::Instant;
use url::Url;

use super::headers::secret_header;
use super::shared::Shared;
use super::{Auth, Outgoing};
use crate::{Error, Host, Response};

/// A token is renewed so long before it ends, or earlier than that by a fifth of its life if it is short.
const MARGIN: Duration = Duration::from_secs(60);

/// A token, as a service gave it.
#[derive(Clone, Debug)]
pub struct Token {
    text: Secret,
    lifetime: Option<Duration>,
    base: Option<Url>,
    secrets: Vec<Secret>,
}

impl Token {
    /// A token without an end that is known.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: Secret::new(text), lifetime: None, base: None, secrets: Vec::new() }
    }

    /// It ends after such a time.
    #[must_use]
    pub fn lifetime(self, lifetime: Duration) -> Self {
        Self { lifetime: Some(lifetime), ..self }
    }

    /// Calls are below this URL from now on. Where the client was made for https, it must be https.
    #[must_use]
    pub fn base(self, base: Url) -> Self {
        Self { base: Some(base), ..self }
    }

    /// This came with it and must not be shown either: a token to renew it with, say.
    #[must_use]
    pub fn redact(mut self, secret: &Secret) -> Self {
        self.secrets.push(secret.clone());
        self
    }
}

/// Gets tokens: logs in.
#[async_trait]
pub trait TokenSource: Send + Sync {
    /// A new token. Called by one call at a time, when there is none yet, when it is about to end, and when
    /// the service says that it is no good. The calls it makes are those of another [`Client`], as this
    /// one's wait for the token; that client keeps secrets out of its errors.
    ///
    /// [`Client`]: crate::Client
    ///
    /// # Errors
    ///
    /// Fails when the service gives none. Every call that waits fails so.
    async fn fetch(&self, host: &Host) -> Result<Token, Error>;

    /// What it logs in with: must not be shown, and tells accounts apart.
    fn secrets(&self) -> Vec<Secret> {
        Vec::new()
    }
}

/// Sends a token that is fetched when it is first needed and renewed before it ends. See [`TokenSource`].
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
    /// When it is to be renewed.
    renew_at: Option<Instant>,
    /// Whether the service took it once. One that it never took is not made good by another.
    is_accepted: AtomicBool,
    /// Whether the service said that it has ended.
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

    /// Says which answers mean that a token has ended. Default: those with status 401; 403 is taken for
    /// credentials that are good and not good enough.
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
        // It may have been renewed since the request was signed.
        if let Some(held) = self.held.value().filter(|held| held.is_of(request)) {
            if !held.is_accepted.load(Ordering::Relaxed) {
                return Ok(false);
            }
            // From now on nobody sends it.
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

    /// Gives the tokens 1, 2 ... that live so long.
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

    async fn signed(auth: &TokenAuth) -> Outgoing {
        let host = Host::default();
        auth.prepare(&host).await.unwrap();
        let mut request = Outgoing {
            method: Method::GET,
            url: "http://127.0.0.1/".parse().unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        };
        auth.sign(&mut request, &host).unwrap();
        request
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_renewed_before_it_ends() {
        for (lifetime, at, tokens) in [
            (Some(3600), 3530, 1),
            (Some(3600), 3545, 2),
            // A short one is not renewed all the time.
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

    /// Those whose token was renewed meanwhile take the new one.
    #[tokio::test(start_paused = true)]
    async fn calls_that_were_refused_together_renew_once() {
        let (auth, given) = auth(None);
        let request = signed(&auth).await;
        let (host, refusal) = (Host::default(), Response::of(401, &[], ""));
        let renew = || auth.renew(&request, &refusal, &host);
        let renewed = futures::future::join_all((0..5).map(|_| renew())).await;
        assert!(renewed.into_iter().all(Result::unwrap));
        assert_eq!(given.load(Ordering::SeqCst), 2);
        // The new one was never taken: another is no better.
        let request = signed(&auth).await;
        assert!(!auth.renew(&request, &refusal, &host).await.unwrap());
        auth.accepted(&request);
        assert!(auth.renew(&request, &refusal, &host).await.unwrap());
        assert_eq!(given.load(Ordering::SeqCst), 3);
    }
}
