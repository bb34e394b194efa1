//! Services that keep state, on which recorded requests are made as well as a provider's own.

use serde_json::Value as Json;

use super::Sent;
use crate::fake::{Answer, Request};

/// A fake of a service that starts with what a recording's answers have, and whose state can be compared.
pub trait Replayed: Send {
    /// Answers one request, as [`Api`](crate::fake::Api) does.
    fn answer(&mut self, request: &Request) -> Answer;

    /// Everything it holds, in an order that does not depend on how it came about, and without ids.
    fn state(&self) -> Json;
}

/// Makes recorded requests on a service, as they were sent.
pub(super) fn replay(service: &mut dyn Replayed, requests: &[Sent]) -> Vec<String> {
    let mut problems = Vec::new();
    for sent in requests {
        let request = request_of(sent);
        let answer = service.answer(&request);
        if answer.status >= 400 {
            let body = String::from_utf8_lossy(&answer.body).into_owned();
            problems.push(format!("the fake refuses {} {}: {body}", sent.method, sent.url));
        }
    }
    problems
}

fn request_of(sent: &Sent) -> Request {
    let url = url::Url::parse(&sent.url);
    let (segments, query) = url.map_or_else(
        |_| (Vec::new(), Vec::new()),
        |url| {
            let segments = url.path_segments().into_iter().flatten().map(str::to_owned).collect();
            (segments, url.query_pairs().into_owned().collect())
        },
    );
    let body = if sent.body.is_null() { Vec::new() } else { sent.body.to_string().into_bytes() };
    let (method, target) = (sent.method.clone(), sent.url.clone());
    Request { method, target, segments, query, headers: Vec::new(), body }
}
