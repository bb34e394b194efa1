//! The validators that a configuration can name by their class, to give them options, another id, or
//! other record types.

use std::sync::Arc;

use super::{Class, Factory, Registry};
use crate::options::{BuildError, NoOptions, Options, OptionsSchema};
use crate::rdata::RecordType;
use crate::record::{GENERAL_CHECKS, TYPES};
use crate::validate::{
    Findings, RawRecord, RecordCheck, RecordValidator, RecordValidators, SETS, Sets, TypedRecord,
    Validator, ValueCheck, ValueValidator, of_validator, sets,
};
use crate::value::{OwnedValue, Value};
use crate::zone::{Elsewhere, ForeignValidator, ZoneCheck, ZoneValidator, ZoneValidators};

/// A validator of any kind. Whoever makes them known matches all.
#[derive(Clone)]
pub enum AnyValidator {
    /// Of records or values.
    Record(Validator),
    /// Of zones.
    Zone(Arc<dyn ZoneValidator>),
    /// Of either, by code that takes asking.
    Foreign(Arc<dyn ForeignValidator>),
}

/// Makes the built-in validators known by their classes.
pub fn register_validators(registry: &mut Registry) {
    let rows = TYPES.iter();
    for check in GENERAL_CHECKS.iter().chain(rows.clone().flat_map(|row| row.record_checks)) {
        add(registry, check.class, &[], of_validator::<NoOptions>, move |id, options| {
            let (sets, NoOptions {}) = (sets(options)?, NoOptions::read(options, &[SETS])?);
            let renamed = Renamed { id: id.to_owned(), sets, row: *check };
            Ok(AnyValidator::Record(Validator::Record(Arc::new(renamed))))
        });
    }
    for check in rows.flat_map(|row| row.value_checks) {
        add(registry, check.class, &[], of_validator::<NoOptions>, move |id, options| {
            let (sets, NoOptions {}) = (sets(options)?, NoOptions::read(options, &[SETS])?);
            let renamed = Renamed { id: id.to_owned(), sets, row: *check };
            Ok(AnyValidator::Record(Validator::Value(Arc::new(renamed))))
        });
    }
    for check in ZoneCheck::all() {
        add(registry, check.class, check.short_class(), check.options(), move |id, options| {
            check.build(id, sets(options)?, options).map(AnyValidator::Zone)
        });
    }
}

fn add(
    registry: &mut Registry,
    path: &'static str,
    short: &[&'static str],
    options: OptionsSchema,
    build: impl Fn(&str, &OwnedValue) -> Result<AnyValidator, BuildError> + Send + Sync + 'static,
) {
    let build: Factory<AnyValidator> = Arc::new(build);
    let version = env!("CARGO_PKG_VERSION");
    registry.validators.add(Class { path, version, options, build }, short);
}

/// A row under an id of its own.
struct Renamed<R> {
    id: String,
    sets: Option<Vec<String>>,
    row: R,
}

impl<R> Renamed<R> {
    fn sets(&self) -> Sets<'_> {
        self.sets.as_ref().map(|sets| sets.iter().map(String::as_str).collect())
    }
}

impl RecordValidator for Renamed<RecordCheck> {
    fn id(&self) -> &str {
        &self.id
    }

    fn sets(&self) -> Sets<'_> {
        self.sets()
    }

    fn validate(&self, record: &RawRecord<'_>, findings: &mut Findings) {
        (self.row.check)(record, findings);
    }

    fn accepts(&self, record: &TypedRecord<'_>) -> bool {
        RecordValidator::accepts(&self.row, record)
    }
}

impl ValueValidator for Renamed<ValueCheck> {
    fn id(&self) -> &str {
        &self.id
    }

    fn sets(&self) -> Sets<'_> {
        self.sets()
    }

    fn validate(&self, values: &[Value<'_>], record_type: RecordType, findings: &mut Findings) {
        (self.row.check)(values, record_type, findings);
    }

    fn accepts(&self, record: &TypedRecord<'_>) -> bool {
        ValueValidator::accepts(&self.row, record)
    }
}

/// Validators that a program adds to those of its build.
///
/// They can do what built-in ones can: be part of sets, be switched on and off by a configuration, and
/// take the place of built-in ones by their id.
#[derive(Clone, Default)]
pub struct ExtraValidators {
    list: Vec<(AnyValidator, Option<Vec<RecordType>>)>,
}

impl ExtraValidators {
    /// Adds a validator of records or values, for some types or (with `None`) for all.
    pub fn add(&mut self, validator: Validator, types: Option<&[RecordType]>) {
        self.list.push((AnyValidator::Record(validator), types.map(<[_]>::to_vec)));
    }

    /// Adds a validator of zones.
    pub fn add_zone(&mut self, validator: Arc<dyn ZoneValidator>) {
        self.list.push((AnyValidator::Zone(validator), None));
    }

    /// Makes all of them known.
    pub fn register(&self, records: &mut RecordValidators, zones: &mut ZoneValidators) {
        for (validator, types) in &self.list {
            match validator {
                AnyValidator::Record(validator) => records.replace(validator, types.as_deref()),
                AnyValidator::Zone(validator) => zones.register(Arc::clone(validator)),
                AnyValidator::Foreign(validator) => {
                    let elsewhere = Arc::new(Elsewhere::new(Arc::clone(validator)));
                    if validator.is_of_zones() {
                        zones.register(elsewhere);
                    } else {
                        records.replace(&Validator::Record(elsewhere), types.as_deref());
                    }
                }
            }
        }
    }
}
