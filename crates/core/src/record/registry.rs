//! The record types there are: the built-in ones, one row each, and those that providers bring.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use smol_str::SmolStr;

use super::custom::{CustomData, CustomType};
use super::data::RecordData;
use super::table::{TYPES, TypeRow};
use super::types::HostName;
use crate::rdata::{Places, Rdata, RdataError, RecordType, ValueError};
use crate::shape::Dialect;
use crate::validate::Validator;
use crate::value::{OwnedValue, Value};

/// The section of a record with instructions to octoDNS and to providers.
pub(super) const SECTION: &str = "octodns";

/// The keys of that section, and of mappings in it, by their paths.
const SECTIONS: [(&str, &[&str]); 2] = [
    (SECTION, &["auto_arpa_priority", "excluded", "healthcheck", "ignored", "included", "lenient"]),
    ("octodns.healthcheck", &["host", "path", "port", "protocol"]),
];

/// One type of [`RecordTypes`].
#[derive(Clone, Debug)]
#[non_exhaustive]
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

    /// Whether only other code knows which keys a record may have.
    pub(super) fn takes_all_keys(&self) -> bool {
        matches!(self, Self::Custom(custom) if custom.normalizer().is_some())
    }

    /// The keys of a value, if it is a mapping.
    pub(super) fn fields(&self) -> Vec<&'static str> {
        match self {
            Self::BuiltIn(row) => row.shape.keys(),
            Self::Custom(_) => Vec::new(),
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
            Self::Custom(custom) => CustomData::read(custom, values).map(RecordData::Custom),
        }
    }

    /// The canonical text of a value of a pool.
    pub(super) fn canonical_text(&self, value: &Value<'_>) -> Result<SmolStr, ValueError> {
        if self.is_single() {
            return HostName::read(value).map(|target| target.as_str().into());
        }
        let data = self.read(std::slice::from_ref(value))?;
        let text = data.parts().1.texts().into_iter().next();
        text.map(SmolStr::from)
            .ok_or_else(|| ValueError::new("missing value", value.position).help("write the value"))
    }
}

/// A type of this name is known already.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("record type \"{0}\" is already registered")]
#[non_exhaustive]
pub struct DuplicateType(pub RecordType);

/// The record types of a program: built-in and registered ones.
#[derive(Clone, Debug)]
pub struct RecordTypes {
    /// Few and with short names: comparing some of them is quicker than hashing one.
    entries: BTreeMap<&'static str, TypeEntry>,
    /// The keys of the `octodns` section, and of mappings in it, by their paths.
    sections: HashMap<&'static str, &'static [&'static str]>,
}

impl Default for RecordTypes {
    /// The built-in types.
    fn default() -> Self {
        let entry = |row: &'static TypeRow| (row.record_type.as_str(), TypeEntry::BuiltIn(row));
        Self { entries: TYPES.iter().map(entry).collect(), sections: SECTIONS.into() }
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

    /// Makes the keys known that a provider reads in the `octodns` section of records, by their path: `octodns.route53`,
    /// and `octodns.route53.healthcheck` for a mapping in that. Other keys in it are warnings then.
    pub fn register_section(&mut self, path: &'static str, keys: &'static [&'static str]) {
        self.sections.insert(path, keys);
    }

    /// The keys of a section: its own, and those of sections in it. None if the section is not known.
    pub(super) fn section_keys(&self, path: &str) -> Vec<&'static str> {
        let own = self.sections.get(path).into_iter().flat_map(|keys| keys.iter().copied());
        let inner =
            self.sections.keys().filter_map(|other| other.strip_prefix(path)?.strip_prefix('.'));
        let mut keys: Vec<_> = own.chain(inner.filter(|key| !key.contains('.'))).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
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
