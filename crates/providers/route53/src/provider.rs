//! The provider: reading zones, and what planning asks of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use octodns_core::provider::PlanDraft;
use octodns_core::record::dynamic::{Pool, Status};
use octodns_core::record::{LoadContext, Record};
use octodns_core::registry::{BuildError, UuidSource, WithShared};
use octodns_core::value::Map;
use octodns_core::{
    ApplyLog, Capabilities, Change, Diagnostic, Plan, Provider, ProviderError, RecordType, Report,
    Source, Zone, ZoneName, ZoneRead, ZoneRequest, async_trait,
};

use octodns_http::Accounts;

use crate::apply::Apply;
use crate::batches::Limits;
use crate::cidr::CidrCollections;
use crate::client::{Client, Locations, http};
use crate::dynamic::{self, ReadError};
use crate::health_checks::{CheckSettings, HealthCheck, HealthChecks, Tuning};
use crate::options::{MultiVpc, Route53Options, SourcedOptions, login, scope};
use crate::rrset::{Body, Routing, RrSet, same_values};
use crate::zones::Zones;
use crate::{alias, records};

const CAPABILITIES: Capabilities = Capabilities {
    types: records::TYPES,
    // Differs from octoDNS: which claims it, ignores it, and then plans the same change for ever.
    geo: false,
    dynamic: true,
    pool_value_status: true,
    dynamic_subnets: true,
    multivalue_ptr: false,
    root_ns: true,
    ..Capabilities::NOTHING
};

/// The zones of one AWS account.
pub struct Route53Provider {
    pub(crate) id: Arc<str>,
    pub(crate) client: Client,
    pub(crate) zones: Zones,
    pub(crate) health_checks: HealthChecks,
    pub(crate) cidr: CidrCollections,
    pub(crate) limits: Limits,
    pub(crate) multi_vpc: MultiVpc,
    uuid: UuidSource,
}

/// What reading a zone leaves for applying to it.
pub(crate) struct ZoneState {
    pub(crate) zone_id: String,
    pub(crate) sets: Vec<RrSet>,
}

