//! An account of a service: its zones, and calls that must take effect at most once.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use octodns_core::provider::PlanDraft;
use octodns_core::value::Map;
use octodns_core::{
    ApplyLog, Outcome, OwnedValue, Plan, ProviderError, ServiceErrorKind, ZoneName,
};

use crate::api::{Api, Zone, ZonesBy};
use crate::directory::Directory;
use crate::lookup::{Call, Observed, settle};
use crate::service::Service;

/// The key of a plan that has only to publish what is there.
const PUBLISH: &str = "publish";

/// How many names of a zone are changed concurrently where nobody says what the service bears.
const NAMES_AT_ONCE: usize = 4;

/// An account of a service, under its id in the config.
#[derive(Debug)]
pub struct Account<S> {
    /// The id of the provider in the config.
    pub id: Arc<str>,
    /// The calls.
    pub api: S,
    /// The facts.
    pub service: Service,
    directory: Directory,
    /// How many requests the user allows at the same time.
    pub(crate) allowed: Option<usize>,
    /// Whether it has a call for many rows.
    pub(crate) batches: Learned,
}

/// Whether an account has something: known after it was tried in this run.
#[derive(Debug, Default)]
pub(crate) struct Learned(Mutex<Option<bool>>);

impl Learned {
    pub(crate) fn get(&self) -> Option<bool> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set(&self, has: impl Into<Option<bool>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = has.into();
    }
}

impl<S: Api> Account<S> {
    pub(crate) fn new(id: &str, api: S) -> Self {
        let service = api.service();
        let (directory, batches) = (Directory::default(), Learned::default());
        Self { id: id.into(), api, service, directory, allowed: None, batches }
    }

    /// How many names of a zone are changed concurrently.
    pub(crate) fn names_at_once(&self) -> usize {
        self.service.names_at_once.or(self.allowed).unwrap_or(NAMES_AT_ONCE)
    }

    /// Begins a run: forgets what the last one learned.
    pub(crate) fn begin_run(&self) {
        self.directory.forget();
        self.batches.set(None);
        self.api.begin_run();
    }

    pub(crate) async fn list_zones(&self) -> Result<Vec<ZoneName>, ProviderError> {
        self.directory.names(&|| self.api.zones()).await
    }

    /// The service's id of a zone; `None` if the account has no such zone. If zones are identified by name,
    /// only reading one shows whether it exists.
    ///
    /// # Errors
    ///
    /// Fails if the zones cannot be listed, or if several have this name.
    pub async fn find(&self, zone: &ZoneName) -> Result<Option<String>, ProviderError> {
        match S::ZONES {
            ZonesBy::Name => Ok(Some(zone.without_dot().to_owned())),
            ZonesBy::Id => {
                let (list, named) = (|| self.api.zones(), || self.api.zones_named(zone));
                self.directory.find(zone, &list, (S::LOOKUPS, &named)).await
            }
        }
    }

