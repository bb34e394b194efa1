//! What records need beside them at a service: health checks, pools, filters.
//!
//! Such items are of the account, not of a zone. They are listed once in a run, found again by a mark that names
//! their record, created before the record that refers to them, and deleted after the last use.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use octodns_core::{ApplyLog, PerRun, ProviderError};
use octodns_http::Backoff;

use crate::lookup::create_once;

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

    /// Whether an item is what a record needs: of this record, with these settings; without those that can be changed
    /// in place, if there are such.
    fn fits(item: &Self::Item, wanted: &Self::Wanted) -> bool;

    /// Whether an item that fits has the settings that can be changed in place as well. Default: there are none.
    fn is_as_wanted(_item: &Self::Item, _wanted: &Self::Wanted) -> bool {
        true
    }

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

    /// Changes an item that fits in place, so that it is as a record needs it. Must be safe to repeat. Default: none
    /// is changed, since each that fits is as wanted.
    ///
    /// # Errors
    ///
    /// It may be as it was.
    async fn update(
        &self,
        _item: &Self::Item,
        _wanted: &Self::Wanted,
    ) -> Result<Self::Item, ProviderError> {
        Err(ProviderError::failed(format!("a {} cannot be changed", Self::WHAT)))
    }

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
        Ok(lock(&*self.known(api).await?).clone())
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
        Ok(lock(&*self.known(api).await?).iter().find(|item| is_it(item)).cloned())
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
        Ok(self.ensure_as_wanted(api, wanted, preferred, log).await?.0)
    }

    /// The same, and whether it was there and was changed in place.
    ///
    /// # Errors
    ///
    /// It is not there or not as wanted, and cannot be created or changed.
    pub async fn ensure_as_wanted(
        &self,
        api: &A,
        wanted: &A::Wanted,
        preferred: Option<&str>,
        log: &ApplyLog<'_>,
    ) -> Result<(A::Item, bool), ProviderError> {
        let _creating = self.creating.lock().await;
        let known = self.known(api).await?;
        let found = Self::find(&lock(&known), wanted, preferred).cloned();
        let is_change = found.is_some();
        let item = match found {
            Some(item) if A::is_as_wanted(&item, wanted) => return Ok((item, false)),
            Some(item) => {
                let step =
                    format!("change the {} {} for {}", A::WHAT, A::id(&item), A::owner(wanted));
                log.in_step(&step, api.update(&item, wanted)).await?
            }
            None => {
                let step = format!("create a {} for {}", A::WHAT, A::owner(wanted));
                log.in_step(&step, self.create(api, wanted)).await?
            }
        };
        self.put(api, item.clone()).await?;
        Ok((item, is_change))
    }

    /// Remembers an item that was changed in place, or created otherwise.
    ///
    /// # Errors
    ///
    /// The items cannot be listed.
    pub async fn put(&self, api: &A, item: A::Item) -> Result<(), ProviderError> {
        let known = self.known(api).await?;
        let mut known = lock(&known);
        known.retain(|known| A::id(known) != A::id(&item));
        known.push(item);
        Ok(())
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
            lock(&*self.known(api).await?).retain(|known| A::id(known) != id);
        }
        Ok(())
    }

    /// Creates an item once, even if a response is lost.
    async fn create(&self, api: &A, wanted: &A::Wanted) -> Result<A::Item, ProviderError> {
        let Some(backoff) = api.backoff() else { return api.create(wanted).await };
        let find =
            || async { Ok(api.list().await?.into_iter().find(|item| A::fits(item, wanted))) };
        create_once(backoff, || api.create(wanted), find).await
    }

    /// All items, which are listed first if this run has not done so yet.
    async fn known(&self, api: &A) -> Result<Arc<Mutex<Vec<A::Item>>>, ProviderError> {
        let list = async { Ok::<_, ProviderError>(Mutex::new(api.list().await?)) };
        self.known.get_or_try_init(list).await
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