impl Route53Provider {
    /// A provider with options of its own; `uuid` gives random UUIDs, for what AWS wants to be unique. Those of
    /// one account share its limits in `accounts`.
    ///
    /// # Errors
    ///
    /// Says which options exclude each other, or need another.
    pub fn new(
        id: &str,
        given: SourcedOptions<Route53Options>,
        uuid: UuidSource,
        accounts: &Accounts,
    ) -> Result<Self, BuildError> {
        let scope = scope(&given)?;
        let login = login(id, &given)?;
        let WithShared { shared, own: options } = given.options;
        let pace = options.requests_per_second.unwrap_or(Route53Options::REQUESTS_PER_SECOND);
        let limits = http::limits(accounts, &login, shared.endpoint.as_deref(), pace);
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

    /// Something unique, in hexadecimal digits.
    pub(crate) fn unique(&self) -> Result<String, ProviderError> {
        let uuid = (self.uuid)().ok_or_else(|| {
            ProviderError::failed("this program gives no random UUIDs, which AWS asks for")
        })?;
        Ok(uuid.replace('-', ""))
    }

    /// The networks of all collections that sets refer to.
    async fn networks(&self, sets: &[RrSet]) -> Result<BTreeMap<String, Locations>, ProviderError> {
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

    /// The health checks, if any set has one.
    async fn checks(&self, sets: &[RrSet]) -> Result<BTreeMap<String, HealthCheck>, ProviderError> {
        let is_checked =
            |set: &RrSet| set.health_check.is_some() && dynamic::record_of(set).is_some();
        if sets.iter().any(is_checked) {
            return Ok(self.health_checks.all(&self.client).await?);
        }
        Ok(BTreeMap::new())
    }
}

#[async_trait]
impl Source for Route53Provider {
    fn id(&self) -> &str {
        &self.id
    }

    fn class_name(&self) -> &'static str {
        "Route53Provider"
    }

    fn begin_run(&self) {
        self.zones.begin_run();
        self.health_checks.begin_run();
        self.cidr.begin_run();
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    async fn list_zones(&self) -> Result<Vec<ZoneName>, ProviderError> {
        self.zones.names(&self.client).await
    }

    async fn read(&self, zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        let Some(zone_id) = self.zones.find(&self.client, zone.name).await? else {
            return Ok(None);
        };
        let sets = self.client.rrsets(&zone_id).await?;
        let networks = self.networks(&sets).await?;
        let checks = self.checks(&sets).await?;
        let mut reading = Reading {
            context: zone.load_context(&self.id, &[]),
            networks: &networks,
            checks: &checks,
            read: ZoneRead::default(),
        };
        reading.all(&sets)?;
        let read = reading.read;
        let state = octodns_core::plan::State::new(ZoneState { zone_id, sets });
        Ok(Some(ZoneRead { state, ..read }))
    }
}

/// Record sets on their way to records.
struct Reading<'r> {
    context: LoadContext<'r>,
    networks: &'r BTreeMap<String, Locations>,
    checks: &'r BTreeMap<String, HealthCheck>,
    read: ZoneRead,
}

/// What the sets of one record have in common: its name, and what kind of record it is.
type Group<'s> = (&'s str, Kind<'s>);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind<'s> {
    Plain(&'s str),
    Dynamic(&'s str),
    Alias,
}

impl Reading<'_> {
    fn all(&mut self, sets: &[RrSet]) -> Result<(), ProviderError> {
        let mut groups: BTreeMap<Group<'_>, Vec<&RrSet>> = BTreeMap::new();
        for set in sets.iter().filter(|set| records::is_known(&set.record_type)) {
            let group = match (dynamic::record_of(set), &set.body) {
                (Some(name), _) => (name, Kind::Dynamic(&set.record_type)),
                (None, Body::Alias(_)) => (&*set.name, Kind::Alias),
                (None, _) => (&*set.name, Kind::Plain(&set.record_type)),
            };
            groups.entry(group).or_default().push(set);
        }
        for ((fqdn, kind), sets) in groups {
            let Some(name) = self.context.zone.relative(fqdn) else {
                let zone = self.context.zone;
                return Err(ProviderError::failed(format!(
                    "the zone {zone} has a record set \"{fqdn}\", which is not in it"
                )));
            };
            let data = match kind {
                Kind::Alias => {
                    self.warn_of_routing(fqdn, &sets);
                    Some(alias::to_data(&sets, self.context.zone))
                }
                Kind::Plain(_) => self.plain(fqdn, &sets)?,
                Kind::Dynamic(_) => self.dynamic(fqdn, &sets)?,
            };
            let Some(data) = data else { continue };
            let record =
                Record::load(&name.into(), &data.into(), &self.context, &mut self.read.report);
            self.read.records.extend(record);
        }
        Ok(())
    }

    fn plain(
        &mut self,
        fqdn: &str,
        sets: &[&RrSet],
    ) -> Result<Option<Map<'static>>, ProviderError> {
        self.warn_of_routing(fqdn, sets);
        let Some(set) = sets.first() else { return Ok(None) };
        let Body::Values { ttl, values } = &set.body else { return Ok(None) };
        records::to_data(&set.record_type, *ttl, values)
            .map(Some)
            .map_err(|value| unreadable(fqdn, &set.record_type, &ReadError::Value(value)))
    }

    fn dynamic(
        &mut self,
        fqdn: &str,
        sets: &[&RrSet],
    ) -> Result<Option<Map<'static>>, ProviderError> {
        // A check that is not ours, or is gone, does not count.
        let status = |id: Option<&str>| {
            id.and_then(|id| self.checks.get(id)).map_or(Status::Up, HealthCheck::status)
        };
        let networks = |collection: &str| self.networks.get(collection).cloned();
        match (dynamic::read(sets, &status, &networks), sets.first()) {
            (Ok(data), _) => Ok(Some(data)),
            (Err(ReadError::NoDefault), Some(set)) => {
                let error = ReadError::NoDefault;
                self.warn(fqdn, &set.record_type, error.to_string());
                Ok(None)
            }
            (Err(error), set) => {
                let record_type = set.map_or("", |set| &set.record_type);
                Err(unreadable(fqdn, record_type, &error))
            }
        }
    }

    fn warn_of_routing(&mut self, fqdn: &str, sets: &[&RrSet]) {
        let foreign = sets.iter().find_map(|set| Some((set, foreign_routing(set)?)));
        if let Some((set, kind)) = foreign {
            let message = format!(
                "has {kind} made elsewhere, which is not read; changing the record will be refused"
            );
            self.warn(fqdn, &set.record_type, message);
        }
    }

