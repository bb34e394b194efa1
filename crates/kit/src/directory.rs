//! The zones of an account: listed once per run, with their ids at the service.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use octodns_core::{PerRun, ProviderError, ServiceErrorKind, ZoneName};

/// A zone in the service's list.
#[derive(Clone, Debug, PartialEq, Eq)]
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

type ByName = BTreeMap<ZoneName, Vec<String>>;

/// The zones of an account that are known in this run.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    listed: PerRun<ByName>,
    /// The zones that were created in this run.
    created: Mutex<BTreeMap<ZoneName, String>>,
}

impl Directory {
    /// Begins a run.
    pub(crate) fn forget(&self) {
        self.listed.forget();
        self.created().clear();
    }

    /// All names, sorted.
    pub(crate) async fn names(
        &self,
        list: impl Future<Output = Result<Vec<ListedZone>, octodns_http::Error>>,
    ) -> Result<Vec<ZoneName>, ProviderError> {
        let listed = self.listed(list).await?;
        let created = self.created();
        let mut names: Vec<_> = listed.keys().chain(created.keys()).cloned().collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// The id of a zone; `None` if there is no such zone.
    ///
    /// # Errors
    ///
    /// Fails if several zones have this name: the choice is not left to chance.
    pub(crate) async fn find(
        &self,
        zone: &ZoneName,
        list: impl Future<Output = Result<Vec<ListedZone>, octodns_http::Error>>,
    ) -> Result<Option<String>, ProviderError> {
        if let Some(id) = self.created().get(zone) {
            return Ok(Some(id.clone()));
        }
        let listed = self.listed(list).await?;
        match listed.get(zone).map(Vec::as_slice) {
            None | Some([]) => Ok(None),
            Some([id]) => Ok(Some(id.clone())),
            Some(ids) => {
                let (count, ids) = (ids.len(), ids.join(", "));
                let message = format!("the account has {count} zones named {zone} (ids {ids})");
                Err(ProviderError::failed(message))
            }
        }
    }

    /// Remembers a new zone.
    pub(crate) fn add(&self, zone: &ZoneName, id: String) {
        self.created().insert(zone.clone(), id);
    }

    async fn listed(
        &self,
        list: impl Future<Output = Result<Vec<ListedZone>, octodns_http::Error>>,
    ) -> Result<Arc<ByName>, ProviderError> {
        self.listed.get_or_try_init(async { by_name(list.await?) }).await
    }

    fn created(&self) -> MutexGuard<'_, BTreeMap<ZoneName, String>> {
        self.created.lock().unwrap_or_else(PoisonError::into_inner)
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
    use super::*;

    fn zone(name: &str) -> ZoneName {
        ZoneName::new(name).unwrap()
    }

    #[tokio::test]
    async fn zones_are_listed_once_a_run_and_ambiguous_names_are_refused() {
        let directory = Directory::default();
        let listed = |name: &str, id: &str| ListedZone { name: name.into(), id: id.into() };
        let list = async {
            Ok(vec![
                listed("example.com", "1"),
                listed("twice.test.", "2"),
                listed("twice.test", "3"),
            ])
        };
        assert_eq!(
            directory.find(&zone("example.com."), list).await.unwrap().as_deref(),
            Some("1")
        );
        let never =
            async || -> Result<Vec<ListedZone>, octodns_http::Error> { panic!("listed twice") };
        assert_eq!(directory.find(&zone("new.test."), never()).await.unwrap(), None);
        let error = directory.find(&zone("twice.test."), never()).await.unwrap_err();
        assert_eq!(error.to_string(), "the account has 2 zones named twice.test. (ids 2, 3)");
        directory.add(&zone("new.test."), "4".into());
        assert_eq!(
            directory.find(&zone("new.test."), never()).await.unwrap().as_deref(),
            Some("4")
        );
        directory.forget();
        let empty = async { Ok(Vec::new()) };
        assert_eq!(directory.find(&zone("new.test."), empty).await.unwrap(), None);
    }
}
