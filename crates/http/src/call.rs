//! A call in progress: what is sent, and the outcome.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;

use crate::place::Place;
use crate::{Call, Error, Response};

/// A request that is complete except for its credentials.
#[derive(Clone)]
pub(crate) struct Prepared {
    pub(crate) call: Call,
    pub(crate) place: Place,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Idempotent: may be sent twice.
    pub(crate) is_repeatable: bool,
    /// Read-only: changes nothing.
    pub(crate) is_read: bool,
}

/// The outcome of a call.
pub(crate) struct Sent {
    pub(crate) result: Result<Response, Error>,
    /// Whether an attempt without a response may have been carried out.
    pub(crate) may_be_done: bool,
    /// The call as it was sent.
    pub(crate) call: Call,
}

impl Sent {
    /// The response; a failed call that may have been carried out is [`Error::Indeterminate`].
    pub(crate) fn settled(self) -> Result<Response, Error> {
        let (call, may_be_done) = (self.call, self.may_be_done);
        self.result.map_err(|error| if may_be_done { error.indeterminate(&call) } else { error })
    }
}

/// Why an attempt got no response.
pub(crate) enum Broken {
    /// Another attempt would not help.
    Failed(Error),
    /// The connection broke.
    Off { was_sent: bool, cause: String },
}

/// What to do after a response that is not an error of the call.
pub(crate) enum Next {
    Done(Box<Response>),
    /// Retry, after a pause.
    Again(Duration),
}

/// A call in progress.
#[derive(Default)]
pub(crate) struct Progress {
    pub(crate) attempt: u32,
    pub(crate) was_renewed: bool,
    pub(crate) may_be_done: bool,
}
