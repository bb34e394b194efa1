//! Reading back: what is left of a plan that was applied.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, stream};
use octodns_core::{Change, Diagnostic, Plan, RecordName, RecordType, Report, Value};
use tokio::time::{Instant, sleep_until};

use super::{Item, Pauses, short};
use crate::config::ZoneConfig;
use crate::manager::Manager;
use crate::plan_zones::Again;
use crate::verification::ReadBack;

impl Manager {
    /// Reads zones back, as many at the same time as the config allows; what is right is read again after `hold`.
    pub(super) async fn read_back(&self, items: &[Arc<Item>], hold: Duration) -> Vec<ReadBack> {
        let mut targets = HashSet::new();
        for item in items.iter().filter(|item| targets.insert(item.target.id())) {
            // What a provider learned before it wrote may be wrong now.
            item.target.provider().begin_run();
        }
        stream::iter(items.to_vec())
            .map(|item: Arc<Item>| {
                let again = item.again.clone().unwrap_or_else(|| Arc::new(self.again(&item.plan)));
                let subject = subject(&item);
                let reading = tokio::spawn(async move { settle(&item, &again, hold).await });
                async move { reading.await.unwrap_or_else(|error| lost_task(subject, &error)) }
            })
            .buffered(self.max_workers)
            .collect()
            .await
    }

    /// How a zone is planned once more of which only the plan is known: without processors.
    fn again(&self, plan: &Plan) -> Again {
        Again {
            desired: plan.desired.clone(),
            sources: Vec::new(),
            processors: Vec::new(),
            context: self.context(&ZoneConfig::default(), true),
        }
    }
}

/// Reads a zone back until all is there, as long as its service may take; then once more, when it has to have
/// settled.
async fn settle(item: &Item, again: &Again, hold: Duration) -> ReadBack {
    let (begin, within) = (Instant::now(), item.target.provider().settles_within());
    let mut pauses = Pauses::within(within);
    let mut seen = look(item, again).await;
    while !seen.is_there() && pauses.wait().await {
        seen = look(item, again).await;
    }
    let settled = begin + hold.max(within);
    if seen.is_there() && Instant::now() < settled {
        sleep_until(settled).await;
        seen = look(item, again).await;
    }
    seen
}

/// Reads and plans a zone once more.
async fn look(item: &Item, again: &Again) -> ReadBack {
    let second = match again.plan(&item.target).await {
        Ok(second) => second,
        Err(report) => return ReadBack { failed: Some(report), ..ReadBack::default() },
    };
    let again: Vec<&Change> = second.iter().flat_map(|plan| &plan.changes).collect();
    let open: HashSet<_> = again.iter().map(|change| key(change)).collect();
    let planned: HashSet<_> = item.plan.changes.iter().map(key).collect();
    let text = |change: &Change| short(change, item.zone());
    let left = item.plan.changes.iter().filter(|change| open.contains(&key(change)));
    let mut left: Vec<_> = left.map(text).collect();
    let others = again.iter().filter(|change| !planned.contains(&key(change)));
    let others = others.map(|change| text(change)).collect();
    if has_settings(Some(&item.plan)) && has_settings(second.as_ref()) {
        left.push(format!("settings of {}", item.zone()));
    }
    ReadBack { left, others: item.again.as_ref().map(|_| others), failed: None }
}

fn key(change: &Change) -> (&RecordName, RecordType) {
    (change.record().name(), change.record().record_type())
}

/// Whether a plan changes settings of the zone.
fn has_settings(plan: Option<&Plan>) -> bool {
    plan.and_then(|plan| plan.meta.as_ref()).is_some_and(Value::is_truthy)
}

fn subject(item: &Item) -> String {
    format!("{} ({})", item.zone(), item.target.id())
}

fn lost_task(subject: String, error: &tokio::task::JoinError) -> ReadBack {
    let mut report = Report::new();
    let message = format!("reading back failed: {error}; this is a bug in the program");
    let found = Diagnostic::error("internal", message).about(subject);
    report.push(found.help("report it, with the log of a run with --debug"));
    ReadBack { failed: Some(report), ..ReadBack::default() }
}
