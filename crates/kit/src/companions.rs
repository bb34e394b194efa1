//! What records need beside them at a service: health checks, pools, filters.
//!
//! Such items are of the account, not of a zone. They are listed once in a run, found again by a mark that names
//! their record, created before the record that refers to them, and deleted after the last use.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use octodns_core::{ApplyLog, PerRun, ProviderError};
use octodns_http::Backoff;

use crate::lookup::{Call, Observed, settle};

/// The calls for one kind of such items.
#[async_trait]
pub trait CompanionApi: Send + Sync {
    /// What they are, for people: `health check`.
    const WHAT: &'static str;

    /// One of them, as the service has it.
    type Item: Clone + Send + Sync;

    /// What a record needs.
    type Wanted: Send + Sync;

    /// The id of an item.
    fn id(item: &Self::Item) -> &str;

    /// Whether an item is what a record needs: of this record, with these settings.
    fn fits(item: &Self::Item, wanted: &Self::Wanted) -> bool;

    /// The record that needs it, for people: `www.example.com.`.
    fn owner(wanted: &Self::Wanted) -> String;

    /// All items that octoDNS has created.
    ///
    /// # Errors
    ///
    /// Fails as a whole: the list is never partial.
    async fn list(&self) -> Result<Vec<Self::Item>, ProviderError>;

    /// Creates an item.
    ///
    /// # Errors
    ///
    /// Of kind [`ServiceErrorKind::Indeterminate`](octodns_core::ServiceErrorKind::Indeterminate) if the response
    /// is lost.
    async fn create(&self, wanted: &Self::Wanted) -> Result<Self::Item, ProviderError>;

    /// Deletes an item. One that is gone already is no error.
    ///
    /// # Errors
    ///
    /// It is still there.
    async fn delete(&self, item: &Self::Item) -> Result<(), ProviderError>;

    /// The waits between attempts to create an item whose responses are lost. Default: none, since a creation
    /// may be repeated.
    fn backoff(&self) -> Option<&Backoff> {
        None
    }
}

/// The items of one kind, as this run knows them.
pub struct Companions<A: CompanionApi> {
    known: PerRun<Mutex<Vec<A::Item>>>,
    /// Held while one is created, so that two changes that need the same do not both create it.
    creating: tokio::sync::Mutex<()>,
}

impl<A: CompanionApi> Default for Companions<A> {
    fn default() -> Self {
        Self { known: PerRun::default(), creating: tokio::sync::Mutex::default() }
    }
}

impl<A: CompanionApi> std::fmt::Debug for Companions<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Companions({})", A::WHAT)
    }
}

impl<A: CompanionApi> Companions<A> {
    /// Begins a run: the items are listed again when they are needed.
    pub fn begin_run(&self) {
        self.known.forget();
    }

    /// All items.
    ///
    /// # Errors
    ///
    /// They cannot be listed.
    pub async fn all(&self, api: &A) -> Result<Vec<A::Item>, ProviderError> {
        self.with(api, |known| known.clone()).await
    }

    /// The first item of which this is true, if any.
    ///
    /// # Errors
    ///
    /// They cannot be listed.
    pub async fn item(
        &self,
        api: &A,
        is_it: impl Fn(&A::Item) -> bool,
    ) -> Result<Option<A::Item>, ProviderError> {
        self.with(api, |known| known.iter().find(|item| is_it(item)).cloned()).await
    }

    /// The item that fits among `known`: the preferred one, if it does.
    pub fn find<'k>(
        known: &'k [A::Item],
        wanted: &A::Wanted,
        preferred: Option<&str>,
    ) -> Option<&'k A::Item> {
        let fits = |item: &&'k A::Item| A::fits(item, wanted);
        let preferred = preferred.and_then(|id| known.iter().find(|item| A::id(item) == id));
        preferred.filter(fits).or_else(|| known.iter().find(fits))
    }

    /// The item that a record needs: the preferred one if it fits, another that does, or a new one.
    ///
    /// # Errors
    ///
    /// It is not there, and cannot be created.
    pub async fn ensure(
        &self,
        api: &A,
        wanted: &A::Wanted,
        preferred: Option<&str>,
        log: &ApplyLog<'_>,
    ) -> Result<A::Item, ProviderError> {
        let _creating = self.creating.lock().await;
        let found = |known: &mut Vec<A::Item>| Self::find(known, wanted, preferred).cloned();
        if let Some(item) = self.with(api, found).await? {
            return Ok(item);
        }
        let step = format!("create a {} for {}", A::WHAT, A::owner(wanted));
        let item = log.in_step(&step, self.create(api, wanted)).await?;
        self.put(api, item.clone()).await?;
        Ok(item)
    }

    /// Remembers an item that was changed in place, or created otherwise.
    ///
    /// # Errors
    ///
    /// The items cannot be listed.
    pub async fn put(&self, api: &A, item: A::Item) -> Result<(), ProviderError> {
        self.with(api, |known| {
            known.retain(|known| A::id(known) != A::id(&item));
            known.push(item);
        })
        .await
    }

    /// Deletes the items that `is_unused` selects. Call it when no record refers to them any more.
    ///
    /// # Errors
    ///
    /// One cannot be deleted; those after it are kept.
    pub async fn delete_unused(
        &self,
        api: &A,
        is_unused: impl Fn(&A::Item) -> bool,
        log: &ApplyLog<'_>,
    ) -> Result<(), ProviderError> {
        for item in self.all(api).await?.iter().filter(|item| is_unused(item)) {
            let id = A::id(item);
            log.in_step(&format!("delete the {} {id}", A::WHAT), api.delete(item)).await?;
            self.with(api, |known| known.retain(|known| A::id(known) != id)).await?;
        }
        Ok(())
    }

    /// Creates an item once, even if a response is lost.
    async fn create(&self, api: &A, wanted: &A::Wanted) -> Result<A::Item, ProviderError> {
        let Some(backoff) = api.backoff() else { return api.create(wanted).await };
        let call = Creation { api, wanted, created: Mutex::new(None) };
        settle(backoff, &call).await?;
        let created = call.created.into_inner().unwrap_or_else(PoisonError::into_inner);
        created.ok_or_else(|| ProviderError::failed(format!("no {} was created", A::WHAT)))
    }

    async fn with<T>(
        &self,
        api: &A,
        use_them: impl FnOnce(&mut Vec<A::Item>) -> T,
    ) -> Result<T, ProviderError> {
        let list = async { Ok::<_, ProviderError>(Mutex::new(api.list().await?)) };
        let known = self.known.get_or_try_init(list).await?;
        Ok(use_them(&mut lock(&known)))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An item that is created, and looked for after a lost response.
struct Creation<'c, A: CompanionApi> {
    api: &'c A,
    wanted: &'c A::Wanted,
    created: Mutex<Option<A::Item>>,
}

#[async_trait]
impl<A: CompanionApi> Call for Creation<'_, A> {
    async fn send(&self) -> Result<(), ProviderError> {
        let item = self.api.create(self.wanted).await?;
        *lock(&self.created) = Some(item);
        Ok(())
    }

    async fn look_up(&self) -> Result<Observed, ProviderError> {
        let found = self.api.list().await?.into_iter().find(|item| A::fits(item, self.wanted));
        let observed = if found.is_some() { Observed::Desired } else { Observed::Existing };
        *lock(&self.created) = found;
        Ok(observed)
    }
}
