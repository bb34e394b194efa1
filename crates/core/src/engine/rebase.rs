//! Changes that were planned before, held against what the target holds now.
//!
//! A change knows what it replaces. So a target can be asked whether that still holds, and a plan that was kept (in a
//! file, in a journal) is applied as it was reviewed, or not at all.

use std::collections::HashSet;
use std::sync::Arc;

use super::guard::Guard;
use super::read::ReadZone;
use super::{Context, adapt};
use crate::change::Change;
use crate::diagnostic::{Diagnostic, Report, Severity};
use crate::error::ProviderError;
use crate::name::RecordName;
use crate::plan::Plan;
use crate::provider::{PlanDraft, UnevenTtl};
use crate::record::{Record, RecordType};
use crate::target::Target;
use crate::value::{OwnedValue, Value};
use crate::zone::{Fingerprint, Zone};

/// Changes to one zone of one target that were planned earlier.
///
/// ```
/// # use octodns_core::engine::{Context, Earlier};
/// # use octodns_core::{Change, Report, Target, Zone};
/// # async fn again(target: &Target, zone: &Zone, kept: &[Change], context: &Context) -> Result<(), Report> {
/// let rebased = target.rebase(&Earlier::new(zone, kept), context).await?;
/// if rebased.conflicts().next().is_none()
///     && let Some(plan) = rebased.plan
/// {
///     // What is still to be made, as an ordinary plan.
///     assert!(plan.changes.len() <= kept.len());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Earlier<'e> {
    /// The zone: its name and what is configured for it. Its records do not matter.
    pub zone: &'e Zone,
    /// The changes, each with what it replaces.
    pub changes: &'e [Change],
    /// Whether the target knew the zone then. It is an error if it does not any more. Default: true.
    pub existed: bool,
    /// Settings of the zone that were to be changed as well. Default: none.
    pub meta: Option<&'e OwnedValue>,
    /// Indexes of changes of which a part may have been made, since they were sent without an answer: what is between
    /// the two states of such a change is no conflict. Default: none.
    pub begun: &'e [usize],
    /// What the target held then, to count what else has changed since. Default: it is not known.
    pub seen: Option<&'e Fingerprint>,
}

impl<'e> Earlier<'e> {
    /// These changes to a zone that existed.
    pub fn new(zone: &'e Zone, changes: &'e [Change]) -> Self {
        Self { zone, changes, existed: true, meta: None, begun: &[], seen: None }
    }
}

/// How a change that was planned earlier stands to what the target holds now.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Standing {
    /// The target holds what the change replaces: it is still to be made.
    Open,
    /// The target holds what the change makes: it is made already, by whomever.
    Already,
    /// The target holds neither.
    Conflict {
        /// What it holds: the RRset, or one that cannot be beside the change's; nothing if it is gone.
        live: Option<Arc<Record>>,
    },
}

impl Standing {
    /// Whether the change is still to be made.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }

    /// Whether the change is made already.
    pub fn is_already(&self) -> bool {
        matches!(self, Self::Already)
    }

    /// Whether the target holds neither what the change replaces nor what it makes.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict { .. })
    }
}

/// How settings of a zone that were planned earlier stand to what the target has now.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum MetaStanding {
    /// There were none to change.
    None,
    /// They are still to be changed.
    Open,
    /// They are as they were to be.
    Already,
    /// Something else is to be changed now.
    Conflict(OwnedValue),
}

/// What became of changes that were planned earlier.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rebased {
    /// How each change stands, in the order they were given.
    pub standings: Vec<Standing>,
    /// How the settings of the zone stand.
    pub meta: MetaStanding,
    /// What is still to be made, as an ordinary plan on what was read just now; conflicts are not in it. `None` if
    /// there is nothing.
    pub plan: Option<Plan>,
    /// How many other RRsets of the target were changed since, if it is known what they were. They stay as they are.
    pub others: Option<usize>,
    /// All that the target holds now.
    pub held: Zone,
    /// What was found; no errors.
    pub report: Report,
}

impl Rebased {
    /// How many changes are still to be made.
    pub fn open(&self) -> usize {
        self.standings.iter().filter(|standing| standing.is_open()).count()
    }

    /// How many changes are made already.
    pub fn already(&self) -> usize {
        self.standings.iter().filter(|standing| standing.is_already()).count()
    }

