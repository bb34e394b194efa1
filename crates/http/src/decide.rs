//! Decides whether a response, or none, ends the call or leads to a retry.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::Instant;
use url::Url;

use crate::auth::Outgoing;
use crate::call::{ConnectFault, Next, Prepared, Progress};
use crate::limits::{Closed, Permit};
use crate::line::one_line;
use crate::retry::Backoff;
use crate::transport::Transport;
use crate::waits::asked_wait;
use crate::{Error, Response, Verdict};

impl Transport {
    /// Decides after an attempt without a response from the server at `url`.
    pub(crate) fn broke_off(
        &self,
        request: &Prepared,
        progress: &Progress,
        url: &Url,
        broken: (bool, Option<ConnectFault>, String),
    ) -> Result<Next, Error> {
        let (was_sent, fault, cause) = broken;
        let (call, attempts) = (request.call.clone(), progress.attempt);
        if was_sent && !request.is_repeatable {
            return Err(Error::Indeterminate { call, message: cause });
        }
        let is_final = match fault {
            Some(ConnectFault::OtherProtocol) if was_sent => {
                return Err(Error::Unreachable {
                    call,
                    peer: self.peer(url),
                    attempts,
                    source: cause.into(),
                });
            }
            Some(ConnectFault::NoTrust | ConnectFault::OtherProtocol) => true,
            // A service that has answered is perhaps just being restarted.
            Some(ConnectFault::NoService) => !self.seen.has_answered.load(Ordering::Relaxed),
            None => false,
        };
        let (peer, source) = (self.peer(url), cause.into());
        if is_final {
            return Err(Error::NoConnection { call, peer, source });
        }
        if attempts >= self.backoff.attempts() {
            return Err(Error::Unreachable { call, peer, attempts, source });
        }
        Ok(Next::Again(self.backoff.wait(attempts)))
    }

    /// Host and port of a URL, and the option that has them.
    fn peer(&self, url: &Url) -> String {
        let host = url.host_str().unwrap_or_default();
        let port = url.port_or_known_default().unwrap_or_default();
        let options: Vec<_> =
            self.endpoint_from.into_iter().chain(self.network.proxy_from()).collect();
        match &*options {
            [] => format!("{host}:{port}"),
            options => format!("{host}:{port} (see {})", options.join(" and ")),
        }
    }

    /// Decides after a response; releases the permit.
    pub(crate) async fn decide(
        &self,
        request: &Prepared,
        progress: &mut Progress,
        outgoing: &Outgoing,
        response: Response,
        permit: Permit,
    ) -> Result<Next, Error> {
        let host = &self.backoff.host;
        let verdict = self.hooks.verdict(&response);
        let asked = match verdict {
            Verdict::Throttled => self.wait_when_throttled(&response, progress.attempt),
            Verdict::Success => None,
            _ => asked_wait(&response, &[], host),
        };
        let is_patient = asked.is_none_or(|wait| wait <= self.backoff.retry.max_retry_after);
        self.heed(&response, verdict, asked.filter(|_| is_patient), outgoing, &permit);
        drop(permit);
        progress.may_be_done |= verdict == Verdict::Unavailable;
        match verdict {
            Verdict::Success => Ok(Next::Done(Box::new(response))),
            Verdict::Unauthorized if !progress.was_renewed => {
                progress.was_renewed = self.auth.renew(outgoing, &response, host).await?;
                self.redactor.learn(&self.auth.secrets());
                if progress.was_renewed {
                    return Ok(Next::Again(Duration::ZERO));
                }
                Err(self.refusal(request, outgoing, &response, verdict, progress.attempt, None))
            }
            Verdict::Throttled | Verdict::Unavailable
                if is_patient
                    && progress.attempt < self.attempts(&response)
                    && (request.is_repeatable || verdict == Verdict::Throttled) =>
            {
                let wait = self.backoff.wait(progress.attempt);
                Ok(Next::Again(wait.max(asked.unwrap_or_default())))
            }
            _ => Err(self.refusal(request, outgoing, &response, verdict, progress.attempt, asked)),
        }
    }

