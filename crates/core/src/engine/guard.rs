//! What a plan does not name is not touched: changes that would reach what planning does not see are refused.

use std::sync::Arc;

use crate::change::Change;
use crate::diagnostic::Diagnostic;
use crate::name::RecordName;
use crate::plan::Plan;
use crate::provider::HiddenSet;
use crate::record::{Record, RecordType};
use crate::zone::{Zone, pairs};

/// The code of findings about changes that would reach something hidden.
const HIDDEN_RECORD: &str = "hidden-record";

/// Who hides what is in the plan's zones and in none of its changes.
const PLAN_PROCESSOR: &str = "a processor of plans";

/// Knows everything the target holds, and who kept what of it out of sight while the plan was made.
#[derive(Debug)]
pub(super) struct Guard {
    /// All that was read.
    held: Zone,
    /// What the last one that was watched left of it.
    seen: Zone,
    sets: Vec<HiddenSet>,
    values: Vec<HiddenValues>,
}

/// Values that were taken out of an `RRset` that itself stayed.
#[derive(Debug)]
struct HiddenValues {
    name: RecordName,
    record_type: RecordType,
    values: Vec<String>,
    by: String,
}

impl Guard {
    /// A guard of what was read: `existing`, the root NS record if it was taken out of that, and the sets
    /// that the provider itself left out.
    pub(super) fn new(existing: &Zone, root_ns: Option<Arc<Record>>, sets: Vec<HiddenSet>) -> Self {
        let (mut held, seen) = (existing.clone(), existing.clone());
        if let Some(root_ns) = root_ns {
            held.set(root_ns);
        }
        Self { held, seen, sets, values: Vec::new() }
    }

    /// Notes what somebody took out of what the target holds.
    pub(super) fn watch(&mut self, now: &Zone, by: impl Fn() -> String) {
        if now.shares_records_with(&self.seen) {
            return;
        }
        for (before, after) in pairs(self.seen.records(), now.records()) {
            let Some(before) = before else { continue };
            let (name, record_type) = (before.name().clone(), before.record_type());
            match after {
                None => self.sets.push(HiddenSet { name, record_type, by: by() }),
                Some(after) if Arc::ptr_eq(before, after) => {}
                Some(after) => {
                    let values = removed(before, after);
                    if !values.is_empty() {
                        self.values.push(HiddenValues { name, record_type, values, by: by() });
                    }
                }
            }
        }
        self.seen = now.clone();
    }

    /// A finding for each change of `plan` that would reach what is hidden from it.
    pub(super) fn findings<'g>(&'g self, plan: &'g Plan) -> impl Iterator<Item = Diagnostic> + 'g {
        plan.changes.iter().filter_map(|change| {
            let record = change.record();
            let (what, by) = match change {
                Change::Create(new) => match self.hides(new) {
                    Some(by) => ("one that the target holds".to_owned(), by),
                    None => self.hides_beside(new, plan)?,
                },
                Change::Update { new, .. } => self.hides_values_of(new, Some(new))?,
                Change::Delete(existing) => self.hides_values_of(existing, None)?,
            };
            let name = record.decoded_fqdn(plan.desired.name());
            let subject = format!("{name} {}", record.record_type());
            let verb = change.verb().to_lowercase();
            let message = format!("this {verb} would take the place of {what}, hidden by {by}");
            let help = "what a plan does not show is never touched: change what hides it, or what is \
                        at the target; no flag lifts this";
            let found = Diagnostic::error(HIDDEN_RECORD, message).about(subject).help(help);
            Some(found.at(record.origin().clone()))
        })
    }

    /// Everything the target holds.
    pub(super) fn into_held(self) -> Zone {
        self.held
    }

    /// Who hides a set with the name and type of `new`, if the target holds one.
    fn hides(&self, new: &Record) -> Option<String> {
        let of = |set: &&HiddenSet| set.name == *new.name() && set.record_type == new.record_type();
        if let Some(set) = self.sets.iter().find(of) {
            return Some(set.by.clone());
        }
        self.held.get(new.name(), new.record_type()).map(|_| PLAN_PROCESSOR.to_owned())
    }

    /// What is hidden at the name of `new` and cannot be beside it, and who hides it: a CNAME has its name for itself
    /// (RFC 2181, section 10.1), so that a service refuses the one or drops the other.
    fn hides_beside(&self, new: &Record, plan: &Plan) -> Option<(String, String)> {
        let conflicts = |name: &RecordName, record_type: RecordType| {
            name == new.name()
                && record_type != new.record_type()
                && [record_type, new.record_type()].contains(&RecordType::CNAME)
        };
        let found = |record_type: RecordType, by: String| {
            Some((format!("the {record_type} record that the target holds at this name"), by))
        };
        let of = |set: &&HiddenSet| conflicts(&set.name, set.record_type);
        if let Some(set) = self.sets.iter().find(of) {
            return found(set.record_type, set.by.clone());
        }
        // What the plan shows as staying is the validators' business.
        let stays = |held: &&Arc<Record>| {
            conflicts(held.name(), held.record_type())
                && plan.desired.get(held.name(), held.record_type()).is_none()
                && !plan.changes.iter().any(|change| {
                    let gone = change.record();
                    matches!(change, Change::Delete(_))
                        && gone.name() == held.name()
                        && gone.record_type() == held.record_type()
                })
        };
        let held = self.held.records().find(stays)?;
        found(held.record_type(), PLAN_PROCESSOR.to_owned())
    }

    /// The hidden values of the set of `record` that would go, and who hides them.
    fn hides_values_of(&self, record: &Record, new: Option<&Record>) -> Option<(String, String)> {
        let kept = new.map(Record::rdata_strings).unwrap_or_default();
        let hidden = self.values.iter().find(|hidden| {
            hidden.name == *record.name()
                && hidden.record_type == record.record_type()
                && hidden.values.iter().any(|value| !kept.contains(value))
        })?;
        let what = format!("the value {} that the target holds", hidden.values.join(", "));
        Some((what, hidden.by.clone()))
    }
}

/// The values that `after` lacks, if that is all the difference there is in values.
fn removed(before: &Record, after: &Record) -> Vec<String> {
    let (mut gone, after) = (before.rdata_strings(), after.rdata_strings());
    let count = gone.len();
    gone.retain(|value| !after.contains(value));
    if count - gone.len() == after.len() { gone } else { Vec::new() }
}
