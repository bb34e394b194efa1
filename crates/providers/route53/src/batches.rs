//! Change batches: the order of changes in a batch, and its limits. Pure.
//!
//! <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests-changeresourcerecordsets>

use std::cmp::Reverse;

use octodns_core::engine::{self, BatchLimits};
use octodns_core::{Change, Plan};

use crate::alias;
use crate::rrset::{Body, Key, Routing, RrSet};

/// The action on a record set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Action {
    Delete,
    Create,
    Upsert,
}

/// One change of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mod {
    pub(crate) action: Action,
    pub(crate) set: RrSet,
}

/// The size of changes, as limited per batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Weight {
    /// Values; an alias has none.
    pub(crate) values: usize,
    /// Records as AWS counts them: every value and every alias, twice for an upsert.
    pub(crate) records: usize,
    /// Characters of all values, twice for an upsert.
    pub(crate) characters: usize,
}

/// The limits of a batch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Records, as AWS counts them.
    pub(crate) records: usize,
}

/// A single change of a plan does not fit into a batch, and must not be split, since it could be half
/// applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("needs {needed} {what} in one batch, more than the {limit} that one may have")]
pub(crate) struct TooBig {
    needed: usize,
    what: &'static str,
    limit: usize,
}

impl Limits {
    /// The limits of AWS.
    const RECORDS: usize = 1000;
    const CHARACTERS: usize = 32_000;

    /// Splits the changes of a plan, with these weights, into batches.
    ///
    // Differs from octoDNS, which only counts values, once each, so that AWS refuses its larger batches.
    pub(crate) fn batches(self, plan: &Plan, weights: &[Weight]) -> Vec<engine::Batch> {
        let of = |index: usize| weights.get(index).copied().unwrap_or_default();
        let weigh = |index| engine::Weight::new(of(index).records, of(index).characters);
        let limits = BatchLimits::new(self.records.min(Self::RECORDS), Self::CHARACTERS);
        let batches = engine::batches_ranked(plan, limits, weigh, |name| rank(plan, name));
        let is_too_big = |name: &[usize]| {
            let sum = name.iter().map(|index| of(*index)).fold(Weight::default(), Weight::plus);
            sum.records > Self::RECORDS || sum.characters > Self::CHARACTERS
        };
        let cut = |batch: engine::Batch| match &*batch {
            // AWS does not accept it as a whole.
            [name] if is_too_big(name) => name.iter().map(|index| vec![vec![*index]]).collect(),
            _ => vec![batch],
        };
        batches.into_iter().flat_map(cut).collect()
    }

    /// Whether a single change fits at all: into the configured limit, which counts values, and into AWS's.
    pub(crate) fn check(self, weight: Weight) -> Result<(), TooBig> {
        let limits = [
            (weight.values, "values", self.records),
            (weight.records, "records (an upsert counts twice)", Self::RECORDS),
            (weight.characters, "characters (an upsert counts twice)", Self::CHARACTERS),
        ];
        let over = limits.into_iter().find(|(needed, _, limit)| needed > limit);
        over.map_or(Ok(()), |(needed, what, limit)| Err(TooBig { needed, what, limit }))
    }
}

impl Weight {
    /// The total size of the changes.
    pub(crate) fn of(mods: &[Mod]) -> Self {
        mods.iter().map(Mod::weight).fold(Self::default(), Self::plus)
    }

    fn plus(self, other: Self) -> Self {
        Self {
            values: self.values + other.values,
            records: self.records + other.records,
            characters: self.characters + other.characters,
        }
    }
}

impl Mod {
    fn weight(&self) -> Weight {
        let times = if self.action == Action::Upsert { 2 } else { 1 };
        match &self.set.body {
            Body::Values { values, .. } => Weight {
                values: values.len(),
                records: values.len() * times,
                characters: values.iter().map(|value| value.chars().count()).sum::<usize>() * times,
            },
            Body::Alias(_) | Body::TrafficPolicy => {
                Weight { values: 0, records: times, characters: 0 }
            }
        }
    }
}

/// The order of names if they do not fit into one batch: records that point to others are deleted first and
/// created last.
fn rank(plan: &Plan, name: &[usize]) -> u8 {
    let changes = || name.iter().filter_map(|index| plan.changes.get(*index));
    let is_alias = |change: &&Change| change.record().record_type() == alias::RECORD_TYPE;
    let is_deletion = |change: &Change| matches!(change, Change::Delete(_));
    match changes().find(is_alias) {
        Some(change) if is_deletion(change) => 0,
        Some(_) => 3,
        None if changes().all(is_deletion) => 1,
        None => 2,
    }
}

/// How far a record set is from actual values: its targets must exist before it, and be deleted after it.
fn depth(set: &RrSet) -> u8 {
    match (&set.routing, &set.body) {
        (Routing::Geo(_) | Routing::Cidr { .. }, _) => 3,
        (Routing::Failover { primary: false }, Body::Alias(_)) => 2,
        (_, Body::Alias(_)) => 1,
        _ => 0,
    }
}

