//! What dynamic records need beside them: monitors, notify lists, a data source and its feeds.

use std::marker::PhantomData;
use std::sync::{Mutex, PoisonError};

use octodns_core::{ApplyLog, ProviderError, async_trait};
use octodns_http::{Backoff, Client};
use octodns_kit::{CompanionApi, Companions, Json};

use crate::calls::list;
use crate::items::text;

/// A kind of things.
pub(super) trait Kind: Send + Sync + 'static {
    /// For people: `monitor`.
    const WHAT: &'static str;

    /// Whether a thing is what a request asks for; settings are changed in place.
    fn fits(thing: &Json, wanted: &Json) -> bool;
}

/// A thing, as the service has it.
#[derive(Clone, Debug)]
pub(super) struct Thing {
    pub(super) id: String,
    pub(super) body: Json,
}

impl Thing {
    fn new(body: Json) -> Option<Self> {
        let id = text(&body, "id").to_owned();
        (!id.is_empty()).then_some(Self { id, body })
    }
}

/// What a record needs.
#[derive(Debug)]
pub(super) struct Wanted {
    /// The record, for people.
    pub(super) owner: String,
    /// As it is sent to create it.
    pub(super) body: Json,
}

/// The calls for things of one kind.
#[derive(Debug)]
pub(super) struct Calls<K> {
    client: Client,
    path: &'static [&'static str],
    /// The rest of the path, if that is an id.
    below: Mutex<Option<String>>,
    kind: PhantomData<fn() -> K>,
}

impl<K: Kind> Calls<K> {
    fn path(&self) -> Vec<String> {
        let below = self.below.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.path.iter().map(|part| (*part).to_owned()).chain(below).collect()
    }
}

#[async_trait]
impl<K: Kind> CompanionApi for Calls<K> {
    const WHAT: &'static str = K::WHAT;
    type Item = Thing;
    type Wanted = Wanted;

    fn id(item: &Thing) -> &str {
        &item.id
    }

    fn fits(item: &Thing, wanted: &Wanted) -> bool {
        K::fits(&item.body, &wanted.body)
    }

    fn owner(wanted: &Wanted) -> String {
        wanted.owner.clone()
    }

    async fn list(&self) -> Result<Vec<Thing>, ProviderError> {
        let path = self.path();
        let path: Vec<_> = path.iter().map(String::as_str).collect();
        let things = list(&self.client, &path, |things: Vec<Json>| {
            let things: Option<Vec<_>> = things.into_iter().map(Thing::new).collect();
            things.ok_or_else(|| format!("a {} has no id", K::WHAT))
        });
        Ok(things.await?)
    }

    async fn create(&self, wanted: &Wanted) -> Result<Thing, ProviderError> {
        let path = self.path();
        let path: Vec<_> = path.iter().map(String::as_str).collect();
        let response = self.client.put(&path).json(&wanted.body).once().send().await?;
        let thing = Thing::new(response.json()?);
        Ok(thing.ok_or_else(|| response.malformed("id", "what was created has none"))?)
    }

    async fn delete(&self, item: &Thing) -> Result<(), ProviderError> {
        let path = self.path();
        let path: Vec<_> = path.iter().map(String::as_str).chain([&*item.id]).collect();
        Ok(self.client.delete(&path).send_ok_or_missing().await?)
    }

    fn backoff(&self) -> Option<&Backoff> {
        Some(self.client.backoff())
    }
}

/// All things of one kind, listed once in a run.
#[derive(Debug)]
pub(super) struct Things<K: Kind> {
    calls: Calls<K>,
    known: Companions<Calls<K>>,
}

impl<K: Kind> Things<K> {
    pub(super) fn new(client: &Client, path: &'static [&'static str]) -> Self {
        let (client, below) = (client.clone(), Mutex::default());
        Self {
            calls: Calls { client, path, below, kind: PhantomData },
            known: Companions::default(),
        }
    }

    /// Those below an id.
    pub(super) fn below(&self, id: &str) {
        let mut below = self.calls.below.lock().unwrap_or_else(PoisonError::into_inner);
        *below = Some(id.to_owned());
    }

    pub(super) fn forget(&self) {
        self.known.begin_run();
    }

    pub(super) async fn all(&self) -> Result<Vec<Thing>, ProviderError> {
        self.known.all(&self.calls).await
    }

    /// The first of which this is true.
    pub(super) async fn find(
        &self,
        is_it: impl Fn(&Thing) -> bool,
    ) -> Result<Option<Thing>, ProviderError> {
        self.known.item(&self.calls, is_it).await
    }

    /// The thing that is wanted, made if there is none. Says whether it was made.
    pub(super) async fn ensure(
        &self,
        wanted: &Wanted,
        log: &ApplyLog<'_>,
    ) -> Result<(Thing, bool), ProviderError> {
        if let Some(there) = self.find(|thing| K::fits(&thing.body, &wanted.body)).await? {
            return Ok((there, false));
        }
        Ok((self.known.ensure(&self.calls, wanted, None, log).await?, true))
    }

    /// Changes settings of a thing in place.
    pub(super) async fn change(
        &self,
        mut thing: Thing,
        wanted: &Wanted,
        log: &ApplyLog<'_>,
    ) -> Result<(), ProviderError> {
        let path = self.calls.path();
        let path: Vec<_> = path.iter().map(String::as_str).chain([&*thing.id]).collect();
        // All that is sent is replaced.
        let request = self.calls.client.post(&path).json(&wanted.body).repeatable();
        let step = format!("change the {} {} of {}", K::WHAT, thing.id, wanted.owner);
        log.in_step(&step, request.send_ok()).await?;
        for (key, value) in wanted.body.as_object().into_iter().flatten() {
            thing.body[key] = value.clone();
        }
        self.known.put(&self.calls, thing).await
    }

    /// Deletes one.
    pub(super) async fn delete(&self, id: &str, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        self.known.delete_unused(&self.calls, |thing| thing.id == id, log).await
    }
}
