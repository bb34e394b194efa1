//! What is left of the quotas of an account, and who may go while little is.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::Method;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::Methods;

/// How often is looked again where nothing is expected to change silently.
const RECHECK: Duration = Duration::from_secs(60);

/// Two moments that are not further apart are the same, told at different times.
const SAME_WINDOW: Duration = Duration::from_secs(2);

/// The requests that a quota counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    /// Tells quotas apart that count the same requests.
    pub(crate) header: &'static str,
    pub(crate) methods: Methods,
    /// The one method, where each has a quota of its own.
    pub(crate) method: Option<Method>,
}

impl Scope {
    fn includes(&self, method: &Method) -> bool {
        self.methods.includes(method) && self.method.as_ref().is_none_or(|only| only == method)
    }
}

/// What a service says is left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Left {
    pub(crate) requests: u64,
    /// Until all are back, or the next one.
    pub(crate) wait: Duration,
    /// Whether they come back one by one.
    pub(crate) refills: bool,
}

#[derive(Debug)]
struct Allowance {
    scope: Scope,
    /// What the last answers said, less those that were not answered. What is under way may not be in it.
    left: u64,
    /// When all are back, or one more.
    back: Instant,
    /// The time between one and the next, where they come back one by one.
    each: Option<Duration>,
}

impl Allowance {
    /// Counts what came back one by one.
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

    /// Whether all came back, and how many those are is for the next answer to say.
    fn is_over(&self, now: Instant) -> bool {
        self.each.is_none() && self.back <= now
    }
}

/// The quotas of one account.
#[derive(Debug, Default)]
pub(super) struct Allowances {
    state: Mutex<State>,
    changed: Notify,
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
    /// Waits until no quota that counts `method` is used up.
    pub(super) async fn enter(self: &Arc<Self>, method: &Method) -> Passage {
        loop {
            let mut changed = pin!(self.changed.notified());
            // From here on: what changes while we look is not missed.
            changed.as_mut().enable();
            match self.try_enter(method) {
                Ok(()) => break,
                // Both ends are fine: something changed, or something is back.
                Err(back) => drop(timeout_at(back, changed).await),
            }
        }
        let allowances = Arc::clone(self);
        Passage { allowances, method: method.clone(), is_told: AtomicBool::new(false) }
    }

    /// Counts a request, or says until when there is nothing left for it.
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
            // One goes ahead to see how many there are: all at once may be too many.
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
        // Answers overtake each other: until the quota starts anew, the smallest number is the last.
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

/// A request that is under way, until dropped.
#[derive(Debug)]
pub(super) struct Passage {
    allowances: Arc<Allowances>,
    method: Method,
    /// Whether its answer said what is left.
    is_told: AtomicBool,
}

impl Passage {
    /// Takes what its answer said.
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
        // Whoever went ahead learned nothing: the service has stopped counting.
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

    /// A service that counts 10 requests a minute, and says what is left once it has counted one.
    #[tokio::test(start_paused = true)]
    async fn what_a_service_says_is_left_is_kept() {
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
        // Before the first answer nothing is known.
        request().await;
        join_all((0..34).map(|_| request())).await;
        assert_eq!(*counts.lock().unwrap(), [10, 10, 10, 5, 0, 0, 0, 0]);
    }

    /// Who goes ahead and hears nothing does not keep the others waiting.
    #[tokio::test(start_paused = true)]
    async fn a_service_that_stops_counting_holds_up_nobody() {
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

    /// One that is used up holds up its own method alone; nothing is held up for longer than was said.
    #[tokio::test(start_paused = true)]
    async fn quotas_of_methods_are_apart_and_come_back() {
        let allowances = Arc::new(Allowances::default());
        let wait = Duration::from_secs(30);
        drop(allowances.enter(&Method::GET).await);
        let said = Left { requests: 0, wait, refills: false };
        allowances.observe(scope(Some(Method::GET)), said);
        let start = Instant::now();
        drop(allowances.enter(&Method::POST).await);
        assert_eq!(start.elapsed(), Duration::ZERO);
        // Afterwards nothing is known, so nothing is held up.
        for _ in 0..3 {
            drop(allowances.enter(&Method::GET).await);
        }
        assert_eq!(start.elapsed(), wait);
    }

    #[tokio::test(start_paused = true)]
    async fn what_refills_lets_one_go_at_a_time() {
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

    /// An answer may not count those that were sent before it came.
    #[tokio::test(start_paused = true)]
    async fn requests_under_way_are_taken_off_what_is_left() {
        let allowances = Arc::new(Allowances::default());
        let mut passages = Vec::new();
        for _ in 0..4 {
            passages.push(allowances.enter(&Method::GET).await);
        }
        let said = |requests| Left { requests, wait: Duration::from_secs(60), refills: false };
        passages[0].observe(scope(None), said(3));
        let start = Instant::now();
        assert!(allowances.try_enter(&Method::GET).is_err());
        // The others tell how it really is, and wake who waits.
        let waiting = allowances.enter(&Method::GET);
        let told = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            for passage in passages.drain(..3) {
                passage.observe(scope(None), said(3));
            }
        };
        let (passage, ()) = futures::future::join(waiting, told).await;
        assert_eq!(start.elapsed().as_secs(), 1);
        // Two are under way, and one that was interrupted was counted as well.
        drop(passage);
        assert_eq!(allowances.state().known[0].left, 2);
    }
}
