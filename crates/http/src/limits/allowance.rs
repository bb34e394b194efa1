//! The remaining quotas of an account, and which requests may be sent when little is left.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::Method;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::Methods;

/// How long to wait before checking again if no change is expected.
const RECHECK: Duration = Duration::from_secs(60);

/// Two reset times that are at most this far apart are the same.
const SAME_WINDOW: Duration = Duration::from_secs(2);

/// The requests that a quota counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    /// Identifies a quota among those that count the same requests.
    pub(crate) header: &'static str,
    pub(crate) methods: Methods,
    /// The method, if each method has its own quota.
    pub(crate) method: Option<Method>,
}

impl Scope {
    fn includes(&self, method: &Method) -> bool {
        self.methods.includes(method) && self.method.as_ref().is_none_or(|only| only == method)
    }
}

/// The remaining quota in a response.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Left {
    pub(crate) requests: u64,
    /// The time until all requests, or the next one, are available again.
    pub(crate) wait: Duration,
    /// Whether requests become available one by one.
    pub(crate) refills: bool,
}

#[derive(Debug)]
struct Allowance {
    scope: Scope,
    /// The number in the last responses, less the requests that got no response. May not include requests in
    /// flight.
    left: u64,
    /// When all requests, or one more, are available again.
    back: Instant,
    /// The interval between two requests, if they become available one by one.
    each: Option<Duration>,
}

impl Allowance {
    /// Adds the requests that have become available one by one.
    fn refill(&mut self, now: Instant) {
        if let Some(each) = self.each
            && self.back <= now
        {
            let steps = (now - self.back).as_nanos() / each.as_nanos().max(1) + 1;
            let steps = u32::try_from(steps).unwrap_or(u32::MAX);
            self.left = self.left.saturating_add(steps.into());
            self.back += each.saturating_mul(steps);
        }
    }

    /// Whether it counts requests that change something.
    fn is_of_writes(&self) -> bool {
        let writes = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
        writes.iter().any(|method| self.scope.includes(method))
    }

    /// Whether the quota was reset; the next response will say how many requests there are.
    fn is_over(&self, now: Instant) -> bool {
        self.each.is_none() && self.back <= now
    }
}

/// The quotas of one account.
#[derive(Debug, Default)]
pub(super) struct Allowances {
    state: Mutex<State>,
    changed: Notify,
    /// For each method, held by the request that is next; the others wait in order.
    queues: Mutex<HashMap<Method, Arc<tokio::sync::Mutex<()>>>>,
}

#[derive(Debug, Default)]
struct State {
    known: Vec<Allowance>,
    under_way: HashMap<Method, u64>,
}

impl State {
    fn under_way(&self, scope: &Scope) -> u64 {
        sum(&self.under_way, scope)
    }
}

fn sum(under_way: &HashMap<Method, u64>, scope: &Scope) -> u64 {
    under_way
        .iter()
        .filter(|(method, _)| scope.includes(method))
        .map(|(_, requests)| requests)
        .sum()
}

impl Allowances {
    /// Waits until no quota for `method` is used up.
    pub(super) async fn enter(self: &Arc<Self>, method: &Method) -> Passage {
        let queue = self.queue(method);
        let _first = queue.lock().await;
        loop {
            let mut changed = pin!(self.changed.notified());
            // Register now, so that a change during the check is not missed.
            changed.as_mut().enable();
            match self.try_enter(method) {
                Ok(()) => break,
                // Either something has changed, or a request is available again.
                Err(back) => drop(timeout_at(back, changed).await),
            }
        }
        let allowances = Arc::clone(self);
        Passage { allowances, method: method.clone(), is_told: AtomicBool::new(false) }
    }

    /// The least quota that is left of requests that change something, less those under way.
    pub(super) fn left(&self) -> Option<usize> {
        let mut state = self.state();
        let now = Instant::now();
        state.known.iter_mut().for_each(|known| known.refill(now));
        let left = |known: &Allowance| known.left.saturating_sub(state.under_way(&known.scope));
        let of_writes =
            state.known.iter().filter(|known| known.is_of_writes() && !known.is_over(now));
        of_writes.map(left).min().map(|left| usize::try_from(left).unwrap_or(usize::MAX))
    }

