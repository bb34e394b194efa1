//! Names that would be without an answer for a while, by the order of changes or by what a service cannot do.

use std::collections::{BTreeMap, HashSet};

use crate::change::Change;
use crate::name::RecordName;
use crate::plan::Plan;
use crate::record::{HostName, Record, RecordData, RecordType};

/// The names of a zone that go away while records that change or go as well still point to them: these are to be
/// changed first.
pub(super) struct PointedTo<'p> {
    plan: &'p Plan,
    /// Absolute, in lower case.
    names: HashSet<String>,
}

impl<'p> PointedTo<'p> {
    pub(super) fn of(plan: &'p Plan) -> Self {
        let mut names = HashSet::new();
        if plan.changes.iter().any(|change| matches!(change, Change::Delete(_))) {
            for existing in plan.changes.iter().filter_map(Change::existing) {
                let own = existing.fqdn(plan.desired.name());
                let targets = targets(existing).into_iter().map(absolute);
                names.extend(targets.filter(|target| *target != own));
            }
        }
        Self { plan, names }
    }

    /// Whether these changes (as indexes), all of one name, are to come after those of others: they delete it, and
    /// nothing that is created elsewhere needs its place.
    pub(super) fn comes_last(&self, changes: &[usize]) -> bool {
        let deleted = |index: &usize| match self.plan.changes.get(*index) {
            Some(Change::Delete(record)) => Some(record),
            _ => None,
        };
        // Delegations and DNAME stand for names below them too.
        let is_alone = |record: &Record| {
            !matches!(record.record_type(), RecordType::NS | RecordType::DS | RecordType::DNAME)
        };
        let first = changes.first().and_then(deleted);
        !self.names.is_empty()
            && changes.iter().all(|index| deleted(index).is_some_and(|record| is_alone(record)))
            && first
                .is_some_and(|record| self.names.contains(&record.fqdn(self.plan.desired.name())))
    }
}

fn absolute(target: &HostName) -> String {
    let mut name = target.as_str().to_ascii_lowercase();
    if !name.ends_with('.') {
        name.push('.');
    }
    name
}

/// The names that a record points to.
fn targets(record: &Record) -> Vec<&HostName> {
    match record.data() {
        RecordData::Alias(target) | RecordData::Cname(target) => vec![target],
        RecordData::Ns(targets) => targets.iter().collect(),
        RecordData::Mx(values) => values.iter().map(|mx| &mx.exchange).collect(),
        RecordData::Srv(values) => values.iter().map(|srv| &srv.target).collect(),
        _ => Vec::new(),
    }
}

/// The names whose records change to a type that cannot be beside the old one, such as CNAME and A. A service that
/// changes one of them at a time has nothing there in between.
///
/// ```
/// use octodns_core::engine::names_that_turn;
/// use octodns_core::record::HostName;
/// use octodns_core::{Change, Plan, Record, RecordData, RecordName, Zone, ZoneName};
///
/// let zone = Zone::new(ZoneName::new("example.com.")?);
/// let record = |data| Record::new(RecordName::new("www").unwrap(), 60, data).into();
/// let old = RecordData::Cname(HostName::new("old.example.net.")?);
/// let changes = vec![Change::Delete(record(old)), Change::Create(record(RecordData::A(Vec::new())))];
/// let plan = Plan::new(zone.clone(), zone, changes, true);
/// assert_eq!(names_that_turn(&plan), [&RecordName::new("www")?]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn names_that_turn(plan: &Plan) -> Vec<&RecordName> {
    #[derive(Default)]
    struct Turn {
        goes: bool,
        comes: bool,
        gives_way: bool,
    }
    let mut names: BTreeMap<&RecordName, Turn> = BTreeMap::new();
    for change in &plan.changes {
        let record = change.record();
        let turn = names.entry(record.name()).or_default();
        turn.goes |= change.desired().is_none();
        turn.comes |= change.existing().is_none();
        let turns = change.desired().is_none() || change.existing().is_none();
        turn.gives_way |= turns && !stands_beside_others(record.record_type());
    }
    let turns = |turn: &Turn| turn.goes && turn.comes && turn.gives_way;
    names.into_iter().filter(|(_, turn)| turns(turn)).map(|(name, _)| name).collect()
}

