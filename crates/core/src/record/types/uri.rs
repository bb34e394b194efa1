//! `URI`: URIs of a service.

use std::fmt;

use super::srv;
use super::target::HostName;
use super::txt::quoted_escapes;
use crate::record::field_list::{FieldFormat, FieldList};
use crate::record::fields::{ANY, Fields, U16, check_each};
use crate::record::{Rdata, RecordType, ValueError};
use crate::shape::{Field, Required, Shape};
use crate::validate::Findings;
use crate::validate::{RecordCheck, ValueCheck};
use crate::value::{OwnedValue, Value};

/// One URI, such as `10 1 "https://www.example.com/"`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uri {
    /// Rank among the URIs, the lowest is tried first; 16 bits on the wire.
    pub priority: i64,
    /// Share among URIs of one rank; 16 bits on the wire.
    pub weight: i64,
    /// The URI. As in octoDNS, it is treated like a name: in lower case, and in IDNA form. It is in ASCII, with the
    /// escapes of presentation format.
    pub target: HostName,
}

pub(in crate::record) const NAMES: [RecordCheck; 2] = [
    RecordCheck {
        id: "uri-name",
        class: "octodns.record.uri.UriNameValidator",
        sets: &["legacy"],
        check: srv::check_name,
        accepts: None,
    },
    RecordCheck {
        id: "uri-name-rfc",
        class: "octodns.record.uri.UriNameRfcValidator",
        sets: &["strict"],
        check: srv::check_name_rfc,
        accepts: None,
    },
];

/// The fields of a value, for editors.
pub(in crate::record) const SHAPE: Shape = Shape::Fields(
    &[
        Field::new(
            "priority",
            "Rank among the values, the lowest is tried first.",
            Shape::AnyInt(0, 65_535),
        ),
        Field::new("weight", "Share among values of one rank.", Shape::AnyInt(0, 65_535)),
        Field::new("target", "The URI.", Shape::Text),
    ],
    Required::All(&["priority", "weight", "target"]),
);

pub(in crate::record) const CHECKS: &[ValueCheck] = &[
    ValueCheck {
        id: "uri-value",
        class: "octodns.record.uri.UriValueValidator",
        sets: &["legacy"],
        check,
        accepts: None,
    },
    ValueCheck {
        id: "uri-value-rfc",
        class: "octodns.record.uri.UriValueRfcValidator",
        sets: &["strict"],
        check: check_rfc,
        accepts: None,
    },
    quoted_escapes!("target"),
];

fn check(values: &[Value<'_>], _: RecordType, findings: &mut Findings) {
    check_each(values, findings, |uri, findings| {
        uri.check_int("priority", ANY, findings);
        uri.check_int("weight", ANY, findings);
        if !uri.get("target").is_some_and(Value::is_truthy) {
            uri.say_missing("target", findings);
        }
    });
}

/// Ranges of RFC 7553, section 4.
fn check_rfc(values: &[Value<'_>], _: RecordType, findings: &mut Findings) {
    check_each(values, findings, |uri, findings| {
        uri.check_int("priority", U16, findings);
        uri.check_int("weight", U16, findings);
        uri.check_present("target", findings);
    });
}

/// RFC 7553, section 4.5.
impl FieldList for Uri {
    const FIELDS: &'static [(&'static str, FieldFormat)] = &[
        ("priority", FieldFormat::Number),
        ("weight", FieldFormat::Number),
        ("target", FieldFormat::QuotedAscii),
    ];

    fn of_fields(uri: Fields<'_, '_>) -> Result<Self, ValueError> {
        Ok(Self {
            priority: uri.int("priority")?,
            weight: uri.int("weight")?,
            target: HostName::read(uri.need("target")?)?.as_quoted(),
        })
    }

    fn values(&self) -> impl IntoIterator<Item = OwnedValue> {
        [self.priority.into(), self.weight.into(), self.target.to_value()]
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} \"{}\"", self.priority, self.weight, self.target)
    }
}
