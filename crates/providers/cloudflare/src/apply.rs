//! Applying a plan: the zone, its plan type, its page rules, and its records in batches.

mod records;
mod rules;
mod zone;

use std::collections::HashSet;

use octodns_core::{ApplyLog, Change, Plan, ProviderError};

use crate::page_rules::PageRule;
use crate::provider::Cloudflare;
use crate::records::Row;
use crate::zones::ZoneEntry;
use records::Records;
use rules::Rules;

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
            zone: zone::ensure(provider, plan, log).await?,
            rows: Vec::new(),
            rules: Vec::new(),
        },
    };
    let ZoneState { mut zone, rows, rules } = state;
    zone::set_plan(provider, plan, &mut zone, log).await?;
    tracing::info!(
        target: "octodns",
        logger = provider.logger(),
        "zone {} (id {}) has the name servers {}",
        plan.desired.name(), zone.id, zone.name_servers.join(", "),
    );
    let planned = rows.iter().map(|row| &row.id).chain(rules.iter().map(|rule| &rule.id));
    let planned: HashSet<String> = planned.cloned().collect();
    let records = Records::new(provider, plan, &zone, &planned, rows);
    let rules = Rules::new(provider, plan, &zone, &planned, rules);
    // Deletions first: the number of page rules is limited.
    rules.write(|change| matches!(change, Change::Delete(_)), log).await?;
    records.write(log).await?;
    rules.write(|change| !matches!(change, Change::Delete(_)), log).await
}
