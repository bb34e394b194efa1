//! `CAA`: who may issue certificates for a name.

use std::cmp::Ordering;
use std::fmt;

use smol_str::SmolStr;

use super::ValueCheck;
use crate::record::fields::{Fields, check_each, check_int};
use crate::record::rdata::{fields, int_or_text, unquote};
use crate::record::{Fault, Rdata, RdataError, RecordType};
use crate::validate::Findings;
use crate::value::{OwnedValue, Value};

/// One property, such as `0 issue "ca.example.net"`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Caa {
    /// Flags, 8 bits on the wire; 128 says that issuers must know the tag.
    pub flags: i64,
    /// The name of the property.
    pub tag: SmolStr,
    /// Its value.
    pub value: SmolStr,
}

pub(super) const CHECKS: &[ValueCheck] =
    &[ValueCheck { id: "caa-value", sets: &["legacy"], check }];

fn check(values: &[Value<'_>], _: RecordType, findings: &mut Findings) {
    check_each(values, findings, |caa, findings| {
        if let Some(flags) = caa.get("flags") {
            check_int("flags", flags, 0..=255, findings);
        }
        caa.check_present("tag", findings);
        caa.check_present("value", findings);
    });
}

/// RFC 8659, section 4.1.1.
impl Rdata for Caa {
    fn read(value: &Value<'_>) -> Result<Self, Fault> {
        let caa = Fields::of(value)?;
        let flags = caa.int_or_zero("flags")?;
        Ok(Self { flags, tag: caa.text("tag")?, value: caa.text("value")? })
    }

    fn parse(rdata: &str) -> Result<OwnedValue, RdataError> {
        let mut words = rdata.splitn(3, ' ');
        let (Some(flags), Some(tag), Some(value)) = (words.next(), words.next(), words.next())
        else {
            let expected = "flags tag value";
            return Err(RdataError::Fields { expected, rdata: rdata.to_owned() });
        };
        Ok(fields([
            ("flags", int_or_text(flags)),
            ("tag", unquote(tag).to_owned().into()),
            ("value", unquote(value).to_owned().into()),
        ]))
    }

    fn to_value(&self) -> OwnedValue {
        fields([
            ("flags", self.flags.into()),
            ("tag", self.tag.to_string().into()),
            ("value", self.value.to_string().into()),
        ])
    }

    fn order(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }
}

impl fmt::Display for Caa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} \"{}\"", self.flags, self.tag, self.value)
    }
}
