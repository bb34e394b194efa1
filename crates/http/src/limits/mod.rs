//! The limits of an account: request rates, concurrency, and the remaining quota that the service reports.

mod accounts;
mod allowance;
mod bucket;
mod quota;
mod rate;
mod slots;

use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use http::Method;
use octodns_core::provider::Budget;
use tokio::time::{Instant, sleep_until, timeout};

pub use self::accounts::Accounts;
use self::allowance::{Allowances, Passage};
pub(crate) use self::allowance::{Left, Scope};
use self::bucket::{Bucket, Token};
pub use self::quota::Quota;
pub use self::rate::{Methods, Rate};
use self::slots::{Slot, Slots};
use crate::waiting::{SHOWN, waiting};

/// The limits of one account, for all clients that share them.
#[derive(Debug)]
pub struct Limits {
    buckets: RwLock<Vec<Arc<Bucket>>>,
    slots: Arc<Slots>,
    allowances: Arc<Allowances>,
    /// The service asks for no requests until then.
    pause: Mutex<Option<Instant>>,
    /// What it asks not to be asked for longer than anybody waits.
    closed: Mutex<Vec<Closed>>,
    /// The number of requests sent so far.
    sent: AtomicUsize,
    /// When a long wait was last reported.
    noted: Mutex<Option<Instant>>,
    /// Whether it was said that credentials are sent without encryption.
    has_warned: AtomicBool,
}

/// Requests that the service refused, and how it said so.
#[derive(Clone, Debug)]
pub(crate) struct Closed {
    /// Others may be counted apart.
    pub(crate) method: Method,
    pub(crate) until: Instant,
    pub(crate) status: u16,
    pub(crate) message: String,
}

/// A wait that is longer is reported, now and then.
const LONG_WAIT: Duration = Duration::from_secs(5);
const BETWEEN_NOTES: Duration = Duration::from_secs(60);

impl Limits {
    /// Whether nothing was said yet of credentials that are sent without encryption.
    pub(crate) fn is_first_warning(&self) -> bool {
        !self.has_warned.swap(true, Ordering::Relaxed)
    }

    /// Limits requests to all of `rates`, and to `concurrency` at the same time (at least one).
    pub fn new(rates: &[Rate], concurrency: usize) -> Self {
        let limits = Self {
            buckets: RwLock::default(),
            slots: Arc::new(Slots::new(concurrency)),
            allowances: Arc::default(),
            pause: Mutex::default(),
            closed: Mutex::default(),
            sent: AtomicUsize::new(0),
            noted: Mutex::default(),
            has_warned: AtomicBool::new(false),
        };
        limits.tighten(rates, concurrency);
        limits
    }

    /// Applies these limits as well, from now on: limits never become looser.
    pub fn tighten(&self, rates: &[Rate], concurrency: usize) {
        self.slots.tighten(concurrency);
        let mut buckets = self.buckets.write().unwrap_or_else(PoisonError::into_inner);
        for rate in rates {
            if let Some(bucket) = buckets.iter().find(|bucket| bucket.is_for(rate)) {
                bucket.tighten(rate.requests);
            } else {
                // Requests sent earlier may count for this period.
                let sent = self.sent.load(Ordering::Relaxed);
                buckets.push(Arc::new(Bucket::new(*rate, sent)));
            }
        }
    }

    /// How many requests may be under way at the same time when the service does not throttle.
    pub fn concurrency(&self) -> usize {
        self.slots.ceiling()
    }

    /// What so many requests of changes cost.
    pub fn budget(&self, calls: usize) -> Budget {
        let mut budget = Budget::new(calls);
        budget.available = self.available();
        budget.least = self.time_for(calls);
        budget
    }

    /// How many changes may be requested now before they have to wait; `None` if that is not limited.
    pub fn available(&self) -> Option<usize> {
        let buckets = self.buckets.read().unwrap_or_else(PoisonError::into_inner).clone();
        let free =
            buckets.iter().filter(|bucket| bucket.counts_writes()).map(|bucket| bucket.free());
        free.chain(self.allowances.left()).min()
    }

    /// How long the limits make so many requests of changes take at least, beside others that wait already: not how
    /// long the service takes for them.
    pub fn time_for(&self, requests: usize) -> Duration {
        let buckets = self.buckets.read().unwrap_or_else(PoisonError::into_inner).clone();
        let buckets = buckets.iter().filter(|bucket| bucket.counts_writes());
        let of_rates = buckets.map(|bucket| bucket.time_for(requests)).max().unwrap_or_default();
        let paused =
            self.paused_until().map(|until| until.saturating_duration_since(Instant::now()));
        of_rates.max(self.allowances.time_for(requests)).max(paused.unwrap_or_default())
    }

