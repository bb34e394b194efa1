//! Checks that see a whole zone at once. One file a family; a new check is one row of its family's list.

mod cname;

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use super::Zone;
use crate::diagnostic::{Diagnostic, Report, Severity};
use crate::record::Record;

/// What a zone validator objects to.
#[derive(Clone, Debug)]
pub struct ZoneFinding {
    /// The id of the validator.
    pub validator: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it, if that is known.
    pub help: Option<String>,
    /// The records concerned.
    pub records: Vec<Arc<Record>>,
}

impl ZoneFinding {
    /// Whether all records concerned ask for leniency, so that this is a warning only.
    pub fn is_lenient(&self) -> bool {
        !self.records.is_empty() && self.records.iter().all(|record| record.options().lenient())
    }

    /// The finding a user sees; a warning if leniency was asked for by `lenient` or the records.
    pub fn to_diagnostic(&self, zone: &Zone, lenient: bool) -> Diagnostic {
        let severity =
            if lenient || self.is_lenient() { Severity::Warning } else { Severity::Error };
        let mut places = self.records.iter().map(|record| record.origin()).filter(|o| o.is_known());
        let origin = places.next().unwrap_or(&zone.settings().origin).clone();
        let mut found = Diagnostic::error(self.validator.clone(), self.message.clone())
            .about(zone.name().to_string())
            .at(origin);
        found.severity = severity;
        found.help.clone_from(&self.help);
        found.related = places.map(|origin| ("see also".to_owned(), origin.clone())).collect();
        found
    }
}

/// A check of a whole zone.
///
/// Implementations never fail on what they are shown; all they have to say is a finding.
pub trait ZoneValidator: Send + Sync {
    /// Short, stable, kebab-case identifier; ids that start with `_` cannot be disabled.
    fn id(&self) -> &str;

    /// The sets it belongs to (`legacy`, `strict`, `best-practice`); empty: always active.
    fn sets(&self) -> &[&str];

    /// Adds what it objects to.
    fn validate(&self, zone: &Zone, findings: &mut Vec<ZoneFinding>);
}

/// The zone validators there are, and which of them are active.
///
/// ```
/// use octodns_core::zone::ZoneValidators;
///
/// let validators = ZoneValidators::new(["legacy"]);
/// assert_eq!(validators.active_ids().collect::<Vec<_>>(), ["cname-coexistence"]);
/// ```
#[derive(Clone)]
pub struct ZoneValidators {
    available: Vec<Arc<dyn ZoneValidator>>,
    active: HashSet<String>,
}

impl fmt::Debug for ZoneValidators {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ZoneValidators").field("active", &self.active).finish_non_exhaustive()
    }
}

impl ZoneValidators {
    /// All built-in validators, those of `sets` active.
    pub fn new<'s>(sets: impl IntoIterator<Item = &'s str>) -> Self {
        let mut validators = Self { available: cname::all(), active: HashSet::new() };
        validators.enable_sets(sets);
        validators
    }

    /// Makes a validator known, in the place of one with the same id. It is active if that one was, or
    /// if it belongs to no set.
    pub fn register(&mut self, validator: Arc<dyn ZoneValidator>) {
        if validator.sets().is_empty() {
            self.active.insert(validator.id().to_owned());
        }
        match self.available.iter_mut().find(|known| known.id() == validator.id()) {
            Some(known) => *known = validator,
            None => self.available.push(validator),
        }
    }

    /// Makes the validators of these sets, and those that belong to none, the active ones.
    pub fn enable_sets<'s>(&mut self, sets: impl IntoIterator<Item = &'s str>) {
        let sets: Vec<_> = sets.into_iter().collect();
        let wanted = |validator: &&Arc<dyn ZoneValidator>| {
            validator.sets().is_empty() || validator.sets().iter().any(|set| sets.contains(set))
        };
        self.active =
            self.available.iter().filter(wanted).map(|found| found.id().to_owned()).collect();
    }

    /// Ids of the active validators, in the order they run.
    pub fn active_ids(&self) -> impl Iterator<Item = &str> {
        self.available.iter().map(|validator| validator.id()).filter(|id| self.active.contains(*id))
    }

    /// Everything the active validators object to, those that the zone disables left out.
    pub fn validate(&self, zone: &Zone) -> Vec<ZoneFinding> {
        let mut findings = Vec::new();
        for validator in &self.available {
            let id = validator.id();
            let disabled = zone.settings().disabled_validators.iter().any(|other| other == id);
            if self.active.contains(id) && (!disabled || id.starts_with('_')) {
                validator.validate(zone, &mut findings);
            }
        }
        findings
    }

    /// Validates a zone into a report: errors, or warnings where `lenient` or the records ask for it.
    pub fn report(&self, zone: &Zone, lenient: bool, report: &mut Report) {
        report.extend(self.validate(zone).iter().map(|found| found.to_diagnostic(zone, lenient)));
    }
}
