//! Why record data has no wire format, or bytes are no record data.

use octodns_core::RecordType;

/// What is wrong with record data, or with the bytes that should be some.
///
/// Messages are one line, lower case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// The type exists in zone files only: `ALIAS`, `URLFWD`, or a provider's own.
    #[error("{0} records do not exist on the wire")]
    NoWireForm(RecordType),
    /// Several values of a type whose records have one (RFC 1034, section 3.6.2; RFC 6672, section 2.4).
    #[error("{count} values for {record_type}, which has one")]
    Single {
        /// The type.
        record_type: RecordType,
        /// How many there are.
        count: usize,
    },
    /// The bytes end too early.
    #[error("record data ends within {0}")]
    Short(&'static str),
    /// Bytes follow the record data.
    #[error("{0} bytes too many in record data")]
    TooLong(usize),
    /// A name that is none (RFC 1035, sections 2.3.4 and 3.1).
    #[error("\"{name}\" is not a domain name: {fault}")]
    Name {
        /// The name, as far as it can be shown.
        name: String,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// A number beyond its field.
    #[error("{field} {number} is not between 0 and {most}")]
    Number {
        /// The field.
        field: &'static str,
        /// The number.
        number: i64,
        /// The most its field holds.
        most: i64,
    },
    /// Anything else that a field cannot hold.
    #[error("{field} \"{text}\" {fault}")]
    Field {
        /// The field.
        field: &'static str,
        /// What it holds.
        text: String,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// Text on the wire that octoDNS cannot hold.
    #[error("{0} is not UTF-8")]
    NotUtf8(&'static str),
    /// What `hickory` says of it.
    #[error("{0}")]
    Message(String),
}

impl WireError {
    pub(super) fn field(field: &'static str, text: impl Into<String>, fault: &'static str) -> Self {
        Self::Field { field, text: text.into(), fault }
    }
}
