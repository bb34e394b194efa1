//! Applying a plan: the zone, its plan type, its page rules, and its records in batches.

use std::collections::HashSet;
use std::time::Duration;

use octodns_core::{ApplyLog, Attempt, Change, Outcome, Plan, ProviderError, RecordType, Value};
use octodns_http::Error;

use crate::batch::{self, Batch, Rows};
use crate::client::ZoneRow;
use crate::page_rules::{self, PageRule, RuleCall};
use crate::provider::Cloudflare;
use crate::records::Row;
use crate::zones::{Scope, ZoneEntry};

/// Rows of one batch on the free plan, and on the others.
/// <https://developers.cloudflare.com/dns/manage-dns-records/how-to/batch-record-changes/>
const FREE_BATCH: usize = 200;
const PAID_BATCH: usize = 3500;

/// A plan while it is applied.
pub(crate) struct Applying<'a> {
    provider: &'a Cloudflare,
    plan: &'a Plan,
    zone: ZoneEntry,
    /// What the zone holds, as last read.
    rows: Vec<Row>,
    rules: Vec<PageRule>,
    /// Ids of what it held when the plan was made.
    planned: HashSet<String>,
}

/// What reading a zone learns for applying to it.
#[derive(Clone, Debug)]
pub(crate) struct ZoneState {
    pub(crate) zone: ZoneEntry,
    pub(crate) rows: Vec<Row>,
    pub(crate) rules: Vec<PageRule>,
}

/// Applies a plan.
pub(crate) async fn apply(
    provider: &Cloudflare,
    plan: &Plan,
    log: &ApplyLog<'_>,
) -> Result<(), ProviderError> {
    let state = match plan.state::<ZoneState>()? {
        Some(state) => state.clone(),
        None => ZoneState {
            zone: ensure_zone(provider, plan, log).await?,
            rows: Vec::new(),
            rules: Vec::new(),
        },
    };
    let ZoneState { zone, rows, rules } = state;
    let planned = rows.iter().map(|row| &row.id).chain(rules.iter().map(|rule| &rule.id));
    let planned = planned.cloned().collect();
    let mut applying = Applying { provider, plan, zone, rows, rules, planned };
    applying.set_plan(log).await?;
    tracing::info!(
        target: "octodns",
        logger = provider.logger(),
        "zone {} (id {}) has the name servers {}",
        plan.desired.name(), applying.zone.id, applying.zone.name_servers.join(", "),
    );
    // Deletions first: the number of page rules is limited.
    applying.write_rules(|change| matches!(change, Change::Delete(_)), log).await?;
    applying.write_records(log).await?;
    applying.write_rules(|change| !matches!(change, Change::Delete(_)), log).await
}

/// The zone of a plan, created if there is none.
async fn ensure_zone(
    provider: &Cloudflare,
    plan: &Plan,
    log: &ApplyLog<'_>,
) -> Result<ZoneEntry, ProviderError> {
    let name = plan.desired.name();
    if let Some(zone) = provider.zone(name).await? {
        return Ok(zone);
    }
    if let Scope::Internal { .. } = provider.scope() {
        let message = format!("there is no internal zone {name}; create it at Cloudflare first");
        return Err(ProviderError::failed(message));
    }
    let create = create_zone(provider, name.without_dot());
    let row = log.in_step(&format!("create zone {name}"), create).await?;
    let zone = ZoneEntry::from(&row);
    provider.zones().remember(name, zone.clone());
    Ok(zone)
}

async fn create_zone(provider: &Cloudflare, domain: &str) -> Result<ZoneRow, Error> {
    let api = provider.api();
    let mut attempt = 1;
    loop {
        match api.create_zone(domain).await {
            Err(Error::Unsure { .. }) if attempt < api.attempts => {
                wait(api.first_wait, attempt).await;
                attempt += 1;
                // The answer was lost; the zone may be there.
                if let Some(row) = api.zones(Some(domain)).await?.into_iter().next() {
                    return Ok(row);
                }
            }
            other => return other,
        }
    }
}

/// Why changes were not made.
struct Failure {
    error: Error,
    /// Whether the zone was read again since, and shows that they were not.
    was_read_again: bool,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, was_read_again: false }
    }
}

/// Whether the service does not want what was sent.
fn is_refusal(error: &Error) -> bool {
    matches!(error, Error::Refused { .. } | Error::NotFound { .. })
}

