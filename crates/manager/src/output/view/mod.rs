//! Plans as people look at them: by zone, the same changes of several targets once, each change with only what is
//! different. What draws them, for a terminal or a browser, is elsewhere; texts are as they come, and not escaped.

mod change;
mod tree;
mod values;
mod words;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use octodns_core::change::ChangeCause;
use octodns_core::plan::{ChangeCounts, Danger, Unsafe};
use octodns_core::{Change, Plan, ZoneName};

use super::Planned;

pub(super) use change::{Action, ChangeView};
pub(super) use tree::{Mark, Node};
pub(super) use values::ValueView;
pub(super) use words::{Piece, Side};

/// All plans of a run.
pub(super) struct View<'p> {
    /// What is to be done, zones in the order in which they come first.
    pub(super) groups: Vec<Group<'p>>,
    /// The ids of all targets, in the order in which they come first.
    pub(super) targets: Vec<&'p str>,
    /// The names of all zones, in the order of the groups.
    pub(super) zones: Vec<&'p ZoneName>,
    /// How many changes there are, those of each target counted.
    pub(super) totals: ChangeCounts,
    /// How many changes are drift; `None` if causes are not known.
    pub(super) drift: Option<usize>,
}

/// What is to be done to a zone, at one target or at several where it is the same.
pub(super) struct Group<'p> {
    pub(super) zone: &'p ZoneName,
    /// The place of the zone in [`View::zones`].
    pub(super) zone_at: usize,
    /// The places of the targets in [`View::targets`].
    pub(super) targets: Vec<usize>,
    /// Whether the zone is new to them.
    pub(super) is_new: bool,
    /// The changes, in the order of their names: those of a zone first, then those below it.
    pub(super) changes: Vec<Viewed<'p>>,
    /// Settings of the zone.
    pub(super) settings: Vec<Node>,
    /// What speaks against applying it.
    pub(super) objections: Vec<Unsafe>,
    /// How many changes there are at each target.
    pub(super) counts: ChangeCounts,
}

/// A change, and how it is looked at.
pub(super) struct Viewed<'p> {
    pub(super) change: &'p Change,
    pub(super) shown: ChangeView,
}

impl<'p> View<'p> {
    /// Looks at plans.
    pub(super) fn of(plans: &[Planned<'p>]) -> Self {
        let mut view = Self {
            groups: Vec::new(),
            targets: Vec::new(),
            zones: Vec::new(),
            totals: ChangeCounts::default(),
            drift: None,
        };
        let (mut targets, mut zones) = (Places::default(), Places::default());
        let mut known: HashMap<(usize, u64), Vec<usize>> = HashMap::new();
        for (target, plan) in plans {
            let (target_at, zone_at) = (
                targets.at(target.id(), &mut view.targets),
                zones.at(plan.desired.name(), &mut view.zones),
            );
            view.count(plan);
            let group = Group::of(plan, zone_at, target_at);
            let same = known.entry((zone_at, group.hash())).or_default();
            if let Some(at) = same.iter().find(|at| view.groups[**at].is_like(&group)) {
                view.groups[*at].targets.push(target_at);
            } else {
                same.push(view.groups.len());
                view.groups.push(group);
            }
        }
        view.groups.sort_by_key(|group| group.zone_at);
        view
    }

    fn count(&mut self, plan: &Plan) {
        let ChangeCounts { creates, updates, deletes, .. } = plan.counts();
        self.totals.creates += creates;
        self.totals.updates += updates;
        self.totals.deletes += deletes;
        let mut causes = (0..plan.changes.len()).filter_map(|index| plan.cause(index)).peekable();
        if causes.peek().is_some() {
            let drift = causes.filter(|cause| *cause == ChangeCause::Drift).count();
            self.drift = Some(self.drift.unwrap_or_default() + drift);
        }
    }

    /// The ids of the targets of a group.
    pub(super) fn targets_of(&self, group: &Group<'_>) -> Vec<&'p str> {
        group.targets.iter().filter_map(|at| self.targets.get(*at).copied()).collect()
    }
}

impl<'p> Group<'p> {
    fn of(plan: &'p Plan, zone_at: usize, target_at: usize) -> Self {
        let zone = plan.desired.name();
        let objections = plan.safety();
        let dangers: Vec<Danger> = objections.iter().map(Unsafe::danger).collect();
        let view = |(index, change): (usize, &'p Change)| {
            let mut shown = ChangeView::of(change, zone, plan.exists);
            shown.cause = plan.cause(index);
            shown.is_unsafe = dangers.iter().any(|danger| concerns(*danger, change));
            Viewed { change, shown }
        };
        let mut changes: Vec<_> = plan.changes.iter().enumerate().map(view).collect();
        changes.sort_by_cached_key(|viewed| viewed.shown.order(viewed.change));
        let meta = plan.meta.as_ref().filter(|meta| meta.is_truthy());
        Self {
            zone,
            zone_at,
            targets: vec![target_at],
            is_new: !plan.exists,
            changes,
            settings: meta.map(|meta| tree::settings(meta)).unwrap_or_default(),
            objections,
            counts: plan.counts(),
        }
    }

    fn hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.is_new.hash(&mut hasher);
        self.settings.hash(&mut hasher);
        for viewed in &self.changes {
            viewed.shown.hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Whether another group of the zone shows the same.
    fn is_like(&self, other: &Self) -> bool {
        let shown = self.changes.iter().map(|viewed| &viewed.shown);
        self.is_new == other.is_new
            && self.settings == other.settings
            && self.objections == other.objections
            && shown.eq(other.changes.iter().map(|viewed| &viewed.shown))
    }
}

/// Whether a change is one of those because of which a plan has this danger.
fn concerns(danger: Danger, change: &Change) -> bool {
    match danger {
        Danger::Deletes => matches!(change, Change::Delete(_)),
        Danger::Updates => matches!(change, Change::Update { .. }),
        Danger::RootNs => change::is_apex_ns(change.record()),
        // A zone of which perhaps not all was read.
        _ => true,
    }
}

/// The places of things in a list, each once.
struct Places<K>(HashMap<K, usize>);

impl<K> Default for Places<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Hash + Eq + Copy> Places<K> {
    fn at(&mut self, key: K, list: &mut Vec<K>) -> usize {
        *self.0.entry(key).or_insert_with(|| {
            list.push(key);
            list.len() - 1
        })
    }
}

/// `1 change`, `2 changes`.
pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
