//! The providers: what reading, planning and applying are made of.

use std::sync::Arc;
use std::time::Duration;

use octodns_core::provider::PlanDraft;
use octodns_core::registry::{BuildError, WithShared};
use octodns_core::value::Map;
use octodns_core::{
    ApplyLog, Capabilities, Change, OwnedValue, Plan, Provider, ProviderError, RecordType, Report,
    Source, State, Value, Values, Zone, ZoneName, ZoneRead, ZoneRequest, async_trait,
};
use octodns_http::{Accounts, Host, Rate};
use octodns_kit::{Connector, Service};

use crate::apply::{self, ZoneState};
use crate::client::Api;
use crate::options::{Connection, InternalOptions, Options};
use crate::records::{self, Writing};
use crate::zones::{Scope, ZoneEntry, Zones};
use crate::{page_rules, planning};

/// What is known of public zones; where page rules are not managed, of records alone.
pub(crate) const SERVICE: Service = Service {
    short_names: &["cloudflare"],
    version: env!("CARGO_PKG_VERSION"),
    // 1200 requests in five minutes for a token, and 200 a second from one address:
    // <https://developers.cloudflare.com/fundamentals/api/reference/limits/>
    rates: &[Rate::new(1200, Duration::from_secs(300)), Rate::per_second(200)],
    // As many as zones are planned at a time by default.
    concurrency: 16,
    capabilities: Capabilities::of(ALL_TYPES).values(VALUES),
    ..Service::new("octodns_cloudflare.CloudflareProvider", "https://api.cloudflare.com/client/v4")
};

/// What is known of internal zones.
pub(crate) const INTERNAL: Service = Service {
    class: "octodns_cloudflare.CloudflareInternalProvider",
    short_names: &["cloudflare-internal"],
    capabilities: Capabilities::of(records::TYPES).values(VALUES),
    ..SERVICE
};

const VALUES: Values = Values { lacks: records::UNHELD, ..Values::ANY };

/// The types of records, and the one that page rules are.
const ALL_TYPES: &[RecordType] = &{
    let mut all = [RecordType::URLFWD; records::TYPES.len() + 1];
    let mut index = 0;
    while index < records::TYPES.len() {
        all[index] = records::TYPES[index];
        index += 1;
    }
    all
};

fn connect(
    service: &Service,
    connection: &Connection<'_>,
    accounts: &Accounts,
) -> Result<Api, BuildError> {
    let host = Host::default();
    Api::new(connection, &Connector::new(service, &connection.service, accounts, &host))
}

/// Zones of Cloudflare: public ones, or the internal ones of an account.
#[derive(Debug)]
pub struct Cloudflare {
    id: Arc<str>,
    api: Api,
    zones: Zones,
    scope: Scope,
    writing: Writing,
    has_page_rules: bool,
    plan_type: Option<String>,
}

impl Cloudflare {
    /// Public zones.
    ///
    /// # Errors
    ///
    /// Refuses options of which no client can be made.
    pub fn new(id: &str, options: &Options, accounts: &Accounts) -> Result<Self, BuildError> {
        let WithShared { shared: service, own: WithShared { shared: account, own } } = options;
        let connection = Connection::new(service, account, own.account_id.as_deref())?;
        Ok(Self {
            id: id.into(),
            api: connect(&SERVICE, &connection, accounts)?,
            zones: Zones::default(),
            scope: Scope::Public,
            writing: Writing { cdn: own.cdn, min_ttl: account.min_ttl },
            has_page_rules: own.pagerules,
            plan_type: own.plan_type.clone(),
        })
    }

    /// The internal zones of an account.
    ///
    /// # Errors
    ///
    /// Refuses options of which no client can be made.
    pub fn internal(
        id: &str,
        options: &InternalOptions,
        accounts: &Accounts,
    ) -> Result<Self, BuildError> {
        let WithShared { shared: service, own: WithShared { shared: account, own } } = options;
        let connection = Connection::new(service, account, Some(&own.account_id))?;
        Ok(Self {
            id: id.into(),
            api: connect(&INTERNAL, &connection, accounts)?,
            zones: Zones::default(),
            scope: Scope::Internal { view: own.view_id.clone() },
            writing: Writing { cdn: false, min_ttl: account.min_ttl },
            has_page_rules: false,
            plan_type: None,
        })
    }

