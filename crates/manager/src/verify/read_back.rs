//! Reading back: what is left of a plan that was applied.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, stream};
use octodns_core::{Change, Diagnostic, Plan, RecordName, RecordType, Report, Value};
use tokio::time::{Instant, sleep_until};

use super::{Item, Pauses, short, unless_stopped};
use crate::compat::MANAGER;
use crate::config::ZoneConfig;
use crate::manager::Manager;
use crate::plan_zones::Again;
use crate::verification::ReadBack;

/// A look at a zone.
struct Look {
    /// When it began.
    at: Instant,
    seen: ReadBack,
}

impl Manager {
    /// Reads zones back, as many at the same time as the config allows: until all is there, as long as their services
    /// may take; then once more, when they have to have settled and `hold` is over. Returns as well whether the run was
    /// stopped before that.
    pub(super) async fn read_back(
        &self,
        items: &[Arc<Item>],
        hold: Duration,
    ) -> (Vec<ReadBack>, bool) {
        let mut targets = HashSet::new();
        for item in items.iter().filter(|item| targets.insert(item.target.id())) {
            // What a provider learned before it wrote may be wrong now.
            item.target.provider().begin_run();
        }
        tracing::info!(
            target: "octodns", logger = MANAGER, "verify: reading {} zones back", items.len(),
        );
        let begin = Instant::now();
        let within: Vec<_> =
            items.iter().map(|item| item.target.provider().settles_within()).collect();
        let mut looks = self.look_at(items, (0..items.len()).collect()).await;
        let longest = within.iter().max().copied().unwrap_or_default();
        let mut pauses = Pauses::until(begin + longest, &self.stop);
        loop {
            let is_open = |place: &usize| {
                let look = &looks[*place];
                !look.seen.is_there() && look.at < begin + within[*place]
            };
            let open: Vec<_> = (0..items.len()).filter(is_open).collect();
            if open.is_empty() || !pauses.wait().await {
                break;
            }
            self.look_again(items, open, &mut looks).await;
        }
        let mut ends = BTreeMap::<_, Vec<_>>::new();
        for (place, look) in looks.iter().enumerate() {
            let end = begin + hold.max(within[place]);
            if look.seen.is_there() && look.at < end {
                ends.entry(end).or_default().push(place);
            }
        }
        let is_open = looks.iter().any(|look| !look.seen.is_there());
        let mut is_cut_short = is_open && self.stop.is_stopped();
        for (end, places) in ends {
            is_cut_short |= unless_stopped(&self.stop, sleep_until(end)).await.is_none();
            if is_cut_short {
                break;
            }
            self.look_again(items, places, &mut looks).await;
        }
        (looks.into_iter().map(|look| look.seen).collect(), is_cut_short)
    }

    async fn look_again(&self, items: &[Arc<Item>], places: Vec<usize>, looks: &mut [Look]) {
        let again = self.look_at(items, places.clone()).await;
        for (place, look) in places.into_iter().zip(again) {
            looks[place] = look;
        }
    }

    /// Looks at the zones in these places.
    async fn look_at(&self, items: &[Arc<Item>], places: Vec<usize>) -> Vec<Look> {
        stream::iter(places)
            .map(|place| {
                let item = Arc::clone(&items[place]);
                let again = item.again.clone().unwrap_or_else(|| Arc::new(self.again(&item.plan)));
                let (at, subject) = (Instant::now(), subject(&item));
                let reading = tokio::spawn(async move { look(&item, &again).await });
                async move {
                    let seen = reading.await;
                    Look { at, seen: seen.unwrap_or_else(|error| lost_task(subject, &error)) }
                }
            })
            .buffered(self.max_workers)
            .collect()
            .await
    }

    /// How a zone is planned once more of which only the plan is known: what is desired is what the target held, with
    /// the changes of the plan. Processors have no say, as they had none when it was held against the target.
    fn again(&self, plan: &Plan) -> Again {
        Again {
            desired: plan.desired.clone(),
            sources: Vec::new(),
            processors: Vec::new(),
            context: self.context(&ZoneConfig::default(), true),
        }
    }
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
    ReadBack { left, others: Some(others), failed: None }
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
