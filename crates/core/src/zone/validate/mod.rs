//! Checks that see a whole zone at once. One file a family; a new check is one row of its family's list.

mod caa;
mod cname;
mod dname;
mod foreign;
mod in_zone;
mod mail;
mod mx;
mod ns;
mod srv;

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

pub use foreign::{Elsewhere, ForeignValidator};

use super::Zone;
use crate::diagnostic::{Diagnostic, Origin, Report, Severity};
use crate::options::{BuildError, NoOptions, Options, OptionsSchema};
use crate::record::Record;
use crate::validate::{SETS, Sets, ValidatorError, of_validator};
use crate::value::{Map, OwnedValue};

/// The lists of all families.
const FAMILIES: [&[ZoneCheck]; 7] =
    [caa::CHECKS, cname::CHECKS, dname::CHECKS, mail::CHECKS, mx::CHECKS, ns::CHECKS, srv::CHECKS];

/// What looks at a zone, its options filled in.
pub type ZoneFunction = Arc<dyn Fn(&Zone, &mut Vec<ZoneFinding>) + Send + Sync>;

/// A built-in zone validator: one row of its family.
#[derive(Clone, Copy)]
pub struct ZoneCheck {
    /// Its id.
    pub id: &'static str,
    /// The class of octoDNS that a configuration names to get it with options, or under another id.
    pub class: &'static str,
    /// Its sets.
    pub sets: &'static [&'static str],
    short_class: &'static [&'static str],
    check: Check,
}

/// What a row does.
#[derive(Clone, Copy)]
enum Check {
    /// Always the same.
    Plain(fn(&Zone, &mut Vec<ZoneFinding>)),
    /// What options ask for, and what they are.
    Configurable(fn(&OwnedValue) -> Result<ZoneFunction, BuildError>, OptionsSchema),
}

impl ZoneCheck {
    /// All built-in validators.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        FAMILIES.into_iter().flatten()
    }

    /// The shorter path that the class has in octoDNS as well, if it has one.
    pub(crate) fn short_class(&self) -> &'static [&'static str] {
        self.short_class
    }

    /// Describes its options.
    pub(crate) fn options(&self) -> OptionsSchema {
        match self.check {
            Check::Plain(_) => of_validator::<NoOptions>,
            Check::Configurable(_, options) => options,
        }
    }

    /// The validator under an id of its own and with options (a map without `class`); `sets` are those
    /// among the options already.
    ///
    /// # Errors
    ///
    /// Refuses options that it does not have, and values they cannot have.
    pub fn build(
        &self,
        id: &str,
        sets: Option<Vec<String>>,
        options: &OwnedValue,
    ) -> Result<Arc<dyn ZoneValidator>, BuildError> {
        let check = match self.check {
            Check::Plain(check) => {
                let NoOptions {} = NoOptions::read(options, &[SETS])?;
                Arc::new(check)
            }
            Check::Configurable(configure, _) => configure(options)?,
        };
        Ok(Arc::new(Configured { id: id.to_owned(), sets, check }))
    }
}

/// A row with its options.
struct Configured {
    id: String,
    sets: Option<Vec<String>>,
    check: ZoneFunction,
}

impl ZoneValidator for Configured {
    fn id(&self) -> &str {
        &self.id
    }

    fn sets(&self) -> Sets<'_> {
        self.sets.as_ref().map(|sets| sets.iter().map(String::as_str).collect())
    }

    fn validate(&self, zone: &Zone, findings: &mut Vec<ZoneFinding>) {
        (self.check)(zone, findings);
    }
}

/// What a zone validator objects to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ZoneFinding {
    /// The id of the validator; empty until it has ended.
    pub validator: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it, if that is known.
    pub help: Option<String>,
    /// The records concerned.
    pub records: Vec<Arc<Record>>,
    /// The value at fault, where it is one; unknown: the records as a whole.
    pub origin: Origin,
}

