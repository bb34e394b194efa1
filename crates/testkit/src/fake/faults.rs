//! What goes wrong between a client and a fake.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde_json::json;

use super::{Request, Response};

/// What goes wrong with one request.
#[derive(Clone, Debug)]
pub enum InjectedFault {
    /// It is answered so and not carried out.
    Response(Response),
    /// It is carried out, and answered so nevertheless.
    ResponseAfter(Response),
    /// It is not carried out, and the connection breaks in the body of the answer.
    BreakBefore,
    /// It is carried out, and the connection breaks in the body of the answer.
    BreakAfter,
    /// The connection breaks at some place of the answer.
    Break {
        /// Where it breaks.
        place: Place,
        /// Whether the request was carried out before.
        carried_out: bool,
    },
    /// It is never answered.
    Silence,
}

/// Where in an answer a connection breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// 429, with the wish to be left alone for no time at all.
    pub fn throttled() -> Self {
        let response = Response::json(429, json!({"message": "too many requests"}));
        Self::Response(response.with_header("retry-after", "0"))
    }

    /// 503, not carried out.
    pub fn unavailable() -> Self {
        Self::Response(Response::json(503, json!({"message": "try again later"})))
    }

    /// 503, although it was carried out.
    pub fn unavailable_after() -> Self {
        Self::ResponseAfter(Response::json(503, json!({"message": "try again later"})))
    }

    /// 422: a no that stays one.
    pub fn refused() -> Self {
        Self::Response(Response::json(422, json!({"message": "injected: refused"})))
    }

    /// 200 with JSON that is cut off.
    pub fn malformed() -> Self {
        Self::Response(Response {
            body: b"{\"zones\": [".to_vec(),
            ..Response::json(200, json!({}))
        })
    }
}

/// How often in a row a share of faults hits the same request: a client that tries more often gets through,
/// whatever the order in which requests come.
const MAX_IN_A_ROW: u32 = 4;

/// Which requests something goes wrong with.
#[derive(Default)]
pub struct Faults {
    rules: Mutex<Vec<Rule>>,
    /// How often in a row a share of faults has hit a request.
    streaks: Mutex<HashMap<Key, u32>>,
}

type Concerns = Box<dyn Fn(&Request) -> bool + Send>;

struct Rule {
    concerns: Concerns,
    /// Requests it lets pass first.
    after: usize,
    /// Requests it concerns then; `None`: all.
    count: Option<usize>,
    share: Option<Share>,
    fault: InjectedFault,
}

/// So many of a hundred thousand, by a generator that is the same in each run.
struct Share {
    of_100_000: u64,
    state: u64,
}

impl Share {
    /// The next of a sequence that looks random (Marsaglia's xorshift).
    fn hits(&mut self) -> bool {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state % 100_000 < self.of_100_000
    }
}

impl Faults {
    /// Lets `fault` happen to the next `count` requests.
    pub fn next(&self, count: usize, fault: InjectedFault) {
        self.add(|_| true, 0, Some(count), None, fault);
    }

    /// Lets `fault` happen to every writing request but the first `after`.
    pub fn writes_after(&self, after: usize, fault: InjectedFault) {
        self.add(Request::is_write, after, None, None, fault);
    }

    /// Lets `fault` happen to every request that `concerns` says yes to but the first `after`.
    pub fn after(
        &self,
        after: usize,
        concerns: impl Fn(&Request) -> bool + Send + 'static,
        fault: InjectedFault,
    ) {
        self.add(concerns, after, None, None, fault);
    }

    /// Lets `fault` happen to the next `count` requests that `concerns` says yes to.
    pub fn next_of(
        &self,
        concerns: impl Fn(&Request) -> bool + Send + 'static,
        count: usize,
        fault: InjectedFault,
    ) {
        self.add(concerns, 0, Some(count), None, fault);
    }

    /// Lets `fault` happen to a share (percent) of all requests; which of them is the same in each run
    /// with the same `seed`. The same request is hit four times in a row at most.
    pub fn share(&self, percent: u32, seed: u64, fault: InjectedFault) {
        // A state of zero would stay one.
        let state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let share = Share { of_100_000: u64::from(percent) * 1000, state };
        self.add(|_| true, 0, None, Some(share), fault);
    }

    /// Nothing goes wrong any more.
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

    /// What goes wrong with a request: the first rule that concerns it.
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

    /// Counts a request that a share hits; `false` when it was hit often enough.
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

/// What makes two requests the same: method, target, body.
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
