//! A value that many calls need and one of them fetches.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use octodns_core::ServiceErrorKind;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::Error;

/// How long a refusal is kept before another fetch.
const REFUSAL_STANDS: Duration = Duration::from_secs(60);

/// A value that is fetched on first use, and again when it is no longer valid. There is one fetch at a time,
/// and all calls that wait for it share its result, even an error: a service that refuses a login is not
/// asked again by each waiting call.
#[derive(Debug)]
pub(super) struct Shared<T> {
    value: RwLock<Option<Arc<T>>>,
    /// The last fetch, if it failed; locked during a fetch.
    failure: Mutex<Option<Failure>>,
    /// How many fetches have ended.
    fetches: AtomicU64,
}

#[derive(Debug)]
struct Failure {
    error: Arc<Error>,
    at: Instant,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self { value: RwLock::new(None), failure: Mutex::new(None), fetches: AtomicU64::new(0) }
    }
}

impl<T> Shared<T> {
    /// The value, if there is one, valid or not.
    pub(super) fn value(&self) -> Option<Arc<T>> {
        self.value.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The value; `fetch` is only polled if there is no value that `is_good`.
    pub(super) async fn get(
        &self,
        is_good: impl Fn(&T) -> bool + Send + Sync,
        fetch: impl Future<Output = Result<T, Error>> + Send,
    ) -> Result<Arc<T>, Error> {
        let good = || self.value().filter(|value| is_good(value));
        if let Some(value) = good() {
            return Ok(value);
        }
        let asked = self.fetches.load(Ordering::Acquire);
        let mut failure = self.failure.lock().await;
        // Another call may have fetched it in the meantime.
        if let Some(value) = good() {
            return Ok(value);
        }
        if let Some(failure) = &*failure {
            let ended = self.fetches.load(Ordering::Acquire) != asked;
            let error = Error::Login { source: Arc::clone(&failure.error) };
            let is_refusal = error.kind() == ServiceErrorKind::Unauthorized;
            if ended || (is_refusal && failure.at.elapsed() < REFUSAL_STANDS) {
                return Err(error);
            }
        }
        let fetched = fetch.await;
        self.fetches.fetch_add(1, Ordering::Release);
        match fetched {
            Ok(value) => {
                let value = Arc::new(value);
                let mut place = self.value.write().unwrap_or_else(PoisonError::into_inner);
                *place = Some(Arc::clone(&value));
                *failure = None;
                Ok(value)
            }
            Err(error) => {
                // A login that needs another one, which failed: it is said once.
                let error = match error {
                    Error::Login { source } => source,
                    other => Arc::new(other),
                };
                *failure = Some(Failure { error: Arc::clone(&error), at: Instant::now() });
                Err(Error::Login { source: error })
            }
        }
    }
}