async fn wait(first: Duration, attempt: u32) {
    tokio::time::sleep(first.saturating_mul(1 << attempt.saturating_sub(1).min(8))).await;
}

impl<'a> Applying<'a> {
    /// Gives the zone the plan that the meta of the plan asks for.
    async fn set_plan(&mut self, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        let meta = self.plan.meta.as_ref().and_then(|meta| meta.get("cloudflare_plan"));
        let Some(wanted) = meta.and_then(|plan| plan.get("desired")).and_then(Value::as_str) else {
            return Ok(());
        };
        let (api, zone) = (self.provider.api(), self.plan.desired.name());
        let Some(plans) = api.plans(&self.zone.id).await? else {
            let message =
                format!("the plans of {zone} cannot be told; is this an Enterprise account?");
            return Err(ProviderError::failed(message));
        };
        let of_wanted = plans.iter().find(|plan| plan.legacy_id.as_deref() == Some(wanted));
        let Some(id) = of_wanted.and_then(|plan| plan.id.as_deref()) else {
            let known: Vec<&str> =
                plans.iter().filter_map(|plan| plan.legacy_id.as_deref()).collect();
            let message = format!(
                "the plan \"{wanted}\" is not to be had for {zone}; there are: {}",
                known.join(", ")
            );
            return Err(ProviderError::failed(message));
        };
        let step = format!("set the plan of {zone} to {wanted}");
        let row = log.in_step(&step, api.set_plan(&self.zone.id, id)).await?;
        self.zone.plan = row.plan().map(str::to_owned);
        self.provider.zones().remember(zone, self.zone.clone());
        Ok(())
    }

    /// Most rows of one batch; a plan that is not known may be the smallest.
    fn most_in_batch(&self) -> usize {
        match (self.zone.plan.as_deref(), self.provider.scope()) {
            (Some("free"), _) | (None, Scope::Public) => FREE_BATCH,
            // Internal zones belong to Enterprise accounts.
            _ => PAID_BATCH,
        }
    }

    /// Writes all records, in as few batches as can be.
    ///
    /// A batch that is refused is halved until the name is found that is at fault: the service tells the
    /// first error of a batch, not what it is about. Everything before it is made then, nothing after it.
    async fn write_records(&mut self, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        let most = self.most_in_batch();
        let names = batch::by_name(&self.plan.changes);
        let mut work = {
            let rows = self.rows()?;
            batch::lots(names, most, |name| rows.batch(self.changes(name)).len())
        };
        work.reverse();
        while let Some(mut lot) = work.pop() {
            let indexes = lot.concat();
            let attempt = log.begin(&indexes).await?;
            match self.send(&indexes, most).await {
                Ok(()) => attempt.applied(),
                Err(failure) if lot.len() > 1 && is_refusal(&failure.error) => {
                    attempt.not_sent();
                    let second = lot.split_off(lot.len() / 2);
                    work.push(second);
                    work.push(lot);
                }
                Err(failure) => return Err(self.failed(&indexes, failure, attempt)),
            }
        }
        Ok(())
    }

    /// Makes the changes in one batch (in several if one record has more values than a batch may have).
    ///
    /// When the answer is lost the zone is read again, and only what is missing is sent: so nothing is lost,
    /// and nothing made twice.
    async fn send(&mut self, indexes: &[usize], most: usize) -> Result<(), Failure> {
        let (api, changes) = (self.provider.api(), self.changes(indexes));
        let mut attempt = 1;
        loop {
            let batch = self.batch(&changes)?;
            let Err(error) = self.send_pieces(batch.clone(), most).await else { return Ok(()) };
            let is_unsure = matches!(error, Error::Unsure { .. });
            // After a lost answer, what is refused may be refused because it is there already.
            let may_be_made = attempt > 1 && is_refusal(&error);
            if !is_unsure && !may_be_made {
                return Err(error.into());
            }
            wait(api.first_wait, attempt).await;
            match api.rows(&self.zone.id).await {
                Ok(rows) => self.rows = rows,
                Err(_) => return Err(Failure { error, was_read_again: false }),
            }
            let left = self.batch(&changes)?;
            if left.is_empty() {
                return Ok(());
            }
            attempt += 1;
            if attempt > api.attempts || (may_be_made && left == batch) {
                return Err(Failure { error, was_read_again: true });
            }
        }
    }

