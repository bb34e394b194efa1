//! `A` and `AAAA`: addresses.

use std::cmp::Ordering;
use std::fmt::Display;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use super::ValueCheck;
use crate::record::general::shown;
use crate::record::{Fault, Rdata, RdataError, RecordType};
use crate::validate::Findings;
use crate::value::{Kind, OwnedValue, Position, Value};

pub(super) const CHECKS: &[ValueCheck] = &[ValueCheck {
    id: "ip-value-rfc",
    class: "octodns.record.ip.IpValueValidator",
    sets: &["legacy", "strict"],
    check,
}];

/// Addresses are there, and are addresses of the record's family.
fn check(values: &[Value<'_>], record_type: RecordType, findings: &mut Findings) {
    if values.is_empty() {
        findings.fault(Position::NONE, "missing value(s)");
    }
    for value in values {
        match &value.kind {
            Kind::Null => {
                findings.fault(value.position, "missing value(s)");
            }
            Kind::Str(text) if text.is_empty() => {
                findings.fault(value.position, "empty value");
            }
            Kind::Str(text) if is_address(text, record_type) => {}
            _ => {
                let family = if record_type == RecordType::A { "IPv4" } else { "IPv6" };
                let message = format!("invalid {family} address {}", shown(value));
                findings.fault(value.position, message);
            }
        }
    }
}

fn is_address(text: &str, record_type: RecordType) -> bool {
    if record_type == RecordType::A {
        Ipv4Addr::from_str(text).is_ok()
    } else {
        Ipv6Addr::from_str(text).is_ok()
    }
}

/// What the two families differ in.
trait Address: Copy + FromStr + Display {
    const FAMILY: &'static str;

    fn from_int(number: i64) -> Option<Self>;
}

impl Address for Ipv4Addr {
    const FAMILY: &'static str = "IPv4";

    fn from_int(number: i64) -> Option<Self> {
        u32::try_from(number).ok().map(Self::from)
    }
}

impl Address for Ipv6Addr {
    const FAMILY: &'static str = "IPv6";

    fn from_int(number: i64) -> Option<Self> {
        u128::try_from(number).ok().map(Self::from)
    }
}

/// Addresses in text, and as the number they are.
fn read<A: Address>(value: &Value<'_>) -> Result<A, Fault> {
    let address = match &value.kind {
        Kind::Str(text) => text.parse().ok(),
        Kind::Int(number) => A::from_int(*number),
        Kind::Bool(number) => A::from_int((*number).into()),
        _ => None,
    };
    address.ok_or_else(|| {
        let message = format!("invalid {} address {}", A::FAMILY, shown(value));
        Fault::new(message, value.position)
    })
}

/// RFC 1035, section 3.4.1.
impl Rdata for Ipv4Addr {
    fn read(value: &Value<'_>) -> Result<Self, Fault> {
        read(value)
    }

    fn parse(rdata: &str) -> Result<OwnedValue, RdataError> {
        Ok(Value::from(rdata.to_owned()))
    }

    fn to_value(&self) -> OwnedValue {
        Value::from(self.to_string())
    }

    /// Values are sorted as text: 10.0.0.10 before 10.0.0.2.
    fn order(&self, other: &Self) -> Ordering {
        self.to_string().cmp(&other.to_string())
    }
}

/// RFC 3596, section 2.4; written as RFC 5952 says, but IPv4-mapped ones without dots.
impl Rdata for Ipv6Addr {
    fn read(value: &Value<'_>) -> Result<Self, Fault> {
        read(value)
    }

    fn parse(rdata: &str) -> Result<OwnedValue, RdataError> {
        Ok(Value::from(rdata.to_owned()))
    }

    fn to_value(&self) -> OwnedValue {
        Value::from(self.rdata())
    }

    fn rdata(&self) -> String {
        match self.segments() {
            [0, 0, 0, 0, 0, 0xffff, high, low] => format!("::ffff:{high:x}:{low:x}"),
            _ => self.to_string(),
        }
    }

    fn text(&self) -> String {
        self.rdata()
    }

    fn order(&self, other: &Self) -> Ordering {
        self.rdata().cmp(&other.rdata())
    }
}
