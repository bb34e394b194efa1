//! Applies a plan: the zone, its plan type, its page rules, and its records in batches.

mod records;
mod rules;
mod zone;

use std::collections::HashSet;

use octodns_core::{ApplyLog, Change, Plan, ProviderError};

use crate::account::Account;
use crate::page_rules::PageRule;
use crate::records::Row;
use crate::zones::ZoneEntry;
use records::Records;
use rules::Rules;

/// The state from reading a zone, for applying to it.
#[derive(Clone, Debug)]
pub(crate) struct ZoneState {
    pub(crate) zone: ZoneEntry,
    pub(crate) rows: Vec<Row>,
    pub(crate) rules: Vec<PageRule>,
}

/// Applies a plan.
pub(crate) async fn apply(
    account: &Account,
    plan: &Plan,
    log: &ApplyLog<'_>,
) -> Result<(), ProviderError> {
    let state = match plan.state::<ZoneState>()? {
        Some(state) => state.clone(),
        None => ZoneState {
            zone: zone::ensure(account, plan, log).await?,
            rows: Vec::new(),
            rules: Vec::new(),
        },
    };
    let ZoneState { mut zone, rows, rules } = state;
    zone::set_plan(account, plan, &mut zone, log).await?;
    tracing::info!(
        target: "octodns",
        logger = account.logger(),
        "zone {} (id {}) has the name servers {}",
        plan.desired.name(), zone.id, zone.name_servers.join(", "),
    );
    let planned = rows.iter().map(|row| &row.id).chain(rules.iter().map(|rule| &rule.id));
    let planned: HashSet<String> = planned.cloned().collect();
    let records = Records::new(account, plan, &zone, &planned, rows);
    let rules = Rules::new(account, plan, &zone, &planned, rules);
    // Deletions first: the number of page rules is limited.
    rules.write(|change| matches!(change, Change::Delete(_)), log).await?;
    records.write(log).await?;
    rules.write(|change| !matches!(change, Change::Delete(_)), log).await
}
