//! Sends calls: within the limits, with credentials, and with retries if they are safe and may help.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use url::Url;

use crate::auth::{Auth, Outgoing};
use crate::call::{Broken, Next, Prepared, Progress, Sent};
use crate::clock::ServiceClock;
use crate::hooks::Hooks;
use crate::limits::Permit;
use crate::network::{Network, is_open};
use crate::redact::SharedRedactor;
use crate::retry::Backoff;
use crate::waiting::{SHOWN, waiting};
use crate::{Call, Error, Limits};

/// How often to fetch credentials that expire before the limits let the call pass.
const MAX_PREPARATIONS: u32 = 3;

/// What all calls of a client share.
#[derive(Clone)]
pub(crate) struct Transport {
    pub(crate) name: &'static str,
    pub(crate) base: Url,
    /// The option that the base URL comes from.
    pub(crate) endpoint_from: Option<&'static str>,
    pub(crate) network: Arc<Network>,
    pub(crate) auth: Arc<dyn Auth>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) backoff: Backoff,
    pub(crate) hooks: Hooks,
    pub(crate) max_bytes: usize,
    pub(crate) redactor: Arc<SharedRedactor>,
    pub(crate) seen: Arc<Seen>,
}

/// What the client has learned from earlier calls.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// The service has carried out a call, so the credentials are right.
    pub(crate) has_worked: AtomicBool,
    /// The service has answered.
    pub(crate) has_answered: AtomicBool,
    pub(crate) clock: ServiceClock,
}

impl Transport {
    pub(crate) async fn send(&self, mut request: Prepared) -> Sent {
        let mut progress = Progress::default();
        let result = loop {
            progress.attempt += 1;
            match self.try_once(&mut request, &mut progress).await {
                Ok(Next::Done(response)) => break Ok(*response),
                Ok(Next::Again(wait)) => {
                    self.limits.note(wait, || self.tell(&request.call, Some(wait)));
                    let _waiting = (wait >= SHOWN).then(|| waiting(self.name, Some(wait)));
                    sleep(wait).await;
                }
                Err(error) => break Err(error),
            }
        };
        let may_be_done = progress.may_be_done && !request.is_read;
        Sent { result, may_be_done, call: request.call }
    }

    async fn try_once(
        &self,
        request: &mut Prepared,
        progress: &mut Progress,
    ) -> Result<Next, Error> {
        let host = &self.backoff.host;
        self.open(&request.call, progress)?;
        let permit = self.turn_with_credentials(&request.call).await?;
        // While this call waited for its turn, the service may have answered others.
        self.open(&request.call, progress)?;
        let base = self.base()?;
        let url = request.place.url(&base, &self.hooks.query).map_err(|message| {
            // It may contain a URL from the service.
            let message = self.redactor.redact(&message);
            Error::InvalidRequest { call: request.call.clone(), message }
        })?;
        request.call.path = url.path().into();
        let http = self.network.to(&url)?;
        let call = &request.call;
        let (method, headers, body) =
            (call.method.clone(), request.headers.clone(), request.body.clone());
        let mut outgoing = Outgoing { method, url, headers, body, clock: None };
        self.auth.sign(&mut outgoing, host)?;
        let attempted = self.exchange(http, request, outgoing.clone(), progress.attempt).await;
        match attempted {
            Ok(response) => self.decide(request, progress, &outgoing, response, permit).await,
            Err(Broken::Failed(error)) => Err(error),
            Err(Broken::Off { was_sent, fault, cause }) => {
                drop(permit);
                progress.may_be_done |= was_sent;
                self.broke_off(request, progress, &outgoing.url, (was_sent, fault, cause))
            }
        }
    }

    /// The current base URL of calls.
    pub(crate) fn base(&self) -> Result<Url, Error> {
        let Some(base) = self.auth.base() else { return Ok(self.base.clone()) };
        if is_open(&base) && !is_open(&self.base) {
            let message = "the service redirects to an unencrypted URL after the login";
            return Err(Error::option(message, None));
        }
        Ok(base)
    }

    /// Refuses to send what the service has just refused for longer than the user waits.
    fn open(&self, call: &Call, progress: &Progress) -> Result<(), Error> {
        let patience = self.backoff.retry.max_retry_after;
        let Some(closed) = self.limits.closed(&call.method, patience) else { return Ok(()) };
        Err(Error::Throttled {
            call: call.clone(),
            status: closed.status,
            message: closed.message,
            attempts: progress.attempt.saturating_sub(1),
            wait: Some(closed.until.saturating_duration_since(Instant::now())),
        })
    }

    /// Waits for credentials, then for the limits.
    async fn turn_with_credentials(&self, call: &Call) -> Result<Permit, Error> {
        let mut tries = 0;
        loop {
            tries += 1;
            // Before the permit is taken: a login needs one as well.
            self.auth.prepare(&self.backoff.host).await?;
            self.redactor.learn(&self.auth.secrets());
            let permit = self.acquire(call).await;
            // If tokens expire at once, the last one is used.
            if self.auth.is_ready() || tries >= MAX_PREPARATIONS {
                return Ok(permit);
            }
        }
    }

    async fn acquire(&self, call: &Call) -> Permit {
        self.limits.acquire_noting(&call.method, self.name, || self.tell(call, None)).await
    }

    /// Says why nothing happens for a while.
    fn tell(&self, call: &Call, wait: Option<Duration>) {
        let seconds = wait.map(|wait| format!(" {} s", wait.as_secs_f64().ceil()));
        tracing::info!(
            target: "octodns",
            logger = self.name,
            "{call}: waiting{}: the service allows no more requests for now",
            seconds.unwrap_or_default(),
        );
    }
}