    /// Waits until a request may be sent. Drop the permit when the response has arrived.
    pub async fn acquire(&self, method: &Method) -> Permit {
        let buckets = self.buckets.read().unwrap_or_else(PoisonError::into_inner).clone();
        let (of_all, of_some): (Vec<_>, Vec<_>) = buckets
            .into_iter()
            .filter(|bucket| bucket.counts(method))
            .partition(|bucket| bucket.counts_all());
        let mut tokens = Vec::with_capacity(of_all.len() + of_some.len());
        // A request that waits for a limit of its own method does not take a slot from other methods.
        for bucket in of_some {
            tokens.push(bucket.take().await);
        }
        let passage = self.allowances.enter(method).await;
        let slot = self.slots.acquire().await;
        for bucket in of_all {
            tokens.push(bucket.take().await);
        }
        while let Some(until) = self.paused_until() {
            sleep_until(until).await;
        }
        self.sent.fetch_add(1, Ordering::Relaxed);
        Permit { slot, _tokens: tokens, passage }
    }

    /// The same for a service of this name. A wait that people notice is a `tracing` span; `tell` is called when it takes
    /// long, for one of all requests that wait.
    pub async fn acquire_noting(
        &self,
        method: &Method,
        service: &str,
        tell: impl FnOnce(),
    ) -> Permit {
        let mut permit = pin!(self.acquire(method));
        if let Ok(permit) = timeout(SHOWN, &mut permit).await {
            return permit;
        }
        let _waiting = waiting(service, self.wait_for_one(method));
        if let Ok(permit) = timeout(LONG_WAIT.saturating_sub(SHOWN), &mut permit).await {
            return permit;
        }
        self.note(LONG_WAIT, tell);
        permit.await
    }

    /// How long the limits let no request of this method through, whoever is next, as far as that is known.
    fn wait_for_one(&self, method: &Method) -> Option<Duration> {
        let buckets = self.buckets.read().unwrap_or_else(PoisonError::into_inner).clone();
        let counting = buckets.iter().filter(|bucket| bucket.counts(method));
        let pause = self.paused_until();
        counting
            .filter_map(|bucket| bucket.next_free())
            .chain(pause)
            .max()
            .map(|until| until.saturating_duration_since(Instant::now()))
    }

    /// Calls `tell` if a wait is long, and none was reported lately.
    pub(crate) fn note(&self, wait: Duration, tell: impl FnOnce()) {
        if wait < LONG_WAIT {
            return;
        }
        let is_news = {
            let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
            let is_news = noted.is_none_or(|last| last.elapsed() >= BETWEEN_NOTES);
            if is_news {
                *noted = Some(Instant::now());
            }
            is_news
        };
        if is_news {
            tell();
        }
    }

    /// Sends nothing for a while, as the service asked.
    pub fn pause(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut pause = self.pause.lock().unwrap_or_else(PoisonError::into_inner);
        *pause = Some(pause.map_or(until, |earlier| earlier.max(until)));
    }

    /// Records that requests of a method are refused for longer than anybody waits.
    pub(crate) fn close(&self, closed: Closed) {
        let mut all = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|known| known.method != closed.method);
        all.push(closed);
    }

    /// Whether requests of a method are refused for longer than `patience`, and how the service said so.
    pub(crate) fn closed(&self, method: &Method, patience: Duration) -> Option<Closed> {
        let all = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        let is_closed =
            |known: &&Closed| known.method == *method && known.until > Instant::now() + patience;
        all.iter().find(is_closed).cloned()
    }

    fn paused_until(&self) -> Option<Instant> {
        let pause = self.pause.lock().unwrap_or_else(PoisonError::into_inner);
        pause.filter(|until| *until > Instant::now())
    }
}

/// The right to send one request.
#[derive(Debug)]
pub struct Permit {
    slot: Slot,
    _tokens: Vec<Token>,
    passage: Passage,
}

impl Permit {
    /// Reports that the service throttled: fewer requests are sent for a while.
    pub fn throttled(&self) {
        self.slot.throttled();
    }

    /// Records the remaining quota in a response.
    pub(crate) fn observe(&self, scope: Scope, left: Left) {
        self.passage.observe(scope, left);
    }

