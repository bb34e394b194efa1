//! The types that octoDNS supports: their numbers, and the fields of their record data.

use octodns_core::RecordType;
use octodns_core::record::{DIGEST_TYPES, KEY_ALGORITHMS, Mnemonics};

/// A field of record data, in presentation format.
#[derive(Clone, Copy, Debug)]
pub(super) enum Field {
    U8,
    /// One byte, which has names.
    Named(Mnemonics),
    U16,
    U32,
    Ipv4,
    Ipv6,
    Name,
    /// A character string without quotes.
    Word,
    /// A character string in quotes.
    Text,
    /// All remaining character strings, in quotes.
    Texts,
    /// All remaining bytes, in quotes.
    RestText,
    RestHex,
    RestBase64,
    Loc,
    Params,
}

/// A type on the wire.
pub(super) struct Row {
    /// `None` for types that octoDNS does not support.
    pub(super) record_type: Option<RecordType>,
    pub(super) number: u16,
    pub(super) fields: &'static [Field],
}

const fn row(record_type: RecordType, number: u16, fields: &'static [Field]) -> Row {
    Row { record_type: Some(record_type), number, fields }
}

/// Numbers as IANA assigned them, sorted by number.
pub(super) const TABLE: &[Row] = &[
    row(RecordType::A, 1, &[Field::Ipv4]),
    row(RecordType::NS, 2, &[Field::Name]),
    row(RecordType::CNAME, 5, &[Field::Name]),
    Row {
        record_type: None,
        number: 6,
        fields: &[
            Field::Name,
            Field::Name,
            Field::U32,
            Field::U32,
            Field::U32,
            Field::U32,
            Field::U32,
        ],
    },
    row(RecordType::PTR, 12, &[Field::Name]),
    row(RecordType::MX, 15, &[Field::U16, Field::Name]),
    row(RecordType::TXT, 16, &[Field::Texts]),
    row(RecordType::AAAA, 28, &[Field::Ipv6]),
    row(RecordType::LOC, 29, &[Field::Loc]),
    row(RecordType::SRV, 33, &[Field::U16, Field::U16, Field::U16, Field::Name]),
    row(
        RecordType::NAPTR,
        35,
        &[Field::U16, Field::U16, Field::Text, Field::Text, Field::Text, Field::Name],
    ),
    row(RecordType::DNAME, 39, &[Field::Name]),
    row(
        RecordType::DS,
        43,
        &[Field::U16, Field::Named(KEY_ALGORITHMS), Field::Named(DIGEST_TYPES), Field::RestHex],
    ),
    row(RecordType::SSHFP, 44, &[Field::U8, Field::U8, Field::RestHex]),
    row(RecordType::TLSA, 52, &[Field::U8, Field::U8, Field::U8, Field::RestHex]),
    row(RecordType::OPENPGPKEY, 61, &[Field::RestBase64]),
    row(RecordType::SVCB, 64, &[Field::U16, Field::Name, Field::Params]),
    row(RecordType::HTTPS, 65, &[Field::U16, Field::Name, Field::Params]),
    row(RecordType::SPF, 99, &[Field::Texts]),
    row(RecordType::URI, 256, &[Field::U16, Field::U16, Field::RestText]),
    row(RecordType::CAA, 257, &[Field::U8, Field::Word, Field::RestText]),
];

/// The row of a number.
pub(super) fn numbered(number: u16) -> Option<&'static Row> {
    let index = TABLE.binary_search_by_key(&number, |row| row.number).ok()?;
    TABLE.get(index)
}

/// The number of a type, if it exists on the wire.
pub fn type_number(of: RecordType) -> Option<u16> {
    TABLE.iter().find(|row| row.record_type == Some(of)).map(|row| row.number)
}

/// The type of a number, if octoDNS supports it.
pub fn type_of(number: u16) -> Option<RecordType> {
    numbered(number)?.record_type
}

#[cfg(test)]
mod tests {
    use octodns_core::record::TYPES;

    use super::*;

    #[test]
    fn every_type_but_alias_and_urlfwd_is_there_once() {
        assert!(TABLE.is_sorted_by(|a, b| a.number < b.number));
        for row in TYPES {
            let of = row.record_type;
            let missing = [RecordType::ALIAS, RecordType::URLFWD].contains(&of);
            assert_eq!(type_number(of).is_none(), missing, "{of}");
            assert_eq!(type_number(of).and_then(type_of), (!missing).then_some(of));
        }
    }
}
