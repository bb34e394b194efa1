//! A request, while it is put together.

use std::fmt::{self, Display};

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::{Prepared, Sent};
use crate::error::optional;
use crate::place::Place;
use crate::transport::Transport;
use crate::{Call, Error, Response};

/// A request, to be sent by one of `read`, `read_optional`, `send_ok` and `send`.
#[must_use = "a request does nothing until it is sent"]
#[derive(Clone)]
pub struct Request<'c> {
    transport: &'c Transport,
    prepared: Prepared,
    /// What is wrong with it, told when it is sent.
    fault: Option<String>,
}

/// Method and path alone: query, headers and body may hold a secret, those of a login do.
impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({})", self.prepared.call)
    }
}

impl<'c> Request<'c> {
    pub(crate) fn new(transport: &'c Transport, method: Method, place: Place) -> Self {
        // Checked once more when it is sent: a login may tell another base.
        let (path, fault) = match place.url(&transport.base, &transport.hooks.query) {
            Ok(url) => (url.path().into(), None),
            Err(fault) => (transport.base.path().into(), Some(fault)),
        };
        let fault = fault.filter(|_| transport.auth.base().is_none());
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let is_read = matches!(method, Method::GET | Method::HEAD | Method::OPTIONS);
        // RFC 9110, section 9.2.2.
        let is_repeatable = !matches!(method, Method::POST | Method::PATCH);
        let call = Call { method, path };
        let body = Bytes::new();
        let prepared = Prepared { call, place, headers, body, is_repeatable, is_read };
        Self { transport, prepared, fault }
    }

    /// Ends the path in a slash, as some services want it.
    pub fn trailing_slash(mut self) -> Self {
        self.prepared.place.slash = true;
        self
    }

    /// Adds a parameter to the query.
    pub fn query(mut self, name: &str, value: impl Display) -> Self {
        self.prepared.place.query.push((name.to_owned(), value.to_string()));
        self
    }

    /// Adds a header, or replaces one of the kit's.
    pub fn header(mut self, name: &'static str, value: impl Display) -> Self {
        match (HeaderName::try_from(name), HeaderValue::try_from(value.to_string())) {
            (Ok(name), Ok(value)) => drop(self.prepared.headers.insert(name, value)),
            _ => self.fault = Some(format!("the header {name} cannot be sent")),
        }
        self
    }

    /// Sends a body of JSON.
    pub fn json<T: Serialize + ?Sized>(mut self, body: &T) -> Self {
        match serde_json::to_vec(body) {
            Ok(json) => self.body("application/json", json),
            Err(error) => {
                self.fault = Some(format!("the body is not valid JSON: {error}"));
                self
            }
        }
    }

    /// Sends a body of form fields.
    pub fn form<'f>(self, fields: impl IntoIterator<Item = (&'f str, &'f str)>) -> Self {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in fields {
            form.append_pair(name, value);
        }
        self.body("application/x-www-form-urlencoded", form.finish())
    }

    /// Sends a body of any kind.
    pub fn body(mut self, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        self.prepared.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        self.prepared.body = body.into();
        self
    }

    /// Says that doing this twice is the same as doing it once, though its method is POST or PATCH, so
    /// that it is sent again when it is not known whether it was carried out.
    pub fn repeatable(mut self) -> Self {
        self.prepared.is_repeatable = true;
        self
    }

    /// Says that this changes nothing, though its method is not GET: a search or a login. It is sent again
    /// like GET, and what was interrupted has failed.
    pub fn read_only(mut self) -> Self {
        self.prepared.is_repeatable = true;
        self.prepared.is_read = true;
        self
    }

    /// Says that doing this twice is not the same as doing it once, whatever its method.
    pub fn once(mut self) -> Self {
        self.prepared.is_repeatable = false;
        self
    }

    /// Sends the request and reads the JSON of the answer.
    ///
    /// # Errors
    ///
    /// Fails as [`Request::send`] does, and when the answer is not what the type asks for.
    pub async fn read<T: DeserializeOwned>(self) -> Result<T, Error> {
        self.send().await?.json()
    }

    /// Sends the request and reads the JSON of the answer; `None` when the service says there is no such
    /// thing.
    ///
    /// # Errors
    ///
    /// Fails as [`Request::read`] does.
    pub async fn read_optional<T: DeserializeOwned>(self) -> Result<Option<T>, Error> {
        optional(self.read().await)
    }

    /// Sends the request; what is answered does not matter.
    ///
    /// # Errors
    ///
    /// Fails as [`Request::send`] does.
    pub async fn send_ok(self) -> Result<(), Error> {
        self.send().await.map(drop)
    }

    /// Sends a deletion: that there is no such thing any more is as good as having deleted it.
    ///
    /// # Errors
    ///
    /// Fails as [`Request::send`] does.
    pub async fn send_ok_or_missing(self) -> Result<(), Error> {
        let sent = self.sent().await;
        // Whether an attempt before had deleted it does not matter.
        if matches!(sent.result, Err(Error::NotFound { .. })) {
            return Ok(());
        }
        sent.settled().map(drop)
    }

    /// Creates something exactly once. When the request is interrupted, `lookup` is sent, which finds the new
    /// thing if it was created; otherwise the request is sent again, after a pause.
    ///
    /// # Errors
    ///
    /// Fails as [`Request::send`] does. [`Error::Indeterminate`] means that looking did not help.
    pub async fn create_once(self, lookup: Request<'_>) -> Result<(), Error> {
        let backoff = &self.transport.backoff;
        let mut attempt = 0;
        let mut may_be_done = false;
        loop {
            attempt += 1;
            let Err(error) = self.clone().send_ok().await else { return Ok(()) };
            let is_indeterminate = matches!(error, Error::Indeterminate { .. });
            may_be_done |= is_indeterminate;
            if !may_be_done {
                return Err(error);
            }
            backoff.pause_after(&error, attempt).await;
            match optional(lookup.clone().send_ok().await) {
                Ok(Some(())) => return Ok(()),
                Ok(None) if is_indeterminate && attempt < backoff.attempts() => {}
                // Refused, and not there: it was not made before either.
                Ok(None) => return Err(error),
                // Whether it was made is not known.
                Err(_) => return Err(error.indeterminate(&self.prepared.call)),
            }
        }
    }

    /// Sends the request, again where that is safe and helps.
    ///
    /// # Errors
    ///
    /// Fails when the service says no, or nothing: one variant of [`Error`] for each kind. Where an attempt
    /// was interrupted that may have been carried out, it is [`Error::Indeterminate`] whatever the service says
    /// afterwards, unless the call changes nothing.
    pub async fn send(self) -> Result<Response, Error> {
        self.sent().await.settled()
    }

    async fn sent(self) -> Sent {
        let Some(message) = self.fault else {
            return self.transport.send(self.prepared).await;
        };
        // It may quote where the service sends us.
        let message = self.transport.redactor.redact(&message);
        let call = self.prepared.call;
        let result = Err(Error::InvalidRequest { call: call.clone(), message });
        Sent { result, may_be_done: false, call }
    }
}
