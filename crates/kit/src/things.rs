//! Companions in JSON, below one path of an API. Kinds of them differ in what identifies one, and in their settings.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use octodns_core::{ApplyLog, ProviderError};
use octodns_http::{Backoff, Client, Error};
use serde_json::Value as Json;

use crate::companions::{CompanionApi, Companions};

/// One of them, as the service has it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Thing {
    /// Its id, as paths have it.
    pub id: String,
    /// Its fields.
    pub body: Json,
}

impl Thing {
    /// A thing with this id.
    pub fn new(id: impl Into<String>, body: Json) -> Self {
        Self { id: id.into(), body }
    }

    /// The field `name`; "" if there is none.
    pub fn name(&self) -> &str {
        self.body["name"].as_str().unwrap_or_default()
    }
}

/// What a record needs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Wanted {
    /// The record, for people: `www.example.com. A`.
    pub owner: String,
    /// As it is sent to create it.
    pub body: Json,
    /// As it is sent to change one in place.
    pub change: Json,
}

impl Wanted {
    /// What is sent the same way to create it and to change one.
    pub fn new(owner: impl Into<String>, body: Json) -> Self {
        Self { owner: owner.into(), change: body.clone(), body }
    }

    /// The same, but a change of one sends this.
    #[must_use]
    pub fn changed_by(self, change: Json) -> Self {
        Self { change, ..self }
    }
}

/// A kind of things.
pub trait Kind: Send + Sync + 'static {
    /// How the service is asked for things of this kind.
    type Calls: Calls;

    /// For people: `health check`.
    const WHAT: &'static str;

    /// Whether a thing is the one that is wanted, whatever can be changed in place. Default: it has its `name`.
    fn fits(thing: &Json, wanted: &Json) -> bool {
        thing["name"] == wanted["name"]
    }

    /// Whether a thing that fits has the settings that are wanted as well. Default: there are no others.
    fn is_as_wanted(_thing: &Json, _wanted: &Json) -> bool {
        true
    }
}

/// The calls for things, which are the same for all kinds of a service.
#[async_trait]
pub trait Calls: Send + Sync + 'static {
    /// All things below a path; `what` they are is for people.
    ///
    /// # Errors
    ///
    /// Fails as a whole: the list is never partial.
    async fn list(client: &Client, path: &[&str], what: &str) -> Result<Vec<Thing>, Error>;

    /// Creates a thing below a path.
    ///
    /// # Errors
    ///
    /// It is not created, or the response is lost.
    async fn create(
        client: &Client,
        path: &[&str],
        body: &Json,
        what: &str,
    ) -> Result<Thing, Error>;

    /// Changes the thing at a path in place; safe to repeat.
    ///
    /// # Errors
    ///
    /// It may be as it was.
    async fn change(client: &Client, path: &[&str], change: &Json) -> Result<(), Error> {
        client.put(path).json(change).send_ok().await
    }
}

/// The things of one kind: listed once in a run, and those that records need made, changed and deleted.
pub struct Things<K: Kind> {
    below: Below<K>,
    known: Companions<Below<K>>,
}

impl<K: Kind> fmt::Debug for Things<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Things({})", K::WHAT)
    }
}

impl<K: Kind> Things<K> {
    /// Those below this path.
    pub fn new(client: &Client, path: &[&str]) -> Self {
        let path = Mutex::new(path.iter().map(|part| (*part).to_owned()).collect());
        let below = Below { client: client.clone(), path, kind: PhantomData };
        Self { below, known: Companions::default() }
    }

    /// Those below this path, which is known by now. Others are forgotten.
    pub fn move_to(&self, path: &[&str]) {
        let mut held = self.below.path.lock().unwrap_or_else(PoisonError::into_inner);
        if *held != path {
            *held = path.iter().map(|part| (*part).to_owned()).collect();
            self.begin_run();
        }
    }

    /// Begins a run: they are listed again when they are needed.
    pub fn begin_run(&self) {
        self.known.begin_run();
    }

    /// All of them.
    ///
    /// # Errors
    ///
    /// They cannot be listed.
    pub async fn all(&self) -> Result<Vec<Thing>, ProviderError> {
        self.known.all(&self.below).await
    }

    /// The first of which this is true, if any.
    ///
    /// # Errors
    ///
    /// They cannot be listed.
    pub async fn find(
        &self,
        is_it: impl Fn(&Thing) -> bool,
    ) -> Result<Option<Thing>, ProviderError> {
        self.known.item(&self.below, is_it).await
    }

    /// The thing that is wanted: as it is, changed in place, or created. Says whether it was changed in place.
    ///
    /// # Errors
    ///
    /// It is not there or not as wanted, and cannot be created or changed.
    pub async fn ensure(
        &self,
        wanted: &Wanted,
        log: &ApplyLog<'_>,
    ) -> Result<(Thing, bool), ProviderError> {
        self.known.ensure_as_wanted(&self.below, wanted, None, log).await
    }

    /// Deletes those that `is_unused` selects.
    ///
    /// # Errors
    ///
    /// One cannot be deleted; those after it are kept.
    pub async fn delete_unused(
        &self,
        is_unused: impl Fn(&Thing) -> bool,
        log: &ApplyLog<'_>,
    ) -> Result<(), ProviderError> {
        self.known.delete_unused(&self.below, is_unused, log).await
    }
}

/// The things below a path.
struct Below<K> {
    client: Client,
    path: Mutex<Vec<String>>,
    kind: PhantomData<fn() -> K>,
}

impl<K> Below<K> {
    /// The path of all, or of one.
    fn path(&self, id: Option<&str>) -> Vec<String> {
        let path = self.path.lock().unwrap_or_else(PoisonError::into_inner).clone();
        path.into_iter().chain(id.map(str::to_owned)).collect()
    }
}

fn parts(path: &[String]) -> Vec<&str> {
    path.iter().map(String::as_str).collect()
}

#[async_trait]
impl<K: Kind> CompanionApi for Below<K> {
    const WHAT: &'static str = K::WHAT;
    type Item = Thing;
    type Wanted = Wanted;

    fn id(thing: &Thing) -> &str {
        &thing.id
    }

    fn fits(thing: &Thing, wanted: &Wanted) -> bool {
        K::fits(&thing.body, &wanted.body)
    }

    fn is_as_wanted(thing: &Thing, wanted: &Wanted) -> bool {
        K::is_as_wanted(&thing.body, &wanted.body)
    }

    fn owner(wanted: &Wanted) -> String {
        wanted.owner.clone()
    }

    async fn list(&self) -> Result<Vec<Thing>, ProviderError> {
        Ok(K::Calls::list(&self.client, &parts(&self.path(None)), K::WHAT).await?)
    }

    async fn create(&self, wanted: &Wanted) -> Result<Thing, ProviderError> {
        let path = self.path(None);
        Ok(K::Calls::create(&self.client, &parts(&path), &wanted.body, K::WHAT).await?)
    }

    async fn update(&self, thing: &Thing, wanted: &Wanted) -> Result<Thing, ProviderError> {
        let path = self.path(Some(&thing.id));
        K::Calls::change(&self.client, &parts(&path), &wanted.change).await?;
        let mut thing = thing.clone();
        for (key, value) in wanted.change.as_object().into_iter().flatten() {
            thing.body[key] = value.clone();
        }
        Ok(thing)
    }

    async fn delete(&self, thing: &Thing) -> Result<(), ProviderError> {
        let path = self.path(Some(&thing.id));
        Ok(self.client.delete(&parts(&path)).send_ok_or_missing().await?)
    }

    fn backoff(&self) -> Option<&Backoff> {
        Some(self.client.backoff())
    }
}
