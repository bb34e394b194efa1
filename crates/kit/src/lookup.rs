//! If a response is lost, the outcome is unknown until the kit looks it up.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use octodns_core::{ProviderError, ServiceErrorKind};
use octodns_http::Backoff;
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// What a lookup after a lost response found. Match all three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Observed {
    /// The desired state: the call was carried out.
    Desired,
    /// The state from before: nothing was done.
    Existing,
    /// Neither: somebody else changed it, or it was done in part.
    Other,
}

/// Keeps writes and lookups in one zone apart: a list that is read while rows are added and deleted may miss
/// some.
#[derive(Debug, Default)]
pub(crate) struct Still(RwLock<()>);

impl Still {
    /// Held while something is sent.
    pub(crate) async fn sending(&self) -> RwLockReadGuard<'_, ()> {
        self.0.read().await
    }

    /// Held during a lookup: waits until all writes have ended, and blocks new ones.
    pub(crate) async fn looking(&self) -> RwLockWriteGuard<'_, ()> {
        self.0.write().await
    }
}

/// A call that must take effect at most once, even if its response is lost.
#[async_trait]
pub trait Call: Sync {
    /// Sends it.
    ///
    /// # Errors
    ///
    /// Of kind [`ServiceErrorKind::Indeterminate`] if the response is lost.
    async fn send(&self) -> Result<(), ProviderError>;

    /// Looks up the current state.
    ///
    /// # Errors
    ///
    /// Fails if the state cannot be read.
    async fn look_up(&self) -> Result<Observed, ProviderError>;
}

/// Sends a call until it is known to be done or not, and looks up the state after each lost response. Every
/// retry comes after a backoff.
///
/// # Errors
///
/// The error of [`Call::send`]: of kind [`ServiceErrorKind::Indeterminate`] if the lookup gave no answer, and
/// [`ServiceErrorKind::Unreachable`] if the lookups showed that no attempt was carried out.
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
            // Refused the second time, and not there: the first attempt was not carried out either.
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

/// Creates something once, even if responses are lost: then `find` looks for it, and it is created again if it is not
/// there.
///
/// # Errors
///
/// The errors of [`settle`].
pub async fn create_once<T, C, F>(
    backoff: &Backoff,
    create: impl Fn() -> C + Sync,
    find: impl Fn() -> F + Sync,
) -> Result<T, ProviderError>
where
    T: Send,
    C: Future<Output = Result<T, ProviderError>> + Send,
    F: Future<Output = Result<Option<T>, ProviderError>> + Send,
{
    let creation = Creation { create, find, created: Mutex::new(None) };
    settle(backoff, &creation).await?;
    let created = creation.created.into_inner().unwrap_or_else(PoisonError::into_inner);
    created.ok_or_else(|| ProviderError::failed("nothing was created".to_owned()))
}

/// Something that is created, and looked for after a lost response.
struct Creation<C, F, T> {
    create: C,
    find: F,
    created: Mutex<Option<T>>,
}

impl<C, F, T> Creation<C, F, T> {
    fn is(&self, created: Option<T>) {
        *self.created.lock().unwrap_or_else(PoisonError::into_inner) = created;
    }
}

#[async_trait]
impl<T, C, F, Create, Find> Call for Creation<Create, Find, T>
where
    T: Send,
    C: Future<Output = Result<T, ProviderError>> + Send,
    F: Future<Output = Result<Option<T>, ProviderError>> + Send,
    Create: Fn() -> C + Sync,
    Find: Fn() -> F + Sync,
{
    async fn send(&self) -> Result<(), ProviderError> {
        self.is(Some((self.create)().await?));
        Ok(())
    }

    async fn look_up(&self) -> Result<Observed, ProviderError> {
        let found = (self.find)().await?;
        let observed = if found.is_some() { Observed::Desired } else { Observed::Existing };
        self.is(found);
        Ok(observed)
    }
}

/// What a refusal means to a service whose calls may be carried out in part: a lookup decides.
///
/// # Errors
///
/// The refusal if nothing was done, or else [`ServiceErrorKind::Indeterminate`].
pub(crate) async fn refused(call: &dyn Call, refusal: ProviderError) -> Result<(), ProviderError> {
    let words = match call.look_up().await {
        Ok(Observed::Desired) => return Ok(()),
        Ok(Observed::Existing) => return Err(refusal),
        Ok(Observed::Other) => "the target holds something else now".to_owned(),
        Err(unread) => format!("and looking for it failed: {}", unread.with_causes()),
    };
    let words = format!("{}; {words}", refusal.with_causes());
    Err(ProviderError::service(ServiceErrorKind::Indeterminate, words))
}
