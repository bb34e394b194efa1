//! Faults between a client and a fake.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value as Json, json};

use super::{Request, Response};

/// What goes wrong with one request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum InjectedFault {
    /// It is not carried out, and gets this response.
    Response(Response),
    /// It is carried out, but gets this response.
    ResponseAfter(Response),
    /// It is not carried out, and the connection breaks in the body of the response.
    BreakBefore,
    /// It is carried out, and the connection breaks in the body of the response.
    BreakAfter,
    /// The connection breaks at a given point of the response.
    Break {
        /// Where it breaks.
        place: Place,
        /// Whether the request was carried out before.
        carried_out: bool,
    },
    /// It never gets a response.
    Silence,
}

/// Where in a response a connection breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// Before the first byte.
    Start,
    /// In the middle of the headers.
    Headers,
    /// In the middle of the body.
    Body,
}

impl Place {
    /// Every place.
    pub const ALL: [Self; 3] = [Self::Start, Self::Headers, Self::Body];
}

impl InjectedFault {
    /// This response, as JSON; the request is not carried out.
    pub fn json(status: u16, body: impl Into<Json>) -> Self {
        Self::Response(Response::json(status, body))
    }

    /// 429, with a `Retry-After` of zero.
    pub fn throttled() -> Self {
        let response = Response::json(429, json!({"message": "too many requests"}));
        Self::Response(response.with_header("retry-after", "0"))
    }

    /// 503; the request is not carried out.
    pub fn unavailable() -> Self {
        Self::json(503, json!({"message": "try again later"}))
    }

    /// 503; the request is carried out.
    pub fn unavailable_after() -> Self {
        Self::ResponseAfter(Response::json(503, json!({"message": "try again later"})))
    }

    /// 422: a permanent refusal.
    pub fn refused() -> Self {
        Self::json(422, json!({"message": "injected: refused"}))
    }

    /// 200 with truncated JSON.
    pub fn malformed() -> Self {
        Self::Response(Response {
            body: b"{\"zones\": [".to_vec(),
            ..Response::json(200, json!({}))
        })
    }
}

/// How often in a row a share of faults may hit the same request: a client with more retries than this gets
/// through, whatever the order of its requests.
const MAX_IN_A_ROW: u32 = 4;

/// The rules that say which requests fail.
#[derive(Default)]
pub struct Faults {
    rules: Mutex<Vec<Rule>>,
    /// How often in a row a share of faults has hit each request.
    streaks: Mutex<HashMap<Key, u32>>,
}

type Concerns = Box<dyn Fn(&Request) -> bool + Send>;

struct Rule {
    concerns: Concerns,
    /// The number of requests to let pass first.
    after: usize,
    /// The number of requests to hit after that; `None`: all.
    count: Option<usize>,
    share: Option<Share>,
    fault: InjectedFault,
}

/// A rate per hundred thousand, with a pseudo-random generator that is the same in each run.
struct Share {
    of_100_000: u64,
    state: u64,
}

impl Share {
    /// Whether the next request is hit, by a pseudo-random sequence (Marsaglia's xorshift).
    fn hits(&mut self) -> bool {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state % 100_000 < self.of_100_000
    }
}

impl Faults {
    /// Injects `fault` into the next `count` requests.
    pub fn next(&self, count: usize, fault: InjectedFault) {
        self.add(|_| true, 0, Some(count), None, fault);
    }

    /// Injects `fault` into every write request after the first `after`.
    pub fn writes_after(&self, after: usize, fault: InjectedFault) {
        self.add(Request::is_write, after, None, None, fault);
    }

    /// Injects `fault` into every request that `concerns` accepts, after the first `after`.
    pub fn after(
        &self,
        after: usize,
        concerns: impl Fn(&Request) -> bool + Send + 'static,
        fault: InjectedFault,
    ) {
        self.add(concerns, after, None, None, fault);
    }

    /// Injects `fault` into the next `count` requests that `concerns` accepts.
    pub fn next_of(
        &self,
        concerns: impl Fn(&Request) -> bool + Send + 'static,
        count: usize,
        fault: InjectedFault,
    ) {
        self.add(concerns, 0, Some(count), None, fault);
    }

    /// Injects `fault` into a share (percent) of all requests, the same ones in each run with the same
    /// `seed`. The same request is hit at most four times in a row.
    pub fn share(&self, percent: u32, seed: u64, fault: InjectedFault) {
        // A state of zero would stay zero.
        let state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let share = Share { of_100_000: u64::from(percent) * 1000, state };
        self.add(|_| true, 0, None, Some(share), fault);
    }

    /// Removes all faults.
    pub fn clear(&self) {
        self.rules().clear();
        self.streaks.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn add(
        &self,
        concerns: impl Fn(&Request) -> bool + Send + 'static,
        after: usize,
        count: Option<usize>,
        share: Option<Share>,
        fault: InjectedFault,
    ) {
        self.rules().push(Rule { concerns: Box::new(concerns), after, count, share, fault });
    }

    fn rules(&self) -> std::sync::MutexGuard<'_, Vec<Rule>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The fault for a request: that of the first rule that matches.
    pub(super) fn of(&self, request: &Request) -> Option<InjectedFault> {
        let mut rules = self.rules();
        let found =
            rules.iter_mut().find_map(|rule| Some((rule.of(request)?, rule.share.is_some())));
        let Some((fault, is_share)) = found else {
            self.end_streak(request);
            return None;
        };
        (!is_share || self.goes_on(request)).then_some(fault)
    }

    /// Counts a hit of a share on a request; `false` if it was hit often enough.
    fn goes_on(&self, request: &Request) -> bool {
        let mut streaks = self.streaks.lock().unwrap_or_else(PoisonError::into_inner);
        let streak = streaks.entry(key(request)).or_default();
        *streak = if *streak < MAX_IN_A_ROW { *streak + 1 } else { 0 };
        *streak > 0
    }

    fn end_streak(&self, request: &Request) {
        let mut streaks = self.streaks.lock().unwrap_or_else(PoisonError::into_inner);
        if !streaks.is_empty() {
            streaks.remove(&key(request));
        }
    }
}

/// What identifies a request: method, target, body.
type Key = (String, String, Vec<u8>);

fn key(request: &Request) -> Key {
    (request.method.clone(), request.target.clone(), request.body.clone())
}

impl Rule {
    fn of(&mut self, request: &Request) -> Option<InjectedFault> {
        if self.count == Some(0) || !(self.concerns)(request) {
            return None;
        }
        if self.after > 0 {
            self.after -= 1;
            return None;
        }
        if self.share.as_mut().is_some_and(|share| !share.hits()) {
            return None;
        }
        self.count = self.count.map(|count| count - 1);
        Some(self.fault.clone())
    }
}
