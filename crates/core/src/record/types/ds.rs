//! `DS`: digests of the keys of a child zone.

use std::fmt;
use std::ops::RangeInclusive;

use smol_str::SmolStr;

use crate::rdata::{DIGEST_TYPES, KEY_ALGORITHMS, Mnemonics};
use crate::record::field_list::{FieldFormat, FieldList};
use crate::record::fields::{ANY, Fields, U8, U16, check_each, check_each_mapping};
use crate::record::{RecordType, ValueError};
use crate::shape::{Field, Required, Shape};
use crate::validate::Findings;
use crate::validate::ValueCheck;
use crate::value::{OwnedValue, Position, Value};

/// One delegation signer, such as `60485 5 1 2bb183af5f22588179a53b0a98631fad1a292118`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ds {
    /// The tag of the key, 16 bits on the wire.
    pub key_tag: i64,
    /// The algorithm of the key, 8 bits on the wire.
    pub algorithm: i64,
    /// The algorithm of the digest, 8 bits on the wire.
    pub digest_type: i64,
    /// The digest, in lower case hexadecimal.
    pub digest: SmolStr,
}

pub(in crate::record) const CHECKS: &[ValueCheck] = &[
    ValueCheck {
        id: "ds-value",
        class: "octodns.record.ds.DsValueValidator",
        sets: &["legacy"],
        check,
        accepts: None,
    },
    ValueCheck {
        id: "ds-value-rfc",
        class: "octodns.record.ds.DsValueRfcValidator",
        sets: &["strict"],
        check: check_rfc,
        accepts: None,
    },
    ValueCheck {
        id: "ds-value-best-practice",
        class: "octodns.record.ds.DsValueBestPracticeValidator",
        sets: &["best-practice"],
        check: check_algorithms,
        accepts: None,
    },
];

/// The fields of a value, for editors.
pub(in crate::record) const SHAPE: Shape = Shape::Fields(
    &[
        Field::new("key_tag", "The tag of the key.", Shape::AnyInt(0, 65_535)),
        Field::new(
            "algorithm",
            "The algorithm of the key; in the older form, of the digest.",
            Shape::More(
                &Shape::AnyInt(0, 255),
                &[Shape::Mnemonic(KEY_ALGORITHMS), Shape::Mnemonic(DIGEST_TYPES)],
            ),
        ),
        Field::new(
            "digest_type",
            "The algorithm of the digest: 2 is SHA-256.",
            Shape::More(&Shape::AnyInt(0, 255), &[Shape::Mnemonic(DIGEST_TYPES)]),
        ),
        Field::new("digest", "The digest, in hexadecimal.", Shape::Spelled),
        Field::new("flags", "The older name of key_tag.", Shape::Unbounded),
        Field::new("protocol", "The older name of algorithm.", Shape::Unbounded),
        Field::new("public_key", "The older name of digest.", Shape::Spelled),
    ],
    Required::Either(&NAMES, &OLD_NAMES, &["flags", "public_key"]),
);

/// The fields once had other names, and not those of their meaning.
const NAMES: [&str; 4] = ["key_tag", "algorithm", "digest_type", "digest"];
const OLD_NAMES: [&str; 4] = ["flags", "protocol", "algorithm", "public_key"];

fn names(ds: Fields<'_, '_>) -> [&'static str; 4] {
    let is_old = ds.get("public_key").is_some() || ds.get("flags").is_some();
    if is_old { OLD_NAMES } else { NAMES }
}

/// Checks that a field is a number in `range`, or the name of one (RFC 4034, section 5.3), and gives the number.
fn check_named(
    ds: Fields<'_, '_>,
    key: &str,
    names: Mnemonics,
    range: RangeInclusive<i64>,
    findings: &mut Findings,
) -> Option<i64> {
    names.named_by(ds.get(key)).or_else(|| ds.check_int(key, range, findings))
}

/// The number of a field, which its name may stand for.
fn named(ds: Fields<'_, '_>, key: &str, names: Mnemonics) -> Result<i64, ValueError> {
    names.named_by(ds.get(key)).map_or_else(|| ds.int(key), Ok)
}

