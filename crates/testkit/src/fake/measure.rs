//! What a fake received, when, and how many requests at once.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value as Json;
use tokio::time::Instant;

use super::Request;

/// A request that was received.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Seen {
    /// `GET`, `POST` ...
    pub method: String,
    /// The path and query as sent.
    pub target: String,
    /// The headers, in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as JSON; null if it is not JSON.
    pub body: Json,
    /// When it came.
    pub at: Instant,
    /// The status of the service's answer, if the request reached the service.
    pub status: Option<u16>,
}

impl Seen {
    /// The path, without the query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// A header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether it is a write request.
    pub fn is_write(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
    }
}

/// All requests received.
#[derive(Default)]
pub struct Measured {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    seen: Vec<Seen>,
    /// How often the list of requests was cleared.
    era: usize,
    under_way: usize,
    max_at_once: usize,
}

impl Measured {
    /// Every request so far, in order of arrival.
    pub fn seen(&self) -> Vec<Seen> {
        self.of_each(Seen::clone)
    }

    /// Something of every request so far, in order of arrival; nothing else is copied.
    pub fn of_each<T>(&self, of: impl FnMut(&Seen) -> T) -> Vec<T> {
        self.state().seen.iter().map(of).collect()
    }

    /// How many requests have arrived so far.
    pub fn count(&self) -> usize {
        self.state().seen.len()
    }

    /// The highest number of concurrent requests.
    pub fn max_at_once(&self) -> usize {
        self.state().max_at_once
    }

    /// The highest number of requests in any period of this length.
    pub fn max_in(&self, stretch: Duration) -> usize {
        let state = self.state();
        let times: Vec<Instant> = state.seen.iter().map(|seen| seen.at).collect();
        let mut first = 0;
        let in_stretch = times.iter().enumerate().map(|(last, at)| {
            while first < last && at.duration_since(times[first]) >= stretch {
                first += 1;
            }
            last + 1 - first
        });
        in_stretch.max().unwrap_or(0)
    }

    /// Forgets the requests received so far.
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
            headers: request.headers.clone(),
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
