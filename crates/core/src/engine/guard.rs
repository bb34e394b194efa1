//! What a plan does not name is not touched: changes that would reach what planning does not see are refused.

use std::collections::HashMap;
use std::sync::Arc;

use crate::change::Change;
use crate::diagnostic::Diagnostic;
use crate::error::ProviderError;
use crate::name::RecordName;
use crate::plan::Plan;
use crate::provider::HiddenSet;
use crate::record::{Record, RecordType};
use crate::zone::{Zone, pairs};

/// The code of findings about changes that would reach something hidden.
const HIDDEN_RECORD: &str = "hidden-record";

/// Who hides what is in the plan's zones and in none of its changes.
const PLAN_PROCESSOR: &str = "a processor of plans";

/// Knows everything the target holds, and who kept what of it hidden while the plan was made.
#[derive(Debug)]
pub(super) struct Guard {
    /// All that was read.
    held: Zone,
    /// What the last one that was watched left of it.
    seen: Zone,
    /// What is there and was kept out of sight, by name: the types, and who did it.
    sets: HashMap<RecordName, Vec<(RecordType, String)>>,
    values: HashMap<RecordName, Vec<HiddenValues>>,
}

/// Values that were taken out of an `RRset` that itself stayed.
#[derive(Debug)]
struct HiddenValues {
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
        let mut guard = Self { held, seen, sets: HashMap::new(), values: HashMap::new() };
        for HiddenSet { name, record_type, by } in sets {
            guard.hide(name, record_type, by);
        }
        guard
    }

    fn hide(&mut self, name: RecordName, record_type: RecordType, by: String) {
        self.sets.entry(name).or_default().push((record_type, by));
    }

    /// Takes note that a set which was read is there to be seen again.
    fn show(&mut self, record: &Record) {
        let (name, record_type) = (record.name(), record.record_type());
        if self.held.get(name, record_type).is_some()
            && let Some(sets) = self.sets.get_mut(name)
        {
            sets.retain(|(hidden, _)| *hidden != record_type);
        }
    }

    fn sets_at(&self, name: &RecordName) -> &[(RecordType, String)] {
        self.sets.get(name).map_or(&[], Vec::as_slice)
    }

    /// Who hides the set with the name and type of a record.
    fn hider(&self, record: &Record) -> Option<String> {
        let mut sets = self.sets_at(record.name()).iter();
        sets.find(|(hidden, _)| *hidden == record.record_type()).map(|(_, by)| by.clone())
    }

    /// Notes what somebody took out of what the target holds, or put back.
    ///
    /// # Errors
    ///
    /// Refuses zones that became others.
    pub(super) fn watch(
        &mut self,
        (now, desired): (&Zone, &Zone),
        by: impl Fn() -> String,
    ) -> Result<(), ProviderError> {
        self.check_zone((now, desired), &by)?;
        if now.shares_records_with(&self.seen) {
            return Ok(());
        }
        let seen = std::mem::replace(&mut self.seen, now.clone());
        for (before, after) in pairs(seen.records(), now.records()) {
            let Some(before) = before else {
                if let Some(after) = after {
                    self.show(after);
                }
                continue;
            };
            let (name, record_type) = (before.name().clone(), before.record_type());
            match after {
                None => self.hide(name, record_type, by()),
                Some(after) if Arc::ptr_eq(before, after) => {}
                Some(after) => {
                    let values = removed(before, after);
                    if !values.is_empty() {
                        let hidden = HiddenValues { record_type, values, by: by() };
                        self.values.entry(name).or_default().push(hidden);
                    }
                }
            }
        }
        Ok(())
    }

    /// Checks that what is planned is still about the zone that was read.
    ///
    /// # Errors
    ///
    /// Says who made another one of it.
    pub(super) fn check_zone(
        &self,
        (existing, desired): (&Zone, &Zone),
        by: impl Fn() -> String,
    ) -> Result<(), ProviderError> {
        let name = self.held.name();
        match [existing, desired].into_iter().find(|zone| zone.name() != name) {
            None => Ok(()),
            Some(other) => {
                let (by, other) = (by(), other.name());
                Err(ProviderError::failed(format!("{by} made another zone of it, {other}")))
            }
        }
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
                Change::Update { new, .. } => self.hides_from(new, Some(new))?,
                Change::Delete(existing) => self.hides_from(existing, None)?,
            };
            let name = record.decoded_fqdn(plan.desired.name());
            let subject = format!("{name} {}", record.record_type());
            let verb = change.verb().to_lowercase();
            let message = format!("this {verb} would take the place of {what}, hidden by {by}");
            let help = "a plan never touches what it does not show: change what hides the record, or the \
                        record at the target; no flag overrides this";
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
        let is_held = || self.held.get(new.name(), new.record_type()).is_some();
        self.hider(new).or_else(|| is_held().then(|| PLAN_PROCESSOR.to_owned()))
    }

    /// What is hidden at the name of `new` and cannot be beside it, and who hides it: a CNAME has its name for itself
    /// (RFC 2181, section 10.1), so that a service refuses the one or drops the other.
    fn hides_beside(&self, new: &Record, plan: &Plan) -> Option<(String, String)> {
        let conflicts = |other: RecordType| {
            other != new.record_type() && [other, new.record_type()].contains(&RecordType::CNAME)
        };
        let found = |other: RecordType, by: String| {
            Some((format!("the {other} record that the target holds at this name"), by))
        };
        let mut hidden = self.sets_at(new.name()).iter();
        if let Some((other, by)) = hidden.find(|(other, _)| conflicts(*other)) {
            return found(*other, by.clone());
        }
        // What the plan shows as staying is the validators' business.
        let stays = |held: &&Arc<Record>| {
            conflicts(held.record_type())
                && plan.desired.get(held.name(), held.record_type()).is_none()
                && !plan.changes.iter().any(|change| {
                    let gone = change.record();
                    matches!(change, Change::Delete(_))
                        && gone.name() == held.name()
                        && gone.record_type() == held.record_type()
                })
        };
        let held = self.held.node(new.name()).iter().find(stays)?;
        found(held.record_type(), PLAN_PROCESSOR.to_owned())
    }

    /// What is hidden of the set of `record` and would go with it, and who hides it: all of it, or values.
    fn hides_from(&self, record: &Record, new: Option<&Record>) -> Option<(String, String)> {
        if let Some(by) = self.hider(record) {
            return Some(("what the target holds".to_owned(), by));
        }
        let of_name = self.values.get(record.name())?;
        let kept = new.map(Record::rdata_strings).unwrap_or_default();
        let hidden = of_name.iter().find(|hidden| {
            hidden.record_type == record.record_type()
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
