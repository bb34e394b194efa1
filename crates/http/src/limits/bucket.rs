//! A bucket of tokens: so many requests in any stretch of time.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::Method;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::Rate;

#[derive(Debug)]
pub(super) struct Bucket {
    /// The number of requests it was made for is kept in `tokens`: it may become smaller.
    rate: Rate,
    tokens: Mutex<Tokens>,
    /// Who is next; the others queue behind in order.
    queue: tokio::sync::Mutex<()>,
    returned: Notify,
}

#[derive(Debug)]
struct Tokens {
    /// How many there are, wherever they are.
    all: usize,
    free: usize,
    /// How many that come back are to be taken out, since the limit was made stricter.
    owed: usize,
    /// When spent ones are back, the earliest first.
    back: VecDeque<Instant>,
}

impl Bucket {
    /// A bucket of which `spent` tokens were used just now.
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

    /// Whether this is the bucket for such a rate.
    pub(super) fn is_for(&self, rate: &Rate) -> bool {
        self.rate.per == rate.per && self.rate.methods == rate.methods
    }

    /// Allows no more than `requests`, from now on.
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

    /// Takes a token, or says when the next is back, if any is on its way.
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

/// A token that is out; dropping it starts its way back.
#[derive(Debug)]
pub(super) struct Token(Arc<Bucket>);

impl Drop for Token {
    fn drop(&mut self) {
        self.0.tokens().back.push_back(Instant::now() + self.0.rate.per);
        self.0.returned.notify_one();
    }
}
