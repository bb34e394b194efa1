//! The record types there are: the built-in ones, one row each, and those that providers bring.

use std::collections::HashMap;
use std::sync::Arc;

use super::rdata::{Places, RdataError};
use super::types::TYPES;
use super::{RecordData, RecordType, ValueError};
use crate::schema::{Dialect, Schema, Shape};
use crate::validate::{RecordCheck, Validator, ValueCheck};
use crate::value::{OwnedValue, Value};

/// A built-in record type.
#[derive(Clone, Copy, Debug)]
pub struct TypeRow {
    /// The type.
    pub record_type: RecordType,
    /// Whether a record has exactly one value (`value`), or a list (`values`).
    pub single: bool,
    /// Where the type is specified.
    pub references: &'static [&'static str],
    /// Checks of the record's data.
    pub record_checks: &'static [RecordCheck],
    /// Checks of its values.
    pub value_checks: &'static [ValueCheck],
    /// What a value may be, for editors.
    pub(crate) shape: Shape,
    pub(crate) read: fn(&[Value<'_>], &mut Places) -> Result<RecordData, ValueError>,
    pub(crate) parse: fn(&str) -> Result<OwnedValue, RdataError>,
}

/// A record type that a provider brings, such as an alias only its service knows.
///
/// Values are kept as data; the type says what may be in them and how they are shown.
pub trait CustomType: Send + Sync + std::fmt::Debug {
    /// The type's name in data.
    fn record_type(&self) -> RecordType;

    /// Whether a record has exactly one value.
    fn is_single(&self) -> bool;

    /// The name plans show, such as `Route53AliasRecord`.
    fn class_name(&self) -> &str;

    /// The canonical form of a value: what is kept, compared, and written back.
    ///
    /// # Errors
    ///
    /// Fails when this cannot be a value of this type.
    fn read(&self, value: &Value<'_>) -> Result<OwnedValue, ValueError>;

    /// Presentation format of a canonical value.
    fn rdata(&self, value: &OwnedValue) -> String;

    /// How a plan shows a canonical value.
    fn text(&self, value: &OwnedValue) -> String {
        self.rdata(value)
    }

    /// What canonical values are ordered by; those that differ should differ in it.
    fn order_key(&self, value: &OwnedValue) -> String {
        self.text(value)
    }

    /// Splits presentation format into data.
    ///
    /// # Errors
    ///
    /// Fails when the text is not the presentation format of this type.
    fn parse(&self, rdata: &str) -> Result<OwnedValue, RdataError> {
        Ok(Value::from(rdata.to_owned()))
    }

    /// Describes a value. Default: whatever it is, it is fine.
    fn schema(&self) -> Schema {
        true.into()
    }

    /// Validators that come with the type.
    fn validators(&self) -> Vec<Validator> {
        Vec::new()
    }
}

/// One type of [`RecordTypes`].
#[derive(Clone, Debug)]
pub enum TypeEntry {
    /// A built-in type.
    BuiltIn(&'static TypeRow),
    /// A provider's type.
    Custom(Arc<dyn CustomType>),
}

impl TypeEntry {
    /// The type's name.
    pub fn record_type(&self) -> RecordType {
        match self {
            Self::BuiltIn(row) => row.record_type,
            Self::Custom(custom) => custom.record_type(),
        }
    }

    /// Whether a record has exactly one value.
    pub fn is_single(&self) -> bool {
        match self {
            Self::BuiltIn(row) => row.single,
            Self::Custom(custom) => custom.is_single(),
        }
    }

    /// Where the type is specified.
    pub fn references(&self) -> &'static [&'static str] {
        match self {
            Self::BuiltIn(row) => row.references,
            Self::Custom(_) => &[],
        }
    }

    /// Describes a value.
    pub(crate) fn value_schema(&self, dialect: Dialect) -> serde_json::Value {
        match self {
            Self::BuiltIn(row) => row.shape.schema(dialect),
            Self::Custom(custom) => custom.schema().to_value(),
        }
    }

    /// Describes a value that is one of several, where that makes a difference.
    pub(crate) fn item_schema(&self) -> Option<serde_json::Value> {
        match self {
            Self::BuiltIn(row) => Some(row.shape.among_others()?.schema(Dialect::Complete)),
            Self::Custom(_) => None,
        }
    }

    /// Whether a record without values has nothing wrong with it.
    pub(crate) fn may_be_empty(&self) -> bool {
        match self {
            Self::BuiltIn(row) => row.shape.may_be_empty(),
            Self::Custom(_) => true,
        }
    }

    /// Validators that come with the type.
    pub fn validators(&self) -> Vec<Validator> {
        match self {
            Self::BuiltIn(row) => {
                let of_record = row.record_checks.iter();
                let of_values = row.value_checks.iter();
                of_record
                    .map(|check| Validator::Record(Arc::new(*check)))
                    .chain(of_values.map(|check| Validator::Value(Arc::new(*check))))
                    .collect()
            }
            Self::Custom(custom) => custom.validators(),
        }
    }

    /// Splits presentation format into the data of a value; nothing is checked.
    ///
    /// # Errors
    ///
    /// Fails when the text has not the fields of this type.
    pub fn parse(&self, rdata: &str) -> Result<OwnedValue, RdataError> {
        match self {
            Self::BuiltIn(row) => (row.parse)(rdata),
            Self::Custom(custom) => custom.parse(rdata),
        }
    }

    /// Builds the values of a record.
    ///
    /// # Errors
    ///
    /// Fails when the type cannot hold what the data says.
    pub fn read(&self, values: &[Value<'_>]) -> Result<RecordData, ValueError> {
        self.read_placed(values, &mut Places::new())
    }

    /// The same; `places` gets where each of the values stands, in their order.
    pub(crate) fn read_placed(
        &self,
        values: &[Value<'_>],
        places: &mut Places,
    ) -> Result<RecordData, ValueError> {
        match self {
            Self::BuiltIn(row) => (row.read)(values, places),
            Self::Custom(custom) => super::custom::read(custom, values),
        }
    }
}

/// A type of this name is known already.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("record type \"{0}\" is already registered")]
pub struct DuplicateType(pub RecordType);

/// The record types of a program: built-in and registered ones.
#[derive(Clone, Debug)]
pub struct RecordTypes {
    entries: HashMap<&'static str, TypeEntry>,
}

impl Default for RecordTypes {
    /// The built-in types.
    fn default() -> Self {
        let entry = |row: &'static TypeRow| (row.record_type.as_str(), TypeEntry::BuiltIn(row));
        Self { entries: TYPES.iter().map(entry).collect() }
    }
}

impl RecordTypes {
    /// Makes a provider's type known.
    ///
    /// # Errors
    ///
    /// Refuses a name that is taken.
    pub fn register(&mut self, custom: Arc<dyn CustomType>) -> Result<(), DuplicateType> {
        let of = custom.record_type();
        if self.entries.contains_key(of.as_str()) {
            return Err(DuplicateType(of));
        }
        self.entries.insert(of.as_str(), TypeEntry::Custom(custom));
        Ok(())
    }

    /// The type of a name.
    pub fn get(&self, name: &str) -> Option<&TypeEntry> {
        self.entries.get(name)
    }

    /// All types, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &TypeEntry> {
        self.entries.values()
    }

    /// The names of all types, in no particular order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.entries.keys().copied()
    }
}
