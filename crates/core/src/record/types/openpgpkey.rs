//! `OPENPGPKEY`: the public key of a mail address.

use std::cmp::Ordering;
use std::fmt;

use smol_str::SmolStr;

use crate::record::fields::text_of;
use crate::record::{Rdata, RdataError, RecordType, ValueError};
use crate::validate::Findings;
use crate::validate::ValueCheck;
use crate::value::{OwnedValue, Position, Value};

/// One key, in base64.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Openpgpkey(SmolStr);

impl Openpgpkey {
    /// A key, in base64.
    pub fn new(key: impl Into<SmolStr>) -> Self {
        Self(key.into())
    }

    /// The key, in base64.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

pub(in crate::record) const CHECKS: &[ValueCheck] = &[ValueCheck {
    id: "openpgpkey-value-rfc",
    class: "octodns.record.openpgpkey.OpenpgpkeyValueValidator",
    sets: &["legacy", "strict"],
    check,
    accepts: None,
}];

fn check(values: &[Value<'_>], _: RecordType, findings: &mut Findings) {
    if !values.iter().any(Value::is_truthy) {
        let position = values.first().map_or(Position::NONE, |value| value.position);
        findings.error(position, "missing value(s)").help("write the key in base64");
    }
}

/// RFC 7929, section 2.3.
impl Rdata for Openpgpkey {
    fn read(value: &Value<'_>) -> Result<Self, ValueError> {
        text_of(value).map(Self).ok_or_else(|| {
            ValueError::wrong_kind("a key", value, "text").help("write the key in base64")
        })
    }

    fn parse(rdata: &str) -> Result<OwnedValue, RdataError> {
        Ok(Value::from(rdata.replace(' ', "")))
    }

    fn to_value(&self) -> OwnedValue {
        Value::from(self.0.to_string())
    }

    fn order(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }

    fn is_blank(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Openpgpkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