    /// The service's id of the plan's zone, which is created if it does not exist.
    ///
    /// # Errors
    ///
    /// Fails if it no longer exists, or cannot be created.
    pub async fn ensure(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<String, ProviderError> {
        let zone = plan.desired.name();
        if plan.exists {
            let found = self.find(zone).await?;
            return found.ok_or_else(|| {
                ProviderError::service(
                    ServiceErrorKind::NotFound,
                    format!("{zone} no longer exists; plan again"),
                )
            });
        }
        if self.service.capabilities.fixed_zones {
            return Err(self.service.capabilities.cannot_create(zone));
        }
        let id = log.in_step(&format!("create zone {zone}"), self.create(zone)).await?;
        let id = if S::ZONES == ZonesBy::Name { zone.without_dot().to_owned() } else { id };
        self.directory.add(zone, id.clone());
        Ok(id)
    }

    /// Creates a zone at most once, even if a response is lost.
    async fn create(&self, zone: &ZoneName) -> Result<String, ProviderError> {
        let call = CreateZone { account: self, zone, id: Mutex::default() };
        self.settle(&call).await?;
        Ok(call.id.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sends something at most once, even if a response is lost.
    ///
    /// # Errors
    ///
    /// The errors of [`settle`].
    pub async fn settle(&self, call: &dyn Call) -> Result<(), ProviderError> {
        settle(self.api.client().backoff(), call).await
    }

    /// The settings of the zone that a plan changes besides its records.
    pub(crate) async fn settings(
        &self,
        draft: &PlanDraft<'_>,
    ) -> Result<Option<OwnedValue>, ProviderError> {
        let name = draft.existing.name();
        if !S::HAS_SETTINGS {
            return Ok(None);
        }
        let Some(id) = self.find(name).await? else { return Ok(None) };
        Ok(self.api.settings(Zone { name, id: &id }).await?)
    }

    /// Changes the settings of a plan's zone, if the plan has some.
    pub(crate) async fn change_settings(
        &self,
        plan: &Plan,
        log: &ApplyLog<'_>,
    ) -> Result<(), ProviderError> {
        let has_settings = S::HAS_SETTINGS && plan.exists;
        let settings =
            plan.meta.as_ref().filter(|meta| has_settings && meta.get(PUBLISH).is_none());
        let Some(settings) = settings else { return Ok(()) };
        let id = self.ensure(plan, log).await?;
        let name = plan.desired.name();
        let changing = self.api.change_settings(Zone { name, id: &id }, settings);
        log.in_step(&format!("change the settings of {name}"), changing).await
    }

    /// The work of a plan besides its changes: publish what an earlier run changed but did not publish.
    pub(crate) async fn unpublished(
        &self,
        draft: &PlanDraft<'_>,
    ) -> Result<Option<OwnedValue>, ProviderError> {
        // Changes are published together with everything else.
        if !S::PUBLISHES || !draft.changes.is_empty() {
            return Ok(None);
        }
        let name = draft.existing.name();
        let Some(id) = self.find(name).await? else { return Ok(None) };
        if self.api.is_published(Zone { name, id: &id }).await?.unwrap_or(true) {
            return Ok(None);
        }
        Ok(Some(Map::from_unique([(PUBLISH, true.into())]).into()))
    }

    /// Makes the changes of a plan, and publishes them if the service requires it. Changes made before a
    /// failure are published as well: leaving half of them unpublished helps nobody.
    ///
    /// # Errors
    ///
    /// The error of `making`, or else of publishing.
    pub(crate) async fn serve(
        &self,
        plan: &Plan,
        zone: Zone<'_>,
        log: &ApplyLog<'_>,
        making: impl Future<Output = Result<(), ProviderError>>,
    ) -> Result<(), ProviderError> {
        if !S::PUBLISHES {
            return making.await;
        }
        log.stage();
        let made = if plan.changes.is_empty() { Ok(()) } else { making.await };
        let may_be_there = |outcome: &Outcome| {
            !matches!(outcome, Outcome::NotSent | Outcome::Failed(_) | Outcome::Applied)
        };
        let is_due = plan.changes.is_empty() || log.outcomes().iter().any(may_be_there);
        if !is_due {
            return made;
        }
        let published = match log.publish().await {
            Ok(attempt) => {
                attempt.conclude(self.api.publish(zone).await.map_err(ProviderError::from))
            }
            Err(unwritten) => Err(unwritten),
        };
        let published = match published {
            Ok(()) => Ok(()),
            Err(error) if S::UNPUBLISHED.is_empty() => Err(error),
            Err(error) => {
                Err(reworded(&error, format!("{}; {}", error.with_causes(), S::UNPUBLISHED)))
            }
        };
        match (made, published) {
            (Err(error), Err(unpublished)) => {
                let (words, unpublished) = (error.with_causes(), unpublished.with_causes());
                let words =
                    format!("{words}; what was changed before is not published: {unpublished}");
                Err(reworded(&error, words))
            }
            (made, published) => made.and(published),
        }
    }
}

/// An error of the same kind.
fn reworded(error: &ProviderError, words: String) -> ProviderError {
    match error.kind() {
        Some(kind) => ProviderError::service(kind, words),
        None => ProviderError::failed(words),
    }
}

/// A zone that is being created.
struct CreateZone<'c, S> {
    account: &'c Account<S>,
    zone: &'c ZoneName,
    /// Its id at the service, once it exists.
    id: Mutex<String>,
}

impl<S> CreateZone<'_, S> {
    fn is_there(&self, id: String) {
        *self.id.lock().unwrap_or_else(PoisonError::into_inner) = id;
    }
}

#[async_trait]
impl<S: Api> Call for CreateZone<'_, S> {
    async fn send(&self) -> Result<(), ProviderError> {
        let id = self.account.api.create_zone(self.zone).await?;
        self.is_there(id);
        Ok(())
    }

    async fn look_up(&self) -> Result<Observed, ProviderError> {
        let found = self.account.api.interrupted_zone(self.zone).await?;
        let Some(id) = found else { return Ok(Observed::Existing) };
        self.is_there(id);
        Ok(Observed::Desired)
    }
}
