//! `TLSA`: the certificate or key of a TLS server.

use std::fmt;

use smol_str::SmolStr;

use crate::record::field_list::{FieldFormat, FieldList};
use crate::record::fields::{Fields, U8, check_each, check_each_mapping};
use crate::record::{RecordType, ValueError};
use crate::shape::{Field, Required, Shape};
use crate::validate::Findings;
use crate::validate::ValueCheck;
use crate::value::{OwnedValue, Value};

/// One association, such as `3 1 1 d2abde240d7cd3ee6b4b28c54df034b9...`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tlsa {
    /// What the certificate is used for, 0 to 3.
    pub certificate_usage: i64,
    /// Whether all of the certificate (0) or its public key (1) is meant.
    pub selector: i64,
    /// As it is (0), or its SHA-256 (1) or SHA-512 (2).
    pub matching_type: i64,
    /// The data, in lower case hexadecimal.
    pub certificate_association_data: SmolStr,
}

/// The fields of a value, for editors.
pub(in crate::record) const SHAPE: Shape = Shape::Fields(
    &[
        Field::new(
            "certificate_usage",
            "What the certificate is used for, 0 to 3.",
            Shape::Int(0, 3),
        ),
        Field::new(
            "selector",
            "Whether all of the certificate (0) or its public key (1) is meant.",
            Shape::Int(0, 1),
        ),
        Field::new(
            "matching_type",
            "As it is (0), or its SHA-256 (1) or SHA-512 (2).",
            Shape::Int(0, 2),
        ),
        Field::new("certificate_association_data", "The data, in hexadecimal.", Shape::Spelled),
    ],
    Required::All(&[
        "certificate_usage",
        "selector",
        "matching_type",
        "certificate_association_data",
    ]),
);

pub(in crate::record) const CHECKS: &[ValueCheck] = &[
    ValueCheck {
        id: "tlsa-value",
        class: "octodns.record.tlsa.TlsaValueValidator",
        sets: &["legacy"],
        check,
        accepts: None,
    },
    ValueCheck {
        id: "tlsa-value-rfc",
        class: "octodns.record.tlsa.TlsaValueRfcValidator",
        sets: &["strict"],
        check: check_rfc,
        accepts: None,
    },
    ValueCheck {
        id: "tlsa-value-best-practice",
        class: "octodns.record.tlsa.TlsaValueBestPracticeValidator",
        sets: &["best-practice"],
        check: check_matching_type,
        accepts: None,
    },
];

fn check(values: &[Value<'_>], _: RecordType, findings: &mut Findings) {
    check_each(values, findings, |tlsa, findings| {
        tlsa.check_int("certificate_usage", 0..=3, findings);
        tlsa.check_int("selector", 0..=1, findings);
        tlsa.check_int("matching_type", 0..=2, findings);
        tlsa.check_present("certificate_association_data", findings);
    });
}

/// Ranges of RFC 6698, section 2.1, and the lengths of known digests.
fn check_rfc(values: &[Value<'_>], _: RecordType, findings: &mut Findings) {
    check_each(values, findings, |tlsa, findings| {
        tlsa.check_int("certificate_usage", U8, findings);
        tlsa.check_int("selector", U8, findings);
        let digits = match tlsa.check_int("matching_type", U8, findings) {
            Some(1) => Some(64),
            Some(2) => Some(128),
            _ => None,
        };
        tlsa.check_hex("certificate_association_data", digits, findings);
    });
}

/// RFC 7671, section 10.1.2: data stored whole makes large answers, and changes with every renewal.
fn check_matching_type(values: &[Value<'_>], _: RecordType, findings: &mut Findings) {
    check_each_mapping(values, findings, |tlsa, findings| {
        if let Some((0, position)) = tlsa.peek_int("matching_type") {
            findings
                .error(position, "matching_type 0 (the data as it is) is not recommended")
                .help("use SHA-256 (1) or SHA-512 (2)");
        }
    });
}

/// RFC 6698, section 2.2.
impl FieldList for Tlsa {
    const FIELDS: &'static [(&'static str, FieldFormat)] = &[
        ("certificate_usage", FieldFormat::Number),
        ("selector", FieldFormat::Number),
        ("matching_type", FieldFormat::Number),
        ("certificate_association_data", FieldFormat::Text),
    ];

    fn of_fields(tlsa: Fields<'_, '_>) -> Result<Self, ValueError> {
        Ok(Self {
            certificate_usage: tlsa.int_or_zero("certificate_usage")?,
            selector: tlsa.int_or_zero("selector")?,
            matching_type: tlsa.int_or_zero("matching_type")?,
            certificate_association_data: tlsa.lower_text("certificate_association_data")?,
        })
    }

    fn values(&self) -> impl IntoIterator<Item = OwnedValue> {
        [
            self.certificate_usage.into(),
            self.selector.into(),
            self.matching_type.into(),
            self.certificate_association_data.to_string().into(),
        ]
    }
}

impl fmt::Display for Tlsa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { certificate_usage, selector, matching_type, .. } = self;
        let data = &self.certificate_association_data;
        write!(f, "{certificate_usage} {selector} {matching_type} {data}")
    }
}
