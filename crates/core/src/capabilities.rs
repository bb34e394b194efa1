//! What a source or target can hold.

use crate::record::{Record, RecordType};

/// The record types that something can hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeSupport {
    /// Every type, those that providers register as well.
    All,
    /// These types.
    Only(&'static [RecordType]),
}

/// What a source or target can hold, as data: the engine bends zones to it.
///
/// ```
/// use octodns_core::{Capabilities, RecordType, TypeSupport};
///
/// let simple = Capabilities {
///     types: TypeSupport::Only(&[RecordType::A, RecordType::AAAA]),
///     ..Capabilities::NOTHING
/// };
/// assert!(!simple.dynamic);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one independent ability")]
pub struct Capabilities {
    /// The record types.
    pub types: TypeSupport,
    /// The deprecated `geo` section of a record.
    pub geo: bool,
    /// Dynamic records: pools and rules.
    pub dynamic: bool,
    /// A `status` of a pool's value other than `obey`.
    pub pool_value_status: bool,
    /// Rules that match subnets.
    pub dynamic_subnets: bool,
    /// PTR records with more than one value.
    pub multivalue_ptr: bool,
    /// The NS records at the apex.
    pub root_ns: bool,
}

impl Capabilities {
    /// No type and nothing beyond plain records: what to start from.
    pub const NOTHING: Self = Self {
        types: TypeSupport::Only(&[]),
        geo: false,
        dynamic: false,
        pool_value_status: false,
        dynamic_subnets: false,
        multivalue_ptr: false,
        root_ns: false,
    };

    /// Everything.
    pub const EVERYTHING: Self = Self {
        types: TypeSupport::All,
        geo: true,
        dynamic: true,
        pool_value_status: true,
        dynamic_subnets: true,
        multivalue_ptr: true,
        root_ns: true,
    };

    /// Whether a record of this type can be held.
    pub fn supports_type(&self, record_type: RecordType) -> bool {
        match &self.types {
            TypeSupport::All => true,
            TypeSupport::Only(types) => types.contains(&record_type),
        }
    }

    /// Whether the type of `record` can be held.
    pub fn supports(&self, record: &Record) -> bool {
        self.supports_type(record.record_type())
    }
}
