//! An answer: status, headers and the whole body.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::{Call, Error};

/// What a service answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub(crate) call: Call,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
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
            source: without_values(&error).into(),
        })
    }
}

/// What JSON reading objects to, without the place (it is told already), which may come with a value.
fn without_values(error: &serde_json::Error) -> String {
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
