//! A response: status, headers and the whole body.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use url::Url;

use crate::line::one_line;
use crate::redact::SharedRedactor;
use crate::{Call, Error};

/// The response of a service.
#[derive(Clone)]
pub struct Response {
    pub(crate) call: Call,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The URL that it came from.
    pub(crate) url: Url,
    /// Whether the call was read-only.
    pub(crate) is_read: bool,
    /// Redacts secrets in errors.
    pub(crate) redactor: Arc<SharedRedactor>,
}

/// Omits headers and body, which may contain a secret, as those of a login do.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({}: {})", self.call, self.status)
    }
}

impl Response {
    /// The call that it answers.
    pub fn call(&self) -> &Call {
        &self.call
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// A header, as trimmed text; `None` if it is missing or not text.
    pub fn header(&self, name: &str) -> Option<&str> {
        Some(self.headers.get(name)?.to_str().ok()?.trim())
    }

    /// The date of the response (RFC 9110, section 6.6.1).
    pub fn date(&self) -> Option<SystemTime> {
        httpdate::parse_http_date(self.header("date")?).ok()
    }

    /// A URL in this response, made absolute if it is relative. Use [`Client::follow`] to request it; it must
    /// be of the same origin.
    ///
    /// [`Client::follow`]: crate::Client::follow
    pub fn resolve(&self, url: &str) -> String {
        // An invalid URL is reported when it is followed.
        self.url.join(url).map_or_else(|_| url.to_owned(), String::from)
    }

    /// The body, as text.
    ///
    /// # Errors
    ///
    /// Fails if it is not UTF-8.
    pub fn text(&self) -> Result<&str, Error> {
        std::str::from_utf8(&self.body).map_err(|error| {
            let at = format!("byte {}", error.valid_up_to());
            self.odd(Error::Malformed { call: self.call.clone(), at, source: error.into() })
        })
    }

    /// The body, read as JSON.
    ///
    /// # Errors
    ///
    /// Fails if it is not JSON that fits the type; the error says where. If the call was to change something,
    /// it is [`Error::Indeterminate`]: an undocumented response may come from another program in between.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|error| {
            if let Err(error) = self.not_html() {
                return error;
            }
            self.odd(Error::Malformed {
                call: self.call.clone(),
                at: format!("line {}, column {}", error.line(), error.column()),
                // The message may quote the response.
                source: self.redactor.redact(&without_place(&error)).into(),
            })
        })
    }

    /// Where a redirection leads, without its query, which may contain a secret.
    pub(crate) fn leads_to(&self) -> Option<String> {
        let location = self.header("location").filter(|_| self.status.is_redirection())?;
        let mut url = self.url.join(location).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        // It cannot fail for the schemes of the web.
        let _ = url.set_username("").and_then(|()| url.set_password(None));
        Some(url.into())
    }

    /// Says that the body is an HTML page, with its title, if it is one.
    pub(crate) fn html_page(&self) -> Option<String> {
        let text = String::from_utf8_lossy(&self.body);
        let start: String = text.trim_start().chars().take(14).collect::<String>().to_lowercase();
        if !start.starts_with("<!doctype html") && !start.starts_with("<html") {
            return None;
        }
        let title = text.find("<title>").map(|at| &text[at + "<title>".len()..]);
        let title = title.and_then(|rest| rest.split('<').next()).map(str::trim);
        Some(match title.filter(|title| !title.is_empty()) {
            Some(title) => format!("an HTML page, \"{}\"", one_line(title)),
            None => "an HTML page".to_owned(),
        })
    }

    /// Refuses an HTML page, which is not the answer of an API but that of something in between.
    pub(crate) fn not_html(&self) -> Result<(), Error> {
        match self.html_page() {
            Some(page) => Err(self.malformed("its beginning", &format!("it is {page}"))),
            None => Ok(()),
        }
    }

    /// Checks the body of a response whose content does not matter: an HTML page, or JSON that is cut, is not
    /// the answer of the API.
    ///
    /// # Errors
    ///
    /// Says that it is none.
    pub fn intact(&self) -> Result<(), Error> {
        self.not_html()?;
        let is_json = self.header("content-type").is_some_and(|of| of.contains("json"))
            || matches!(self.body.first(), Some(b'{' | b'['));
        if self.body.is_empty() || !is_json {
            return Ok(());
        }
        self.json::<serde::de::IgnoredAny>().map(drop)
    }

    /// The error for a response that is not as documented.
    fn odd(&self, error: Error) -> Error {
        if self.is_read { error } else { error.indeterminate(&self.call) }
    }

    /// The error for a response that refuses the call with a status of success; `words` is the service's
    /// error message.
    pub fn refused(&self, words: &str) -> Error {
        let (call, status) = (self.call.clone(), self.status.as_u16());
        Error::Refused { call, status, message: one_line(&self.redactor.redact(words)) }
    }

    /// The error for a response that is invalid for another reason than its JSON. `why` may quote the
    /// response.
    pub fn malformed(&self, at: impl Into<String>, why: &str) -> Error {
        self.odd(Error::malformed(&self.call, at, self.redactor.redact(why)))
    }
}