    async fn send_pieces(&self, batch: Batch, most: usize) -> Result<(), Error> {
        for piece in batch.pieces(most) {
            if !piece.is_empty() {
                self.provider.api().batch(&self.zone.id, &piece).await?;
            }
        }
        Ok(())
    }

    fn batch(&self, changes: &[&Change]) -> Result<Batch, Error> {
        Ok(self.rows()?.batch(changes.iter().copied()))
    }

    fn changes(&self, indexes: &[usize]) -> Vec<&'a Change> {
        indexes.iter().filter_map(|index| self.plan.changes.get(*index)).collect()
    }

    fn rows(&self) -> Result<Rows<'_>, Error> {
        let writing = self.provider.writing();
        let rows = Rows::new(&self.rows, &self.planned, self.plan.desired.name(), writing);
        rows.map_err(|error| self.provider.api().malformed(&self.zone.id, &error))
    }

    /// Writes down what did not work, and says so with the names of the records.
    fn failed(&self, indexes: &[usize], failure: Failure, attempt: Attempt<'_>) -> ProviderError {
        let Failure { error, was_read_again } = failure;
        let is_unsure = matches!(error, Error::Unsure { .. });
        let mut words = format!("{}: {error}", self.about(indexes));
        if is_unsure && was_read_again {
            words.push_str("; the zone was read again, and it was not");
        }
        let outcome = match is_unsure && !was_read_again {
            true => Outcome::Unknown,
            false => Outcome::Failed(words.clone()),
        };
        attempt.each(|_| outcome.clone());
        match ProviderError::from(error) {
            ProviderError::Service { fault, source, .. } => {
                ProviderError::Service { fault, message: words, source }
            }
            other => other,
        }
    }

    /// The records of some changes, in short.
    fn about(&self, indexes: &[usize]) -> String {
        let zone = self.plan.desired.name();
        let shown = |change: &&Change| {
            let record = change.record();
            format!("{} {}", record.decoded_fqdn(zone), record.record_type())
        };
        let changes = self.changes(indexes);
        match &*changes {
            [one] => shown(one),
            [one, other] => format!("{}, {}", shown(one), shown(other)),
            [first, .., last] => {
                format!("{} changes from {} to {}", changes.len(), shown(first), shown(last))
            }
            [] => zone.to_string(),
        }
    }

    /// Writes the page rules of those changes that `wanted` picks, call by call: there is no batch.
    async fn write_rules(
        &mut self,
        wanted: impl Fn(&Change) -> bool,
        log: &ApplyLog<'_>,
    ) -> Result<(), ProviderError> {
        let is_rule = |change: &Change| change.record().record_type() == RecordType::URLFWD;
        for (index, change) in self.plan.changes.iter().enumerate() {
            if !is_rule(change) || !wanted(change) {
                continue;
            }
            let attempt = log.begin(&[index]).await?;
            match self.write_rule(change).await {
                Ok(()) => attempt.applied(),
                Err(error) => return Err(self.failed(&[index], error.into(), attempt)),
            }
        }
        Ok(())
    }

    async fn write_rule(&mut self, change: &Change) -> Result<(), Error> {
        let api = self.provider.api();
        let mut attempt = 1;
        'again: loop {
            for call in self.rule_calls(change) {
                match api.page_rule(&self.zone.id, &call).await {
                    Ok(()) => {}
                    Err(Error::Unsure { .. }) if attempt < api.attempts => {
                        wait(api.first_wait, attempt).await;
                        attempt += 1;
                        self.rules = api.page_rules(&self.zone.id).await?;
                        continue 'again;
                    }
                    Err(error) => return Err(error),
                }
            }
            return Ok(());
        }
    }

    /// As in [`Rows::new`], a record that is to be created has none of the rules there were before.
    fn rule_calls(&self, change: &Change) -> Vec<RuleCall> {
        let is_new = matches!(change, Change::Create(_));
        let mut rules = self.rules.clone();
        rules.retain(|rule| !is_new || !self.planned.contains(&rule.id));
        let name = change.record().name();
        page_rules::calls(
            &rules,
            self.plan.desired.name(),
            name,
            change.desired().map(|new| &**new),
        )
    }
}