/// Sorts changes as Route 53 requires: deletions first, from rules down to values; then the rest, from values
/// up to rules.
pub(crate) fn sort(mods: &mut [Mod]) {
    mods.sort_by_cached_key(|change| {
        let set = &change.set;
        let (depth, is_rule) = (depth(set), depth(set) == 3);
        let identifier = set.identifier.as_deref().unwrap_or_default();
        let id = match (is_rule, identifier) {
            (true, _) => identifier.to_owned(),
            (false, "") => set.name.clone(),
            (false, _) => [&*set.name, "-", identifier].concat(),
        };
        let key: Key = set.key();
        if change.action == Action::Delete {
            (0, 0, Reverse(depth), id, key)
        } else {
            (1, depth, Reverse(0), id, key)
        }
    });
}

/// The changes from the existing to the desired record sets.
pub(crate) fn changes(existing: &[RrSet], desired: Vec<RrSet>) -> Vec<Mod> {
    let gone = existing.iter().filter(|set| desired.iter().all(|new| new.key() != set.key()));
    let mut mods: Vec<_> =
        gone.map(|set| Mod { action: Action::Delete, set: set.clone() }).collect();
    for set in desired {
        let action = match existing.iter().find(|old| old.key() == set.key()) {
            None => Action::Create,
            Some(old) if old.is_same(&set) => continue,
            Some(_) => Action::Upsert,
        };
        mods.push(Mod { action, set });
    }
    mods
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use octodns_core::record::{LoadContext, RecordTypes};
    use octodns_core::value::{Map, Value};
    use octodns_core::{Record, RecordData, RecordName};

    use super::*;
    use crate::rrset::{AliasTarget, Place};

    fn values(name: &str, values: &[&str]) -> RrSet {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        RrSet {
            name: name.into(),
            record_type: "A".into(),
            identifier: None,
            body: Body::Values { ttl: 60, values },
            routing: Routing::Simple,
            health_check: None,
        }
    }

    fn alias(name: &str, identifier: &str, routing: Routing) -> RrSet {
        let target = AliasTarget { zone_id: "Z1".into(), name: "x.".into(), evaluate_health: true };
        RrSet {
            identifier: Some(identifier.into()),
            body: Body::Alias(target),
            routing,
            ..values(name, &[])
        }
    }

    fn weight(action: Action, set: RrSet) -> Weight {
        Weight::of(&[Mod { action, set }])
    }

    /// AWS' own count, not the number of values.
    #[test]
    fn upserts_count_twice_and_aliases_once() {
        let two = values("a.", &["192.0.2.1", "192.0.2.22"]);
        let expected = Weight { values: 2, records: 2, characters: 19 };
        assert_eq!(weight(Action::Create, two.clone()), expected);
        assert_eq!(weight(Action::Delete, two.clone()), expected);
        let expected = Weight { values: 2, records: 4, characters: 38 };
        assert_eq!(weight(Action::Upsert, two), expected);
        let alias = alias("a.", "i", Routing::Geo(Place::Default));
        let expected = Weight { values: 0, records: 2, characters: 0 };
        assert_eq!(weight(Action::Upsert, alias), expected);
    }

    #[test]
    fn batches_are_cut_by_records_and_by_characters() {
        let weight = |records, characters| Weight { values: records, records, characters };
        for (limit, weights, expected) in [
            (1000, vec![], vec![]),
            (1000, vec![weight(600, 1), weight(400, 1), weight(1, 1)], vec![0..2, 2..3]),
            (1000, vec![weight(1, 16_000), weight(1, 16_000), weight(1, 1)], vec![0..2, 2..3]),
            (5, vec![weight(2, 1); 5], vec![0..2, 2..4, 4..5]),
            // A single change may exceed the configured limit as an upsert.
            (5, vec![weight(8, 1), weight(1, 1)], vec![0..1, 1..2]),
            (5000, vec![weight(600, 1); 2], vec![0..1, 1..2]),
        ] {
            let name = |index: usize| create(&format!("n{index:02}"));
            let plan = plan((0..weights.len()).map(name).collect());
            let batches = Limits { records: limit }.batches(&plan, &weights);
            let expected: Vec<_> = expected.into_iter().map(Iterator::collect::<Vec<_>>).collect();
            assert_eq!(flat(batches), expected, "{limit} {weights:?}");
        }
    }

    fn plan(changes: Vec<Change>) -> Plan {
        let zone = octodns_core::Zone::new(octodns_core::ZoneName::new("unit.tests.").unwrap());
        Plan::new(zone.clone(), zone, changes, true)
    }

    fn record(name: &str, data: RecordData) -> Arc<Record> {
        Arc::new(Record::new(RecordName::new(name).unwrap(), 60, data))
    }

    fn a(name: &str) -> Arc<Record> {
        record(name, RecordData::A(vec!["192.0.2.1".parse().unwrap()]))
    }

    fn create(name: &str) -> Change {
        Change::Create(a(name))
    }

    fn flat(batches: Vec<engine::Batch>) -> Vec<Vec<usize>> {
        batches.into_iter().map(|batch| batch.concat()).collect()
    }

    fn pointer(name: &str) -> Arc<Record> {
        let zone = octodns_core::ZoneName::new("unit.tests.").unwrap();
        let mut types = RecordTypes::default();
        types.register(Arc::new(alias::Route53Alias)).unwrap();
        let validators = octodns_core::validate::RecordValidators::default();
        let mut context = LoadContext::new(&zone, &validators, &types);
        context.lenient = true;
        let value = Map::from_unique([("type", Value::from("A")), ("name", "x".into())]);
        let data = Map::from_unique([
            ("type", Value::from(alias::RECORD_TYPE.as_str())),
            ("ttl", 60.into()),
            ("values", vec![Value::from(value)].into()),
        ]);
        let mut report = octodns_core::Report::new();
        let record = Record::load(&name.to_owned().into(), &data.into(), &context, &mut report);
        Arc::new(record.unwrap_or_else(|| panic!("{report:?}")))
    }

    /// The target of an alias must exist, and a name is only split if AWS requires it.
    #[test]
    fn aliases_are_deleted_first_and_created_last() {
        let changes = vec![
            Change::Create(pointer("aaa")),
            Change::Create(a("bbb")),
            Change::Update { existing: a("ccc"), new: a("ccc") },
            Change::Delete(a("ddd")),
            Change::Delete(pointer("zzz")),
            Change::Create(a("zzz")),
        ];
        let plan = plan(changes);
        let batches = |records| {
            let weight = Weight { values: records, records, characters: 1 };
            let batches = Limits { records: 2 }.batches(&plan, &[weight; 6]);
            let shown = |index: usize| {
                let change = &plan.changes[index];
                format!("{} {}", change.verb(), change.record().name())
            };
            let batches = flat(batches).into_iter();
            batches
                .map(|batch| batch.into_iter().map(shown).collect::<Vec<_>>())
                .collect::<Vec<_>>()
        };
        let turned = ["Delete zzz", "Create zzz"];
        let expected = [turned, ["Delete ddd", "Create bbb"], ["Update ccc", "Create aaa"]];
        assert_eq!(batches(1), expected);
        assert_eq!(batches(2)[0], turned);
        assert_eq!(batches(501)[..2], turned.map(|change| vec![change.to_owned()]));
    }

    #[test]
    fn a_change_that_exceeds_a_batch_is_refused() {
        let limits = Limits { records: 5 };
        let weight = Weight { values: 5, records: 10, characters: 32_000 };
        assert_eq!(limits.check(weight), Ok(()));
        for weight in [
            Weight { values: 6, ..weight },
            Weight { records: 1001, ..weight },
            Weight { characters: 32_001, ..weight },
        ] {
            assert!(limits.check(weight).is_err(), "{weight:?}");
        }
    }

    #[test]
    fn targets_are_created_before_their_aliases_and_deleted_after_them() {
        let sets = || {
            [
                alias("r.", "0-one-None", Routing::Geo(Place::Default)),
                alias(
                    "_octodns-one-pool.r.",
                    "one-Secondary-default",
                    Routing::Failover { primary: false },
                ),
                values("_octodns-default-pool.r.", &["192.0.2.1"]),
                alias("_octodns-one-pool.r.", "one-Primary", Routing::Failover { primary: true }),
            ]
        };
        let mut mods: Vec<_> = [Action::Create, Action::Delete]
            .into_iter()
            .flat_map(|action| sets().map(|set| Mod { action, set }))
            .collect();
        sort(&mut mods);
        let order: Vec<_> = mods.iter().map(|change| (change.action, depth(&change.set))).collect();
        let delete = [3, 2, 1, 0].map(|depth| (Action::Delete, depth));
        let create = [0, 1, 2, 3].map(|depth| (Action::Create, depth));
        assert_eq!(order, [delete, create].concat());
    }

    #[test]
    fn only_what_differs_is_written() {
        let old = [values("a.", &["1"]), values("b.", &["1"]), values("c.", &["1"])];
        let new = vec![values("b.", &["1"]), values("c.", &["2"]), values("d.", &["1"])];
        let mods = changes(&old, new);
        let told: Vec<_> = mods.iter().map(|change| (change.action, &*change.set.name)).collect();
        let expected = [(Action::Delete, "a."), (Action::Upsert, "c."), (Action::Create, "d.")];
        assert_eq!(told, expected);
    }
}
