//! The built-in record types: a file for each, or for a family, and a row in [`TYPES`].

mod address;
mod caa;
mod character_string;
mod mx;
mod target;
mod txt;

use super::rdata::{Rdata, read_all};
use super::{RecordData, RecordType, TypeRow, routing};
use crate::record::validate::{RecordCheck, ValueCheck};

pub use caa::Caa;
pub use mx::Mx;
pub use target::Target;
pub use txt::Txt;

/// What the rows of most types have in common.
const ROW: TypeRow = TypeRow {
    record_type: RecordType::A,
    single: false,
    references: &["RFC 1035"],
    record_checks: &[],
    value_checks: &[],
    read: |values| address::read_all(values).map(RecordData::A),
    parse: std::net::Ipv4Addr::parse,
};

/// Every built-in type, sorted.
pub const TYPES: &[TypeRow] = &[
    TypeRow {
        record_checks: &[routing::DYNAMIC, routing::GEO],
        value_checks: address::CHECKS,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::AAAA,
        references: &["RFC 3596"],
        record_checks: &[routing::DYNAMIC, routing::GEO],
        value_checks: address::CHECKS,
        read: |values| address::read_all(values).map(RecordData::Aaaa),
        parse: std::net::Ipv6Addr::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::ALIAS,
        single: true,
        references: &["draft-ietf-dnsop-aname"],
        record_checks: &[target::ALIAS_ROOT],
        value_checks: target::ONE,
        read: |values| target::read_one(values, RecordData::Alias),
        parse: Target::parse,
    },
    TypeRow {
        record_type: RecordType::CAA,
        references: &["RFC 8657", "RFC 8659", "RFC 9495"],
        value_checks: caa::CHECKS,
        read: |values| read_all(values).map(RecordData::Caa),
        parse: Caa::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::CNAME,
        single: true,
        record_checks: &[target::CNAME_ROOT, routing::DYNAMIC],
        value_checks: target::ONE,
        read: |values| target::read_one(values, RecordData::Cname),
        parse: Target::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::DNAME,
        single: true,
        references: &["RFC 6672"],
        record_checks: &[routing::DYNAMIC],
        value_checks: target::ONE,
        read: |values| target::read_one(values, RecordData::Dname),
        parse: Target::parse,
    },
    TypeRow {
        record_type: RecordType::MX,
        references: &["RFC 1035", "RFC 5321", "RFC 7505"],
        value_checks: mx::CHECKS,
        read: |values| read_all(values).map(RecordData::Mx),
        parse: Mx::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::NS,
        value_checks: target::MANY,
        read: |values| read_all(values).map(RecordData::Ns),
        parse: Target::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::PTR,
        value_checks: target::MANY,
        read: |values| read_all(values).map(RecordData::Ptr),
        parse: Target::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::SPF,
        references: &["RFC 7208"],
        value_checks: txt::CHECKS,
        read: |values| read_all(values).map(RecordData::Spf),
        parse: Txt::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::TXT,
        references: &["RFC 1035", "RFC 1464", "RFC 6763"],
        value_checks: txt::CHECKS,
        read: |values| read_all(values).map(RecordData::Txt),
        parse: Txt::parse,
        ..ROW
    },
];
