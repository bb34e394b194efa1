//! Why record data has no wire format, or bytes are not record data.

use octodns_core::RecordType;

/// What is wrong with record data, or with its bytes.
///
/// Messages are one line, in lowercase.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// The type exists in zone files only: `ALIAS`, `URLFWD`, or a provider's own.
    #[error("{0} records do not exist on the wire")]
    NoWireForm(RecordType),
    /// Several values of a type that allows only one (RFC 1034, section 3.6.2; RFC 6672, section 2.4).
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
    /// An invalid name (RFC 1035, sections 2.3.4 and 3.1).
    #[error("\"{name}\" is not a domain name: {fault}")]
    Name {
        /// The name, as far as it can be shown.
        name: String,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// A number out of the range of its field.
    #[error("{field} {number} is not between 0 and {most}")]
    Number {
        /// The field.
        field: &'static str,
        /// The number.
        number: i64,
        /// The maximum of the field.
        most: i64,
    },
    /// Anything else that is not valid for a field.
    #[error("{field} \"{text}\" {fault}")]
    Field {
        /// The field.
        field: &'static str,
        /// Its text.
        text: String,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// An error of `hickory`.
    #[error("{0}")]
    Message(String),
}

impl WireError {
    pub(super) fn field(field: &'static str, text: impl Into<String>, fault: &'static str) -> Self {
        Self::Field { field, text: text.into(), fault }
    }
}