    /// The index of each change that is in conflict, with what the target holds.
    pub fn conflicts(&self) -> impl Iterator<Item = (usize, Option<&Arc<Record>>)> {
        self.standings.iter().enumerate().filter_map(|(index, standing)| match standing {
            Standing::Conflict { live } => Some((index, live.as_ref())),
            _ => None,
        })
    }

    /// Whether anything is in conflict, changes or settings.
    pub fn has_conflicts(&self) -> bool {
        self.conflicts().next().is_some() || matches!(self.meta, MetaStanding::Conflict(_))
    }
}

type Key = (RecordName, RecordType);

fn key(record: &Record) -> Key {
    (record.name().clone(), record.record_type())
}

impl Target {
    /// Reads the target anew, and sorts changes that were planned earlier: still to be made, made already, or in
    /// conflict with what somebody else did since.
    ///
    /// Two states of an `RRset` are the same if a plan would see no difference between them: spellings of the service,
    /// and what it cannot hold, do not count. Processors are not asked again: what they made of the changes is in
    /// them, and what they hide is compared as the target holds it. What the changes are not about is not looked at.
    ///
    /// # Errors
    ///
    /// With everything that was found, if there is an error in it: the target cannot be read, the zone is gone, or a
    /// change is one that the target does not take now.
    pub async fn rebase(
        &self,
        earlier: &Earlier<'_>,
        context: &Context,
    ) -> Result<Rebased, Report> {
        let read = self.read(earlier.zone, context).await?;
        let mut report = Report::new();
        if earlier.existed && !read.exists {
            report.push(self.gone(earlier.zone));
        }
        self.refuse(earlier, &read.zone, &mut report);
        if report.has_errors() {
            return Err(report);
        }
        match self.rebase_on(earlier, read, &mut report).await {
            Ok(_) if report.has_errors() => Err(report),
            Ok(rebased) => Ok(Rebased { report, ..rebased }),
            Err(error) => {
                let subject = format!("{} ({})", earlier.zone.name(), self.id());
                report.merge(error.into_report("plan", &subject));
                Err(report)
            }
        }
    }

    fn gone(&self, zone: &Zone) -> Diagnostic {
        let message = "the target had this zone when it was planned, and has it no more";
        let about = format!("{} ({})", zone.name(), self.id());
        Diagnostic::error("conflict", message).about(about).help("look why it is gone; plan again")
    }

    /// Reports changes that the target does not take: whatever made them knew another target.
    fn refuse(&self, earlier: &Earlier<'_>, held: &Zone, report: &mut Report) {
        let (zone, scope) = (earlier.zone, self.diff_scope());
        let capabilities = self.provider().capabilities();
        let is_taken = |change: &Change| {
            scope.permits(change) && (capabilities.root_ns || !is_root_ns(change))
        };
        let (mut seen, mut new) = (HashSet::new(), Zone::new(zone.name().clone()));
        for change in earlier.changes {
            let record = change.record();
            let why = if !seen.insert(key(record)) {
                "it is changed twice"
            } else if !is_taken(change) {
                "the target does not take this record now, or is not meant to have it"
            } else {
                new.set(Arc::clone(record));
                continue;
            };
            report.push(
                Diagnostic::error("plan", format!("target \"{}\": {why}", self.id()))
                    .about(subject(change, zone))
                    .at(record.origin().clone())
                    .help("plan again"),
            );
        }
        let deleted = |change: &&Change| matches!(change, Change::Delete(_));
        for change in earlier.changes.iter().filter(deleted) {
            new.remove(change.record().name(), change.record().record_type());
        }
        let mut found = Report::new();
        adapt::desired(&mut new, held, capabilities, self.strictness(), &mut found);
        let errors = found.into_iter().filter(|found| found.severity == Severity::Error);
        report.extend(errors.map(|found| self.attributed(found)));
    }