/// As [`named`], if it is there and one.
fn peek(ds: Fields<'_, '_>, key: &str, names: Mnemonics) -> Option<(i64, Position)> {
    let value = ds.get(key)?;
    let number = names.named_by(Some(value)).map(|number| (number, value.position));
    number.or_else(|| ds.peek_int(key))
}

fn check(values: &[Value<'_>], _: RecordType, findings: &mut Findings) {
    check_each(values, findings, |ds, findings| {
        let [key_tag, algorithm, digest_type, digest] = names(ds);
        ds.check_int(key_tag, ANY, findings);
        check_named(ds, algorithm, KEY_ALGORITHMS, ANY, findings);
        check_named(ds, digest_type, DIGEST_TYPES, ANY, findings);
        ds.check_present(digest, findings);
    });
}

/// Ranges of RFC 4034, section 5.1, and the lengths of known digests; older names of fields are not
/// taken.
fn check_rfc(values: &[Value<'_>], _: RecordType, findings: &mut Findings) {
    check_each(values, findings, |ds, findings| {
        ds.check_int("key_tag", U16, findings);
        check_named(ds, "algorithm", KEY_ALGORITHMS, U8, findings);
        let digits = match check_named(ds, "digest_type", DIGEST_TYPES, U8, findings) {
            Some(1) => Some(40),
            Some(2) => Some(64),
            Some(4) => Some(96),
            _ => None,
        };
        ds.check_hex("digest", digits, findings);
    });
}

/// Algorithms that RFC 8624, section 3.1, wants no more.
const DEPRECATED: [(i64, &str); 5] = [
    (1, "RSA/MD5"),
    (3, "DSA/SHA1"),
    (5, "RSA/SHA-1"),
    (6, "DSA-NSEC3-SHA1"),
    (7, "RSASHA1-NSEC3-SHA1"),
];

fn check_algorithms(values: &[Value<'_>], _: RecordType, findings: &mut Findings) {
    check_each_mapping(values, findings, |ds, findings| {
        if names(ds) == OLD_NAMES {
            return;
        }
        if let Some((algorithm, position)) = peek(ds, "algorithm", KEY_ALGORITHMS)
            && let Some((_, name)) = DEPRECATED.iter().find(|(number, _)| *number == algorithm)
        {
            findings
                .error(position, format!("algorithm {algorithm} ({name}) is deprecated (RFC 8624)"))
                .help("sign with ECDSAP256SHA256 (13)");
        }
        if let Some((1, position)) = peek(ds, "digest_type", DIGEST_TYPES) {
            findings
                .error(position, "digest_type 1 (SHA-1) is not recommended (RFC 8624)")
                .help("use SHA-256 (2)");
        }
    });
}

/// RFC 4034, section 5.3.
impl FieldList for Ds {
    const FIELDS: &'static [(&'static str, FieldFormat)] = &[
        ("key_tag", FieldFormat::Number),
        ("algorithm", FieldFormat::Number),
        ("digest_type", FieldFormat::Number),
        ("digest", FieldFormat::Bare),
    ];
    const QUOTED: bool = false;

    fn of_fields(ds: Fields<'_, '_>) -> Result<Self, ValueError> {
        let [key_tag, algorithm, digest_type, digest] = names(ds);
        Ok(Self {
            key_tag: ds.int(key_tag)?,
            algorithm: named(ds, algorithm, KEY_ALGORITHMS)?,
            digest_type: named(ds, digest_type, DIGEST_TYPES)?,
            digest: ds.lower_text(digest)?,
        })
    }

    fn values(&self) -> impl IntoIterator<Item = OwnedValue> {
        [
            self.key_tag.into(),
            self.algorithm.into(),
            self.digest_type.into(),
            self.digest.to_string().into(),
        ]
    }
}

impl fmt::Display for Ds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.key_tag, self.algorithm, self.digest_type, self.digest)
    }
}
