//! What an account may ask of its service: so many requests in a time, so many at once.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

/// At most this many requests in any stretch of time of this length.
///
/// Kept as a bucket of tokens: a request takes one, and it is back `per` after the answer came. So no
/// stretch of that length has more requests in it, at the service's end of the line as well.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// How many requests.
    pub requests: usize,
    /// The stretch of time.
    pub per: Duration,
}

impl Rate {
    /// At most this many a second.
    pub const fn per_second(requests: usize) -> Self {
        Self { requests, per: Duration::from_secs(1) }
    }

    /// At most this many a minute.
    pub const fn per_minute(requests: usize) -> Self {
        Self { requests, per: Duration::from_secs(60) }
    }

    /// At most this many an hour.
    pub const fn per_hour(requests: usize) -> Self {
        Self { requests, per: Duration::from_secs(3600) }
    }
}

/// The limits of one account. Clients that share them keep them together.
#[derive(Debug)]
pub struct Limits {
    buckets: Vec<Arc<Bucket>>,
    places: Arc<Semaphore>,
    /// The service wants to be left alone until then.
    pause: Mutex<Option<Instant>>,
}

impl Limits {
    /// Keeps to all of `rates`, and to `concurrency` requests at the same time (at least one).
    pub fn new(rates: &[Rate], concurrency: usize) -> Self {
        Self {
            buckets: rates.iter().map(|rate| Arc::new(Bucket::new(*rate))).collect(),
            places: Arc::new(Semaphore::new(concurrency.max(1))),
            pause: Mutex::default(),
        }
    }

    /// Waits until a request may be sent; dropping the turn says that its answer came.
    pub async fn turn(&self) -> Turn {
        // Closing is the only way for this to fail, and nothing closes it.
        let place = Arc::clone(&self.places).acquire_owned().await.ok();
        let mut tokens = Vec::with_capacity(self.buckets.len());
        for bucket in &self.buckets {
            tokens.push(bucket.take().await);
        }
        while let Some(until) = self.paused_until() {
            sleep_until(until).await;
        }
        Turn { _place: place, _tokens: tokens }
    }

    /// Sends nothing more for a while: the service asked for it.
    pub fn pause(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut pause = self.pause.lock().unwrap_or_else(PoisonError::into_inner);
        *pause = Some(pause.map_or(until, |earlier| earlier.max(until)));
    }

    fn paused_until(&self) -> Option<Instant> {
        let pause = self.pause.lock().unwrap_or_else(PoisonError::into_inner);
        pause.filter(|until| *until > Instant::now())
    }
}

/// The right to send one request.
#[derive(Debug)]
pub struct Turn {
    _place: Option<OwnedSemaphorePermit>,
    _tokens: Vec<Token>,
}

#[derive(Debug)]
struct Bucket {
    per: Duration,
    tokens: Mutex<Tokens>,
    /// Who is next; the others queue behind in order.
    gate: tokio::sync::Mutex<()>,
    returned: Notify,
}

#[derive(Debug)]
struct Tokens {
    free: usize,
    /// When spent ones are back, the earliest first.
    back: VecDeque<Instant>,
}

impl Bucket {
    fn new(rate: Rate) -> Self {
        let tokens = Tokens { free: rate.requests.max(1), back: VecDeque::new() };
        Self {
            per: rate.per,
            tokens: Mutex::new(tokens),
            gate: tokio::sync::Mutex::default(),
            returned: Notify::new(),
        }
    }

    async fn take(self: &Arc<Self>) -> Token {
        let _first = self.gate.lock().await;
        loop {
            match self.try_take() {
                Ok(()) => return Token(Arc::clone(self)),
                Err(Some(back)) => sleep_until(back).await,
                Err(None) => self.returned.notified().await,
            }
        }
    }

    /// Takes a token, or says when the next is back, if any is on its way.
    fn try_take(&self) -> Result<(), Option<Instant>> {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        while tokens.back.front().is_some_and(|back| *back <= now) {
            tokens.back.pop_front();
            tokens.free += 1;
        }
        if tokens.free == 0 {
            return Err(tokens.back.front().copied());
        }
        tokens.free -= 1;
        Ok(())
    }
}

/// A token that is out; dropping it starts its way back.
#[derive(Debug)]
struct Token(Arc<Bucket>);

impl Drop for Token {
    fn drop(&mut self) {
        let mut tokens = self.0.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.back.push_back(Instant::now() + self.0.per);
        self.0.returned.notify_one();
    }
}

/// The limits of every account that providers of one class use: two providers with the same account
/// share its limits.
///
/// A `register` function makes one and moves it into what builds its providers.
#[derive(Debug, Default)]
pub struct Accounts {
    hasher: RandomState,
    limits: Mutex<HashMap<u64, Arc<Limits>>>,
}

impl Accounts {
    /// The limits of the account with these marks (endpoint, token ...), made when it is first asked
    /// for. Only a hash of the marks is kept.
    pub fn limits(&self, marks: &[&str], make: impl FnOnce() -> Limits) -> Arc<Limits> {
        let account = self.hasher.hash_one(marks);
        let mut limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(limits.entry(account).or_insert_with(|| Arc::new(make())))
    }

    /// How many accounts there are.
    pub fn len(&self) -> usize {
        self.limits.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether no account was asked for yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::*;

    /// A token that came back by the clock of its start would let a slow request and a quick one meet.
    #[tokio::test(start_paused = true)]
    async fn no_stretch_of_time_has_more_requests_than_allowed() {
        let limits = Arc::new(Limits::new(&[Rate::per_second(5)], 100));
        let start = Instant::now();
        let sent = (0..23_u64).map(|index| {
            let limits = Arc::clone(&limits);
            async move {
                let turn = limits.turn().await;
                let sent = start.elapsed();
                tokio::time::sleep(Duration::from_millis(index * 37 % 200)).await;
                drop(turn);
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
    async fn no_more_than_allowed_are_under_way_at_once() {
        let limits = Arc::new(Limits::new(&[], 3));
        let under_way = Arc::new(Mutex::new((0, 0)));
        join_all((0..20).map(|_| async {
            let turn = limits.turn().await;
            {
                let mut counts = under_way.lock().unwrap();
                counts.0 += 1;
                counts.1 = counts.1.max(counts.0);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
            under_way.lock().unwrap().0 -= 1;
            drop(turn);
        }))
        .await;
        assert_eq!(under_way.lock().unwrap().1, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_holds_up_everyone() {
        let limits = Limits::new(&[], 3);
        limits.pause(Duration::from_secs(7));
        limits.pause(Duration::from_secs(2));
        let start = Instant::now();
        join_all([limits.turn(), limits.turn()]).await;
        assert_eq!(start.elapsed().as_secs(), 7);
    }

    #[test]
    fn an_account_has_one_set_of_limits() {
        let accounts = Accounts::default();
        let of =
            |token: &str| accounts.limits(&["https://api.example", token], || Limits::new(&[], 1));
        assert!(Arc::ptr_eq(&of("a"), &of("a")));
        assert!(!Arc::ptr_eq(&of("a"), &of("b")));
    }
}