    pub(crate) fn api(&self) -> &Api {
        &self.api
    }

    pub(crate) fn zones(&self) -> &Zones {
        &self.zones
    }

    pub(crate) fn scope(&self) -> &Scope {
        &self.scope
    }

    pub(crate) fn writing(&self) -> Writing {
        self.writing
    }

    /// What its log lines are from.
    pub(crate) fn logger(&self) -> String {
        format!("{}[{}]", self.class_name(), self.id)
    }

    /// The zone of a name, if there is one.
    pub(crate) async fn zone(&self, name: &ZoneName) -> Result<Option<ZoneEntry>, ProviderError> {
        self.zones.find(name, &self.api, &self.scope).await
    }
}

#[async_trait]
impl Source for Cloudflare {
    fn id(&self) -> &str {
        &self.id
    }

    fn class_name(&self) -> &'static str {
        match self.scope {
            Scope::Public => SERVICE.class_name(),
            Scope::Internal { .. } => INTERNAL.class_name(),
        }
    }

    fn begin_run(&self) {
        self.zones.begin_run();
    }

    fn capabilities(&self) -> &Capabilities {
        let service = if self.has_page_rules { &SERVICE } else { &INTERNAL };
        &service.capabilities
    }

    async fn list_zones(&self) -> Result<Vec<ZoneName>, ProviderError> {
        Ok(self.zones.names(&self.api, &self.scope).await?)
    }

    // Differs from octoDNS: a zone without records exists.
    async fn read(&self, zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        let Some(entry) = self.zone(zone.name).await? else { return Ok(None) };
        let rules = async {
            if self.has_page_rules { self.api.page_rules(&entry.id).await } else { Ok(Vec::new()) }
        };
        let (rows, rules) = futures::try_join!(self.api.rows(&entry.id), rules)?;
        let context = zone.load_context(&self.id, &[]);
        let mut read = ZoneRead::default();
        read.records = records::from_rows(&rows, self.writing.cdn, &context, &mut read.report)
            .map_err(|fault| self.api.malformed(&entry.id, &fault))?;
        read.records.extend(page_rules::from_rules(&rules, &context, &mut read.report));
        read.state = State::new(ZoneState { zone: entry, rows, rules });
        Ok(Some(read))
    }
}

#[async_trait]
impl Provider for Cloudflare {
    fn drop_meaningless(&self, desired: &mut Zone, report: &mut Report) {
        if matches!(self.scope, Scope::Internal { .. }) {
            planning::remove_root_ns(desired, report);
        }
    }

    async fn adapt(
        &self,
        desired: &mut Zone,
        _existing: &mut Zone,
        report: &mut Report,
    ) -> Result<(), ProviderError> {
        planning::adapt(desired, report);
        Ok(())
    }

    fn is_significant(&self, change: &Change) -> bool {
        planning::is_significant(change, self.writing)
    }

    async fn extra_changes(&self, draft: &PlanDraft<'_>) -> Result<Vec<Change>, ProviderError> {
        Ok(planning::extra_changes(draft, &self.id, self.writing))
    }

    async fn meta(&self, draft: &PlanDraft<'_>) -> Result<Option<OwnedValue>, ProviderError> {
        let Some(wanted) = &self.plan_type else { return Ok(None) };
        let zone = self.zone(draft.desired.name()).await?;
        let current = zone.and_then(|zone| zone.plan);
        if current.as_ref() == Some(wanted) {
            return Ok(None);
        }
        let plan = Map::from_unique([
            ("current", current.map(Value::from).into()),
            ("desired", wanted.clone().into()),
        ]);
        Ok(Some(Map::from_unique([("cloudflare_plan", plan.into())]).into()))
    }

    async fn apply(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        apply::apply(self, plan, log).await
    }
}
