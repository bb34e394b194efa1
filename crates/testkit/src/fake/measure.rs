//! What a fake was asked, when, and how much of it at once.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value as Json;
use tokio::time::Instant;

use super::Request;

/// A request that came in.
#[derive(Clone, Debug)]
pub struct Seen {
    /// `GET`, `POST` ...
    pub method: String,
    /// The path and query as they were sent.
    pub target: String,
    /// The body, as JSON; null if it is none.
    pub body: Json,
    /// When it came.
    pub at: Instant,
    /// What the service answered, if it was asked and nothing went wrong before.
    pub status: Option<u16>,
}

impl Seen {
    /// Whether it is meant to change something.
    pub fn is_write(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
    }
}

/// Everything that came in.
#[derive(Default)]
pub struct Measured {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    seen: Vec<Seen>,
    /// How often it was forgotten what came in.
    era: usize,
    under_way: usize,
    max_at_once: usize,
}

impl Measured {
    /// Every request so far, in the order they came.
    pub fn seen(&self) -> Vec<Seen> {
        self.state().seen.clone()
    }

    /// How many requests were under way at the same time, at most.
    pub fn max_at_once(&self) -> usize {
        self.state().max_at_once
    }

    /// How many requests came in any stretch of time of this length, at most.
    pub fn max_in(&self, stretch: Duration) -> usize {
        let state = self.state();
        let times: Vec<Instant> = state.seen.iter().map(|seen| seen.at).collect();
        let in_stretch = |start: usize| {
            times[start..].iter().take_while(|at| at.duration_since(times[start]) < stretch).count()
        };
        (0..times.len()).map(in_stretch).max().unwrap_or(0)
    }

    /// Forgets what came in so far.
    pub fn clear(&self) {
        let mut state = self.state();
        state.seen.clear();
        state.era += 1;
        state.max_at_once = state.under_way;
    }

    pub(super) fn arrived(&self, request: &Request) -> UnderWay<'_> {
        let mut state = self.state();
        state.under_way += 1;
        state.max_at_once = state.max_at_once.max(state.under_way);
        state.seen.push(Seen {
            method: request.method.clone(),
            target: request.target.clone(),
            body: request.json(),
            at: Instant::now(),
            status: None,
        });
        UnderWay { measured: self, era: state.era, index: state.seen.len() - 1 }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that is not answered yet.
pub(super) struct UnderWay<'m> {
    measured: &'m Measured,
    era: usize,
    index: usize,
}

impl UnderWay<'_> {
    pub(super) fn answered(&self, status: u16) {
        let mut state = self.measured.state();
        if state.era == self.era
            && let Some(seen) = state.seen.get_mut(self.index)
        {
            seen.status = Some(status);
        }
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.measured.state().under_way -= 1;
    }
}