    /// How long so many requests wait for what is used up of a quota. What it has after it was reset is not known.
    pub(super) fn time_for(&self, requests: usize) -> Duration {
        let mut state = self.state();
        let now = Instant::now();
        state.known.iter_mut().for_each(|known| known.refill(now));
        let requests = u64::try_from(requests).unwrap_or(u64::MAX);
        let time = |known: &Allowance| {
            let left = known.left.saturating_sub(state.under_way(&known.scope));
            let missing = requests.saturating_sub(left);
            if missing == 0 || known.is_over(now) {
                return Duration::ZERO;
            }
            let first = known.back.saturating_duration_since(now);
            let more = u32::try_from(missing - 1).unwrap_or(u32::MAX);
            first + known.each.map_or(Duration::ZERO, |each| each.saturating_mul(more))
        };
        state.known.iter().filter(|known| known.is_of_writes()).map(time).max().unwrap_or_default()
    }

    fn queue(&self, method: &Method) -> Arc<tokio::sync::Mutex<()>> {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(queues.entry(method.clone()).or_default())
    }

    /// Counts a request, or returns when to try again if no quota is left.
    fn try_enter(&self, method: &Method) -> Result<(), Instant> {
        let mut state = self.state();
        let now = Instant::now();
        state.known.iter_mut().for_each(|known| known.refill(now));
        let counted = |known: &&Allowance| known.scope.includes(method);
        let back = |known: &Allowance| {
            let under_way = state.under_way(&known.scope);
            if !known.is_over(now) {
                return (known.left <= under_way).then_some(known.back);
            }
            // One request goes first to find out how many are left: all at once may be too many.
            (under_way > 0).then_some(now + RECHECK)
        };
        if let Some(back) = state.known.iter().filter(counted).filter_map(back).max() {
            return Err(back);
        }
        *state.under_way.entry(method.clone()).or_default() += 1;
        Ok(())
    }

