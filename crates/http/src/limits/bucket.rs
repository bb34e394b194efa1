//! A token bucket: limits the number of requests in any period of a given length.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::Method;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::Rate;

#[derive(Debug)]
pub(super) struct Bucket {
    /// Its number of requests is only the initial one; the current one is in `tokens`.
    rate: Rate,
    tokens: Mutex<Tokens>,
    /// Held by the request that is next; the others wait in order.
    queue: tokio::sync::Mutex<()>,
    returned: Notify,
}

#[derive(Debug)]
struct Tokens {
    /// The current limit: all tokens, in use or not.
    all: usize,
    free: usize,
    /// How many returned tokens to discard, since the limit was tightened.
    owed: usize,
    /// When used tokens become free again, the earliest first.
    back: VecDeque<Instant>,
}

impl Bucket {
    /// A bucket of which `spent` tokens have just been used.
    pub(super) fn new(rate: Rate, spent: usize) -> Self {
        let all = rate.requests.max(1);
        let spent = spent.min(all);
        let back = std::iter::repeat_n(Instant::now() + rate.per, spent).collect();
        Self {
            rate,
            tokens: Mutex::new(Tokens { all, free: all - spent, owed: 0, back }),
            queue: tokio::sync::Mutex::default(),
            returned: Notify::new(),
        }
    }

    pub(super) fn counts(&self, method: &Method) -> bool {
        self.rate.methods.includes(method)
    }

    pub(super) fn counts_all(&self) -> bool {
        self.rate.methods == super::Methods::All
    }

    /// Whether this bucket is for the same period and methods.
    pub(super) fn is_for(&self, rate: &Rate) -> bool {
        self.rate.per == rate.per && self.rate.methods == rate.methods
    }

    /// Lowers the limit to `requests` from now on.
    pub(super) fn tighten(&self, requests: usize) {
        let mut tokens = self.tokens();
        let fewer = tokens.all.saturating_sub(requests.max(1));
        let now = fewer.min(tokens.free);
        tokens.all -= fewer;
        tokens.free -= now;
        tokens.owed += fewer - now;
    }

    pub(super) async fn take(self: &Arc<Self>) -> Token {
        let _first = self.queue.lock().await;
        loop {
            match self.try_take() {
                Ok(()) => return Token(Arc::clone(self)),
                Err(Some(back)) => sleep_until(back).await,
                Err(None) => self.returned.notified().await,
            }
        }
    }

    /// Takes a token, or returns when the next one becomes free, if that is known.
    fn try_take(&self) -> Result<(), Option<Instant>> {
        let mut tokens = self.tokens();
        let now = Instant::now();
        while tokens.back.front().is_some_and(|back| *back <= now) {
            tokens.back.pop_front();
            if tokens.owed > 0 {
                tokens.owed -= 1;
            } else {
                tokens.free += 1;
            }
        }
        if tokens.free == 0 {
            return Err(tokens.back.front().copied());
        }
        tokens.free -= 1;
        Ok(())
    }

    fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A token in use; when dropped, it becomes free again after the period.
#[derive(Debug)]
pub(super) struct Token(Arc<Bucket>);

impl Drop for Token {
    fn drop(&mut self) {
        self.0.tokens().back.push_back(Instant::now() + self.0.rate.per);
        self.0.returned.notify_one();
    }
}
