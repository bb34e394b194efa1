//! `A` and `AAAA`: addresses.

use std::cmp::Ordering;
use std::fmt::Display;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use crate::rdata::unquoted;
use crate::record::general::shown;
use crate::record::{Rdata, RdataError, RecordType, ValueError};
use crate::validate::{Findings, TypedRecord, ValueCheck};
use crate::value::{Kind, OwnedValue, Position, Value};

pub(in crate::record) const CHECKS: &[ValueCheck] = &[ValueCheck {
    id: "ip-value-rfc",
    class: "octodns.record.ip.IpValueValidator",
    sets: &["legacy", "strict"],
    check,
    accepts: Some(accepts),
}];

/// Nothing is found in addresses of the record's family.
fn accepts(record: &TypedRecord<'_>) -> bool {
    match record.record_type {
        RecordType::A => record.values::<Ipv4Addr>().is_some(),
        RecordType::AAAA => record.values::<Ipv6Addr>().is_some(),
        _ => false,
    }
}

/// Addresses are there, and are addresses of the record's family.
fn check(values: &[Value<'_>], record_type: RecordType, findings: &mut Findings) {
    let family = Family::of(record_type);
    if values.is_empty() {
        findings.error(Position::NONE, "missing value(s)").help(family.example());
    }
    for value in values {
        match &value.kind {
            Kind::Null => {
                findings.error(value.position, "missing value(s)").help(family.example());
            }
            Kind::Str(text) if text.is_empty() => {
                findings.error(value.position, "empty value").help(family.example());
            }
            Kind::Str(text) if is_address(text, record_type) => {}
            _ => {
                let message = format!("invalid {} address {}", family.name(), shown(value));
                findings.error(value.position, message).help(family.help(value));
            }
        }
    }
}

/// The two families, as messages speak of them.
#[derive(Clone, Copy)]
enum Family {
    V4,
    V6,
}

impl Family {
    fn of(record_type: RecordType) -> Self {
        if record_type == RecordType::A { Self::V4 } else { Self::V6 }
    }

    fn name(self) -> &'static str {
        match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        }
    }

    fn example(self) -> &'static str {
        match self {
            Self::V4 => "write an address such as `value: 192.0.2.1`, or several below `values`",
            Self::V6 => "write an address such as `value: 2001:db8::1`, or several below `values`",
        }
    }

    /// What to write instead of what is not an address of the family.
    fn help(self, value: &Value<'_>) -> String {
        let has_colons = matches!(self, Self::V6) || value.as_map().is_some();
        if let Some(help) = unquoted(value).filter(|_| has_colons) {
            return help;
        }
        let text = value.as_str().unwrap_or_default();
        let (other, of) = match self {
            Self::V4 => (is_address(text, RecordType::AAAA), "AAAA"),
            Self::V6 => (is_address(text, RecordType::A), "A"),
        };
        if other {
            return format!("this address belongs in a record of type {of}");
        }
        if value
            .as_str()
            .is_some_and(|text| text.contains(char::is_alphabetic) && !text.contains(':'))
        {
            return "names belong in a record of type CNAME".to_owned();
        }
        match self {
            Self::V4 => V4_HELP,
            Self::V6 => V6_HELP,
        }
        .to_owned()
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
const V4_HELP: &str = "write four numbers from 0 to 255 with dots between them, such as 192.0.2.1";
const V6_HELP: &str = "write up to eight groups of hexadecimal digits, such as 2001:db8::1";

trait Address: Copy + FromStr + Display {
    const FAMILY: &'static str;
    const HELP: &'static str;

    fn from_int(number: i64) -> Option<Self>;
}

impl Address for Ipv4Addr {
    const FAMILY: &'static str = "IPv4";
    const HELP: &'static str = V4_HELP;

    fn from_int(number: i64) -> Option<Self> {
        u32::try_from(number).ok().map(Self::from)
    }
}

impl Address for Ipv6Addr {
    const FAMILY: &'static str = "IPv6";
    const HELP: &'static str = V6_HELP;

    fn from_int(number: i64) -> Option<Self> {
        u128::try_from(number).ok().map(Self::from)
    }
}

/// Addresses in text, and as the number they are.
fn read<A: Address>(value: &Value<'_>) -> Result<A, ValueError> {
    let address = match &value.kind {
        Kind::Str(text) => text.parse().ok(),
        Kind::Int(number) => A::from_int(*number),
        Kind::Bool(number) => A::from_int((*number).into()),
        _ => None,
    };
    address.ok_or_else(|| {
        let message = format!("invalid {} address {}", A::FAMILY, shown(value));
        ValueError::new(message, value.position).help(A::HELP)
    })
}

/// RFC 1035, section 3.4.1.
impl Rdata for Ipv4Addr {
    fn read(value: &Value<'_>) -> Result<Self, ValueError> {
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
        self.octets().map(digits).cmp(&other.octets().map(digits))
    }
}

/// The digits of a part of an address. What ends first comes first, before a dot as at the end: both sort before
/// every digit.
fn digits(octet: u8) -> [u8; 3] {
    let (hundreds, tens, ones) = (b'0' + octet / 100, b'0' + octet / 10 % 10, b'0' + octet % 10);
    match octet {
        0..10 => [ones, 0, 0],
        10..100 => [tens, ones, 0],
        _ => [hundreds, tens, ones],
    }
}

/// RFC 3596, section 2.4; written as RFC 5952 says, but IPv4-mapped ones without dots.
impl Rdata for Ipv6Addr {
    fn read(value: &Value<'_>) -> Result<Self, ValueError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_sorted_as_text() {
        let parts = [0, 1, 2, 9, 10, 11, 19, 99, 100, 101, 199, 200, 255];
        let of =
            |one: u8, other: u8| [Ipv4Addr::new(one, other, 7, 7), Ipv4Addr::new(7, 7, one, other)];
        let all: Vec<Ipv4Addr> =
            parts.iter().flat_map(|one| parts.iter().flat_map(|other| of(*one, *other))).collect();
        for one in &all {
            for other in &all {
                let expected = one.to_string().cmp(&other.to_string());
                assert_eq!(one.order(other), expected, "{one} {other}");
            }
        }
    }
}