/// Whether services take a record of this type beside all others of its name.
pub(super) fn stands_beside_others(of: RecordType) -> bool {
    const PLAIN: &[RecordType] = &[
        RecordType::A,
        RecordType::AAAA,
        RecordType::CAA,
        RecordType::HTTPS,
        RecordType::LOC,
        RecordType::MX,
        RecordType::NAPTR,
        RecordType::OPENPGPKEY,
        RecordType::PTR,
        RecordType::SPF,
        RecordType::SRV,
        RecordType::SSHFP,
        RecordType::SVCB,
        RecordType::TLSA,
        RecordType::TXT,
        RecordType::URI,
    ];
    PLAIN.contains(&of)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::engine::{BatchLimits, Weight, apply_each, batches};
    use crate::{ApplyLog, ProviderError, Zone, ZoneName};

    fn record(name: &str, data: RecordData) -> Arc<Record> {
        Record::new(RecordName::new(name).unwrap(), 300, data).into()
    }

    fn a(name: &str) -> Arc<Record> {
        record(name, RecordData::A(vec!["192.0.2.1".parse().unwrap()]))
    }

    fn cname(name: &str, target: &str) -> Arc<Record> {
        record(name, RecordData::Cname(HostName::new(target).unwrap()))
    }

    fn plan(changes: Vec<Change>) -> Plan {
        let zone = Zone::new(ZoneName::new("example.com.").unwrap());
        Plan::new(zone.clone(), zone, changes, true)
    }

    fn moved() -> Plan {
        let (old, new) = (cname("www", "Old.example.com."), cname("www", "new.example.com."));
        let ns =
            |name| record(name, RecordData::Ns(vec![HostName::new("sub.example.com.").unwrap()]));
        plan(vec![
            Change::Update { existing: old, new },
            Change::Create(a("new")),
            Change::Delete(a("old")),
            Change::Delete(a("unused")),
            Change::Delete(cname("alias", "sub.example.com.")),
            // A name below it may be created.
            Change::Delete(ns("sub")),
        ])
    }

    #[tokio::test]
    async fn what_points_to_a_name_is_changed_before_the_name_goes() {
        let plan = moved().approve_by_force();
        let done = Mutex::new(Vec::new());
        let log = ApplyLog::new("mine", &plan, &());
        let result = apply_each(&plan, &log, 1, async |change| {
            done.lock().unwrap().push(format!("{} {}", change.verb(), change.record().name()));
            Ok::<_, ProviderError>(())
        });
        result.await.unwrap();
        let expected = [
            "Delete alias",
            "Delete sub",
            "Delete unused",
            "Create new",
            "Update www",
            "Delete old",
        ];
        assert_eq!(done.into_inner().unwrap(), expected);
    }

    #[test]
    fn batches_have_the_same_order() {
        let plan = moved();
        let batches = batches(&plan, BatchLimits::items(1), |_| Weight::new(1, 0));
        let name = |index: &usize| plan.changes[*index].record().name().to_string();
        let names: Vec<_> = batches.concat().iter().flatten().map(name).collect();
        assert_eq!(names, ["alias", "sub", "unused", "new", "www", "old"]);
    }

    #[test]
    fn only_types_that_exclude_each_other_turn() {
        let plan = plan(vec![
            Change::Delete(a("plain")),
            Change::Create(record("plain", RecordData::Aaaa(Vec::new()))),
            Change::Delete(a("turned")),
            Change::Create(cname("turned", "x.example.")),
            Change::Delete(cname("gone", "x.example.")),
            Change::Update {
                existing: cname("same", "x.example."),
                new: cname("same", "y.example."),
            },
        ]);
        assert_eq!(names_that_turn(&plan), [&RecordName::new("turned").unwrap()]);
    }
}
