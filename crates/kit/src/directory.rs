//! The zones of an account: listed once per run, or found by their names if they are few, with their ids at the
//! service.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use octodns_core::{PerRun, ProviderError, ServiceErrorKind, ZoneName};

use crate::listing::{Reading, consistent, repeated};

/// A zone in the service's list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ListedZone {
    /// Its name, with or without a final dot.
    pub name: String,
    /// Its id at the service; empty if zones are identified by name.
    pub id: String,
}

impl ListedZone {
    /// A zone of a service that knows zones by ids.
    pub fn new(name: impl Into<String>, id: impl Into<String>) -> Self {
        Self { name: name.into(), id: id.into() }
    }

    /// A zone of a service that identifies zones by name.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), id: String::new() }
    }
}

/// Lists zones of an account.
pub(crate) type ReadZones<'r> = Reading<'r, Vec<ListedZone>>;

/// The zones of an account. Some services have several of a name, with ids of their own.
async fn listed_zones(read: &ReadZones<'_>) -> Result<Vec<ListedZone>, ProviderError> {
    // One without an id may have several views.
    let with_id = |zone: &&ListedZone| !zone.id.is_empty();
    let twice =
        |zones: &Vec<ListedZone>| Some(repeated(zones.iter().filter(with_id))?.name.clone());
    consistent("zones", read, &twice).await
}

type ByName = BTreeMap<ZoneName, Vec<String>>;

/// The zones of an account that are known in this run.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    listed: PerRun<ByName>,
    is_listed: AtomicBool,
    /// How many were looked for by their names.
    lookups: AtomicUsize,
    /// The zones that were created in this run, or found by their names.
    known: Mutex<BTreeMap<ZoneName, String>>,
}

impl Directory {
    /// Begins a run.
    pub(crate) fn forget(&self) {
        self.listed.forget();
        self.is_listed.store(false, Ordering::Relaxed);
        self.lookups.store(0, Ordering::Relaxed);
        self.known().clear();
    }

