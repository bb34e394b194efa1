//! A token bucket: limits the number of requests in any period of a given length.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

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

impl Tokens {
    /// Takes back the tokens whose period is over.
    fn refill(&mut self) {
        let now = Instant::now();
        while self.back.front().is_some_and(|back| *back <= now) {
            self.back.pop_front();
            if self.owed > 0 {
                self.owed -= 1;
            } else {
                self.free += 1;
            }
        }
    }
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

    /// Whether it counts requests that change something.
    pub(super) fn counts_writes(&self) -> bool {
        [Method::POST, Method::PUT, Method::PATCH, Method::DELETE].iter().any(|of| self.counts(of))
    }

    /// How many tokens are free now.
    pub(super) fn free(&self) -> usize {
        let mut tokens = self.tokens();
        tokens.refill();
        tokens.free
    }

    /// When the next token becomes free; `None` if one is free now, or that is not known.
    pub(super) fn next_free(&self) -> Option<Instant> {
        let mut tokens = self.tokens();
        tokens.refill();
        tokens.back.front().copied().filter(|_| tokens.free == 0)
    }

    /// How long it takes to hand out so many tokens, if each is used for a moment.
    pub(super) fn time_for(&self, requests: usize) -> Duration {
        let mut tokens = self.tokens();
        tokens.refill();
        let waiting = requests.saturating_sub(tokens.free);
        let periods = waiting.div_ceil(tokens.all.max(1));
        self.rate.per.saturating_mul(u32::try_from(periods).unwrap_or(u32::MAX))
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
        tokens.refill();
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