    /// Reports that the service accepted the request.
    pub fn accepted(&self) {
        self.slot.accepted();
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::*;

    /// What the limits are said to take is what they take.
    #[tokio::test(start_paused = true)]
    async fn the_time_of_requests_is_foretold() {
        let rates = [Rate::per_second(5), Rate::per_minute(20).of(&["POST", "PUT"])];
        for (rates, requests) in
            [(&rates[..1], 5), (&rates[..1], 6), (&rates[..1], 23), (&rates, 50)]
        {
            let limits = Limits::new(rates, 100);
            let (start, foretold) = (Instant::now(), limits.time_for(requests));
            join_all((0..requests).map(|_| async { drop(limits.acquire(&Method::POST).await) }))
                .await;
            // Two limits that wait for each other may take a little longer.
            let more = start.elapsed().saturating_sub(foretold);
            assert!(start.elapsed() >= foretold, "{requests} {rates:?}");
            assert!(more < Duration::from_secs(if rates.len() > 1 { 5 } else { 1 }), "{more:?}");
        }
        let limits = Limits::new(&rates, 100);
        assert_eq!((limits.available(), limits.concurrency()), (Some(5), 100));
        drop(limits.acquire(&Method::POST).await);
        assert_eq!(limits.available(), Some(4));
        // Reading is not what is asked about.
        let limits = Limits::new(&[Rate::per_second(1).of(&["GET"])], 1);
        assert_eq!((limits.available(), limits.time_for(9)), (None, Duration::ZERO));
        limits.pause(Duration::from_secs(7));
        assert_eq!(limits.time_for(1), Duration::from_secs(7));
    }

    /// If a token became free by the start of its request, a slow and a fast request could arrive together.
    #[tokio::test(start_paused = true)]
    async fn no_period_has_more_requests_than_allowed() {
        let limits = Arc::new(Limits::new(&[Rate::per_second(5)], 100));
        let start = Instant::now();
        let sent = (0..23_u64).map(|index| {
            let limits = Arc::clone(&limits);
            async move {
                let permit = limits.acquire(&Method::GET).await;
                let sent = start.elapsed();
                tokio::time::sleep(Duration::from_millis(index * 37 % 200)).await;
                drop(permit);
                sent
            }
        });
        let mut sent = join_all(sent).await;
        sent.sort();
        for window in sent.windows(6) {
            assert!(window[5].saturating_sub(window[0]) >= Duration::from_secs(1), "{sent:?}");
        }
        assert!(*sent.last().unwrap() < Duration::from_secs(6), "{sent:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_than_allowed_are_in_flight_at_once() {
        let limits = Arc::new(Limits::new(&[], 3));
        let under_way = Arc::new(Mutex::new((0, 0)));
        join_all((0..20).map(|_| async {
            let permit = limits.acquire(&Method::GET).await;
            {
                let mut counts = under_way.lock().unwrap();
                counts.0 += 1;
                counts.1 = counts.1.max(counts.0);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
            under_way.lock().unwrap().0 -= 1;
            drop(permit);
        }))
        .await;
        assert_eq!(under_way.lock().unwrap().1, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_delays_everyone() {
        let limits = Limits::new(&[], 3);
        limits.pause(Duration::from_secs(7));
        limits.pause(Duration::from_secs(2));
        let start = Instant::now();
        join_all([limits.acquire(&Method::GET), limits.acquire(&Method::PUT)]).await;
        assert_eq!(start.elapsed().as_secs(), 7);
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_known_when_the_next_request_passes() {
        let rates = [Rate::per_minute(2).of(&["PUT"])];
        let limits = Limits::new(&rates, 9);
        assert_eq!(limits.wait_for_one(&Method::PUT), None);
        let first = limits.acquire(&Method::PUT).await;
        drop(limits.acquire(&Method::PUT).await);
        tokio::time::advance(Duration::from_secs(20)).await;
        assert_eq!(limits.wait_for_one(&Method::PUT), Some(Duration::from_secs(40)));
        assert_eq!(limits.wait_for_one(&Method::GET), None);
        limits.pause(Duration::from_secs(50));
        for method in [Method::PUT, Method::GET] {
            assert_eq!(limits.wait_for_one(&method), Some(Duration::from_secs(50)));
        }
        drop(first);
    }

    /// However many wait.
    #[tokio::test(start_paused = true)]
    async fn a_long_wait_is_told_once() {
        for (seconds, expected) in [(4, 0), (30, 1), (150, 1)] {
            let limits = Limits::new(&[], 3);
            limits.pause(Duration::from_secs(seconds));
            let told = AtomicUsize::new(0);
            let tell = || {
                told.fetch_add(1, Ordering::Relaxed);
            };
            let go = async |_| drop(limits.acquire_noting(&Method::GET, "service", tell).await);
            join_all((0..50).map(go)).await;
            assert_eq!(told.into_inner(), expected, "{seconds} s");
        }
    }

    /// Requests that wait for the limit of their method do not block others.
    #[tokio::test(start_paused = true)]
    async fn rates_of_methods_are_separate() {
        let rates = [Rate::per_minute(2).of(&["POST", "PUT"]), Rate::per_minute(5)];
        let limits = Limits::new(&rates, 1);
        let start = Instant::now();
        let go = async |method: Method| {
            drop(limits.acquire(&method).await);
            start.elapsed().as_secs()
        };
        let methods = [Method::POST, Method::PUT, Method::POST, Method::GET, Method::GET];
        let seconds = join_all(methods.map(go)).await;
        assert_eq!(seconds, [0, 0, 60, 0, 0]);
    }
}
