//! Services that keep state, on which recorded requests are made as well as a provider's own.

use serde_json::Value as Json;

use super::Sent;
use crate::fake::{Request, Response};

/// A fake of a service that starts with what a recording's answers have, and whose state can be compared.
pub trait Replayed: Send {
    /// Answers one request, as [`Api`](crate::fake::Api) does.
    fn response(&mut self, request: &Request) -> Response;

    /// Everything it holds, in an order that does not depend on how it came about, and without ids.
    fn state(&self) -> Json;
}

/// Makes recorded requests on a service, as they were sent.
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
