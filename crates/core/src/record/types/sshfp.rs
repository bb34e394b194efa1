//! `SSHFP`: fingerprints of the keys of an SSH host.

use std::fmt;

use smol_str::SmolStr;

use crate::record::field_list::{FieldFormat, FieldList};
use crate::record::fields::{Fields, U8, check_each, check_each_mapping};
use crate::record::{RecordType, ValueError};
use crate::shape::{Field, Required, Shape};
use crate::validate::Findings;
use crate::validate::ValueCheck;
use crate::value::{Kind, OwnedValue, Value};

/// One fingerprint, such as `4 2 a87f1b687ac0e57d2a081a2f282672334d90ed316d2b818ca9580ea384d92401`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sshfp {
    /// The algorithm of the key, 8 bits on the wire.
    pub algorithm: i64,
    /// The algorithm of the fingerprint, 8 bits on the wire.
    pub fingerprint_type: i64,
    /// The fingerprint, in lower case hexadecimal.
    pub fingerprint: SmolStr,
}

/// The fields of a value, for editors.
pub(in crate::record) const SHAPE: Shape = Shape::Fields(
    &[
        Field::new(
            "algorithm",
            "The algorithm of the key: 1 RSA, 2 DSA, 3 ECDSA, 4 Ed25519, 6 Ed448.",
            Shape::More(&Shape::Numbers(&[1, 2, 3, 4]), &[Shape::Numbers(&[6])]),
        ),
        Field::new(
            "fingerprint_type",
            "The algorithm of the fingerprint: 1 SHA-1, 2 SHA-256.",
            Shape::Numbers(&[1, 2]),
        ),
        Field::new("fingerprint", "The fingerprint, in hexadecimal.", Shape::Text),
    ],
    Required::All(&["algorithm", "fingerprint_type", "fingerprint"]),
);

pub(in crate::record) const CHECKS: &[ValueCheck] = &[
    ValueCheck {
        id: "sshfp-value",
        class: "octodns.record.sshfp.SshfpValueValidator",
        sets: &["legacy"],
        check,
        accepts: None,
    },
    ValueCheck {
        id: "sshfp-value-rfc",
        class: "octodns.record.sshfp.SshfpValueRfcValidator",
        sets: &["strict"],
        check: check_rfc,
        accepts: None,
    },
    ValueCheck {
        id: "sshfp-value-best-practice",
        class: "octodns.record.sshfp.SshfpValueBestPracticeValidator",
        sets: &["best-practice"],
        check: check_fingerprint_type,
        accepts: None,
    },
];

fn check(values: &[Value<'_>], _: RecordType, findings: &mut Findings) {
    check_each(values, findings, |sshfp, findings| {
        // RFC 8709.
        let is_ed448 = sshfp.peek_int("algorithm").is_some_and(|(number, _)| number == 6);
        if !is_ed448 {
            sshfp.check_int("algorithm", 1..=4, findings);
        }
        let fingerprint_type = sshfp.check_int("fingerprint_type", 1..=2, findings);
        let Some(fingerprint) = sshfp.get("fingerprint") else {
            return sshfp.say_missing("fingerprint", findings);
        };
        let expected = match fingerprint_type {
            Some(1) => 40,
            Some(2) => 64,
            _ => return,
        };
        let Kind::Str(text) = &fingerprint.kind else {
            findings.wrong_kind("fingerprint", fingerprint, "text, put it in quotes");
            return;
        };
        let length = text.chars().count();
        if length != expected {
            let message = format!("fingerprint has {length} digits, its type has {expected}");
            let help = "write what ssh-keygen -r prints for that type";
            findings.error(fingerprint.position, message).help(help);
        }
    });
}

/// Ranges of RFC 4255 and the registry it made, and the lengths of known fingerprints.
fn check_rfc(values: &[Value<'_>], _: RecordType, findings: &mut Findings) {
    check_each(values, findings, |sshfp, findings| {
        sshfp.check_int("algorithm", U8, findings);
        let digits = match sshfp.check_int("fingerprint_type", U8, findings) {
            Some(1) => Some(40),
            Some(2) => Some(64),
            _ => None,
        };
        sshfp.check_hex("fingerprint", digits, findings);
    });
}

fn check_fingerprint_type(values: &[Value<'_>], _: RecordType, findings: &mut Findings) {
    check_each_mapping(values, findings, |sshfp, findings| {
        if let Some((1, position)) = sshfp.peek_int("fingerprint_type") {
            findings
                .error(position, "fingerprint_type 1 (SHA-1) is deprecated")
                .help("use SHA-256 (2): ssh-keygen -r prints it");
        }
    });
}

/// RFC 4255, section 3.2.
impl FieldList for Sshfp {
    const FIELDS: &'static [(&'static str, FieldFormat)] = &[
        ("algorithm", FieldFormat::Number),
        ("fingerprint_type", FieldFormat::Number),
        ("fingerprint", FieldFormat::Text),
    ];

    fn of_fields(sshfp: Fields<'_, '_>) -> Result<Self, ValueError> {
        Ok(Self {
            algorithm: sshfp.int("algorithm")?,
            fingerprint_type: sshfp.int("fingerprint_type")?,
            fingerprint: sshfp.lower_text("fingerprint")?,
        })
    }

    fn values(&self) -> impl IntoIterator<Item = OwnedValue> {
        [self.algorithm.into(), self.fingerprint_type.into(), self.fingerprint.to_string().into()]
    }
}

impl fmt::Display for Sshfp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.algorithm, self.fingerprint_type, self.fingerprint)
    }
}
