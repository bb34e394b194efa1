//! Stateful services, which get recorded requests as well as those of a provider.

use serde_json::Value as Json;

use super::Sent;
use crate::fake::{Request, Response};

/// A fake of a service that starts with the state that a recording's answers show, and whose state can be
/// compared.
pub trait Replayed: Send {
    /// Answers one request, like [`Api`](crate::fake::Api).
    fn response(&mut self, request: &Request) -> Response;

    /// Its whole state, without ids and in an order that does not depend on its history.
    fn state(&self) -> Json;
}

/// Sends recorded requests to a service.
pub(super) fn replay(service: &mut dyn Replayed, requests: &[Sent]) -> Vec<String> {
    let mut problems = Vec::new();
    for sent in requests {
        let request = request_of(&sent.method, &sent.url, &sent.body);
        let response = service.response(&request);
        if response.status >= 400 {
            let body = String::from_utf8_lossy(&response.body).into_owned();
            problems.push(format!("the fake refuses {} {}: {body}", sent.method, sent.url));
        }
    }
    problems
}

/// A recorded request as a fake gets it.
pub(crate) fn request_of(method: &str, url: &str, body: &Json) -> Request {
    let parsed = url::Url::parse(url);
    let (segments, query) = parsed.map_or_else(
        |_| (Vec::new(), Vec::new()),
        |url| {
            let segments = url.path_segments().into_iter().flatten().map(str::to_owned).collect();
            (segments, url.query_pairs().into_owned().collect())
        },
    );
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    let (method, target) = (method.to_owned(), url.to_owned());
    Request { method, target, segments, query, headers: Vec::new(), body }
}