    async fn rebase_on(
        &self,
        earlier: &Earlier<'_>,
        read: ReadZone,
        report: &mut Report,
    ) -> Result<Rebased, ProviderError> {
        let ReadZone { zone: mut existing, exists, state, hidden, uneven, report: found } = read;
        report.merge(found);
        let everything = existing.clone();
        // What can be managed is desired as it is, so that targets which are written as a whole keep it.
        let root_ns = if self.provider().capabilities().root_ns {
            None
        } else {
            existing.remove(&RecordName::APEX, RecordType::NS)
        };
        let mut guard = Guard::new(&existing, root_ns, hidden);
        let after = self.seen_after(earlier.changes, &mut existing, &uneven, report).await?;
        let before = self.seen_before(earlier.changes, &existing, &after).await?;
        guard.watch((&existing, &after.zone), || format!("the provider \"{}\"", self.id()))?;

        let held = Held { target: self, existing: &existing, uneven: &uneven };
        let mut sorted = held.sort(earlier, &after, before.as_ref());
        let open = held.open(earlier.changes, &sorted);
        let draft = PlanDraft::new(&existing, &after.zone, &open, &state);
        let extra = self.provider().extra_changes(&draft).await?;
        held.settle(earlier.changes, &mut sorted, &extra, &after);
        held.part(earlier.changes, &mut sorted);

        let open = held.open(earlier.changes, &sorted);
        let draft = PlanDraft::new(&existing, &after.zone, &open, &state);
        let meta = self.provider().meta(&draft).await?;
        let standings = sorted.into_iter().map(Sorted::into_standing).collect();
        let meta = meta_standing(earlier.meta, meta);
        let others = earlier.seen.map(|seen| seen.others(&everything, earlier.changes));
        let mut rebased = Rebased {
            standings,
            meta,
            plan: None,
            others,
            held: everything,
            report: Report::new(),
        };
        if open.is_empty() && rebased.meta != MetaStanding::Open {
            return Ok(rebased);
        }
        let capabilities = self.provider().capabilities();
        if !exists && capabilities.fixed_zones {
            return Err(capabilities.cannot_create(earlier.zone.name()));
        }
        let mut desired = existing.clone();
        desired.apply(&open);
        let mut plan =
            Plan::new(existing, desired, open, exists).with_thresholds(self.thresholds());
        plan.meta = earlier.meta.filter(|_| rebased.meta == MetaStanding::Open).cloned();
        rebased.plan = Some(self.seal(plan.with_state(state), guard, report));
        Ok(rebased)
    }

    /// What a plan would see if the changes were what is desired.
    async fn seen_after(
        &self,
        planned: &[Change],
        existing: &mut Zone,
        uneven: &[UnevenTtl],
        report: &mut Report,
    ) -> Result<Seen, ProviderError> {
        let mut zone = existing.clone();
        zone.apply(planned);
        let mut found = Report::new();
        self.adapt(&mut zone, existing, &mut found).await?;
        let about: HashSet<_> = planned.iter().map(|change| subject(change, &zone)).collect();
        let told: Vec<_> =
            found.into_iter().filter(|found| about.contains(&found.subject)).collect();
        let seen = Seen::new(&self.differences(existing, &zone, uneven), &told, zone);
        // Warnings were told when it was planned.
        let errors = told.into_iter().filter(|found| found.severity == Severity::Error);
        report.extend(errors.map(|found| self.attributed(found)));
        Ok(seen)
    }

    /// What a plan would see if what the changes replace were what is desired. It is asked only where the answer
    /// matters.
    async fn seen_before(
        &self,
        planned: &[Change],
        existing: &Zone,
        after: &Seen,
    ) -> Result<Option<Seen>, ProviderError> {
        let matters = planned.iter().any(|change| {
            let record = change.record();
            let live = existing.get(record.name(), record.record_type());
            !self.is_same(live, change.existing()) && after.differs(change)
        });
        if !matters {
            return Ok(None);
        }
        let (mut zone, mut existing) = (existing.clone(), existing.clone());
        for change in planned {
            match change.existing() {
                Some(record) => zone.set(Arc::clone(record)),
                None => drop(zone.remove(change.record().name(), change.record().record_type())),
            }
        }
        let mut found = Report::new();
        self.adapt(&mut zone, &mut existing, &mut found).await?;
        let told: Vec<_> = found.into_iter().collect();
        Ok(Some(Seen::new(&self.differences(&existing, &zone, &[]), &told, zone)))
    }