    /// Learns from a response what concerns all calls, whether this one is retried or not.
    fn heed(
        &self,
        response: &Response,
        verdict: Verdict,
        wait: Option<Duration>,
        outgoing: &Outgoing,
        permit: &Permit,
    ) {
        for quota in &self.hooks.quotas {
            if let Some((scope, left)) = quota.read(response, &outgoing.method, &self.backoff.host)
            {
                permit.observe(scope, left);
            }
        }
        if let Some(wait) = wait {
            self.limits.pause(wait);
        }
        match verdict {
            Verdict::Throttled => permit.throttled(),
            Verdict::Success => {
                permit.accepted();
                self.auth.accepted(outgoing);
                self.seen.has_worked.store(true, Ordering::Relaxed);
            }
            _ => {}
        }
    }

    /// How long to wait when throttled: from the service, or else from the provider.
    fn wait_when_throttled(&self, response: &Response, attempt: u32) -> Option<Duration> {
        let Backoff { retry, host } = &self.backoff;
        let said = asked_wait(response, &self.hooks.wait_headers, host);
        said.or_else(|| {
            let rule = self.hooks.throttle(response)?;
            let said = rule.said_wait(response, host);
            said.or_else(|| Some(rule.wait(attempt)?.min(retry.max_retry_after)))
        })
    }

    /// The maximum number of attempts for a call with this response.
    fn attempts(&self, response: &Response) -> u32 {
        let most = self.backoff.attempts();
        if self.may_be_credentials(response) { most.min(2) } else { most }
    }

    /// Whether the service also throttles wrong credentials, and these were never accepted.
    fn may_be_credentials(&self, response: &Response) -> bool {
        !self.seen.has_worked.load(Ordering::Relaxed)
            && self.hooks.throttle(response).is_some_and(|rule| rule.perhaps_credentials)
    }

    /// The error for a response that refuses the call.
    fn refusal(
        &self,
        request: &Prepared,
        outgoing: &Outgoing,
        response: &Response,
        verdict: Verdict,
        attempts: u32,
        wait: Option<Duration>,
    ) -> Error {
        let (call, status) = (response.call.clone(), response.status.as_u16());
        // Redact first: a secret that is cut in the middle would be partly visible.
        let message = self.redactor.redact(&self.hooks.error_message(response));
        let mut message = one_line(&without_credentials(message, outgoing));
        if let Some(place) = response.leads_to() {
            message = format!("{message}: it leads to {}", self.redactor.redact(&place));
        }
        match verdict {
            Verdict::Unauthorized => Error::Unauthorized { call, status, message },
            Verdict::NotFound => Error::NotFound { call, status, message },
            Verdict::Throttled => {
                if let Some(wait) = wait {
                    let (method, until) = (call.method.clone(), Instant::now() + wait);
                    let message = message.clone();
                    self.limits.close(Closed { method, until, status, message });
                }
                if self.may_be_credentials(response) {
                    message.push_str("; the service gives the same answer for wrong credentials");
                }
                Error::Throttled { call, status, message, attempts, wait }
            }
            Verdict::Unavailable if request.is_repeatable => {
                Error::Unavailable { call, status, message, attempts, wait }
            }
            Verdict::Unavailable => {
                Error::Indeterminate { call, message: format!("{status}: {message}") }
            }
            Verdict::Success | Verdict::Refused => Error::Refused { call, status, message },
        }
    }
}

/// A text without the credentials that only this request had, such as its signature.
fn without_credentials(text: String, outgoing: &Outgoing) -> String {
    let sensitive = outgoing.headers.values().filter(|value| value.is_sensitive());
    let sensitive =
        sensitive.filter_map(|value| value.to_str().ok()).filter(|text| !text.is_empty());
    sensitive.fold(text, |text, credentials| text.replace(credentials, "***"))
}
