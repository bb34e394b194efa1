//! `MX`: the hosts that accept mail for a name.

use std::cmp::Ordering;
use std::fmt;

use super::ValueCheck;
use super::target::{Target, check_target};
use crate::record::fields::{ANY, Fields, check_each, check_int};
use crate::record::rdata::{fields, int_or_text, unquote, words};
use crate::record::{Fault, Rdata, RdataError, RecordType};
use crate::validate::Findings;
use crate::value::{OwnedValue, Value};

/// One mail exchange, such as `10 mail.example.com.`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mx {
    /// Rank among the exchanges of a name, the lowest is tried first; 16 bits on the wire.
    pub preference: i64,
    /// The accepting host, or `.` for "this name takes no mail" (RFC 7505).
    pub exchange: Target,
}

pub(super) const CHECKS: &[ValueCheck] = &[ValueCheck { id: "mx-value", sets: &["legacy"], check }];

/// `priority` and `value` are older names of the fields.
fn check(values: &[Value<'_>], record_type: RecordType, findings: &mut Findings) {
    check_each(values, findings, |mx, findings| {
        match mx.get("preference").or_else(|| mx.get("priority")) {
            Some(preference) => {
                check_int("preference", preference, ANY, findings);
            }
            None => mx.say_missing("preference", findings),
        }
        let exchange = mx.get("exchange").filter(|exchange| exchange.is_truthy());
        match exchange.or_else(|| mx.get("value")) {
            Some(exchange) => check_target(exchange, record_type, "exchange", findings),
            None => mx.say_missing("exchange", findings),
        }
    });
}

/// RFC 1035, section 3.3.9.
impl Rdata for Mx {
    fn read(value: &Value<'_>) -> Result<Self, Fault> {
        let mx = Fields::of(value)?;
        let either = |key, older| if mx.get(key).is_some() { key } else { older };
        Ok(Self {
            preference: mx.int(either("preference", "priority"))?,
            exchange: Target::read(mx.need(either("exchange", "value"))?)?,
        })
    }

    fn parse(rdata: &str) -> Result<OwnedValue, RdataError> {
        let [preference, exchange] = words(rdata, "preference exchange")?;
        Ok(fields([
            ("preference", int_or_text(preference)),
            ("exchange", unquote(exchange).to_owned().into()),
        ]))
    }

    fn to_value(&self) -> OwnedValue {
        fields([("preference", self.preference.into()), ("exchange", self.exchange.to_value())])
    }

    fn text(&self) -> String {
        format!("'{self}'")
    }

    fn order(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }
}

impl fmt::Display for Mx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.preference, self.exchange)
    }
}
