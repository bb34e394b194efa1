//! The provider: reading, the capabilities of the server, applying.

use std::sync::Arc;

use octodns_core::engine::unsupported;
use octodns_core::provider::{Budget, listed_zones};
use octodns_core::registry::{BuildError, Sourced};
use octodns_core::{
    ApplyLog, Capabilities, PerRun, Plan, Provider, ProviderError, Record, Report, Source, State,
    Zone, ZoneName, ZoneRead, ZoneRequest, async_trait,
};
use octodns_http::Accounts;

use crate::apply;
use crate::client::Api;
use crate::dynamic;
use crate::kept::Kept;
use crate::options::{self, Options};
use crate::records;
use crate::scripts;
use crate::service::{PLAIN, SERVICE};

/// The zones of one PowerDNS server.
#[derive(Clone, Debug)]
pub struct PowerDns {
    id: Arc<str>,
    api: Api,
    options: Options,
    /// Why the server cannot hold dynamic records, determined once per run.
    missing: Arc<PerRun<Option<String>>>,
}

impl PowerDns {
    /// A provider with these options.
    ///
    /// # Errors
    ///
    /// Says which option is not valid, and where.
    pub fn new(
        id: &str,
        given: &Sourced<Options>,
        accounts: &Accounts,
    ) -> Result<Self, BuildError> {
        options::check(given)?;
        let api = Api::new(&SERVICE, &given.options, accounts)?;
        let missing = Arc::default();
        Ok(Self { id: id.into(), api, options: given.options.clone(), missing })
    }

    /// Why dynamic records are not supported, if they are not.
    async fn missing(&self) -> Result<Option<String>, ProviderError> {
        if self.options.enable_dynamic.is_some() {
            return Ok(None);
        }
        let ask = async {
            let settings = self.api.settings().await?;
            Ok::<_, ProviderError>(dynamic::missing(&settings).map(str::to_owned))
        };
        Ok(Option::clone(&*self.missing.get_or_try_init(ask).await?))
    }

    /// Removes the routing from records if the server cannot hold it, and refuses what a script cannot
    /// express.
    async fn adapt_dynamic(
        &self,
        desired: &mut Zone,
        report: &mut Report,
    ) -> Result<(), ProviderError> {
        let routed: Vec<_> =
            desired.records().filter(|record| record.dynamic().is_some()).cloned().collect();
        if routed.is_empty() {
            return Ok(());
        }
        let missing = self.missing().await?;
        for record in routed {
            let problem = match &missing {
                Some(missing) => Err(missing.clone()),
                None => records::write(&record).map(drop),
            };
            if let Err(why) = problem {
                let message = format!("dynamic records are not supported: {why}");
                report.push(unsupported(desired, &record, message, "its plain values are used"));
                desired.set(Record::clone(&record).with_dynamic(None));
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Source for PowerDns {
    fn id(&self) -> &str {
        &self.id
    }

    fn class_name(&self) -> &'static str {
        SERVICE.class_name()
    }

    fn begin_run(&self) {
        self.missing.forget();
    }

    fn capabilities(&self) -> &Capabilities {
        if self.options.enable_dynamic == Some(false) { &PLAIN } else { &SERVICE.capabilities }
    }

    fn clock_difference(&self) -> Option<i64> {
        self.api.clock_difference()
    }

    async fn list_zones(&self) -> Result<Vec<ZoneName>, ProviderError> {
        listed_zones(self.api.zones().await?.into_iter().map(|zone| zone.name))
    }

    async fn read(&self, zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        let Some(found) = self.api.zone(zone.name).await? else {
            // Only a server that answers can say that a zone does not exist.
            self.api.version().await?;
            return Ok(None);
        };
        let mut read = ZoneRead::default();
        let kept = Kept::of(&found.rrsets);
        if zone.target {
            kept.disabled.report(&mut read.report);
        }
        read.state = State::new(kept);
        let context = zone.load_context(&self.id, &[]);
        read.records = records::load(&found.rrsets, &context, &mut read.report)?;
        tracing::info!(
            target: "octodns", logger = %format_args!("{}[{}]", self.class_name(), self.id),
            "populate:   found {} records, exists=True", read.records.len(),
        );
        Ok(Some(read))
    }
}

#[async_trait]
impl Provider for PowerDns {
    async fn adapt(
        &self,
        desired: &mut Zone,
        _existing: &mut Zone,
        report: &mut Report,
    ) -> Result<(), ProviderError> {
        self.adapt_dynamic(desired, report).await?;
        scripts::share_ttl(desired, report);
        // They are read back from the pool of the catch-all rule.
        let held: Vec<_> =
            desired.records().filter_map(|record| record.with_default_values()).collect();
        for record in held {
            desired.set(record);
        }
        Ok(())
    }

    fn budget(&self, calls: usize) -> Option<Budget> {
        Some(self.api.limits().budget(calls))
    }

    /// Of most plans everything is one request; then there is a notification, or the zone is created.
    fn calls(&self, _plan: &Plan) -> usize {
        2
    }

    fn zones_at_once(&self) -> usize {
        self.api.limits().concurrency()
    }

    async fn apply(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        let kind = self.options.mode_of_operation;
        if !plan.exists && kind.is_new() && self.api.version().await? < [4, 5] {
            return Err(ProviderError::failed(
                "this server does not support zones of the kind \"primary\" or \"secondary\": \
                 write `mode_of_operation: master` or `slave`",
            ));
        }
        apply::apply(&self.api, &self.options, plan, log).await
    }
}
