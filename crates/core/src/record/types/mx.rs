//! `MX`: the hosts that accept mail for a name.

use std::fmt;

use super::target::{HostName, check_absolute, check_not_ip, check_target};
use crate::record::field_list::{FieldFormat, FieldList};
use crate::record::fields::{ANY, Fields, U16, check_each, check_each_mapping, check_int};
use crate::record::{Rdata, RecordType, ValueError};
use crate::shape::{Field, Required, Shape};
use crate::validate::{Findings, TypedRecord, ValueCheck};
use crate::value::{OwnedValue, Value};

/// One mail exchange, such as `10 mail.example.com.`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mx {
    /// Rank among the exchanges of a name, the lowest is tried first; 16 bits on the wire.
    pub preference: i64,
    /// The accepting host, or `.` for "this name takes no mail" (RFC 7505).
    pub exchange: HostName,
}

/// The fields of a value, for editors.
pub(in crate::record) const SHAPE: Shape = Shape::Fields(
    &[
        Field::new(
            "preference",
            "Rank among the exchanges, the lowest is tried first.",
            Shape::AnyInt(0, 65_535),
        ),
        Field::new("priority", "The older name of preference.", Shape::AnyInt(0, 65_535)),
        Field::new("exchange", "The host that takes mail; `.` is none.", Shape::NameOrRoot),
        Field::new("value", "The older name of exchange.", Shape::NameOrRoot),
    ],
    Required::Pairs(&[["preference", "priority"], ["exchange", "value"]]),
);

pub(in crate::record) const CHECKS: &[ValueCheck] = &[
    ValueCheck {
        id: "mx-value",
        class: "octodns.record.mx.MxValueValidator",
        sets: &["legacy"],
        check,
        accepts: Some(has_usual_exchanges),
    },
    ValueCheck {
        id: "mx-value-rfc",
        class: "octodns.record.mx.MxValueRfcValidator",
        sets: &["strict"],
        check: check_rfc,
        accepts: Some(|record| {
            has_usual_exchanges(record) && record.all(|mx: &Mx| U16.contains(&mx.preference))
        }),
    },
    ValueCheck {
        id: "mx-value-not-ip",
        class: "octodns.record.mx.MxValueNotIpValidator",
        sets: &["strict", "best-practice"],
        check: check_exchange_not_ip,
        accepts: Some(has_usual_exchanges),
    },
    ValueCheck {
        id: "mx-value-best-practice",
        class: "octodns.record.mx.MxValueBestPracticeValidator",
        sets: &["best-practice"],
        check: check_exchange_absolute,
        accepts: Some(has_usual_exchanges),
    },
];

/// `priority` and `value` are older names of the fields.
fn has_usual_exchanges(record: &TypedRecord<'_>) -> bool {
    record.all(|mx: &Mx| mx.exchange.is_usual())
}

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

/// Ranges of RFC 5321, and the null MX of RFC 7505.
fn check_rfc(values: &[Value<'_>], record_type: RecordType, findings: &mut Findings) {
    check_each(values, findings, |mx, findings| {
        let preference = mx.get("preference").or_else(|| mx.get("priority"));
        if preference.is_none() {
            mx.say_missing("preference", findings);
        }
        let number = preference.and_then(|value| check_int("preference", value, U16, findings));
        match exchange(mx) {
            None => mx.say_missing("exchange", findings),
            Some(exchange) if exchange.as_str() != Some(".") => {
                check_target(exchange, record_type, "exchange", findings);
            }
            Some(exchange) if number.is_some_and(|number| number != 0) => {
                let position = preference.map_or(exchange.position, |value| value.position);
                findings
                    .error(position, "preference must be 0 where the exchange is \".\" (null MX)")
                    .help("write 0, or the name of a host that takes mail");
            }
            Some(_) => {}
        }
    });
}

/// The exchange of a value, if there is one: `value` is the older name.
fn exchange<'v, 'a>(mx: Fields<'v, 'a>) -> Option<&'v Value<'a>> {
    let truthy = |key| mx.get(key).filter(|exchange| exchange.is_truthy());
    truthy("exchange").or_else(|| truthy("value"))
}

fn check_exchange_not_ip(values: &[Value<'_>], record_type: RecordType, findings: &mut Findings) {
    check_each_mapping(values, findings, |mx, findings| {
        if let Some(exchange) = exchange(mx) {
            check_not_ip(exchange, record_type, "exchange", findings);
        }
    });
}

fn check_exchange_absolute(values: &[Value<'_>], record_type: RecordType, findings: &mut Findings) {
    check_each_mapping(values, findings, |mx, findings| {
        if let Some(exchange) = exchange(mx) {
            check_absolute(exchange, record_type, "exchange", findings);
        }
    });
}

/// RFC 1035, section 3.3.9.
impl FieldList for Mx {
    const FIELDS: &'static [(&'static str, FieldFormat)] =
        &[("preference", FieldFormat::Number), ("exchange", FieldFormat::Text)];

    const POINTS_BY: &'static [&'static str] = &["exchange", "value"];

    fn of_fields(mx: Fields<'_, '_>) -> Result<Self, ValueError> {
        let either = |key, older| if mx.get(key).is_some() { key } else { older };
        Ok(Self {
            preference: mx.int(either("preference", "priority"))?,
            exchange: HostName::read(mx.need(either("exchange", "value"))?)?,
        })
    }

    fn values(&self) -> impl IntoIterator<Item = OwnedValue> {
        [self.preference.into(), self.exchange.to_value()]
    }
}

impl fmt::Display for Mx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.preference, self.exchange)
    }
}
