//! Signing each request.

use std::time::Duration;

use async_trait::async_trait;
use futures::future::BoxFuture;
use octodns_core::Secret;

use super::shared::Shared;
use super::{Auth, Outgoing};
use crate::host::ClockOffset;
use crate::{Error, Host, Response};

type Sign = Box<dyn Fn(&mut Outgoing, &Host) -> Result<(), Error> + Send + Sync>;
type AskTime = Box<dyn Fn(Host) -> BoxFuture<'static, Result<ClockOffset, Error>> + Send + Sync>;

/// Signs each attempt with the time and a nonce of the client's [`Host`].
///
/// ```
/// use octodns_core::Secret;
/// use octodns_http::SigningAuth;
///
/// let key = Secret::new("key");
/// let auth = SigningAuth::new([key.clone()], move |request, host| {
///     // A real one hashes a text like this with the key.
///     let text = format!("{} {} {}", request.method, request.url, host.unix_seconds());
///     request.set_secret("x-signature", format!("{}-{}", key.reveal(), text.len()))
/// });
/// ```
pub struct SigningAuth {
    secrets: Vec<Secret>,
    sign: Sign,
    ask_time: Option<AskTime>,
    is_late: fn(&Response) -> bool,
    /// From which difference on the date of a refusal is the time to sign with.
    dated_from: Option<Duration>,
    offset: Shared<ClockOffset>,
}

impl SigningAuth {
    /// Signs with the function `sign`, which uses `secrets`.
    pub fn new(
        secrets: impl IntoIterator<Item = Secret>,
        sign: impl Fn(&mut Outgoing, &Host) -> Result<(), Error> + Send + Sync + 'static,
    ) -> Self {
        Self {
            secrets: secrets.into_iter().collect(),
            sign: Box::new(sign),
            ask_time: None,
            is_late: |_| false,
            dated_from: None,
            offset: Shared::default(),
        }
    }

    /// Signs with the time of the service: `ask` is called once, before the first request is signed, and again
    /// after [`SigningAuth::late_when`]. It gets the host, whose [`Host::offset_to`] turns the service's time
    /// into an offset.
    #[must_use]
    pub fn with_server_time(
        mut self,
        ask: impl Fn(Host) -> BoxFuture<'static, Result<ClockOffset, Error>> + Send + Sync + 'static,
    ) -> Self {
        self.ask_time = Some(Box::new(ask));
        self
    }

    /// Which refusals of credentials mean that the time of the signature is too far off. The time of the
    /// service is then requested again, and the request is signed anew. Default: none.
    #[must_use]
    pub fn late_when(self, is_late: fn(&Response) -> bool) -> Self {
        Self { is_late, ..self }
    }

    /// Takes the time of the service from refusals of credentials, for services that have no call for it: if the
    /// `Date` of one (RFC 9110, section 6.6.1) is further than `tolerance` from the time of the signature, the request
    /// is signed anew, and so are all others from then on.
    #[must_use]
    pub fn with_time_of_refusals(self, tolerance: Duration) -> Self {
        Self { dated_from: Some(tolerance), ..self }
    }

    /// The offset to the date of a refusal, if the time of the signature is too far from that.
    fn dated(&self, request: &Outgoing, response: &Response, host: &Host) -> Option<ClockOffset> {
        let (tolerance, date) = (self.dated_from?, response.date()?);
        let used = request.clock.as_deref().copied().unwrap_or_default();
        let signed_at = host.with_offset(used).now();
        let difference = date.duration_since(signed_at).unwrap_or_else(|error| error.duration());
        (difference > tolerance).then(|| host.offset_to(date))
    }
}

#[async_trait]
impl Auth for SigningAuth {
    async fn prepare(&self, host: &Host) -> Result<(), Error> {
        if let Some(ask) = &self.ask_time {
            self.offset.get(|_| true, ask(host.clone())).await?;
        }
        Ok(())
    }

    fn sign(&self, request: &mut Outgoing, host: &Host) -> Result<(), Error> {
        request.clock = self.offset.value();
        let host = request.clock.as_ref().map_or(host.clone(), |offset| host.with_offset(**offset));
        (self.sign)(request, &host)
    }

    async fn renew(
        &self,
        request: &Outgoing,
        response: &Response,
        host: &Host,
    ) -> Result<bool, Error> {
        // Of several calls that were signed with the same time, one asks.
        let before = request.clock.as_deref();
        let is_new = |now: &ClockOffset| before.is_none_or(|before| !std::ptr::eq(before, now));
        if let Some(ask) = self.ask_time.as_ref().filter(|_| (self.is_late)(response)) {
            self.offset.get(is_new, ask(host.clone())).await?;
        } else if let Some(offset) = self.dated(request, response, host) {
            self.offset.get(is_new, async { Ok(offset) }).await?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn secrets(&self) -> Vec<Secret> {
        self.secrets.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::{Duration, UNIX_EPOCH};

    use bytes::Bytes;
    use futures::FutureExt as _;
    use http::{HeaderMap, Method};

    use super::*;

    /// Both were signed with the old time, and the second is refused after the first has made good.
    #[tokio::test]
    async fn the_time_is_requested_once_for_calls_that_are_refused_one_after_the_other() {
        let asked = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&asked);
        let auth = SigningAuth::new([], |_, _| Ok(()))
            .with_server_time(move |host| {
                let counted = Arc::clone(&counted);
                async move {
                    let seconds = counted.fetch_add(1, Ordering::Relaxed);
                    Ok(host.offset_to(UNIX_EPOCH + Duration::from_secs(seconds)))
                }
                .boxed()
            })
            .late_when(|_| true);
        let (host, refusal) = (Host::fixed(UNIX_EPOCH), Response::of(403, &[], "late"));
        auth.prepare(&host).await.unwrap();
        let signed = [(); 2].map(|()| {
            let url = "http://127.0.0.1/".parse().unwrap();
            let (method, headers, body) = (Method::GET, HeaderMap::new(), Bytes::new());
            let mut request = Outgoing { method, url, headers, body, clock: None };
            auth.sign(&mut request, &host).unwrap();
            request
        });
        for request in &signed {
            assert!(auth.renew(request, &refusal, &host).await.unwrap());
        }
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }
}