/// The message of a JSON error, without the position, which is reported separately.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}

#[cfg(test)]
impl Response {
    /// A response to no particular call.
    pub(crate) fn of(status: u16, headers: &[(&'static str, &str)], body: &str) -> Self {
        Self {
            call: Call { method: http::Method::GET, path: "/".into() },
            status: StatusCode::from_u16(status).unwrap(),
            headers: headers
                .iter()
                .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
                .collect(),
            body: Bytes::copy_from_slice(body.as_bytes()),
            url: Url::parse("https://api.example.com/v2/zones?page=1").unwrap(),
            is_read: true,
            redactor: Arc::new(SharedRedactor::new(&[octodns_core::Secret::new("hunter2")])),
        }
    }
}

#[cfg(test)]
mod tests {
    use octodns_core::ServiceErrorKind;

    use super::*;

    #[test]
    fn a_body_that_is_cut_is_no_answer() {
        let json = ("content-type", "application/json; charset=utf-8");
        for (headers, body, is_intact) in [
            (&[json][..], "{\"id\": 1}", true),
            (&[json], "", true),
            (&[json], "\"done\"", true),
            (&[json], "{\"id\": 1", false),
            (&[json], "done", false),
            (&[], "[{}", false),
            (&[], "done", true),
            (&[("content-type", "text/plain")], "OK", true),
            (&[json], "<html><title>Sign in</title></html>", false),
        ] {
            for is_read in [true, false] {
                let response = Response { is_read, ..Response::of(200, headers, body) };
                let kind = response.intact().map_err(|error| error.kind());
                let expected = match (is_intact, is_read) {
                    (true, _) => Ok(()),
                    (false, true) => Err(ServiceErrorKind::Malformed),
                    (false, false) => Err(ServiceErrorKind::Indeterminate),
                };
                assert_eq!(kind, expected, "{body}");
            }
        }
    }

    #[test]
    fn a_malformed_answer_is_reported_with_its_position() {
        for (body, place, why) in [
            ("{\"a\": }", "line 1, column 7", "expected value"),
            ("", "line 1, column 0", "EOF while parsing a value"),
            ("{\"a\":\n \"x\"}", "line 2, column 4", "invalid type: string \"x\", expected u8"),
            (
                "{\"a\": \"Bearer hunter2\"}",
                "line 1, column 22",
                "invalid type: string \"Bearer ***\", expected u8",
            ),
        ] {
            #[derive(Debug, serde::Deserialize)]
            struct Body {
                #[serde(rename = "a")]
                _a: u8,
            }
            let error = Response::of(200, &[], body).json::<Body>().unwrap_err();
            assert_eq!(error.to_string(), format!("GET /: unexpected answer at {place}"));
            assert_eq!(std::error::Error::source(&error).unwrap().to_string(), why);
        }
        assert!(
            Response { body: Bytes::from_static(b"\xff"), ..Response::of(200, &[], "") }
                .text()
                .is_err()
        );
    }
}
