//! What dynamic records need beside them: pools, geo filters, health checks.

use std::marker::PhantomData;

use octodns_core::{ApplyLog, ProviderError, ServiceErrorKind, async_trait};
use octodns_http::{Backoff, Client, Error, Response};
use octodns_kit::{CompanionApi, Companions, Json};

use crate::records::{id, text};

/// A kind of things.
pub(crate) trait Kind: Send + Sync + 'static {
    /// For people: `pool`.
    const WHAT: &'static str;

    /// Whether a thing has the settings of a request.
    fn is_same(thing: &Json, wanted: &Json) -> bool;
}

/// A thing, as the service has it.
#[derive(Clone, Debug)]
pub(crate) struct Thing {
    pub(crate) id: String,
    pub(crate) body: Json,
}

impl Thing {
    fn new(body: Json) -> Option<Self> {
        Some(Self { id: id(&body)?, body })
    }

    /// The id as requests have it.
    pub(crate) fn number(&self) -> Option<u64> {
        self.id.parse().ok()
    }

    pub(crate) fn name(&self) -> &str {
        text(&self.body, "name")
    }
}

/// What a record needs: a thing with a name and settings.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// The record, for people.
    pub(crate) owner: String,
    /// As it is sent to create it.
    pub(crate) body: Json,
    /// As it is sent to change it.
    pub(crate) change: Json,
}

/// The calls for things of one kind.
#[derive(Debug)]
pub(crate) struct Calls<K> {
    client: Client,
    path: Vec<&'static str>,
    kind: PhantomData<K>,
}

impl<K> Calls<K> {
    fn path_of<'p>(&'p self, id: &'p str) -> Vec<&'p str> {
        self.path.iter().copied().chain([id]).collect()
    }
}

/// What was created: the API of the records answers with a list of it, that of the health checks with its address.
fn created<K: Kind>(response: &Response, wanted: &Wanted) -> Result<Thing, Error> {
    if let Some(location) = response.header("location") {
        let id = location.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
        return Ok(Thing { id, body: wanted.body.clone() });
    }
    let thing = response.json::<Vec<Json>>()?.into_iter().next().and_then(Thing::new);
    let why = format!("the {} that was created has no id", K::WHAT);
    thing.ok_or_else(|| response.malformed("id", &why))
}

#[async_trait]
impl<K: Kind> CompanionApi for Calls<K> {
    const WHAT: &'static str = K::WHAT;
    type Item = Thing;
    type Wanted = Wanted;

    fn id(item: &Thing) -> &str {
        &item.id
    }

    /// Names are ours alone; settings are changed in place.
    fn fits(item: &Thing, wanted: &Wanted) -> bool {
        item.name() == text(&wanted.body, "name")
    }

    fn is_as_wanted(item: &Thing, wanted: &Wanted) -> bool {
        K::is_same(&item.body, &wanted.body)
    }

    fn owner(wanted: &Wanted) -> String {
        wanted.owner.clone()
    }

    async fn list(&self) -> Result<Vec<Thing>, ProviderError> {
        let response = self.client.get(&self.path).send().await?;
        let things: Vec<Json> = response.json()?;
        let things: Option<_> = things.into_iter().map(Thing::new).collect();
        let why = || response.malformed("id", &format!("a {} has none", K::WHAT));
        Ok(things.ok_or_else(why)?)
    }

    async fn create(&self, wanted: &Wanted) -> Result<Thing, ProviderError> {
        let response = self.client.post(&self.path).json(&wanted.body).send().await?;
        Ok(created::<K>(&response, wanted)?)
    }

    async fn update(&self, item: &Thing, wanted: &Wanted) -> Result<Thing, ProviderError> {
        let request = self.client.put(&self.path_of(&item.id));
        request.json(&wanted.change).send_ok().await?;
        let mut thing = item.clone();
        for (key, value) in wanted.change.as_object().into_iter().flatten() {
            thing.body[key] = value.clone();
        }
        Ok(thing)
    }

    async fn delete(&self, item: &Thing) -> Result<(), ProviderError> {
        Ok(self.client.delete(&self.path_of(&item.id)).send_ok_or_missing().await?)
    }

    fn backoff(&self) -> Option<&Backoff> {
        Some(self.client.backoff())
    }
}

/// All things of one kind, listed once in a run.
#[derive(Debug)]
pub(crate) struct Things<K: Kind> {
    calls: Calls<K>,
    known: Companions<Calls<K>>,
}

impl<K: Kind> Things<K> {
    pub(crate) fn new(client: &Client, path: &[&'static str]) -> Self {
        let calls = Calls { client: client.clone(), path: path.to_vec(), kind: PhantomData };
        Self { calls, known: Companions::default() }
    }

    pub(crate) fn begin_run(&self) {
        self.known.begin_run();
    }

    /// The first thing of which this is true, if any.
    pub(crate) async fn find(
        &self,
        is_it: impl Fn(&Thing) -> bool,
    ) -> Result<Option<Thing>, ProviderError> {
        self.known.item(&self.calls, is_it).await
    }

    /// The settings of the thing with an id, which a record has.
    pub(crate) async fn body(&self, id: u64) -> Result<Json, ProviderError> {
        for is_again in [false, true] {
            if is_again {
                // Others may have made it since.
                self.begin_run();
            }
            let found = self.find(|thing| thing.number() == Some(id)).await?;
            if let Some(thing) = found {
                return Ok(thing.body);
            }
        }
        let why = format!("a record has {} {id}, which is missing", K::WHAT);
        Err(ProviderError::service(ServiceErrorKind::Malformed, why))
    }

    /// The thing with a name and settings: as it is, changed in place, or created. Says whether it was changed.
    pub(crate) async fn ensure(
        &self,
        wanted: &Wanted,
        log: &ApplyLog<'_>,
    ) -> Result<(Thing, bool), ProviderError> {
        self.known.ensure_as_wanted(&self.calls, wanted, None, log).await
    }

    /// Deletes the things that `is_unused` selects.
    pub(crate) async fn delete_unused(
        &self,
        is_unused: impl Fn(&Thing) -> bool + Send + Sync,
        log: &ApplyLog<'_>,
    ) -> Result<(), ProviderError> {
        self.known.delete_unused(&self.calls, is_unused, log).await
    }
}
