//! The table of the built-in record types: one row each.

use super::data::RecordData;
use super::routing;
use super::types::{
    Caa, Ds, HostName, Loc, Mx, Naptr, Openpgpkey, Srv, Sshfp, Svcb, Tlsa, Txt, Uri, Urlfwd,
    address, caa, ds, loc, mx, naptr, openpgpkey, srv, sshfp, svcb, target, tlsa, txt, uri, urlfwd,
};
use crate::rdata::{Places, Rdata, RdataError, RecordType, ValueError, read_all};
use crate::shape::Shape;
use crate::validate::{RecordCheck, ValueCheck};
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

/// What the rows of most types have in common.
const ROW: TypeRow = TypeRow {
    record_type: RecordType::A,
    single: false,
    references: &["RFC 1035"],
    record_checks: &[],
    value_checks: &[],
    shape: Shape::Ipv4,
    read: |values, places| read_all(values, places).map(RecordData::A),
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
        shape: Shape::Ipv6,
        read: |values, places| read_all(values, places).map(RecordData::Aaaa),
        parse: std::net::Ipv6Addr::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::ALIAS,
        single: true,
        references: &["draft-ietf-dnsop-aname"],
        record_checks: &[target::ALIAS_ROOT],
        value_checks: target::ONE,
        shape: Shape::Name,
        read: |values, places| target::read_one(values, places, RecordData::Alias),
        parse: HostName::parse,
    },
    TypeRow {
        record_type: RecordType::CAA,
        references: &["RFC 8657", "RFC 8659", "RFC 9495"],
        value_checks: caa::CHECKS,
        shape: caa::SHAPE,
        read: |values, places| read_all(values, places).map(RecordData::Caa),
        parse: Caa::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::CNAME,
        single: true,
        record_checks: &[target::CNAME_ROOT, routing::DYNAMIC],
        value_checks: target::ONE,
        shape: Shape::Name,
        read: |values, places| target::read_one(values, places, RecordData::Cname),
        parse: HostName::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::DNAME,
        single: true,
        references: &["RFC 6672"],
        record_checks: &[routing::DYNAMIC],
        value_checks: target::ONE,
        shape: Shape::Name,
        read: |values, places| target::read_one(values, places, RecordData::Dname),
        parse: HostName::parse,
    },
    TypeRow {
        record_type: RecordType::DS,
        references: &[
            "RFC 4034", "RFC 4035", "RFC 4509", "RFC 6605", "RFC 6840", "RFC 8080", "RFC 8624",
        ],
        value_checks: ds::CHECKS,
        shape: ds::SHAPE,
        read: |values, places| read_all(values, places).map(RecordData::Ds),
        parse: Ds::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::HTTPS,
        references: &["RFC 9460", "RFC 9461", "RFC 9462"],
        value_checks: svcb::HTTPS,
        shape: svcb::SHAPE,
        read: |values, places| read_all(values, places).map(RecordData::Https),
        parse: Svcb::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::LOC,
        references: &["RFC 1876"],
        value_checks: loc::CHECKS,
        shape: loc::SHAPE,
        read: |values, places| read_all(values, places).map(RecordData::Loc),
        parse: Loc::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::MX,
        references: &["RFC 1035", "RFC 5321", "RFC 7505"],
        value_checks: mx::CHECKS,
        shape: mx::SHAPE,
        read: |values, places| read_all(values, places).map(RecordData::Mx),
        parse: Mx::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::NAPTR,
        references: &["RFC 3401", "RFC 3402", "RFC 3403", "RFC 3404", "RFC 3405"],
        value_checks: naptr::CHECKS,
        shape: naptr::SHAPE,
        read: |values, places| read_all(values, places).map(RecordData::Naptr),
        parse: Naptr::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::NS,
        value_checks: target::MANY,
        shape: Shape::Name,
        read: |values, places| read_all(values, places).map(RecordData::Ns),
        parse: HostName::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::OPENPGPKEY,
        references: &["RFC 7929"],
        value_checks: openpgpkey::CHECKS,
        shape: Shape::NotEmpty,
        read: |values, places| read_all(values, places).map(RecordData::Openpgpkey),
        parse: Openpgpkey::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::PTR,
        value_checks: target::MANY,
        shape: Shape::Name,
        read: |values, places| read_all(values, places).map(RecordData::Ptr),
        parse: HostName::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::SPF,
        references: &["RFC 7208"],
        record_checks: &[txt::SPF_TYPE],
        value_checks: txt::CHECKS,
        shape: Shape::Ascii,
        read: |values, places| txt::read_distinct(values, places).map(RecordData::Spf),
        parse: Txt::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::SRV,
        references: &["RFC 2782", "RFC 6335"],
        record_checks: &srv::NAMES,
        value_checks: srv::CHECKS,
        shape: srv::SHAPE,
        read: |values, places| read_all(values, places).map(RecordData::Srv),
        parse: Srv::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::SSHFP,
        references: &["RFC 4255", "RFC 6594", "RFC 7479", "RFC 8709"],
        value_checks: sshfp::CHECKS,
        shape: sshfp::SHAPE,
        read: |values, places| read_all(values, places).map(RecordData::Sshfp),
        parse: Sshfp::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::SVCB,
        references: &["RFC 9460", "RFC 9461", "RFC 9462"],
        value_checks: svcb::SVCB,
        shape: svcb::SHAPE,
        read: |values, places| read_all(values, places).map(RecordData::Svcb),
        parse: Svcb::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::TLSA,
        references: &["RFC 6698", "RFC 7671", "RFC 7672", "RFC 7673"],
        value_checks: tlsa::CHECKS,
        shape: tlsa::SHAPE,
        read: |values, places| read_all(values, places).map(RecordData::Tlsa),
        parse: Tlsa::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::TXT,
        references: &["RFC 1035", "RFC 1464", "RFC 6763"],
        value_checks: txt::CHECKS,
        shape: Shape::Ascii,
        read: |values, places| txt::read_distinct(values, places).map(RecordData::Txt),
        parse: Txt::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::URI,
        references: &["RFC 7553"],
        record_checks: &uri::NAMES,
        value_checks: uri::CHECKS,
        shape: uri::SHAPE,
        read: |values, places| read_all(values, places).map(RecordData::Uri),
        parse: Uri::parse,
        ..ROW
    },
    TypeRow {
        record_type: RecordType::URLFWD,
        references: &[],
        value_checks: urlfwd::CHECKS,
        shape: urlfwd::SHAPE,
        read: |values, places| read_all(values, places).map(RecordData::Urlfwd),
        parse: Urlfwd::parse,
        ..ROW
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::TypeEntry;
    use crate::validate::Findings;
    use crate::value::{Map, OwnedValue, Value};

    #[test]
    fn types_are_sorted_and_named_once() {
        let names: Vec<_> = TYPES.iter().map(|row| row.record_type).collect();
        assert_eq!(names.len(), 22);
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    }

    fn map(entries: &[(&'static str, &'static str)]) -> OwnedValue {
        entries.iter().map(|(key, text)| (*key, Value::from(*text))).collect::<Map>().into()
    }

    /// A user fixes a value once, not once per fault.
    #[test]
    fn every_fault_of_a_value_is_told() {
        for (of, value, faults) in [
            (
                RecordType::MX,
                map(&[("preferance", "10")]),
                &["missing preference", "missing exchange"][..],
            ),
            (
                RecordType::MX,
                map(&[("preference", "ten"), ("exchange", "mx")]),
                &[
                    "preference must be a whole number, not \"ten\"",
                    "exchange \"mx\" is not a fully qualified name",
                ],
            ),
            (
                RecordType::MX,
                Value::from(5),
                &["a value must be a mapping of its fields, not a number"],
            ),
            (
                RecordType::CAA,
                map(&[("flags", "256"), ("tag", "issue")]),
                &["flags 256 is not between 0 and 255", "missing value"],
            ),
            (
                RecordType::SSHFP,
                map(&[("algorithm", "1"), ("fingerprint_type", "1"), ("fingerprint", "abc")]),
                &["fingerprint has 3 digits, its type has 40"],
            ),
            (
                RecordType::DS,
                map(&[("flags", "1"), ("protocol", "2")]),
                &["missing algorithm", "missing public_key"],
            ),
            (RecordType::A, Value::from("1.2.3"), &["invalid IPv4 address \"1.2.3\""]),
            (
                RecordType::NAPTR,
                map(&[
                    ("order", "1"),
                    ("preference", "2"),
                    ("flags", "X"),
                    ("service", ""),
                    ("regexp", ""),
                    ("replacement", "."),
                ]),
                &["unknown flags \"X\""],
            ),
            (
                RecordType::URLFWD,
                map(&[
                    ("path", "/"),
                    ("target", "x"),
                    ("code", "303"),
                    ("masking", "0"),
                    ("query", "0"),
                ]),
                &["code 303 is not between 301 and 302"],
            ),
            (
                RecordType::CNAME,
                Value::from("a b.c."),
                &["value \"a b.c.\" is not a fully qualified name"],
            ),
            (
                RecordType::TLSA,
                map(&[("certificate_usage", "4")]),
                &[
                    "certificate_usage 4 is not between 0 and 3",
                    "missing selector",
                    "missing matching_type",
                    "missing certificate_association_data",
                ],
            ),
        ] {
            assert_eq!(told(of, &value, &["legacy"]), faults, "{of}");
        }
    }

    fn told(of: RecordType, value: &OwnedValue, sets: &[&str]) -> Vec<String> {
        let row = TYPES.iter().find(|row| row.record_type == of).unwrap();
        let mut findings = Findings::new();
        for check in row.value_checks {
            if check.sets.iter().any(|set| sets.contains(set)) {
                (check.check)(std::slice::from_ref(value), of, &mut findings);
            }
        }
        findings.into_iter().map(|found| found.message).collect()
    }

    #[test]
    fn stricter_sets_know_the_limits_of_the_wire_and_what_is_wise() {
        for (of, value, faults) in [
            (
                RecordType::MX,
                map(&[("preference", "65536"), ("exchange", "192.0.2.1.")]),
                &[
                    "preference 65536 is not between 0 and 65535",
                    "exchange \"192.0.2.1.\" is an address, MX takes a name",
                ][..],
            ),
            (
                RecordType::MX,
                map(&[("preference", "10"), ("exchange", ".")]),
                &["preference must be 0 where the exchange is \".\" (null MX)"],
            ),
            (
                RecordType::CNAME,
                Value::from("a.example"),
                &["CNAME value \"a.example\" does not end with a dot"],
            ),
            (RecordType::CNAME, Value::from("{zone}.example"), &[]),
            (
                RecordType::CAA,
                map(&[("flags", "1"), ("tag", "issue"), ("value", "ca.example")]),
                &["flags \"1\" is neither 0 nor 128", "tag \"issue\" without \"issuewild\""],
            ),
            (
                RecordType::SSHFP,
                map(&[("algorithm", "9"), ("fingerprint_type", "1"), ("fingerprint", "xyz")]),
                &[
                    "fingerprint \"xyz\" is not hexadecimal",
                    "fingerprint_type 1 (SHA-1) is deprecated",
                ],
            ),
            (
                RecordType::DS,
                map(&[
                    ("key_tag", "1"),
                    ("algorithm", "5"),
                    ("digest_type", "2"),
                    ("digest", "ab"),
                ]),
                &[
                    "digest has 2 digits, its type has 64",
                    "algorithm 5 (RSA/SHA-1) is deprecated (RFC 8624)",
                ],
            ),
            (
                RecordType::SRV,
                map(&[("priority", "0"), ("weight", "0"), ("port", "0"), ("target", "a.b.")]),
                &["port 0 is reserved"],
            ),
        ] {
            assert_eq!(told(of, &value, &["strict", "best-practice"]), faults, "{of}");
        }
    }

    #[test]
    fn values_are_shown_as_plans_and_zone_files_show_them() {
        for (of, rdata, text) in [
            (RecordType::A, "192.0.2.1", "192.0.2.1"),
            (RecordType::AAAA, "2001:db8::1", "2001:db8::1"),
            (RecordType::CAA, "0 issue \"ca.example\"", "0 issue \"ca.example\""),
            (RecordType::CNAME, "a.example.", "a.example."),
            (RecordType::DS, "1 5 1 2bb183", "1 5 1 2bb183"),
            (RecordType::HTTPS, "1 . alpn=h2", "'1 . alpn=h2'"),
            (
                RecordType::LOC,
                "31 58 52.1 S 115 49 11.7 E 20.0m 10.0m 10.0m 2.0m",
                "'31 58 52.100 S 115 49 11.700 E 20.00m 10.00m 10.00m 2.00m'",
            ),
            (RecordType::MX, "10 mx.example.", "'10 mx.example.'"),
            (
                RecordType::NAPTR,
                "1 2 \"S\" \"SIP+D2U\" \"\" _sip.example.",
                "'1 2 \"S\" \"SIP+D2U\" \"\" _sip.example.'",
            ),
            (RecordType::OPENPGPKEY, "mQEN", "mQEN"),
            (RecordType::SRV, "1 2 443 a.example.", "'1 2 443 a.example.'"),
            (RecordType::SSHFP, "4 2 abc", "'4 2 abc'"),
            (RecordType::TLSA, "3 1 1 abc", "'3 1 1 abc'"),
            (RecordType::TXT, "\"a; b\"", "a\\; b"),
            (RecordType::URI, "1 2 \"https://a.example/\"", "'1 2 \"https://a.example/\"'"),
            (
                RecordType::URLFWD,
                "\"/\" \"http://a.example\" 301 2 0",
                "\"/\" \"http://a.example\" 301 2 0",
            ),
        ] {
            let row = TYPES.iter().find(|row| row.record_type == of).unwrap();
            let data = TypeEntry::BuiltIn(row).read(&[(row.parse)(rdata).unwrap()]).unwrap();
            assert_eq!(data.record_type(), of);
            assert_eq!(data.parts().1.rdata_strings(), [rdata], "{of}");
            assert_eq!(data.parts().1.texts(), [text], "{of}");
        }
    }

    /// Another case of a letter beyond ASCII is another octet, or several.
    #[test]
    fn only_letters_of_ascii_change_their_case() {
        for (of, rdata, text) in [
            (RecordType::DS, "1 5 1 ABſ\u{212a}", "1 5 1 abſ\u{212a}"),
            (RecordType::SSHFP, "4 2 ABſ\u{212a}", "4 2 abſ\u{212a}"),
            (RecordType::TLSA, "3 1 1 ABſ\u{212a}", "3 1 1 abſ\u{212a}"),
            (
                RecordType::NAPTR,
                "1 2 \"s\\115\\195\\159ſ\" \"x\" \"y\" .",
                "1 2 \"SS\\195\\159\\197\\191\" \"x\" \"y\" .",
            ),
        ] {
            let row = TYPES.iter().find(|row| row.record_type == of).unwrap();
            let data = TypeEntry::BuiltIn(row).read(&[(row.parse)(rdata).unwrap()]).unwrap();
            assert_eq!(data.parts().1.rdata_strings(), [text], "{of}");
        }
        let flags = map(&[
            ("order", "1"),
            ("preference", "2"),
            ("flags", "ſ"),
            ("service", ""),
            ("regexp", ""),
            ("replacement", "."),
        ]);
        assert_eq!(told(RecordType::NAPTR, &flags, &["strict"]), ["unknown flags \"ſ\""]);
    }

    #[test]
    fn values_are_sorted_as_octodns_sorts_them() {
        for (of, given, sorted) in [
            (RecordType::A, ["192.0.2.2", "192.0.2.10"], ["192.0.2.10", "192.0.2.2"]),
            (RecordType::MX, ["10 a.", "9 b."], ["9 b.", "10 a."]),
            (RecordType::TXT, ["b", "a"], ["\"a\"", "\"b\""]),
        ] {
            let row = TYPES.iter().find(|row| row.record_type == of).unwrap();
            let values = given.map(|rdata| (row.parse)(rdata).unwrap());
            assert_eq!(
                TypeEntry::BuiltIn(row).read(&values).unwrap().parts().1.rdata_strings(),
                sorted,
                "{of}"
            );
        }
    }
}
