//! The client: sends requests in turn, and again where that is safe.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use http::Method;
use octodns_core::Hidden;
use tokio::time::{Instant, sleep};
use url::Url;

use crate::auth::{Auth, Outgoing};
use crate::builder::{Clock, Jitter, Verdicts};
use crate::retry::asked_wait;
use crate::words::one_line;
use crate::{Answer, Builder, Call, Error, Limits, Request, Retry, Verdict};

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
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) http: reqwest::Client,
    pub(crate) name: &'static str,
    pub(crate) base: Url,
    pub(crate) auth: Arc<dyn Auth>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) retry: Retry,
    pub(crate) words: Arc<dyn Fn(&Answer) -> String + Send + Sync>,
    pub(crate) verdicts: Verdicts,
    pub(crate) clock: Clock,
    pub(crate) jitter: Jitter,
    pub(crate) most_bytes: usize,
    pub(crate) hidden: Arc<Hidden>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({} at {})", self.inner.name, self.inner.base)
    }
}

impl Client {
    /// Starts a client for a service: `name` (a provider's short name) is what it calls itself, `base`
    /// the URL all paths are below.
    pub fn builder(name: &'static str, base: &str) -> Builder {
        Builder::new(name, base)
    }

    /// The URL all paths are below.
    pub fn base(&self) -> &Url {
        &self.inner.base
    }

    /// A text that may be the service's, without our secrets.
    pub fn hide(&self, text: &str) -> String {
        self.inner.hidden.hide(text)
    }

    /// How often a call is tried.
    pub(crate) fn attempts(&self) -> u32 {
        self.inner.retry.attempts
    }

    /// Starts a request; each element of `path` is one segment, whatever characters it has.
    pub fn request(&self, method: Method, path: &[&str]) -> Request<'_> {
        Request::new(self, method, below(&self.inner.base, path))
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
    /// same origin, since the credentials go there.
    pub fn follow(&self, method: Method, url: &str) -> Request<'_> {
        let base = &self.inner.base;
        let url = base.join(url).map_err(|error| format!("\"{url}\" is no URL: {error}"));
        let url = url.and_then(|url| {
            if url.origin() == base.origin() {
                Ok(url)
            } else {
                Err(format!(
                    "the service sends us to another host, {}",
                    url.origin().ascii_serialization()
                ))
            }
        });
        Request::new(self, method, url)
    }

    pub(crate) async fn send(
        &self,
        call: Call,
        outgoing: Outgoing,
        is_repeatable: bool,
    ) -> Result<Answer, Error> {
        let inner = &*self.inner;
        let mut was_renewed = false;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let turn = inner.limits.turn().await;
            let outcome = inner.attempt(&call, outgoing.clone(), attempt).await;
            drop(turn);
            let answer = match outcome {
                Ok(answer) => answer,
                Err(Attempted::Failed(error)) => return Err(error),
                Err(Attempted::BrokeOff { was_sent, cause }) => {
                    if was_sent && !is_repeatable {
                        return Err(Error::Unsure { call, message: cause });
                    }
                    if attempt >= inner.retry.attempts {
                        return Err(Error::Unreachable {
                            call,
                            attempts: attempt,
                            source: cause.into(),
                        });
                    }
                    sleep(inner.retry.wait(attempt, (inner.jitter)())).await;
                    continue;
                }
            };
            let verdict = (inner.verdicts)(&answer).unwrap_or_else(|| Verdict::of(answer.status));
            match verdict {
                Verdict::Fine => return Ok(answer),
                Verdict::Unauthorized if !was_renewed && inner.auth.renew().await? => {
                    was_renewed = true;
                }
                Verdict::Throttled | Verdict::Broken
                    if attempt < inner.retry.attempts
                        && (is_repeatable || verdict == Verdict::Throttled) =>
                {
                    let asked = asked_wait(&answer, (inner.clock)());
                    if asked.is_some_and(|wait| wait > inner.retry.patience) {
                        return Err(inner.refusal(&answer, verdict, attempt, is_repeatable));
                    }
                    if let Some(wait) = asked.filter(|_| verdict == Verdict::Throttled) {
                        inner.limits.pause(wait);
                    }
                    sleep(
                        inner.retry.wait(attempt, (inner.jitter)()).max(asked.unwrap_or_default()),
                    )
                    .await;
                }
                _ => return Err(inner.refusal(&answer, verdict, attempt, is_repeatable)),
            }
        }
    }
}

