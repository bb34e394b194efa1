//! How a service refuses.

use serde_json::{Value as Json, json};

use crate::fake::Response;

/// A refusal: its status and message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The status.
    pub status: u16,
    /// The service's error message.
    pub message: String,
}

impl Refusal {
    /// A refusal with this status and message.
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }
}

/// How a service refuses: a status for each reason, and the shape of the body.
#[derive(Clone, Copy)]
pub struct Refusals {
    /// The credentials are wrong. Usually 401.
    pub unauthorized: u16,
    /// There is no such zone or item. Usually 404.
    pub missing: u16,
    /// The request is not valid. Usually 422.
    pub invalid: u16,
    /// The zone or item exists already. Usually 422 or 409.
    pub exists: u16,
    /// Too many requests. Usually 429.
    pub throttled: u16,
    /// Headers of a throttled response.
    pub throttled_headers: &'static [(&'static str, &'static str)],
    /// The body, from the status and the message.
    pub body: fn(u16, &str) -> Json,
}

/// Which of the statuses of [`Refusals`].
pub(super) type Reason = fn(&Refusals) -> u16;

impl Refusals {
    /// The usual statuses, and `{"message": ...}`.
    pub const USUAL: Self = Self {
        unauthorized: 401,
        missing: 404,
        invalid: 422,
        exists: 422,
        throttled: 429,
        throttled_headers: &[("retry-after", "0")],
        body: |_, message| json!({"message": message}),
    };

    pub(super) const UNAUTHORIZED: Reason = |refusals| refusals.unauthorized;
    pub(super) const MISSING: Reason = |refusals| refusals.missing;
    pub(super) const INVALID: Reason = |refusals| refusals.invalid;
    pub(super) const EXISTS: Reason = |refusals| refusals.exists;

    /// A refusal as a response.
    pub(super) fn response(&self, refusal: &Refusal) -> Response {
        Response::json(refusal.status, (self.body)(refusal.status, &refusal.message))
    }

    /// The response to a client that sends too many requests.
    pub(super) fn throttled_answer(&self) -> Response {
        let refusal = Refusal::new(self.throttled, "too many requests");
        let headers = self.throttled_headers.iter();
        headers.fold(self.response(&refusal), |response, (name, value)| {
            response.with_header(name, value)
        })
    }
}
