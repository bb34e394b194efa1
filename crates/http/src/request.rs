//! A request, while it is put together.

use std::fmt::Display;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::auth::Outgoing;
use crate::error::found;
use crate::{Answer, Call, Client, Error};

/// A request, to be sent by one of `read`, `find`, `done` and `send`.
#[must_use = "a request does nothing until it is sent"]
#[derive(Clone, Debug)]
pub struct Request<'c> {
    client: &'c Client,
    call: Call,
    outgoing: Outgoing,
    is_repeatable: bool,
    /// What is wrong with it, told when it is sent.
    fault: Option<String>,
}

impl<'c> Request<'c> {
    pub(crate) fn new(client: &'c Client, method: Method, url: Result<Url, String>) -> Self {
        let (url, fault) = match url {
            Ok(url) => (url, None),
            Err(fault) => (client.base().clone(), Some(fault)),
        };
        let call = Call { method: method.clone(), path: url.path().into() };
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        // RFC 9110, section 9.2.2.
        let is_repeatable = !matches!(method, Method::POST | Method::PATCH);
        let outgoing = Outgoing { method, url, headers, body: Bytes::new() };
        Self { client, call, outgoing, is_repeatable, fault }
    }

    /// Adds a parameter to the query.
    pub fn query(mut self, name: &str, value: impl Display) -> Self {
        self.outgoing.url.query_pairs_mut().append_pair(name, &value.to_string());
        self
    }

    /// Adds a header, or replaces one of the kit's.
    pub fn header(mut self, name: &'static str, value: impl Display) -> Self {
        match (HeaderName::try_from(name), HeaderValue::try_from(value.to_string())) {
            (Ok(name), Ok(value)) => drop(self.outgoing.headers.insert(name, value)),
            _ => self.fault = Some(format!("the header {name} cannot be sent")),
        }
        self
    }

    /// Sends a body of JSON.
    pub fn json<T: Serialize + ?Sized>(mut self, body: &T) -> Self {
        match serde_json::to_vec(body) {
            Ok(json) => self.body("application/json", json),
            Err(error) => {
                self.fault = Some(format!("the body is no JSON: {error}"));
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
        self.outgoing.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        self.outgoing.body = body.into();
        self
    }

    /// Says that doing this twice is the same as doing it once, though its method is POST or PATCH, so
    /// that it is sent again when it is not known whether it was carried out.
    pub fn repeatable(mut self) -> Self {
        self.is_repeatable = true;
        self
    }

    /// Says that doing this twice is not the same as doing it once, whatever its method.
    pub fn once(mut self) -> Self {
        self.is_repeatable = false;
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
    pub async fn find<T: DeserializeOwned>(self) -> Result<Option<T>, Error> {
        found(self.read().await)
    }

    /// Sends the request; what is answered does not matter.
    ///
    /// # Errors
    ///
    /// Fails as [`Request::send`] does.
    pub async fn done(self) -> Result<(), Error> {
        self.send().await.map(drop)
    }

    /// Sends a deletion: that there is no such thing any more is as good as having deleted it.
    ///
    /// # Errors
    ///
    /// Fails as [`Request::send`] does.
    pub async fn gone(self) -> Result<(), Error> {
        found(self.done().await).map(drop)
    }

    /// Sends the request until it is known to have been carried out, and only once: when it breaks off,
    /// `look` is sent, which finds what is to be made if it was made.
    ///
    /// # Errors
    ///
    /// Fails as [`Request::send`] does.
    pub async fn made(self, look: Request<'_>) -> Result<(), Error> {
        let mut attempt = 1;
        loop {
            match self.clone().done().await {
                Err(Error::Unsure { .. }) if found(look.clone().done().await)?.is_some() => {
                    return Ok(());
                }
                Err(Error::Unsure { .. }) if attempt < self.client.attempts() => attempt += 1,
                result => return result,
            }
        }
    }

    /// Sends the request, again where that is safe and helps.
    ///
    /// # Errors
    ///
    /// Fails when the service says no, or nothing: one variant of [`Error`] for each kind.
    pub async fn send(self) -> Result<Answer, Error> {
        if let Some(message) = self.fault {
            // It may quote where the service sends us.
            let message = self.client.hide(&message);
            return Err(Error::Unsendable { call: self.call, message });
        }
        self.client.send(self.call, self.outgoing, self.is_repeatable).await
    }
}