    /// Whether two states of an `RRset` are the same to the target.
    fn is_same(&self, live: Option<&Arc<Record>>, image: Option<&Arc<Record>>) -> bool {
        match (live, image) {
            (None, None) => true,
            (Some(live), Some(image)) => {
                let update =
                    || Change::Update { existing: Arc::clone(live), new: Arc::clone(image) };
                !live.differs(image, self.compare()) || !self.provider().is_significant(&update())
            }
            _ => false,
        }
    }
}

/// What a plan would find between a target and what is desired.
struct Seen {
    /// What is desired, as the target would hold it.
    zone: Zone,
    /// The `RRsets` that differ.
    differing: HashSet<Key>,
    /// What there is to be said about; these are not the same, since what is desired may have been replaced.
    told: HashSet<String>,
}

impl Seen {
    fn new(differences: &[Change], told: &[Diagnostic], zone: Zone) -> Self {
        let differing = differences.iter().map(|change| key(change.record())).collect();
        let told = told.iter().map(|found| found.subject.clone()).collect();
        Self { zone, differing, told }
    }

    /// Whether a plan would change the `RRset` of a change.
    fn changes(&self, change: &Change) -> bool {
        self.differing.contains(&key(change.record()))
    }

    /// Whether what is desired is not what the target holds, or may not be.
    fn differs(&self, change: &Change) -> bool {
        self.changes(change)
            || (!self.told.is_empty() && self.told.contains(&subject(change, &self.zone)))
    }
}

/// How a change stands before the provider was asked for changes that records do not show.
#[derive(Clone, Debug)]
enum Sorted {
    Open,
    Already,
    /// The records are the same before, after and now: what the change is about is a setting beside them.
    Beside,
    Conflict(Option<Arc<Record>>),
}

impl Sorted {
    fn into_standing(self) -> Standing {
        match self {
            Self::Open => Standing::Open,
            Self::Already | Self::Beside => Standing::Already,
            Self::Conflict(live) => Standing::Conflict { live },
        }
    }
}

/// What the target holds now, while changes are sorted.
struct Held<'h> {
    target: &'h Target,
    existing: &'h Zone,
    uneven: &'h [UnevenTtl],
}

