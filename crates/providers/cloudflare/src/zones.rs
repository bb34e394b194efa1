//! The zones of the account: listed once, then found by name.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use octodns_core::{PerRun, ProviderError, ZoneName};
use octodns_http::Error;

use crate::client::{Api, ZoneRow};

/// What is needed to read a zone and write to it.
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

/// The zones to use.
#[derive(Clone, Debug)]
pub(crate) enum Scope {
    /// Public zones.
    Public,
    /// Internal zones: of one view, or of the account and all its views.
    Internal { view: Option<String> },
}

/// Zones by name; a name has several if accounts or views have a zone each.
type ByName = BTreeMap<ZoneName, Vec<ZoneEntry>>;

/// The zones of the account that are known in this run.
#[derive(Debug, Default)]
pub(crate) struct Zones {
    listed: PerRun<ByName>,
    /// The zones that were created or changed in this run.
    written: RwLock<ByName>,
}

impl Zones {
    /// All names.
    pub(crate) async fn names(&self, api: &Api, scope: &Scope) -> Result<Vec<ZoneName>, Error> {
        let listed = self.listed(api, scope).await?;
        let written = self.written.read().unwrap_or_else(PoisonError::into_inner);
        let names: BTreeSet<_> = listed.keys().chain(written.keys()).cloned().collect();
        Ok(names.into_iter().collect())
    }

    /// The zone with this name, if it exists.
    pub(crate) async fn find(
        &self,
        name: &ZoneName,
        api: &Api,
        scope: &Scope,
    ) -> Result<Option<ZoneEntry>, ProviderError> {
        let listed = self.listed(api, scope).await?;
        let written = self.written.read().unwrap_or_else(PoisonError::into_inner);
        match written.get(name).or_else(|| listed.get(name)).map(Vec::as_slice) {
            None | Some([]) => Ok(None),
            Some([entry]) => Ok(Some(entry.clone())),
            // Differs from octoDNS: the choice between several public zones is not left to chance.
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

    /// Remembers a new zone, or one whose plan was changed.
    pub(crate) fn remember(&self, name: &ZoneName, entry: ZoneEntry) {
        let mut written = self.written.write().unwrap_or_else(PoisonError::into_inner);
        written.insert(name.clone(), vec![entry]);
    }

    /// Begins a run: the zones are listed again when they are needed.
    pub(crate) fn begin_run(&self) {
        self.listed.forget();
        self.written.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    async fn listed(&self, api: &Api, scope: &Scope) -> Result<Arc<ByName>, Error> {
        let list = async {
            let rows = match scope {
                Scope::Public => api.zones(None).await?,
                Scope::Internal { view } => internal_zones(api, view.as_deref()).await?,
            };
            Ok(by_name(&rows))
        };
        self.listed.get_or_try_init(list).await
    }
}

fn by_name(rows: &[ZoneRow]) -> ByName {
    let mut zones = ByName::new();
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

/// The internal zones that the account lists, and those that are only found through its views.
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
