//! An answer: status, headers and the whole body.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use octodns_core::Hidden;
use serde::de::DeserializeOwned;

use crate::words::one_line;
use crate::{Call, Error};

/// What a service answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub(crate) call: Call,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What is not to be shown of it.
    pub(crate) hidden: Arc<Hidden>,
}

impl Answer {
    /// The call that was answered.
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

    /// The body, as text.
    ///
    /// # Errors
    ///
    /// Fails when it is not UTF-8.
    pub fn text(&self) -> Result<&str, Error> {
        std::str::from_utf8(&self.body).map_err(|error| Error::Malformed {
            call: self.call.clone(),
            at: format!("byte {}", error.valid_up_to()),
            source: error.into(),
        })
    }

    /// The body, read as JSON.
    ///
    /// # Errors
    ///
    /// Fails when it is not the JSON that the type asks for; the error says where.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|error| Error::Malformed {
            call: self.call.clone(),
            at: format!("line {}, column {}", error.line(), error.column()),
            // It may quote what is there.
            source: self.hidden.hide(&without_place(&error)).into(),
        })
    }

    /// The error of an answer that says no though its status does not; `words` are the service's.
    pub fn refused(&self, words: &str) -> Error {
        let (call, status) = (self.call.clone(), self.status.as_u16());
        Error::Refused { call, status, message: one_line(&self.hidden.hide(words)) }
    }

    /// The error of an answer of which a caller, not the JSON reader, found that it cannot be. `why` may
    /// quote the answer.
    pub fn malformed(&self, at: impl Into<String>, why: &str) -> Error {
        Error::malformed(&self.call, at, self.hidden.hide(why))
    }
}

/// What JSON reading objects to, without the place: it is told already.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}

#[cfg(test)]
impl Answer {
    /// An answer to nothing in particular.
    pub(crate) fn of(status: u16, headers: &[(&'static str, &str)], body: &str) -> Self {
        Self {
            call: Call { method: http::Method::GET, path: "/".into() },
            status: StatusCode::from_u16(status).unwrap(),
            headers: headers
                .iter()
                .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
                .collect(),
            body: Bytes::copy_from_slice(body.as_bytes()),
            hidden: Arc::new(Hidden::new(&[octodns_core::Secret::new("hunter2")])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_answer_is_told_with_its_place() {
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
            let error = Answer::of(200, &[], body).json::<Body>().unwrap_err();
            assert_eq!(error.to_string(), format!("GET /: unexpected answer at {place}"));
            assert_eq!(std::error::Error::source(&error).unwrap().to_string(), why);
        }
        assert!(
            Answer { body: Bytes::from_static(b"\xff"), ..Answer::of(200, &[], "") }
                .text()
                .is_err()
        );
    }
}