/// Why an attempt brought no answer.
enum Attempted {
    /// Another attempt would not help.
    Failed(Error),
    /// The connection did not hold.
    BrokeOff { was_sent: bool, cause: String },
}

impl Inner {
    async fn attempt(
        &self,
        call: &Call,
        mut outgoing: Outgoing,
        attempt: u32,
    ) -> Result<Answer, Attempted> {
        self.auth.sign(&mut outgoing).await.map_err(Attempted::Failed)?;
        let start = Instant::now();
        let mut request =
            self.http.request(outgoing.method, outgoing.url).headers(outgoing.headers);
        if !outgoing.body.is_empty() {
            request = request.body(outgoing.body);
        }
        let broke_off = |error: reqwest::Error| {
            let was_sent = !error.is_connect();
            let cause = self.hidden.hide(&chain(error));
            self.log(call, attempt, start.elapsed(), &format_args!("no answer: {cause}"));
            Attempted::BrokeOff { was_sent, cause }
        };
        let mut response = request.send().await.map_err(broke_off)?;
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(broke_off)? {
            if body.len() + chunk.len() > self.most_bytes {
                let (call, limit) = (call.clone(), self.most_bytes);
                return Err(Attempted::Failed(Error::TooLarge { call, limit }));
            }
            body.extend_from_slice(&chunk);
        }
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        self.log(call, attempt, start.elapsed(), &status.as_u16());
        let (call, body, hidden) = (call.clone(), body.freeze(), Arc::clone(&self.hidden));
        Ok(Answer { call, status, headers, body, hidden })
    }

    fn log(&self, call: &Call, attempt: u32, took: Duration, result: &dyn fmt::Display) {
        tracing::debug!(
            target: "octodns",
            logger = self.name,
            "{call}: {result} (attempt {attempt}, {} ms)",
            took.as_millis(),
        );
    }

    /// The error for an answer that says no.
    fn refusal(
        &self,
        answer: &Answer,
        verdict: Verdict,
        attempts: u32,
        is_repeatable: bool,
    ) -> Error {
        let (call, status) = (answer.call.clone(), answer.status.as_u16());
        // First, as what is cut short in the middle of a secret would show the rest.
        let message = one_line(&self.hidden.hide(&(self.words)(answer)));
        match verdict {
            Verdict::Unauthorized => Error::Unauthorized { call, status, message },
            Verdict::NotFound => Error::NotFound { call, status, message },
            Verdict::Throttled => {
                let wait = asked_wait(answer, (self.clock)());
                Error::Throttled { call, status, message, attempts, wait }
            }
            Verdict::Broken if is_repeatable => Error::Broken { call, status, message, attempts },
            Verdict::Broken => Error::Unsure { call, message: format!("{status}: {message}") },
            Verdict::Fine | Verdict::Refused => Error::Refused { call, status, message },
        }
    }
}

/// What became of a connection, with all causes and without the URL, whose query may hold a secret.
fn chain(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        let words = inner.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        cause = inner.source();
    }
    text
}

/// The URL of a path below the base. Segments that a URL would not keep would lead elsewhere.
fn below(base: &Url, path: &[&str]) -> Result<Url, String> {
    if let Some(odd) = path.iter().find(|segment| matches!(**segment, "" | "." | "..")) {
        return Err(format!("\"{odd}\" cannot be a part of a path"));
    }
    let mut url = base.clone();
    match url.path_segments_mut() {
        Ok(mut segments) => drop(segments.pop_if_empty().extend(path)),
        Err(()) => return Err(format!("{base} has no paths")),
    }
    Ok(url)
}