impl Held<'_> {
    fn live(&self, change: &Change) -> Option<&Arc<Record>> {
        let record = change.record();
        self.existing.get(record.name(), record.record_type())
    }

    fn sort(&self, earlier: &Earlier<'_>, after: &Seen, before: Option<&Seen>) -> Vec<Sorted> {
        let begun: HashSet<_> = earlier.begun.iter().collect();
        let sort = |(index, change): (usize, &Change)| {
            let live = self.live(change);
            // As the target spells it. What is not there is spelled in no way.
            let looks_same = |image: Option<&Arc<Record>>, seen: &Seen| {
                live.is_some() && image.is_some() && !seen.differs(change)
            };
            let is_after =
                self.target.is_same(live, change.desired()) || looks_same(change.desired(), after);
            let is_before = self.target.is_same(live, change.existing())
                || self.is_one_of_its_ttls(change)
                || before.is_some_and(|before| looks_same(change.existing(), before));
            match (is_before, is_after) {
                (true, true) => Sorted::Beside,
                (true, false) => Sorted::Open,
                (false, true) if !self.is_uneven(change) => Sorted::Already,
                _ if begun.contains(&index) && self.is_between(change) => Sorted::Open,
                _ => Sorted::Conflict(live.cloned()),
            }
        };
        earlier.changes.iter().enumerate().map(sort).collect()
    }

    /// Whether some value of the `RRset` has another TTL than the record that stands for it.
    fn is_uneven(&self, change: &Change) -> bool {
        self.other_ttl(change).is_some()
    }

    fn other_ttl(&self, change: &Change) -> Option<i64> {
        let record = change.record();
        let mut uneven = self.uneven.iter();
        let found = uneven
            .find(|set| set.name == *record.name() && set.record_type == record.record_type());
        found.map(|set| set.ttl)
    }

    /// Whether the target holds what the change replaces with one of the TTLs that its values have: such a plan has
    /// the other.
    fn is_one_of_its_ttls(&self, change: &Change) -> bool {
        let (Some(live), Some(ttl)) = (self.live(change), self.other_ttl(change)) else {
            return false;
        };
        let other = Arc::new(Record::clone(live).with_ttl(ttl));
        self.target.is_same(Some(&other), change.existing())
    }

    /// Whether the target holds a part of the change: values of both states, and no other.
    fn is_between(&self, change: &Change) -> bool {
        let Some(live) = self.live(change) else { return true };
        let sides = || change.existing().into_iter().chain(change.desired());
        let values: HashSet<_> = sides().flat_map(|side| side.rdata_strings()).collect();
        let compare = self.target.compare();
        sides().any(|side| side.ttl() == live.ttl())
            && live.rdata_strings().iter().all(|value| values.contains(value))
            && (!compare.dynamic || sides().any(|side| side.dynamic() == live.dynamic()))
            && (!compare.geo || sides().any(|side| side.geo() == live.geo()))
    }

    /// The changes that are open, with what the target holds now.
    fn open(&self, planned: &[Change], sorted: &[Sorted]) -> Vec<Change> {
        let open = planned.iter().zip(sorted).filter(|(_, sorted)| matches!(sorted, Sorted::Open));
        open.filter_map(|(change, _)| self.now(change)).collect()
    }

    /// The change from what the target holds now.
    fn now(&self, change: &Change) -> Option<Change> {
        let live = self.live(change).map(|live| match self.other_ttl(change) {
            // As the engine plans it: what is to be changed is the other TTL.
            Some(ttl) if change.desired().is_some_and(|new| new.ttl() == live.ttl()) => {
                Arc::new(Record::clone(live).with_ttl(ttl))
            }
            _ => Arc::clone(live),
        });
        match (live, change.desired()) {
            (Some(existing), Some(new)) => Some(Change::Update { existing, new: Arc::clone(new) }),
            (Some(existing), None) => Some(Change::Delete(existing)),
            (None, Some(new)) => Some(Change::Create(Arc::clone(new))),
            (None, None) => None,
        }
    }

    /// Decides about changes of settings beside the records: the provider says whether they are still needed.
    fn settle(&self, planned: &[Change], sorted: &mut [Sorted], extra: &[Change], after: &Seen) {
        let needed: HashSet<_> = extra.iter().map(|change| key(change.record())).collect();
        for (change, sorted) in planned.iter().zip(sorted) {
            if !matches!(sorted, Sorted::Beside) {
                continue;
            }
            let is_needed = needed.contains(&key(change.record())) || after.changes(change);
            *sorted = match (is_needed, self.live(change), change.existing()) {
                (false, _, _) => Sorted::Already,
                // The settings are in the `octodns` section, if anywhere.
                (true, Some(live), Some(before)) if live.options() != before.options() => {
                    Sorted::Conflict(Some(Arc::clone(live)))
                }
                (true, _, _) => Sorted::Open,
            };
        }
    }

    /// A CNAME has its name for itself (RFC 2181, section 10.1): a creation is in conflict with what somebody else
    /// has put at its name since.
    fn part(&self, planned: &[Change], sorted: &mut [Sorted]) {
        let mut outcome = self.existing.clone();
        outcome.apply(&self.open(planned, sorted));
        for (change, sorted) in planned.iter().zip(sorted) {
            if !matches!((&*sorted, change), (Sorted::Open, Change::Create(_))) {
                continue;
            }
            let new = change.record().record_type();
            let conflicts = |other: &&Arc<Record>| {
                let other = other.record_type();
                other != new && [other, new].contains(&RecordType::CNAME)
            };
            if let Some(other) = outcome.node(change.record().name()).iter().find(conflicts) {
                *sorted = Sorted::Conflict(Some(Arc::clone(other)));
            }
        }
    }
}

fn is_root_ns(change: &Change) -> bool {
    let record = change.record();
    record.name().is_apex() && record.record_type() == RecordType::NS
}

/// What findings about the record of a change are about.
fn subject(change: &Change, zone: &Zone) -> String {
    let record = change.record();
    format!("{} {}", record.decoded_fqdn(zone.name()), record.record_type())
}

fn meta_standing(planned: Option<&OwnedValue>, now: Option<OwnedValue>) -> MetaStanding {
    let is_there = |meta: &&OwnedValue| meta.is_truthy();
    match (planned.filter(is_there), now.filter(Value::is_truthy)) {
        (None, _) => MetaStanding::None,
        (Some(_), None) => MetaStanding::Already,
        (Some(planned), Some(now)) if *planned == now => MetaStanding::Open,
        (Some(_), Some(now)) => MetaStanding::Conflict(now),
    }
}
