//! The zones of the account: listed once, and by name from then on.

use std::collections::{BTreeMap, HashMap};
use std::sync::{PoisonError, RwLock};

use octodns_core::{ProviderError, ZoneName};
use octodns_http::Error;
use tokio::sync::OnceCell;

use crate::client::{Api, ZoneRow};

/// What has to be known of a zone to read it and write to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ZoneEntry {
    pub(crate) id: String,
    /// The short name of its plan.
    pub(crate) plan: Option<String>,
    pub(crate) name_servers: Vec<String>,
}

impl From<&ZoneRow> for ZoneEntry {
    fn from(row: &ZoneRow) -> Self {
        Self {
            id: row.id.clone(),
            plan: row.plan().map(str::to_owned),
            name_servers: row.name_servers().to_vec(),
        }
    }
}

/// Which zones are meant.
#[derive(Clone, Debug)]
pub(crate) enum Scope {
    /// Public zones.
    Public,
    /// Internal zones: of one view, or of the account and all its views.
    Internal { view: Option<String> },
}

/// The zones, by name.
#[derive(Debug, Default)]
pub(crate) struct Zones {
    /// A name has several where accounts, or views, have a zone each.
    known: OnceCell<RwLock<BTreeMap<ZoneName, Vec<ZoneEntry>>>>,
}

impl Zones {
    /// All names.
    pub(crate) async fn names(&self, api: &Api, scope: &Scope) -> Result<Vec<ZoneName>, Error> {
        let known = self.known(api, scope).await?;
        Ok(known.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect())
    }

    /// The zone of a name, if there is one.
    pub(crate) async fn find(
        &self,
        name: &ZoneName,
        api: &Api,
        scope: &Scope,
    ) -> Result<Option<ZoneEntry>, ProviderError> {
        let known = self.known(api, scope).await?;
        let known = known.read().unwrap_or_else(PoisonError::into_inner);
        match known.get(name).map(Vec::as_slice) {
            None | Some([]) => Ok(None),
            Some([entry]) => Ok(Some(entry.clone())),
            // Differs from octoDNS: which of several public zones is meant is not left to chance.
            Some(several) => {
                let ids: Vec<&str> = several.iter().map(|entry| entry.id.as_str()).collect();
                let option = match scope {
                    Scope::Public => "account_id",
                    Scope::Internal { .. } => "view_id",
                };
                let count = several.len();
                let message = format!(
                    "there are {count} zones with this name (ids {}): set `{option}` to say which",
                    ids.join(", ")
                );
                Err(ProviderError::failed(message))
            }
        }
    }

    /// Remembers a zone that was created, or whose plan was changed.
    pub(crate) fn remember(&self, name: &ZoneName, entry: ZoneEntry) {
        if let Some(known) = self.known.get() {
            let mut known = known.write().unwrap_or_else(PoisonError::into_inner);
            known.insert(name.clone(), vec![entry]);
        }
    }

    async fn known(
        &self,
        api: &Api,
        scope: &Scope,
    ) -> Result<&RwLock<BTreeMap<ZoneName, Vec<ZoneEntry>>>, Error> {
        let list = || async {
            let rows = match scope {
                Scope::Public => api.zones(None).await?,
                Scope::Internal { view } => internal_zones(api, view.as_deref()).await?,
            };
            Ok(RwLock::new(by_name(&rows)))
        };
        self.known.get_or_try_init(list).await
    }
}

fn by_name(rows: &[ZoneRow]) -> BTreeMap<ZoneName, Vec<ZoneEntry>> {
    let mut zones: BTreeMap<ZoneName, Vec<ZoneEntry>> = BTreeMap::new();
    for row in rows {
        match ZoneName::new(&format!("{}.", row.name)) {
            Ok(name) => zones.entry(name).or_default().push(row.into()),
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                let cause = cause.unwrap_or_default();
                tracing::warn!(target: "octodns", "a zone of the account is left out: {error} {cause}");
            }
        }
    }
    zones
}

/// The internal zones that the account lists, and those that only its views lead to.
async fn internal_zones(api: &Api, view: Option<&str>) -> Result<Vec<ZoneRow>, Error> {
    let mut zones: HashMap<String, ZoneRow> = HashMap::new();
    if view.is_none() {
        zones.extend(api.zones(None).await?.into_iter().map(|zone| (zone.id.clone(), zone)));
    }
    for view in api.views(view).await? {
        for id in view.zones() {
            if !zones.contains_key(&id) {
                zones.insert(id.clone(), api.zone(&id).await?);
            }
        }
    }
    let mut zones: Vec<ZoneRow> =
        zones.into_values().filter(|zone| zone.kind == "internal").collect();
    zones.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(zones)
}
