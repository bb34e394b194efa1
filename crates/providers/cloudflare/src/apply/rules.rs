//! Applies page rules, one call each: the API has no batches of them.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use octodns_core::{ApplyLog, Change, Plan, ProviderError, RecordType, async_trait};
use octodns_kit::{Call, Observed, settle};

use crate::account::Account;
use crate::page_rules::{self, PageRule, RuleCall};
use crate::zones::ZoneEntry;

/// Applies the page rules of a plan.
pub(super) struct Rules<'a> {
    account: &'a Account,
    plan: &'a Plan,
    zone: &'a ZoneEntry,
    /// The ids of the rules when the plan was made.
    planned: &'a HashSet<String>,
    /// The current rules, as last read.
    held: Mutex<Vec<PageRule>>,
}

impl<'a> Rules<'a> {
    pub(super) fn new(
        account: &'a Account,
        plan: &'a Plan,
        zone: &'a ZoneEntry,
        planned: &'a HashSet<String>,
        rules: Vec<PageRule>,
    ) -> Self {
        Self { account, plan, zone, planned, held: Mutex::new(rules) }
    }

    /// Applies the page rules of the changes that `wanted` accepts.
    pub(super) async fn write(
        &self,
        wanted: impl Fn(&Change) -> bool,
        log: &ApplyLog<'_>,
    ) -> Result<(), ProviderError> {
        let is_rule = |change: &Change| change.record().record_type() == RecordType::URLFWD;
        for (index, change) in self.plan.changes.iter().enumerate() {
            if !is_rule(change) || !wanted(change) {
                continue;
            }
            let attempt = log.begin(&[index]).await?;
            let host = OneHost { rules: self, change, done: 0.into(), left: 0.into() };
            match settle(self.account.api.backoff(), &host).await {
                Ok(()) => attempt.applied(),
                Err(error) => {
                    let error = self.about(change, error);
                    let done = host.done.into_inner();
                    attempt.partial(done, done + host.left.into_inner(), &error);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// The error, with the record that it belongs to.
    fn about(&self, change: &Change, error: ProviderError) -> ProviderError {
        let name = change.record().decoded_fqdn(self.plan.desired.name());
        match error {
            ProviderError::Service { kind, message, source } => {
                let message = format!("{name} URLFWD: {message}");
                ProviderError::Service { kind, message, source }
            }
            other => other,
        }
    }
}

/// The rules of one host.
struct OneHost<'h> {
    rules: &'h Rules<'h>,
    change: &'h Change,
    /// The number of confirmed calls, and of remaining ones.
    done: AtomicUsize,
    left: AtomicUsize,
}

impl OneHost<'_> {
    /// The remaining work. As in [`Rows::new`](crate::batch::Rows::new), a new record has none of the rules
    /// that existed before.
    fn left(&self) -> Vec<RuleCall> {
        let Rules { plan, planned, held, .. } = self.rules;
        let is_new = matches!(self.change, Change::Create(_));
        let mut rules = held.lock().unwrap_or_else(PoisonError::into_inner).clone();
        rules.retain(|rule| !is_new || !planned.contains(&rule.id));
        let (name, desired) = (self.change.record().name(), self.change.desired());
        page_rules::calls(&rules, plan.desired.name(), name, desired.map(|new| &**new))
    }
}

#[async_trait]
impl Call for OneHost<'_> {
    async fn send(&self) -> Result<(), ProviderError> {
        let Rules { account, zone, .. } = self.rules;
        let calls = self.left();
        self.left.store(calls.len(), Ordering::Relaxed);
        for call in calls {
            account.api.page_rule(&zone.id, &call).await?;
            self.done.fetch_add(1, Ordering::Relaxed);
            self.left.fetch_sub(1, Ordering::Relaxed);
        }
        Ok(())
    }

    async fn look_up(&self) -> Result<Observed, ProviderError> {
        let Rules { account, zone, held, .. } = self.rules;
        let now = account.api.page_rules(&zone.id).await?;
        *held.lock().unwrap_or_else(PoisonError::into_inner) = now;
        Ok(if self.left().is_empty() { Observed::Desired } else { Observed::Existing })
    }
}
