//! The built-in record types: a file for each, or for a family, and a row in [`TYPES`].

mod address;
mod caa;
mod character_string;
mod ds;
mod loc;
mod mx;
mod naptr;
mod openpgpkey;
mod srv;
mod sshfp;
mod svcb;
mod target;
mod tlsa;
mod txt;
mod uri;
mod urlfwd;

use super::rdata::{Rdata, read_all};
use super::{RecordData, RecordType, TypeRow, routing};
use crate::validate::{RecordCheck, ValueCheck};

pub use caa::Caa;
pub use ds::Ds;
pub use loc::{Angle, Loc};
pub use mx::Mx;
pub use naptr::Naptr;
pub use openpgpkey::Openpgpkey;
pub use srv::Srv;
pub use sshfp::Sshfp;
pub use svcb::{SvcParam, Svcb};
pub use target::Target;
pub use tlsa::Tlsa;
pub use txt::Txt;
pub use uri::Uri;
pub use urlfwd::Urlfwd;

/// What the rows of most types have in common.
const ROW: TypeRow = TypeRow {
    record_type: RecordType::A,
    single: false,
    references: &["RFC 1035"],
    record_checks: &[],
    value_checks: &[],
    read: |values| read_all(values).map(RecordData::A),
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
        read: |values| read_all(values).map(RecordData::Aaaa),
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
        record_type: RecordType::DS,
        references: &[
            "RFC 4034", "RFC 4035", "RFC 4509", "RFC 6605", "RFC 6840", "RFC 8080", "RFC 8624",
        ],
        value_checks: ds::CHECKS,
        read: |values| read_all(values).map(RecordData::Ds),
        parse: Ds::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::HTTPS,
        references: &["RFC 9460", "RFC 9461", "RFC 9462"],
        value_checks: svcb::HTTPS,
        read: |values| read_all(values).map(RecordData::Https),
        parse: Svcb::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::LOC,
        references: &["RFC 1876"],
        value_checks: loc::CHECKS,
        read: |values| read_all(values).map(RecordData::Loc),
        parse: Loc::parse,
        ..ROW
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
        record_type: RecordType::NAPTR,
        references: &["RFC 3401", "RFC 3402", "RFC 3403", "RFC 3404", "RFC 3405"],
        value_checks: naptr::CHECKS,
        read: |values| read_all(values).map(RecordData::Naptr),
        parse: Naptr::parse,
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
        record_type: RecordType::OPENPGPKEY,
        references: &["RFC 7929"],
        value_checks: openpgpkey::CHECKS,
        read: |values| read_all(values).map(RecordData::Openpgpkey),
        parse: Openpgpkey::parse,
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
        record_type: RecordType::SRV,
        references: &["RFC 2782", "RFC 6335"],
        record_checks: &[srv::NAME],
        value_checks: srv::CHECKS,
        read: |values| read_all(values).map(RecordData::Srv),
        parse: Srv::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::SSHFP,
        references: &["RFC 4255", "RFC 6594", "RFC 7479", "RFC 8709"],
        value_checks: sshfp::CHECKS,
        read: |values| read_all(values).map(RecordData::Sshfp),
        parse: Sshfp::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::SVCB,
        references: &["RFC 9460", "RFC 9461", "RFC 9462"],
        value_checks: svcb::SVCB,
        read: |values| read_all(values).map(RecordData::Svcb),
        parse: Svcb::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::TLSA,
        references: &["RFC 6698", "RFC 7671", "RFC 7672", "RFC 7673"],
        value_checks: tlsa::CHECKS,
        read: |values| read_all(values).map(RecordData::Tlsa),
        parse: Tlsa::parse,
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
    TypeRow {
        record_type: RecordType::URI,
        references: &["RFC 7553"],
        record_checks: &[uri::NAME],
        value_checks: uri::CHECKS,
        read: |values| read_all(values).map(RecordData::Uri),
        parse: Uri::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::URLFWD,
        references: &[],
        value_checks: urlfwd::CHECKS,
        read: |values| read_all(values).map(RecordData::Urlfwd),
        parse: Urlfwd::parse,
        ..ROW
    },
];
