//! What many calls need and one of them fetches.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use octodns_core::ServiceErrorKind;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::Error;

/// For so long after a refusal, it is not asked again.
const REFUSAL_STANDS: Duration = Duration::from_secs(60);

/// A value that is fetched when it is first needed, and again when it is no good any more. There is one
/// fetch at a time; whoever waited for it has its outcome, be it a failure: a service that refuses a login
/// is not asked once for each call that waits.
#[derive(Debug)]
pub(super) struct Shared<T> {
    value: RwLock<Option<Arc<T>>>,
    /// The last fetch, if it failed; held while there is one.
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
    /// The value, if there is one, good or not.
    pub(super) fn value(&self) -> Option<Arc<T>> {
        self.value.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The value, fetched where it `is_good` no more; `fetch` is only polled then.
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
        // Somebody else may have fetched it meanwhile.
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
                let error = Arc::new(error);
                *failure = Some(Failure { error: Arc::clone(&error), at: Instant::now() });
                Err(Error::Login { source: error })
            }
        }
    }
}
