//! One request and its response, or why there is none.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::BytesMut;
use tokio::time::Instant;

use crate::auth::Outgoing;
use crate::call::{Broken, ConnectFault, Prepared};
use crate::error::chain;
use crate::transport::Transport;
use crate::{Call, Error, Response};

impl Transport {
    /// Sends a request once and reads its response.
    pub(crate) async fn exchange(
        &self,
        http: &reqwest::Client,
        request: &Prepared,
        outgoing: Outgoing,
        attempt: u32,
    ) -> Result<Response, Broken> {
        let call = &request.call;
        let (start, sent) = (Instant::now(), self.backoff.host.uncorrected());
        let url = outgoing.url.clone();
        let mut sending = http.request(outgoing.method, outgoing.url).headers(outgoing.headers);
        if !outgoing.body.is_empty() {
            sending = sending.body(outgoing.body);
        }
        let broke_off = |error: reqwest::Error| {
            let was_sent = !error.is_connect() && !error.is_builder();
            let is_plain = url.scheme() == "http";
            let fault = if was_sent {
                ConnectFault::of_answer(&error).filter(|_| is_plain)
            } else {
                ConnectFault::of(&error)
            };
            let mut cause = self.redactor.redact(&chain(&error.without_url()));
            if fault == Some(ConnectFault::OtherProtocol) {
                let hint = if is_plain {
                    "its answer is not HTTP; if it expects TLS, write https://"
                } else {
                    "it does not speak TLS there; write another port, or http://"
                };
                cause = format!("{hint} ({cause})");
            }
            self.log(call, attempt, start.elapsed(), &format_args!("no answer: {cause}"));
            Broken::Off { was_sent, fault, cause }
        };
        let mut response = sending.send().await.map_err(broke_off)?;
        self.seen.has_answered.store(true, Ordering::Relaxed);
        let answered = self.backoff.host.uncorrected();
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(broke_off)? {
            if body.len() + chunk.len() > self.max_bytes {
                let (call, limit) = (call.clone(), self.max_bytes);
                let error = Error::TooLarge { call, limit };
                // An endless response to a change says nothing about its outcome.
                let error =
                    if request.is_read { error } else { error.indeterminate(&request.call) };
                return Err(Broken::Failed(error));
            }
            body.extend_from_slice(&chunk);
        }
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        self.log(call, attempt, start.elapsed(), &status.as_u16());
        let response = Response {
            call: call.clone(),
            status,
            headers,
            body: body.freeze(),
            url,
            is_read: request.is_read,
            redactor: Arc::clone(&self.redactor),
        };
        self.seen.clock.note(sent, answered, &response);
        Ok(response)
    }

    fn log(&self, call: &Call, attempt: u32, took: Duration, result: &dyn fmt::Display) {
        tracing::debug!(
            target: "octodns",
            logger = self.name,
            "{call}: {result} (attempt {attempt}, {} ms)",
            took.as_millis(),
        );
    }
}
