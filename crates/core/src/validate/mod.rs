//! Validators: what may be objected to in the data of a record, by id, in sets that are switched on.
//!
//! Validators see the data as it was written, before anything is built from it, so that every fault of
//! a record is reported at once and at its place.

mod findings;
mod options;
mod registry;
mod typed;

use std::sync::Arc;

use crate::name::ZoneName;
use crate::rdata::RecordType;
use crate::value::{Map, Position, Value};

pub use findings::{Finding, Findings};
pub(crate) use options::{SETS, of_validator, sets};
pub use registry::{RecordValidators, Scope, ValidatorError};
pub use typed::TypedRecord;

/// Names of the sets a validator belongs to; `None` means it is on whatever sets are.
pub type Sets<'v> = Option<Vec<&'v str>>;

/// The data of one record, before it is one.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RawRecord<'r> {
    /// Name in the zone, in IDNA form where it has one; the apex is empty.
    pub name: &'r str,
    /// The zone.
    pub zone: &'r ZoneName,
    /// The type.
    pub record_type: RecordType,
    /// Everything written about the record.
    pub data: &'r Map<'r>,
    /// The values, as a list: of one element for types that have a single value.
    pub values: &'r [Value<'r>],
    /// The TTL of data that has none.
    pub default_ttl: Option<i64>,
    /// Where the name is written.
    pub name_position: Position,
    /// Where the data starts.
    pub position: Position,
    /// The validators at work, for those that check values in other places of the data.
    pub validators: &'r RecordValidators,
}

/// Objects to data of a record, its values apart.
pub trait RecordValidator: Send + Sync {
    /// The name of this validator in configurations and findings; those that start with `_` cannot be
    /// switched off.
    fn id(&self) -> &str;

    /// The sets this validator is part of.
    fn sets(&self) -> Sets<'_>;

    /// Adds what is wrong to `findings`; never panics, whatever the data.
    fn validate(&self, record: &RawRecord<'_>, findings: &mut Findings);

    /// Whether [`Self::validate`] would surely find nothing in the data of this record, so that nothing has to be made
    /// of it for that. `false` says nothing; that is the default.
    fn accepts(&self, record: &TypedRecord<'_>) -> bool {
        _ = record;
        false
    }
}

/// Objects to values of a record.
pub trait ValueValidator: Send + Sync {
    /// The name of this validator in configurations and findings.
    fn id(&self) -> &str;

    /// The sets this validator is part of.
    fn sets(&self) -> Sets<'_>;

    /// Adds what is wrong to `findings`; never panics, whatever the values.
    fn validate(&self, values: &[Value<'_>], record_type: RecordType, findings: &mut Findings);

    /// Whether [`Self::validate`] would surely find nothing in the values of this record, as for
    /// [`RecordValidator::accepts`].
    fn accepts(&self, record: &TypedRecord<'_>) -> bool {
        _ = record;
        false
    }
}

/// A [`RecordValidator`] that is a function: one row beside the type it is about.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RecordCheck {
    /// Its id.
    pub id: &'static str,
    /// The class of octoDNS that a configuration names to get it under another id or for other types.
    pub class: &'static str,
    /// Its sets.
    pub sets: &'static [&'static str],
    /// What it does.
    pub check: fn(&RawRecord<'_>, &mut Findings),
    /// Says of which records it finds nothing, if it can tell without their data.
    pub(crate) accepts: Option<Accepts>,
}

/// A [`ValueValidator`] that is a function: one row beside the type it is about.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ValueCheck {
    /// Its id.
    pub id: &'static str,
    /// The class of octoDNS that a configuration names to get it under another id or for other types.
    pub class: &'static str,
    /// Its sets.
    pub sets: &'static [&'static str],
    /// What it does.
    pub check: fn(&[Value<'_>], RecordType, &mut Findings),
    /// Says of which records it finds nothing, if it can tell without their data.
    pub(crate) accepts: Option<Accepts>,
}

/// Whether a check would surely find nothing in a record.
pub(crate) type Accepts = fn(&TypedRecord<'_>) -> bool;

impl RecordCheck {
    /// A check under this id, that is part of these sets.
    pub const fn new(
        id: &'static str,
        class: &'static str,
        sets: &'static [&'static str],
        check: fn(&RawRecord<'_>, &mut Findings),
    ) -> Self {
        Self { id, class, sets, check, accepts: None }
    }
}

impl ValueCheck {
    /// A check under this id, that is part of these sets.
    pub const fn new(
        id: &'static str,
        class: &'static str,
        sets: &'static [&'static str],
        check: fn(&[Value<'_>], RecordType, &mut Findings),
    ) -> Self {
        Self { id, class, sets, check, accepts: None }
    }
}

impl RecordValidator for RecordCheck {
    fn id(&self) -> &str {
        self.id
    }

    fn sets(&self) -> Sets<'_> {
        Some(self.sets.to_vec())
    }

    fn validate(&self, record: &RawRecord<'_>, findings: &mut Findings) {
        (self.check)(record, findings);
    }

    fn accepts(&self, record: &TypedRecord<'_>) -> bool {
        self.accepts.is_some_and(|accepts| accepts(record))
    }
}

impl ValueValidator for ValueCheck {
    fn id(&self) -> &str {
        self.id
    }

    fn sets(&self) -> Sets<'_> {
        Some(self.sets.to_vec())
    }

    fn validate(&self, values: &[Value<'_>], record_type: RecordType, findings: &mut Findings) {
        (self.check)(values, record_type, findings);
    }

    fn accepts(&self, record: &TypedRecord<'_>) -> bool {
        self.accepts.is_some_and(|accepts| accepts(record))
    }
}

/// A validator of either kind.
#[derive(Clone)]
#[non_exhaustive]
pub enum Validator {
    /// Of records.
    Record(Arc<dyn RecordValidator>),
    /// Of values.
    Value(Arc<dyn ValueValidator>),
}

impl Validator {
    /// Its id.
    pub fn id(&self) -> &str {
        match self {
            Self::Record(validator) => validator.id(),
            Self::Value(validator) => validator.id(),
        }
    }

    /// Its sets.
    pub fn sets(&self) -> Sets<'_> {
        match self {
            Self::Record(validator) => validator.sets(),
            Self::Value(validator) => validator.sets(),
        }
    }
}

impl std::fmt::Debug for Validator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Validator({})", self.id())
    }
}