    /// All names, sorted.
    pub(crate) async fn names(&self, list: &ReadZones<'_>) -> Result<Vec<ZoneName>, ProviderError> {
        let listed = self.listed(list).await?;
        let known = self.known();
        let mut names: Vec<_> = listed.keys().chain(known.keys()).cloned().collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// The id of a zone; `None` if there is no such zone. The first `lookups` of a run are found by `named`, the zones
    /// of that name, unless all are listed already.
    ///
    /// # Errors
    ///
    /// Fails if several zones have this name: the choice is not left to chance.
    pub(crate) async fn find(
        &self,
        zone: &ZoneName,
        list: &ReadZones<'_>,
        (lookups, named): (usize, &ReadZones<'_>),
    ) -> Result<Option<String>, ProviderError> {
        if let Some(id) = self.known().get(zone) {
            return Ok(Some(id.clone()));
        }
        let is_lookup = !self.is_listed.load(Ordering::Relaxed)
            && self.lookups.fetch_add(1, Ordering::Relaxed) < lookups;
        let listed = if is_lookup {
            Arc::new(by_name(listed_zones(named).await?)?)
        } else {
            self.listed(list).await?
        };
        match listed.get(zone).map(Vec::as_slice) {
            None | Some([]) => Ok(None),
            Some([id]) => {
                if is_lookup {
                    self.add(zone, id.clone());
                }
                Ok(Some(id.clone()))
            }
            Some(ids) => {
                let (count, ids) = (ids.len(), ids.join(", "));
                let message = format!("the account has {count} zones named {zone} (ids {ids})");
                Err(ProviderError::failed(message))
            }
        }
    }

    /// Remembers a zone.
    pub(crate) fn add(&self, zone: &ZoneName, id: String) {
        self.known().insert(zone.clone(), id);
    }

    async fn listed(&self, list: &ReadZones<'_>) -> Result<Arc<ByName>, ProviderError> {
        let list = async { by_name(listed_zones(list).await?) };
        let listed = self.listed.get_or_try_init(list).await;
        self.is_listed.fetch_or(listed.is_ok(), Ordering::Relaxed);
        listed
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<ZoneName, String>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn by_name(zones: Vec<ListedZone>) -> Result<ByName, ProviderError> {
    let mut by_name = ByName::new();
    for ListedZone { name, id } in zones {
        let dot = if name.ends_with('.') { "" } else { "." };
        let name = ZoneName::new(&format!("{name}{dot}")).map_err(|error| {
            ProviderError::service(ServiceErrorKind::Malformed, error.to_string())
        })?;
        by_name.entry(name).or_default().push(id);
    }
    Ok(by_name)
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use futures::future::BoxFuture;
    use octodns_http::Error;

    use super::*;

    fn zone(name: &str) -> ZoneName {
        ZoneName::new(name).unwrap()
    }

    fn never<'n>() -> BoxFuture<'n, Result<Vec<ListedZone>, Error>> {
        std::future::poll_fn(|_| panic!("listed twice")).boxed()
    }

    async fn find(directory: &Directory, name: &str, list: &ReadZones<'_>) -> String {
        let found = directory.find(&zone(name), list, (0, &never)).await;
        found.map_or_else(|error| error.to_string(), |id| id.unwrap_or_else(|| "none".into()))
    }

    #[tokio::test]
    async fn zones_are_listed_once_a_run_and_ambiguous_names_are_refused() {
        let directory = Directory::default();
        let list = || {
            let zones = vec![
                ListedZone::new("example.com", "1"),
                ListedZone::new("twice.test.", "2"),
                ListedZone::new("twice.test", "3"),
            ];
            async { Ok(zones) }.boxed()
        };
        assert_eq!(find(&directory, "example.com.", &list).await, "1");
        assert_eq!(find(&directory, "new.test.", &never).await, "none");
        let error = find(&directory, "twice.test.", &never).await;
        assert_eq!(error, "the account has 2 zones named twice.test. (ids 2, 3)");
        directory.add(&zone("new.test."), "4".into());
        assert_eq!(find(&directory, "new.test.", &never).await, "4");
        directory.forget();
        let empty = || async { Ok(Vec::new()) }.boxed();
        assert_eq!(find(&directory, "new.test.", &empty).await, "none");
    }

    /// Some are looked for by their names; for more, or if they are known anyway, there is the list.
    #[tokio::test]
    async fn few_zones_are_found_by_their_names() {
        let directory = Directory::default();
        let all = ["a.test", "b.test", "c.test"].map(|name| ListedZone::new(name, name));
        let list = || async { Ok(all.to_vec()) }.boxed();
        let find = async |name: &str, may_list: bool, may_look: bool| {
            let of_name = |zone: &&ListedZone| format!("{}.", zone.name) == name;
            let named: Vec<_> = all.iter().filter(of_name).cloned().collect();
            let named = || async { Ok(named.clone()) }.boxed();
            let list: &ReadZones<'_> = if may_list { &list } else { &never };
            let named: &ReadZones<'_> = if may_look { &named } else { &never };
            directory.find(&zone(name), list, (2, named)).await.unwrap()
        };
        assert_eq!(find("a.test.", false, true).await.as_deref(), Some("a.test"));
        // What was found is known.
        assert_eq!(find("a.test.", false, false).await.as_deref(), Some("a.test"));
        assert_eq!(find("none.test.", false, true).await, None);
        assert_eq!(find("b.test.", true, false).await.as_deref(), Some("b.test"));
        assert_eq!(find("c.test.", false, false).await.as_deref(), Some("c.test"));
        directory.forget();
        assert_eq!(directory.names(&list).await.unwrap().len(), 3);
        assert_eq!(find("c.test.", false, false).await.as_deref(), Some("c.test"));
    }
}
