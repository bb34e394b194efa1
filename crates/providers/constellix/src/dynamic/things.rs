//! What dynamic records need beside them: pools, geo filters, health checks.

use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use octodns_core::{ApplyLog, PerRun, ProviderError, async_trait};
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
    /// The list that reading got, for the first use when applying.
    read: Mutex<Option<Vec<Thing>>>,
    kind: PhantomData<K>,
}

impl<K: Kind> Calls<K> {
    async fn get(&self) -> Result<Vec<Thing>, Error> {
        let response = self.client.get(&self.path).send().await?;
        let things: Vec<Json> = response.json()?;
        let things: Option<_> = things.into_iter().map(Thing::new).collect();
        things.ok_or_else(|| response.malformed("id", &format!("a {} has none", K::WHAT)))
    }

    fn read(&self) -> std::sync::MutexGuard<'_, Option<Vec<Thing>>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }

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

    fn owner(wanted: &Wanted) -> String {
        wanted.owner.clone()
    }

    async fn list(&self) -> Result<Vec<Thing>, ProviderError> {
        let read = self.read().take();
        match read {
            Some(read) => Ok(read),
            None => Ok(self.get().await?),
        }
    }

    async fn create(&self, wanted: &Wanted) -> Result<Thing, ProviderError> {
        let response = self.client.post(&self.path).json(&wanted.body).send().await?;
        Ok(created::<K>(&response, wanted)?)
    }

    async fn delete(&self, item: &Thing) -> Result<(), ProviderError> {
        Ok(self.client.delete(&self.path_of(&item.id)).send_ok_or_missing().await?)
    }

    fn backoff(&self) -> Option<&Backoff> {
        Some(self.client.backoff())
    }
}

/// All things of one kind.
#[derive(Debug)]
pub(crate) struct Things<K: Kind> {
    calls: Calls<K>,
    known: Companions<Calls<K>>,
    /// As they were when zones were read.
    as_read: PerRun<Vec<Thing>>,
}

impl<K: Kind> Things<K> {
    pub(crate) fn new(client: &Client, path: &[&'static str]) -> Self {
        let (client, path) = (client.clone(), path.to_vec());
        let calls = Calls { client, path, read: Mutex::default(), kind: PhantomData };
        Self { calls, known: Companions::default(), as_read: PerRun::default() }
    }

    pub(crate) fn begin_run(&self) {
        self.known.begin_run();
        self.forget();
    }

    /// What was read is not so any more.
    pub(crate) fn forget(&self) {
        self.as_read.forget();
        *self.calls.read() = None;
    }

    /// All of them, listed once in a run.
    pub(crate) async fn as_read(&self) -> Result<Arc<Vec<Thing>>, Error> {
        let list = async {
            let things = self.calls.get().await?;
            *self.calls.read() = Some(things.clone());
            Ok::<_, Error>(things)
        };
        self.as_read.get_or_try_init(list).await
    }

    /// The thing with a name and settings: as it is, changed in place, or created. Says whether it was changed.
    pub(crate) async fn ensure(
        &self,
        wanted: &Wanted,
        log: &ApplyLog<'_>,
    ) -> Result<(Thing, bool), ProviderError> {
        let mut thing = self.known.ensure(&self.calls, wanted, None, log).await?;
        if K::is_same(&thing.body, &wanted.body) {
            return Ok((thing, false));
        }
        let request = self.calls.client.put(&self.calls.path_of(&thing.id));
        request.json(&wanted.change).send_ok().await?;
        let changed = wanted.change.as_object().into_iter().flatten();
        for (key, value) in changed {
            thing.body[key] = value.clone();
        }
        self.known.put(&self.calls, thing.clone()).await?;
        Ok((thing, true))
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