    fn observe(&self, scope: Scope, said: Left) {
        let mut state = self.state();
        let back = Instant::now() + said.wait;
        let each = said.refills.then_some(said.wait);
        let same = state.known.iter().position(|known| known.scope == scope);
        let old = same.map(|index| state.known.swap_remove(index));
        // Responses overtake each other: within a window, the smallest number is the latest.
        let is_same_window = |old: &Allowance| !said.refills && back < old.back + SAME_WINDOW;
        let left = match old.filter(is_same_window) {
            Some(old) => old.left.min(said.requests),
            None => said.requests,
        };
        state.known.push(Allowance { scope, left, back, each });
        drop(state);
        self.changed.notify_waiters();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request in flight, until dropped.
#[derive(Debug)]
pub(super) struct Passage {
    allowances: Arc<Allowances>,
    method: Method,
    /// Whether its response contained a quota.
    is_told: AtomicBool,
}

impl Passage {
    /// Records the quota in its response.
    pub(super) fn observe(&self, scope: Scope, said: Left) {
        self.is_told.store(true, Ordering::Relaxed);
        self.allowances.observe(scope, said);
    }
}

impl Drop for Passage {
    fn drop(&mut self) {
        let allowances = Arc::clone(&self.allowances);
        let mut state = allowances.state();
        if let Some(requests) = state.under_way.get_mut(&self.method) {
            *requests = requests.saturating_sub(1);
        }
        if !*self.is_told.get_mut() {
            let counted = |known: &&mut Allowance| known.scope.includes(&self.method);
            state.known.iter_mut().filter(counted).for_each(|known| {
                known.left = known.left.saturating_sub(1);
            });
        }
        // The request that went first learned nothing: the service no longer sends quotas.
        let now = Instant::now();
        let State { known, under_way } = &mut *state;
        known.retain(|known| !(known.is_over(now) && sum(under_way, &known.scope) == 0));
        drop(state);
        allowances.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::*;

    fn scope(method: Option<Method>) -> Scope {
        Scope { header: "left", methods: Methods::All, method }
    }

    /// A service that counts 10 requests per minute, and reports the rest after each.
    #[tokio::test(start_paused = true)]
    async fn remaining_quota_is_respected() {
        let allowances = Arc::new(Allowances::default());
        let start = Instant::now();
        let counts = Mutex::new([0_u64; 8]);
        let request = async || {
            let passage = allowances.enter(&Method::GET).await;
            let window = start.elapsed().as_secs() / 60;
            let counted = {
                let mut counts = counts.lock().unwrap();
                let count = &mut counts[usize::try_from(window).unwrap()];
                *count += 1;
                *count
            };
            let wait = start + Duration::from_secs(60 * (window + 1)) - Instant::now();
            tokio::time::sleep(Duration::from_millis(50 - counted)).await;
            let said = Left { requests: 10_u64.saturating_sub(counted), wait, refills: false };
            passage.observe(scope(None), said);
            drop(passage);
        };
        // Nothing is known before the first response.
        request().await;
        join_all((0..34).map(|_| request())).await;
        assert_eq!(*counts.lock().unwrap(), [10, 10, 10, 5, 0, 0, 0, 0]);
    }

    /// The request that goes first does not block the others if its response has no quota.
    #[tokio::test(start_paused = true)]
    async fn a_service_that_stops_counting_delays_nobody() {
        let allowances = Arc::new(Allowances::default());
        let said = Left { requests: 0, wait: Duration::from_secs(9), refills: false };
        allowances.observe(scope(None), said);
        let start = Instant::now();
        let mut seconds = join_all((0..5).map(|_| async {
            let passage = allowances.enter(&Method::GET).await;
            let entered = start.elapsed().as_secs();
            tokio::time::sleep(Duration::from_secs(1)).await;
            drop(passage);
            entered
        }))
        .await;
        seconds.sort_unstable();
        assert_eq!(seconds, [9, 10, 10, 10, 10]);
    }

    /// A used-up quota blocks only its own method, and no longer than the service said.
    #[tokio::test(start_paused = true)]
    async fn quotas_of_methods_are_separate_and_reset() {
        let allowances = Arc::new(Allowances::default());
        let wait = Duration::from_secs(30);
        drop(allowances.enter(&Method::GET).await);
        let said = Left { requests: 0, wait, refills: false };
        allowances.observe(scope(Some(Method::GET)), said);
        let start = Instant::now();
        drop(allowances.enter(&Method::POST).await);
        assert_eq!(start.elapsed(), Duration::ZERO);
        // After that nothing is known, so nothing is blocked.
        for _ in 0..3 {
            drop(allowances.enter(&Method::GET).await);
        }
        assert_eq!(start.elapsed(), wait);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refilling_quota_lets_one_request_pass_at_a_time() {
        let allowances = Arc::new(Allowances::default());
        let said = Left { requests: 2, wait: Duration::from_secs(4), refills: true };
        allowances.observe(scope(None), said);
        let start = Instant::now();
        let mut seconds = Vec::new();
        for _ in 0..5 {
            drop(allowances.enter(&Method::GET).await);
            seconds.push(start.elapsed().as_secs());
        }
        assert_eq!(seconds, [0, 0, 4, 8, 12]);
    }

    /// A response may not count requests that were sent before it arrived.
    #[tokio::test(start_paused = true)]
    async fn requests_in_flight_are_subtracted_from_the_quota() {
        let allowances = Arc::new(Allowances::default());
        let mut passages = Vec::new();
        for _ in 0..4 {
            passages.push(allowances.enter(&Method::GET).await);
        }
        let said = |requests| Left { requests, wait: Duration::from_secs(60), refills: false };
        passages[0].observe(scope(None), said(3));
        let start = Instant::now();
        assert!(allowances.try_enter(&Method::GET).is_err());
        // The other responses have the real numbers, and wake waiting requests.
        let waiting = allowances.enter(&Method::GET);
        let told = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            for passage in passages.drain(..3) {
                passage.observe(scope(None), said(3));
            }
        };
        let (passage, ()) = futures::future::join(waiting, told).await;
        assert_eq!(start.elapsed().as_secs(), 1);
        // Two are in flight, and an interrupted one was counted as well.
        drop(passage);
        assert_eq!(allowances.state().known[0].left, 2);
    }
}
