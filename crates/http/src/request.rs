//! Builds a request.

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

/// A request, to be sent with `read`, `read_optional`, `send_ok` or `send`.
#[must_use = "a request does nothing until it is sent"]
#[derive(Clone)]
pub struct Request<'c> {
    transport: &'c Transport,
    prepared: Prepared,
    /// What is wrong with it, reported when it is sent.
    fault: Option<String>,
}

/// Shows only method and path: query, headers and body may contain a secret, as those of a login do.
impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({})", self.prepared.call)
    }
}

impl<'c> Request<'c> {
    pub(crate) fn new(transport: &'c Transport, method: Method, place: Place) -> Self {
        // Checked again when it is sent: a login may return another base.
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

    /// Ends the path in a slash, which some services require.
    pub fn trailing_slash(mut self) -> Self {
        self.prepared.place.slash = true;
        self
    }

    /// Adds a parameter to the query.
    pub fn query(mut self, name: &str, value: impl Display) -> Self {
        self.prepared.place.query.push((name.to_owned(), value.to_string()));
        self
    }

    /// Adds a header, or replaces a default one.
    pub fn header(mut self, name: &'static str, value: impl Display) -> Self {
        match (HeaderName::try_from(name), HeaderValue::try_from(value.to_string())) {
            (Ok(name), Ok(value)) => drop(self.prepared.headers.insert(name, value)),
            _ => self.fault = Some(format!("the header {name} cannot be sent")),
        }
        self
    }

    /// Sends a JSON body.
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

    /// Says that the request is idempotent, though its method is POST or PATCH, so that it is sent again if
    /// it is not known whether it was carried out.
    pub fn repeatable(mut self) -> Self {
        self.prepared.is_repeatable = true;
        self
    }

    /// Says that the request changes nothing, though its method is not GET: a search or a login. It is
    /// retried like GET, and an interrupted one is a failure, not indeterminate.
    pub fn read_only(mut self) -> Self {
        self.prepared.is_repeatable = true;
        self.prepared.is_read = true;
        self
    }

    /// Says that the request is not idempotent, whatever its method.
    pub fn once(mut self) -> Self {
        self.prepared.is_repeatable = false;
        self
    }

    /// Sends the request and reads the JSON of the response.
    ///
    /// # Errors
    ///
    /// Fails like [`Request::send`], and if the response does not fit the type.
    pub async fn read<T: DeserializeOwned>(self) -> Result<T, Error> {
        self.send().await?.json()
    }

    /// Sends the request and reads the JSON of the response; `None` if the service says that there is no such
    /// thing.
    ///
    /// # Errors
    ///
    /// Fails like [`Request::read`].
    pub async fn read_optional<T: DeserializeOwned>(self) -> Result<Option<T>, Error> {
        optional(self.read().await)
    }

    /// Sends the request and ignores the content of the response, which must not be cut.
    ///
    /// # Errors
    ///
    /// Fails like [`Request::send`].
    pub async fn send_ok(self) -> Result<(), Error> {
        self.send().await?.intact()
    }

    /// Sends a deletion; it is a success if the thing does not exist.
    ///
    /// # Errors
    ///
    /// Fails like [`Request::send`].
    pub async fn send_ok_or_missing(self) -> Result<(), Error> {
        self.send_or_missing().await?.map_or(Ok(()), |response| response.intact())
    }

    /// Sends a deletion, whose response says more; `None` if the thing does not exist.
    ///
    /// # Errors
    ///
    /// Fails like [`Request::send`].
    pub async fn send_or_missing(self) -> Result<Option<Response>, Error> {
        let sent = self.sent().await;
        // It does not matter whether an earlier attempt deleted it.
        if matches!(sent.result, Err(Error::NotFound { .. })) {
            return Ok(None);
        }
        sent.settled().map(Some)
    }

    /// Creates something at most once. If the request is interrupted, `lookup` is sent, which finds the new
    /// thing if it was created; otherwise the request is sent again, after a backoff.
    ///
    /// # Errors
    ///
    /// Fails like [`Request::send`]. [`Error::Indeterminate`] means that the lookup failed.
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
                // Refused, and not there: the earlier attempt did not create it either.
                Ok(None) => return Err(error),
                // It is not known whether it was created.
                Err(_) => return Err(error.indeterminate(&self.prepared.call)),
            }
        }
    }

    /// Sends the request, with retries if they are safe and may help.
    ///
    /// # Errors
    ///
    /// Fails if the service refuses the request or does not answer, with one variant of [`Error`] for each
    /// kind. If an interrupted attempt may have been carried out, it is [`Error::Indeterminate`] whatever the
    /// service says afterwards, unless the call changes nothing.
    pub async fn send(self) -> Result<Response, Error> {
        self.sent().await.settled()
    }

    async fn sent(self) -> Sent {
        let Some(message) = self.fault else {
            return self.transport.send(self.prepared).await;
        };
        // It may contain a URL from the service.
        let message = self.transport.redactor.redact(&message);
        let call = self.prepared.call;
        let result = Err(Error::InvalidRequest { call: call.clone(), message });
        Sent { result, may_be_done: false, call }
    }
}
