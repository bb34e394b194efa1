//! The CIDR collection with the networks in rules of dynamic records.
//!
//! All records share one collection and its locations; nothing is ever removed from it, since a record of
//! another zone may use it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use octodns_core::PerRun;

use crate::client::{ApiError, Client, Locations};

/// The name of the collection.
const COLLECTION: &str = "octodns";

/// The networks of the account's collections, loaded when they are needed.
#[derive(Debug, Default)]
pub(crate) struct CidrCollections {
    own: PerRun<String>,
    known: Mutex<BTreeMap<String, Locations>>,
    /// Held while networks are added, so that two zones do not both add the same.
    adding: tokio::sync::Mutex<()>,
}

impl CidrCollections {
    /// Begins a run: the collections are loaded again when they are needed.
    pub(crate) fn begin_run(&self) {
        self.own.forget();
        self.known().clear();
    }

    /// The networks of a collection.
    pub(crate) async fn locations(
        &self,
        client: &Client,
        collection: &str,
    ) -> Result<Locations, ApiError> {
        if let Some(known) = self.known().get(collection) {
            return Ok(known.clone());
        }
        let locations = client.cidr_locations(collection).await?;
        self.known().insert(collection.to_owned(), locations.clone());
        Ok(locations)
    }

    /// Makes sure that the collection has `wanted`, and returns its id.
    pub(crate) async fn ensure(
        &self,
        client: &Client,
        unique: &str,
        wanted: &Locations,
    ) -> Result<String, ApiError> {
        let _adding = self.adding.lock().await;
        let find_or_create = async {
            match client.cidr_collection(COLLECTION).await? {
                Some(id) => Ok(id),
                None => client.create_cidr_collection(COLLECTION, unique).await,
            }
        };
        let collection = String::clone(&*self.own.get_or_try_init(find_or_create).await?);
        let existing = self.locations(client, &collection).await?;
        let missing = missing(&existing, wanted);
        if !missing.is_empty() {
            client.add_to_locations(&collection, &missing).await?;
            let mut known = self.known();
            let locations = known.entry(collection.clone()).or_default();
            for (location, networks) in missing {
                locations.entry(location).or_default().extend(networks);
            }
        }
        Ok(collection)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Locations>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The networks to add.
fn missing(existing: &Locations, wanted: &Locations) -> Locations {
    let mut missing = Locations::new();
    for (location, networks) in wanted {
        let there = existing.get(location).map(Vec::as_slice).unwrap_or_default();
        let new: Vec<_> =
            networks.iter().filter(|network| !there.contains(network)).cloned().collect();
        if !new.is_empty() {
            missing.insert(location.clone(), new);
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_missing_is_added() {
        let networks = |networks: &[&str]| networks.iter().map(ToString::to_string).collect();
        let existing = Locations::from([("a".into(), networks(&["10.0.0.0/8"]))]);
        let wanted = Locations::from([
            ("a".into(), networks(&["10.0.0.0/8", "11.0.0.0/8"])),
            ("b".into(), networks(&["12.0.0.0/8"])),
        ]);
        let expected = Locations::from([
            ("a".into(), networks(&["11.0.0.0/8"])),
            ("b".into(), networks(&["12.0.0.0/8"])),
        ]);
        assert_eq!(missing(&existing, &wanted), expected);
        assert_eq!(missing(&wanted, &existing), Locations::new());
    }
}
