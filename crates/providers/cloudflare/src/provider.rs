//! The providers, with reading, planning and applying.

use std::sync::Arc;

use octodns_core::provider::{Answers, Budget, PlanDraft};
use octodns_core::registry::{BuildError, WithShared};
use octodns_core::value::Map;
use octodns_core::{
    ApplyLog, Capabilities, Change, Diagnostic, OwnedValue, Plan, Provider, ProviderError, Record,
    Report, Source, State, Value, Zone, ZoneName, ZoneRead, ZoneRequest, async_trait,
};
use octodns_http::{Accounts, Error};

use crate::account::{Account, INTERNAL, SERVICE};
use crate::apply::{self, ZoneState};
use crate::options::{Connection, InternalOptions, Options};
use crate::records::{self, Writing};
use crate::zones::Scope;
use crate::{page_rules, planning};

/// Zones of Cloudflare: public ones, or the internal ones of an account.
#[derive(Debug)]
pub struct Cloudflare {
    account: Account,
    has_page_rules: bool,
    plan_type: Option<String>,
}

impl Cloudflare {
    /// Public zones.
    ///
    /// # Errors
    ///
    /// Refuses invalid options.
    pub fn new(id: &str, options: &Options, accounts: &Accounts) -> Result<Self, BuildError> {
        let WithShared { shared: service, own: WithShared { shared: account, own } } = options;
        let connection = Connection::new(service, account, own.account_id.as_deref())?;
        Ok(Self {
            account: Account::new(
                id,
                Scope::Public,
                Writing { cdn: own.cdn, min_ttl: account.min_ttl },
                &connection,
                accounts,
            )?,
            has_page_rules: own.pagerules,
            plan_type: own.plan_type.clone(),
        })
    }

    /// The internal zones of an account.
    ///
    /// # Errors
    ///
    /// Refuses invalid options.
    pub fn internal(
        id: &str,
        options: &InternalOptions,
        accounts: &Accounts,
    ) -> Result<Self, BuildError> {
        let WithShared { shared: service, own: WithShared { shared: account, own } } = options;
        let connection = Connection::new(service, account, Some(&own.account_id))?;
        Ok(Self {
            account: Account::new(
                id,
                Scope::Internal { view: own.view_id.clone() },
                Writing { cdn: false, min_ttl: account.min_ttl },
                &connection,
                accounts,
            )?,
            has_page_rules: false,
            plan_type: None,
        })
    }

    /// The error of reading page rules, for which a token needs a permission of its own.
    fn page_rules_refused(&self, error: Error, zone: &ZoneName) -> ProviderError {
        if error.status() != Some(403) {
            return error.into();
        }
        let help = "give the token the permission Zone / Page Rules, or write `pagerules: false` for \
                    this provider: page rules are then not managed";
        let subject = format!("{zone} ({})", self.account.id);
        let found = Diagnostic::error("target", error.to_string()).about(subject).help(help);
        let mut report = Report::new();
        report.push(found);
        ProviderError::Data(report)
    }
}

#[async_trait]
impl Source for Cloudflare {
    fn id(&self) -> &str {
        &self.account.id
    }

    fn class_name(&self) -> &'static str {
        self.account.class_name()
    }

    fn begin_run(&self) {
        self.account.zones.begin_run();
    }

    fn capabilities(&self) -> &Capabilities {
        let service = if self.has_page_rules { &SERVICE } else { &INTERNAL };
        &service.capabilities
    }

    fn clock_difference(&self) -> Option<i64> {
        self.account.api.clock_difference()
    }

    async fn list_zones(&self) -> Result<Vec<ZoneName>, ProviderError> {
        let account = &self.account;
        Ok(account.zones.names(&account.api, &account.scope).await?)
    }

    // Differs from octoDNS: a zone without records exists.
    async fn read(&self, zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        let Some(entry) = self.account.zone(zone.name).await? else { return Ok(None) };
        let rules = async {
            if self.has_page_rules {
                self.account.api.page_rules(&entry.id).await
            } else {
                Ok(Vec::new())
            }
        };
        let (rows, rules) = futures::future::join(self.account.api.rows(&entry.id), rules).await;
        // A token that may not read records is the greater problem.
        let (rows, rules) =
            (rows?, rules.map_err(|error| self.page_rules_refused(error, zone.name))?);
        let context = zone.load_context(&self.account.id, &[]);
        let mut read = ZoneRead::default();
        read.records =
            records::from_rows(&rows, self.account.writing.cdn, &context, &mut read.report)
                .map_err(|fault| self.account.api.malformed(&entry.id, &fault))?;
        let cdn = self.account.writing.cdn;
        read.uneven = records::uneven(&rows, zone.name, cdn)
            .map_err(|fault| self.account.api.malformed(&entry.id, &fault))?;
        let redirects = page_rules::from_rules(&rules, &context, &mut read.report);
        read.records.extend(redirects.into_iter().map(Arc::new));
        read.state = State::new(ZoneState { zone: entry, rows, rules });
        Ok(Some(read))
    }
}

#[async_trait]
impl Provider for Cloudflare {
    fn drop_meaningless(&self, desired: &mut Zone, report: &mut Report) {
        if matches!(self.account.scope, Scope::Internal { .. }) {
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
        planning::is_significant(change, self.account.writing)
    }

    fn answers(&self, record: &Record) -> Answers {
        if matches!(self.account.scope, Scope::Internal { .. }) {
            return Answers::Otherwise("in an internal zone");
        }
        planning::answers(record, self.account.writing)
    }

    async fn extra_changes(&self, draft: &PlanDraft<'_>) -> Result<Vec<Change>, ProviderError> {
        Ok(planning::extra_changes(draft, &self.account.id, self.account.writing))
    }

    async fn meta(&self, draft: &PlanDraft<'_>) -> Result<Option<OwnedValue>, ProviderError> {
        let Some(wanted) = &self.plan_type else { return Ok(None) };
        let zone = self.account.zone(draft.desired.name()).await?;
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

    fn budget(&self, calls: usize) -> Option<Budget> {
        Some(self.account.api.limits().budget(calls))
    }

    fn zones_at_once(&self) -> usize {
        self.account.api.limits().concurrency()
    }

    async fn apply(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        apply::apply(&self.account, plan, log).await
    }
}
