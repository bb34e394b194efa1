//! `DS`: digests of the keys of a child zone.

use std::cmp::Ordering;
use std::fmt;

use smol_str::SmolStr;

use super::ValueCheck;
use crate::record::fields::{ANY, Fields, check_each};
use crate::record::rdata::{fields, int_or_text, words};
use crate::record::{Fault, Rdata, RdataError, RecordType};
use crate::validate::Findings;
use crate::value::{OwnedValue, Value};

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

pub(super) const CHECKS: &[ValueCheck] = &[ValueCheck { id: "ds-value", sets: &["legacy"], check }];

/// The fields once had other names, and not those of their meaning.
const NAMES: [&str; 4] = ["key_tag", "algorithm", "digest_type", "digest"];
const OLD_NAMES: [&str; 4] = ["flags", "protocol", "algorithm", "public_key"];

fn names(ds: Fields<'_, '_>) -> [&'static str; 4] {
    let is_old = ds.get("public_key").is_some() || ds.get("flags").is_some();
    if is_old { OLD_NAMES } else { NAMES }
}

fn check(values: &[Value<'_>], _: RecordType, findings: &mut Findings) {
    check_each(values, findings, |ds, findings| {
        let [key_tag, algorithm, digest_type, digest] = names(ds);
        for key in [key_tag, algorithm, digest_type] {
            ds.check_int(key, ANY, findings);
        }
        ds.check_present(digest, findings);
    });
}

/// RFC 4034, section 5.3.
impl Rdata for Ds {
    fn read(value: &Value<'_>) -> Result<Self, Fault> {
        let ds = Fields::of(value)?;
        let [key_tag, algorithm, digest_type, digest] = names(ds);
        Ok(Self {
            key_tag: ds.int(key_tag)?,
            algorithm: ds.int(algorithm)?,
            digest_type: ds.int(digest_type)?,
            digest: ds.lower_text(digest)?,
        })
    }

    fn parse(rdata: &str) -> Result<OwnedValue, RdataError> {
        let [key_tag, algorithm, digest_type, digest] =
            words(rdata, "key_tag algorithm digest_type digest")?;
        Ok(fields([
            ("key_tag", int_or_text(key_tag)),
            ("algorithm", int_or_text(algorithm)),
            ("digest_type", int_or_text(digest_type)),
            ("digest", digest.to_owned().into()),
        ]))
    }

    fn to_value(&self) -> OwnedValue {
        fields([
            ("key_tag", self.key_tag.into()),
            ("algorithm", self.algorithm.into()),
            ("digest_type", self.digest_type.into()),
            ("digest", self.digest.to_string().into()),
        ])
    }

    fn order(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }
}

impl fmt::Display for Ds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.key_tag, self.algorithm, self.digest_type, self.digest)
    }
}
