//! The provider: reading zones, and hooks for planning.

use std::collections::BTreeMap;

use octodns_core::plan::State;
use octodns_core::provider::{Budget, PlanDraft};
use octodns_core::registry::{BuildError, UuidSource};
use octodns_core::{
    ApplyLog, Capabilities, Change, DynamicSupport, HealthChecks, Places, Plan, Provider,
    ProviderError, RecordType, Report, Source, Zone, ZoneName, ZoneRead, ZoneRequest, async_trait,
};
use octodns_http::Accounts;

use crate::account::Account;
use crate::apply::Apply;
use crate::drift::has_drifted;
use crate::options::{Route53Options, SourcedOptions};
use crate::reading::Reading;
use crate::rrset::{RrSet, same_values};
use crate::state::ZoneState;
use crate::{alias, dynamic, records};

// Differs from octoDNS, which declares `geo`, ignores it, and then plans the same change forever.
const CAPABILITIES: Capabilities = Capabilities::of(records::TYPES)
    .dynamic_support(DYNAMIC)
    .pool_value_status()
    .dynamic_subnets()
    .root_ns();

const DYNAMIC: DynamicSupport = DynamicSupport {
    types: &[RecordType::A, RecordType::AAAA, RecordType::CNAME],
    // Subdivisions are those of the United States.
    places: Places { provinces: &["NA-US"], ..Places::ANY },
    subnets_with_geos: false,
    health_checks: HealthChecks::Only(&["HTTP", "HTTPS", "TCP"]),
    ..DynamicSupport::ANY
};

/// The zones of one AWS account.
pub struct Route53Provider {
    account: Account,
}

impl Route53Provider {
    /// A provider with its options; `uuid` returns random UUIDs, since AWS requires unique references.
    /// Providers of one account share its limits in `accounts`.
    ///
    /// # Errors
    ///
    /// Says which options exclude each other, or require another.
    pub fn new(
        id: &str,
        given: SourcedOptions<Route53Options>,
        uuid: UuidSource,
        accounts: &Accounts,
    ) -> Result<Self, BuildError> {
        Ok(Self { account: Account::new(id, given, uuid, accounts)? })
    }
}

#[async_trait]
impl Source for Route53Provider {
    fn id(&self) -> &str {
        &self.account.id
    }

    fn class_name(&self) -> &'static str {
        "Route53Provider"
    }

    fn begin_run(&self) {
        self.account.zones.begin_run();
        self.account.health_checks.begin_run();
        self.account.cidr.begin_run();
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    async fn list_zones(&self) -> Result<Vec<ZoneName>, ProviderError> {
        self.account.zones.names(&self.account.client).await
    }

    async fn read(&self, zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        let Some(zone_id) = self.account.zones.find(&self.account.client, zone.name).await? else {
            return Ok(None);
        };
        let sets = self.account.client.rrsets(&zone_id).await?;
        let networks = self.account.networks(&sets).await?;
        let checks = self.account.checks(&sets).await?;
        let mut reading = Reading {
            context: zone.load_context(&self.account.id, &[]),
            networks: &networks,
            checks: &checks,
            read: ZoneRead::default(),
        };
        reading.all(&sets)?;
        let mut read = reading.read;
        read.state = State::new(ZoneState { zone_id, sets });
        Ok(Some(read))
    }
}

#[async_trait]
impl Provider for Route53Provider {
    async fn adapt(
        &self,
        desired: &mut Zone,
        _existing: &mut Zone,
        report: &mut Report,
    ) -> Result<(), ProviderError> {
        dynamic::check(desired, report);
        Ok(())
    }

    /// Aliases have no TTL, and values are returned in other spellings.
    fn is_significant(&self, change: &Change) -> bool {
        let Change::Update { existing, new } = change else { return true };
        if existing.record_type() == alias::RECORD_TYPE {
            return !alias::same_targets(existing.data(), new.data());
        }
        existing.ttl() != new.ttl()
            || existing.dynamic() != new.dynamic()
            || !same_values(
                new.record_type().as_str(),
                &records::to_values(existing),
                &records::to_values(new),
            )
    }

    /// Dynamic records with wrong health checks or networks.
    async fn extra_changes(&self, draft: &PlanDraft<'_>) -> Result<Vec<Change>, ProviderError> {
        let Some(state) = draft.state.get::<ZoneState>() else { return Ok(Vec::new()) };
        if !draft.desired.records().any(|record| record.dynamic().is_some()) {
            return Ok(Vec::new());
        }
        let checks = self.account.checks(&state.sets).await?;
        let mut by_record: BTreeMap<(&str, &str), Vec<&RrSet>> = BTreeMap::new();
        for set in &state.sets {
            if let Some(name) = dynamic::record_of(set) {
                by_record.entry((name, &set.record_type)).or_default().push(set);
            }
        }
        let zone = draft.desired.name();
        Ok(draft.drifted(|record| {
            let fqdn = record.fqdn(zone);
            let sets = by_record.get(&(&*fqdn, record.record_type().as_str()));
            has_drifted(record, zone, sets.map(Vec::as_slice).unwrap_or_default(), &checks)
        }))
    }

    fn budget(&self, calls: usize) -> Option<Budget> {
        Some(self.account.client.limits().budget(calls))
    }

    /// Batches, leaving health checks aside.
    fn calls(&self, plan: &Plan) -> usize {
        plan.changes.len().div_ceil(self.account.limits.records.max(1)) + usize::from(!plan.exists)
    }

    fn zones_at_once(&self) -> usize {
        self.account.client.limits().concurrency()
    }

    async fn apply(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        Apply::new(&self.account, plan)?.run(log).await
    }
}
