//! An AWS account: how to connect to it, and what a run knows of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use octodns_core::ProviderError;
use octodns_core::registry::{BuildError, UuidSource, WithShared};
use octodns_http::Accounts;

use crate::batches::Limits;
use crate::cidr::CidrCollections;
use crate::client::{Client, Locations, limits};
use crate::dynamic;
use crate::health_check::HealthCheck;
use crate::health_checks::HealthChecks;
use crate::options::{MultiVpc, Route53Options, SourcedOptions, login, scope};
use crate::rrset::{Routing, RrSet};
use crate::unique::unique;
use crate::zones::Zones;

/// An account, and which of its zones to use.
pub(crate) struct Account {
    /// The id of the provider in the config.
    pub(crate) id: Arc<str>,
    pub(crate) client: Client,
    pub(crate) zones: Zones,
    pub(crate) health_checks: HealthChecks,
    pub(crate) cidr: CidrCollections,
    pub(crate) limits: Limits,
    pub(crate) multi_vpc: MultiVpc,
    uuid: UuidSource,
}

impl Account {
    pub(crate) fn new(
        id: &str,
        given: SourcedOptions<Route53Options>,
        uuid: UuidSource,
        accounts: &Accounts,
    ) -> Result<Self, BuildError> {
        let scope = scope(&given)?;
        let login = login(id, &given)?;
        let WithShared { shared, own: options } = given.options;
        let pace = options.requests_per_second.unwrap_or(Route53Options::REQUESTS_PER_SECOND);
        let limits = limits(accounts, &login, shared.endpoint.as_deref(), pace);
        Ok(Self {
            id: id.into(),
            client: Client::new(login, shared.endpoint, limits),
            zones: Zones::new(scope),
            health_checks: HealthChecks::default(),
            cidr: CidrCollections::default(),
            limits: Limits { records: options.max_changes.unwrap_or(Route53Options::MAX_CHANGES) },
            multi_vpc: options.vpc_multi_action.unwrap_or_default(),
            uuid,
        })
    }

    /// A unique string of hexadecimal digits.
    pub(crate) fn unique(&self) -> Result<String, ProviderError> {
        unique(&self.uuid)
    }

    /// What makes them unique.
    pub(crate) fn uuid(&self) -> &UuidSource {
        &self.uuid
    }

    /// The networks of all collections that record sets refer to.
    pub(crate) async fn networks(
        &self,
        sets: &[RrSet],
    ) -> Result<BTreeMap<String, Locations>, ProviderError> {
        let collection = |set: &RrSet| match &set.routing {
            Routing::Cidr { collection, .. } => Some(collection.clone()),
            _ => None,
        };
        let mut networks = BTreeMap::new();
        for collection in sets.iter().filter_map(collection).collect::<BTreeSet<_>>() {
            let locations = self.cidr.locations(&self.client, &collection).await?;
            networks.insert(collection, locations);
        }
        Ok(networks)
    }

    /// The health checks, if any record set has one.
    pub(crate) async fn checks(
        &self,
        sets: &[RrSet],
    ) -> Result<BTreeMap<String, HealthCheck>, ProviderError> {
        let is_checked =
            |set: &RrSet| set.health_check.is_some() && dynamic::record_of(set).is_some();
        if sets.iter().any(is_checked) {
            let checks = self.health_checks.all(&self.client).await?;
            return Ok(checks.into_iter().map(|check| (check.id.clone(), check)).collect());
        }
        Ok(BTreeMap::new())
    }
}
