//! A call under way: what is sent, and the outcome.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;

use crate::place::Place;
use crate::{Call, Error, Response};

/// A request that is put together but for its credentials.
#[derive(Clone)]
pub(crate) struct Prepared {
    pub(crate) call: Call,
    pub(crate) place: Place,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Doing it twice is doing it once.
    pub(crate) is_repeatable: bool,
    /// It changes nothing.
    pub(crate) is_read: bool,
}

/// The outcome of a call.
pub(crate) struct Sent {
    pub(crate) result: Result<Response, Error>,
    /// Whether an attempt that brought no answer may have been carried out.
    pub(crate) may_be_done: bool,
    /// The call, as it was sent.
    pub(crate) call: Call,
}

impl Sent {
    /// The answer; where it failed and may have been carried out all the same, that is what is told.
    pub(crate) fn settled(self) -> Result<Response, Error> {
        let (call, may_be_done) = (self.call, self.may_be_done);
        self.result.map_err(|error| if may_be_done { error.indeterminate(&call) } else { error })
    }
}

/// Why an attempt brought no answer.
pub(crate) enum Broken {
    /// Another attempt would not help.
    Failed(Error),
    /// The connection did not hold.
    Off { was_sent: bool, cause: String },
}

/// What to do after an answer that does not end the call with an error.
pub(crate) enum Next {
    Done(Box<Response>),
    /// Again, after a pause.
    Again(Duration),
}

/// A call under way.
#[derive(Default)]
pub(crate) struct Progress {
    pub(crate) attempt: u32,
    pub(crate) was_renewed: bool,
    pub(crate) may_be_done: bool,
}
