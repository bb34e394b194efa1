//! Finds the hosted zone of a zone: names are not unique in Route 53, and a private zone hides a public one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use octodns_core::{PerRun, ProviderError, ZoneName};

use crate::client::{ApiError, Client, HostedZone, NewZone, Vpc};

/// Which of the account's zones to use.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    /// Look up each zone by name, instead of listing all zones once.
    pub(crate) by_name: bool,
    pub(crate) is_private: Option<bool>,
    pub(crate) vpc: Option<Vpc>,
    pub(crate) delegation_set: Option<String>,
}

/// The hosted zones of the account, loaded when the first is needed.
#[derive(Debug)]
pub(crate) struct Zones {
    scope: Scope,
    listed: PerRun<Vec<HostedZone>>,
    /// Those created in this run, by name.
    created: Mutex<BTreeMap<String, String>>,
}

impl Zones {
    pub(crate) fn new(scope: Scope) -> Self {
        Self { scope, listed: PerRun::default(), created: Mutex::default() }
    }

    pub(crate) fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Begins a run: the zones are listed again when they are needed.
    pub(crate) fn begin_run(&self) {
        self.listed.forget();
        self.created().clear();
    }

    /// The names of all zones in scope, sorted.
    pub(crate) async fn names(&self, client: &Client) -> Result<Vec<ZoneName>, ProviderError> {
        let delegation_set = self.scope.delegation_set.as_deref();
        let zones = match (&self.scope.vpc, delegation_set) {
            (Some(vpc), _) => client.zones_of_vpc(vpc).await?,
            (None, Some(set)) => client.zones(Some(set)).await?,
            (None, None) => self.listed(client).await?.to_vec(),
        };
        let mut names: Vec<_> = zones.into_iter().filter(|zone| self.is_in_scope(zone)).collect();
        for (name, id) in self.created() {
            if names.iter().all(|known| known.id != id) {
                let is_private = self.scope.is_private.unwrap_or_default();
                names.push(HostedZone { id, name, is_private, reference: String::new() });
            }
        }
        names.sort_by(|a, b| a.name.cmp(&b.name));
        for pair in names.windows(2) {
            if let [one, other] = pair
                && one.name == other.name
            {
                return Err(ambiguous(&[one, other]));
            }
        }
        let read = |zone: &HostedZone| {
            ZoneName::new(&zone.name).map_err(|error| {
                let message = format!("the hosted zone {}", zone.id);
                ProviderError::Failed { message, source: Some(Box::new(error)) }
            })
        };
        names.iter().map(read).collect()
    }

    /// The id of the hosted zone for a zone.
    ///
    // Differs from octoDNS: an ambiguous name is an error of that zone only.
    pub(crate) async fn find(
        &self,
        client: &Client,
        zone: &ZoneName,
    ) -> Result<Option<String>, ProviderError> {
        if let Some(id) = self.created().get(zone.as_str()) {
            return Ok(Some(id.clone()));
        }
        let zones = if self.scope.by_name {
            self.named(client, zone).await?.into()
        } else {
            self.listed(client).await?
        };
        let is_it = |found: &&HostedZone| found.name == zone.as_str() && self.is_in_scope(found);
        match &*zones.iter().filter(is_it).collect::<Vec<_>>() {
            [] => Ok(None),
            [only] => Ok(Some(only.id.clone())),
            several => Err(ambiguous(several)),
        }
    }

    /// The ids of other hosted zones with the same name, in scope or not; `None` if there is no permission to
    /// list them.
    pub(crate) async fn twins(
        &self,
        client: &Client,
        zone: &ZoneName,
        zone_id: &str,
    ) -> Result<Option<Vec<String>>, ApiError> {
        let zones = if self.scope.by_name || self.scope.vpc.is_some() {
            match client.zones_named(zone.as_str()).await {
                Err(ApiError::Denied { .. }) => return Ok(None),
                zones => zones?,
            }
        } else {
            self.listed(client).await?.to_vec()
        };
        let is_twin = |found: &HostedZone| found.name == zone.as_str() && found.id != zone_id;
        Ok(Some(zones.into_iter().filter(is_twin).map(|twin| twin.id).collect()))
    }

    /// Creates the hosted zone of a zone, and returns its id.
    pub(crate) async fn create(
        &self,
        client: &Client,
        zone: &ZoneName,
        reference: &str,
    ) -> Result<String, ApiError> {
        let new = NewZone {
            name: zone.as_str(),
            reference,
            delegation_set: self.scope.delegation_set.as_deref(),
            is_private: self.scope.is_private,
            vpc: self.scope.vpc.as_ref(),
        };
        let id = client.create_zone(&new).await?;
        let mut created = self.created.lock().unwrap_or_else(PoisonError::into_inner);
        created.insert(zone.as_str().to_owned(), id.clone());
        Ok(id)
    }

    fn created(&self) -> BTreeMap<String, String> {
        self.created.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn listed(&self, client: &Client) -> Result<Arc<Vec<HostedZone>>, ApiError> {
        let list = async {
            match &self.scope.vpc {
                Some(vpc) => client.zones_of_vpc(vpc).await,
                None => client.zones(None).await,
            }
        };
        self.listed.get_or_try_init(list).await
    }

    /// The zones with this name; with a VPC, those associated with it.
    async fn named(&self, client: &Client, zone: &ZoneName) -> Result<Vec<HostedZone>, ApiError> {
        let mut zones = client.zones_named(zone.as_str()).await?;
        if self.scope.vpc.is_some() && !zones.is_empty() {
            let of_vpc = self.listed(client).await?;
            zones.retain(|zone| of_vpc.iter().any(|known| known.id == zone.id));
        }
        Ok(zones)
    }

    fn is_in_scope(&self, zone: &HostedZone) -> bool {
        self.scope.is_private.is_none_or(|is_private| is_private == zone.is_private)
    }
}

fn ambiguous(zones: &[&HostedZone]) -> ProviderError {
    let name = zones.first().map_or("", |zone| &zone.name);
    let kind = |zone: &&HostedZone| {
        format!("{} ({})", zone.id, if zone.is_private { "private" } else { "public" })
    };
    let zones: Vec<_> = zones.iter().map(kind).collect();
    ProviderError::failed(format!(
        "several hosted zones are named \"{name}\": {}; set private, or vpc_id, to choose one",
        zones.join(", ")
    ))
}