impl ZoneFinding {
    /// An objection to some records, or (with none) to the zone.
    pub fn new<'r>(
        message: impl Into<String>,
        records: impl IntoIterator<Item = &'r Arc<Record>>,
    ) -> Self {
        let records = records.into_iter().map(Arc::clone).collect();
        Self {
            validator: String::new(),
            message: message.into(),
            help: None,
            records,
            origin: Origin::default(),
        }
    }

    /// The same objection, to one value of a record: the one with this index.
    #[must_use]
    pub fn to_value(mut self, record: &Record, index: usize) -> Self {
        self.origin = record.value_origin(index);
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Whether all records concerned ask for leniency, so that this is a warning only.
    pub fn is_lenient(&self) -> bool {
        !self.records.is_empty() && self.records.iter().all(|record| record.options().lenient())
    }

    /// The finding a user sees; a warning if leniency was asked for by `lenient` or the records.
    pub fn to_diagnostic(&self, zone: &Zone, lenient: bool) -> Diagnostic {
        let severity =
            if lenient || self.is_lenient() { Severity::Warning } else { Severity::Error };
        let mut places = self.records.iter().map(|record| record.origin()).filter(|o| o.is_known());
        let first = places.next().unwrap_or(&zone.settings().origin);
        let origin = if self.origin.is_known() { &self.origin } else { first }.clone();
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

    /// The sets it belongs to (`legacy`, `strict`, `best-practice`); `None`: it is on whatever sets are.
    fn sets(&self) -> Sets<'_>;

    /// Adds what it objects to; the id is filled in when it has ended.
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
        let no_options = OwnedValue::from(Map::new());
        // Without options, every validator can be built.
        let built = ZoneCheck::all().filter_map(|row| {
            let sets = row.sets.iter().map(|set| (*set).to_owned()).collect();
            row.build(row.id, Some(sets), &no_options).ok()
        });
        let mut validators = Self { available: built.collect(), active: HashSet::new() };
        validators.enable_sets(sets);
        validators
    }

    /// Makes a validator known, in place of one with the same id. It is active if that one was, or
    /// if it belongs to no set.
    pub fn register(&mut self, validator: Arc<dyn ZoneValidator>) {
        if validator.sets().is_none() {
            self.active.insert(validator.id().to_owned());
        }
        match self.available.iter_mut().find(|known| known.id() == validator.id()) {
            Some(known) => *known = validator,
            None => self.available.push(validator),
        }
    }

    /// Makes the validators of these sets, and those that belong to none, the active ones.
    pub fn enable_sets<'s>(&mut self, sets: impl IntoIterator<Item = &'s str>) {
        let wanted: Vec<_> = sets.into_iter().collect();
        let is_wanted = |validator: &&Arc<dyn ZoneValidator>| {
            validator.sets().is_none_or(|sets| sets.iter().any(|set| wanted.contains(set)))
        };
        self.active =
            self.available.iter().filter(is_wanted).map(|found| found.id().to_owned()).collect();
    }

    /// Makes one validator active.
    ///
    /// # Errors
    ///
    /// Refuses an id that no validator has.
    pub fn enable(&mut self, id: &str) -> Result<(), ValidatorError> {
        if !self.available.iter().any(|known| known.id() == id) {
            return Err(ValidatorError::Unknown(id.to_owned()));
        }
        self.active.insert(id.to_owned());
        Ok(())
    }

    /// Makes one validator inactive; tells whether it was active.
    ///
    /// # Errors
    ///
    /// Refuses ids that start with `_`.
    pub fn disable(&mut self, id: &str) -> Result<bool, ValidatorError> {
        if id.starts_with('_') {
            return Err(ValidatorError::Bridge(id.to_owned()));
        }
        Ok(self.active.remove(id))
    }

    /// All validators there are.
    pub fn available(&self) -> impl Iterator<Item = &dyn ZoneValidator> {
        self.available.iter().map(|validator| &**validator)
    }

    /// Ids of all validators there are.
    pub fn available_ids(&self) -> impl Iterator<Item = &str> {
        self.available.iter().map(|validator| validator.id())
    }

    /// Ids of the active validators, in the order they run.
    pub fn active_ids(&self) -> impl Iterator<Item = &str> {
        self.available.iter().map(|validator| validator.id()).filter(|id| self.active.contains(*id))
    }

    /// Whether a validator is active, and looks at this zone.
    pub(crate) fn is_at_work(&self, id: &str, zone: &Zone) -> bool {
        let disabled = zone.settings().disabled_validators.iter().any(|other| other == id);
        self.active.contains(id) && (!disabled || id.starts_with('_'))
    }

    /// Everything the active validators object to, those that the zone disables left out.
    pub fn validate(&self, zone: &Zone) -> Vec<ZoneFinding> {
        let mut findings = Vec::new();
        for validator in &self.available {
            let id = validator.id();
            if self.is_at_work(id, zone) {
                let start = findings.len();
                validator.validate(zone, &mut findings);
                for found in &mut findings[start..] {
                    id.clone_into(&mut found.validator);
                }
            }
        }
        findings
    }

    /// Validates a zone into a report: errors, or warnings where `lenient` or the records ask for it.
    pub fn report(&self, zone: &Zone, lenient: bool, report: &mut Report) {
        report.extend(self.validate(zone).iter().map(|found| found.to_diagnostic(zone, lenient)));
    }
}