    fn warn(&mut self, fqdn: &str, record_type: &str, message: String) {
        let subject = format!("{fqdn} {record_type}");
        let found = Diagnostic::warning("route53-foreign", message).about(subject);
        self.read.report.push(found.help("change it where it was made, or remove it there first"));
    }
}

fn unreadable(fqdn: &str, record_type: &str, error: &ReadError) -> ProviderError {
    ProviderError::failed(format!("cannot read {fqdn} {record_type}: {error}"))
}

/// What routing a set has that plain records and aliases of ours never have.
pub(crate) fn foreign_routing(set: &RrSet) -> Option<&'static str> {
    match (&set.body, &set.routing) {
        (Body::TrafficPolicy, _) => Some("a traffic policy"),
        (_, Routing::Simple) => None,
        (_, Routing::Weighted(_)) => Some("weighted routing"),
        (_, Routing::Failover { .. }) => Some("failover routing"),
        (_, Routing::Geo(_)) => Some("geolocation routing"),
        (_, Routing::Cidr { .. }) => Some("CIDR routing"),
        (_, Routing::Other(_)) => Some("routing of a kind that octoDNS has not"),
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
        dynamic::adapt(desired, report);
        Ok(())
    }

    /// Aliases have no TTL, and values come back in other spellings.
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

    /// Dynamic records whose health checks, or networks, are not as they should be.
    async fn extra_changes(&self, draft: &PlanDraft<'_>) -> Result<Vec<Change>, ProviderError> {
        let Some(state) = draft.state.get::<ZoneState>() else { return Ok(Vec::new()) };
        let planned: BTreeSet<(&str, RecordType)> = draft
            .changes
            .iter()
            .map(|change| (change.record().name().as_str(), change.record().record_type()))
            .collect();
        let unplanned: Vec<_> = draft
            .desired
            .records()
            .filter(|record| record.dynamic().is_some())
            .filter(|record| !planned.contains(&(record.name().as_str(), record.record_type())))
            .collect();
        if unplanned.is_empty() {
            return Ok(Vec::new());
        }
        let checks = self.checks(&state.sets).await?;
        let mut by_record: BTreeMap<(&str, &str), Vec<&RrSet>> = BTreeMap::new();
        for set in &state.sets {
            if let Some(name) = dynamic::record_of(set) {
                by_record.entry((name, &set.record_type)).or_default().push(set);
            }
        }
        let zone = draft.desired.name();
        let has_drifted = |record: &Arc<Record>| {
            let fqdn = record.fqdn(zone);
            let sets = by_record.get(&(&*fqdn, record.record_type().as_str()));
            has_drifted(record, zone, sets.map(Vec::as_slice).unwrap_or_default(), &checks)
        };
        let drifted = unplanned.into_iter().filter(|record| has_drifted(record));
        Ok(drifted
            .map(|record| Change::Update { existing: Arc::clone(record), new: Arc::clone(record) })
            .collect())
    }

    async fn apply(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        Apply::new(self, plan)?.run(log).await
    }
}

/// Whether the sets of a record that did not change lack a health check, have one too many or another, or
/// choose by the networks of another location.
fn has_drifted(
    record: &Record,
    zone: &ZoneName,
    sets: &[&RrSet],
    checks: &BTreeMap<String, HealthCheck>,
) -> bool {
    let (Some(dynamic), Ok(tuning)) = (record.dynamic(), Tuning::of(record)) else { return false };
    let rules = dynamic.rules();
    sets.iter().any(|set| match (&set.routing, &set.body) {
        (Routing::Weighted(_), Body::Values { values, .. }) => {
            let pool = set.identifier.as_deref().and_then(|id| id.rsplit_once('-'));
            let pool = pool.and_then(|(pool, _)| dynamic.pool(pool));
            let mut of_pool = pool.map(Pool::values).unwrap_or_default().iter();
            let value = of_pool.find(|value| values.iter().any(|text| text == value.value()));
            value.is_some_and(|value| {
                let wanted = CheckSettings::wanted(record, zone, value, tuning);
                let id = set.health_check.as_deref();
                !HealthChecks::fits(checks, id, wanted.as_ref(), (record, zone))
            })
        }
        (Routing::Cidr { location, .. }, _) => {
            let index = set.identifier.as_deref().and_then(|id| id.split('-').next());
            let rule = index.and_then(|index| rules.get(index.parse::<usize>().ok()?));
            rule.is_some_and(|rule| rule.has_subnets() && dynamic::location_name(rule) != *location)
        }
        _ => false,
    })
}
