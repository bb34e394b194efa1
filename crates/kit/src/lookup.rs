//! Looking again: an answer that was lost is unknown until it was looked up.

use async_trait::async_trait;
use octodns_core::{ProviderError, ServiceErrorKind};
use octodns_http::Backoff;
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// What is there after an answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Observed {
    /// What was to be made.
    Desired,
    /// What was there before: nothing was done.
    Existing,
    /// Neither: somebody else was there, or it was done in part.
    Other,
}

/// Keeps looking and sending apart in one zone: a list that is read while rows of it come and go lacks some.
#[derive(Debug, Default)]
pub(crate) struct Still(RwLock<()>);

impl Still {
    /// Something is sent.
    pub(crate) async fn sending(&self) -> RwLockReadGuard<'_, ()> {
        self.0.read().await
    }

    /// Something is looked for: all that is being sent has ended, and nothing else is sent meanwhile.
    pub(crate) async fn looking(&self) -> RwLockWriteGuard<'_, ()> {
        self.0.write().await
    }
}

/// Something that is sent once, whatever becomes of its answer.
#[async_trait]
pub trait Call: Sync {
    /// Sends it.
    ///
    /// # Errors
    ///
    /// Of kind [`ServiceErrorKind::Indeterminate`] when the answer is lost.
    async fn send(&self) -> Result<(), ProviderError>;

    /// Looks what is there now.
    ///
    /// # Errors
    ///
    /// Fails when the service does not tell.
    async fn look_up(&self) -> Result<Observed, ProviderError>;
}

/// Sends something until it is known to be done or not, and looks after each answer that was lost. Every
/// repetition is after a pause.
///
/// # Errors
///
/// That of [`Call::send`]: of kind [`ServiceErrorKind::Indeterminate`] if looking did not tell, and
/// [`ServiceErrorKind::Unreachable`] if it was looked and nothing was done, whatever was tried.
pub async fn settle(backoff: &Backoff, call: &dyn Call) -> Result<(), ProviderError> {
    let mut attempt = 0;
    let mut was_lost = false;
    loop {
        attempt += 1;
        let Err(error) = call.send().await else { return Ok(()) };
        let is_lost = error.kind() == Some(ServiceErrorKind::Indeterminate);
        was_lost |= is_lost;
        if !was_lost {
            return Err(error);
        }
        backoff.pause(attempt).await;
        match call.look_up().await {
            Ok(Observed::Desired) => return Ok(()),
            Ok(Observed::Existing) if is_lost && attempt < backoff.attempts() => {}
            // Refused the second time, and not there: it was not done the first time either.
            Ok(Observed::Existing) if !is_lost => return Err(error),
            Ok(Observed::Existing) => {
                let words = format!("{}; a check found that it was not done", error.with_causes());
                return Err(ProviderError::service(ServiceErrorKind::Unreachable, words));
            }
            Ok(Observed::Other) => {
                let words = format!("{}; the target holds something else now", error.with_causes());
                return Err(ProviderError::service(ServiceErrorKind::Indeterminate, words));
            }
            Err(unread) => {
                let (error, unread) = (error.with_causes(), unread.with_causes());
                let words = format!("{error}; and looking for it failed: {unread}");
                return Err(ProviderError::service(ServiceErrorKind::Indeterminate, words));
            }
        }
    }
}
