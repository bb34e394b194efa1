//! A call in progress: what is sent, and the outcome.

use std::error::Error as StdError;
use std::io;
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
    Off { was_sent: bool, fault: Option<ConnectFault>, cause: String },
}

/// Why there is no connection, as far as that decides whether another attempt may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnectFault {
    /// The host does not exist, or nothing listens there: it helps only if the service was there before.
    NoService,
    /// The certificate is not valid, or the proxy refuses: it does not help.
    NoTrust,
    /// The server does not speak TLS, or only that: it does not help.
    OtherProtocol,
}

impl ConnectFault {
    /// The same of an answer to a request without encryption: a server that expects TLS answers with an alert.
    pub(crate) fn of_answer(error: &(dyn StdError + 'static)) -> Option<Self> {
        let mut causes = std::iter::successors(Some(error), |error| (*error).source());
        let is_odd = causes.any(|cause| cause.to_string().contains("invalid HTTP version parsed"));
        is_odd.then_some(Self::OtherProtocol)
    }

    /// Finds the reason among the causes of an error of connecting.
    pub(crate) fn of(error: &(dyn StdError + 'static)) -> Option<Self> {
        let mut causes = std::iter::successors(Some(error), |error| (*error).source());
        causes.find_map(|cause| {
            // The resolver, TLS and proxies have no kinds of their own.
            let text = cause.to_string();
            let is_any = |words: &[&str]| words.iter().any(|words| text.contains(words));
            if is_any(&["received corrupt message of type"]) {
                return Some(Self::OtherProtocol);
            }
            if is_any(&["proxy authorization required", "invalid peer certificate"]) {
                return Some(Self::NoTrust);
            }
            let error = cause.downcast_ref::<io::Error>()?;
            let is_refused = error.kind() == io::ErrorKind::ConnectionRefused;
            (is_refused || is_any(&["failed to lookup address"])).then_some(Self::NoService)
        })
    }
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
