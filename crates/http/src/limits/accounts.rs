//! The accounts of a service, each with its limits.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Limits, Rate};

/// The limits of every account that providers of one class use: providers with the same account share its
/// limits, the strictest that any of them was given.
///
/// A `register` function creates one and moves it into the function that builds providers.
#[derive(Debug, Default)]
pub struct Accounts {
    hasher: RandomState,
    limits: Mutex<HashMap<u64, Arc<Limits>>>,
}

impl Accounts {
    /// The limits of the account with this identity (endpoint, token ...), tightened to `rates` and
    /// `concurrency`. Only a hash of the identity is stored.
    pub fn limits(&self, identity: &[&str], rates: &[Rate], concurrency: usize) -> Arc<Limits> {
        let account = self.hasher.hash_one(identity);
        let mut limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        let known = limits.entry(account);
        let known = known.or_insert_with(|| Arc::new(Limits::new(rates, concurrency)));
        known.tighten(rates, concurrency);
        Arc::clone(known)
    }

    /// The number of accounts.
    pub fn len(&self) -> usize {
        self.limits.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether there are no accounts yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::Method;
    use tokio::time::Instant;

    use super::*;

    #[test]
    fn an_account_has_one_set_of_limits() {
        let accounts = Accounts::default();
        let of = |token: &str| accounts.limits(&["https://api.example", token], &[], 1);
        assert!(Arc::ptr_eq(&of("a"), &of("a")));
        assert!(!Arc::ptr_eq(&of("a"), &of("b")));
    }

    /// How long `many` requests of `method` take, each with a response after 100 ms.
    async fn seconds(limits: &Limits, method: Method, many: usize) -> u64 {
        let start = Instant::now();
        futures::future::join_all((0..many).map(|_| async {
            let _permit = limits.acquire(&method).await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }))
        .await;
        start.elapsed().as_secs()
    }

    /// The order does not matter: neither a loose nor a strict client wins by being built first.
    #[tokio::test(start_paused = true)]
    async fn the_strictest_limits_of_an_account_are_kept() {
        let loose = ([Rate::per_second(100)], 100);
        let strict = ([Rate::per_second(5)], 2);
        for order in [[&loose, &strict], [&strict, &loose]] {
            let accounts = Accounts::default();
            let [one, other] =
                order.map(|(rates, concurrency)| accounts.limits(&["x"], rates, *concurrency));
            assert!(Arc::ptr_eq(&one, &other));
            // Two at a time, and five per second after the first response.
            assert_eq!(seconds(&one, Method::GET, 20).await, 3);
        }
    }

    /// Tokens that are in use when the limit is tightened do not come back.
    #[tokio::test(start_paused = true)]
    async fn limits_become_stricter_while_requests_are_in_flight() {
        let accounts = Accounts::default();
        let limits = accounts.limits(&["x"], &[Rate::per_second(10)], 10);
        let mut permits = Vec::new();
        for _ in 0..10 {
            permits.push(limits.acquire(&Method::GET).await);
        }
        accounts.limits(&["x"], &[Rate::per_second(2), Rate::per_minute(15)], 1);
        permits.clear();
        // The ten that were sent count for the minute: five remain, at two per second, one at a time.
        let start = Instant::now();
        for _ in 0..5 {
            drop(limits.acquire(&Method::GET).await);
        }
        assert_eq!(start.elapsed().as_secs(), 3);
        drop(limits.acquire(&Method::GET).await);
        assert!(start.elapsed().as_secs() >= 60, "{:?}", start.elapsed());
    }
}
