//! Requests and responses, as fakes see them.

use axum::body::{Body, to_bytes};
use axum::response::Response as HttpResponse;
use serde_json::Value as Json;

/// The maximum size of a request body.
const MAX_BYTES: usize = 64 << 20;

/// A parsed request.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`, `POST` ...
    pub method: String,
    /// The path and query as sent.
    pub target: String,
    /// The segments of the path, decoded.
    pub segments: Vec<String>,
    /// The parameters of the query, decoded, in order.
    pub query: Vec<(String, String)>,
    /// The headers, in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    pub(super) async fn read(request: axum::extract::Request) -> Result<Self, String> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, MAX_BYTES).await.map_err(|error| error.to_string())?;
        let url = url::Url::parse(&format!("http://fake{}", parts.uri));
        let url = url.map_err(|error| error.to_string())?;
        let segments = url.path_segments().into_iter().flatten().map(decoded);
        let header = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        Ok(Self {
            method: parts.method.to_string(),
            target: parts.uri.to_string(),
            segments: segments.collect(),
            query: url
                .query_pairs()
                .map(|(key, value)| (key.into_owned(), value.into_owned()))
                .collect(),
            headers: parts.headers.iter().map(header).collect(),
            body: body.to_vec(),
        })
    }

    /// A request of this method, path and body, without anything else.
    pub fn new(method: &str, path: &str, body: &Json) -> Self {
        let segments = path.trim_start_matches('/').split('/').map(decoded).collect();
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let (method, target) = (method.to_owned(), path.to_owned());
        Self { method, target, segments, query: Vec::new(), headers: Vec::new(), body }
    }

    /// The segments of the path, for matching together with the method: `("GET", ["zones", zone])`.
    pub fn path(&self) -> Vec<&str> {
        self.segments.iter().map(String::as_str).collect()
    }

    /// A parameter of the query.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A number in the query, or `default`.
    pub fn number(&self, name: &str, default: usize) -> usize {
        self.param(name).and_then(|text| text.parse().ok()).unwrap_or(default)
    }

    /// A header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON; null if it is not JSON.
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or(Json::Null)
    }

    /// Whether it is a write request.
    pub fn is_write(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
    }
}

/// A segment with its percent-encoding decoded.
fn decoded(segment: &str) -> String {
    // In a form a plus sign is a space; in a path it is a plus sign.
    let form = format!("={}", segment.replace('+', "%2B"));
    let mut pairs = url::form_urlencoded::parse(form.as_bytes());
    pairs.next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// A response.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// A JSON response.
    pub fn json(status: u16, body: impl Into<Json>) -> Self {
        let body = body.into().to_string().into_bytes();
        Self { status, headers: Vec::new(), body }.with_header("content-type", "application/json")
    }

    /// A text response.
    pub fn text(status: u16, body: &str) -> Self {
        Self { status, headers: Vec::new(), body: body.as_bytes().to_vec() }
            .with_header("content-type", "text/plain")
    }

    /// A response without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    /// The same response with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    #[expect(clippy::expect_used, reason = "a fake that answers nonsense is a test that fails")]
    pub(super) fn into_response(self) -> HttpResponse {
        let mut response = HttpResponse::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        response.body(Body::from(self.body)).expect("an answer that HTTP can carry")
    }
}
