//! `SRV`: hosts and ports of a service.

use std::fmt;

use super::target::{HostName, check_absolute, check_not_ip, check_target};
use crate::rdata::number::{self, NumberFault};
use crate::record::field_list::{FieldFormat, FieldList};
use crate::record::fields::{ANY, Fields, U16, check_each, check_each_mapping, check_int};
use crate::record::{Rdata, RecordType, ValueError};
use crate::shape::{Field, Required, Shape};
use crate::validate::{Findings, RawRecord, RecordCheck, TypedRecord, ValueCheck};
use crate::value::{OwnedValue, Value};

/// One host, such as `10 60 5060 sip.example.com.`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Srv {
    /// Rank among the hosts, the lowest is tried first; 16 bits on the wire.
    pub priority: i64,
    /// Share among hosts of one rank; 16 bits on the wire.
    pub weight: i64,
    /// The port; 16 bits on the wire.
    pub port: i64,
    /// The host, or `.` for "there is no such service here".
    pub target: HostName,
}

pub(in crate::record) const NAMES: [RecordCheck; 2] = [
    RecordCheck {
        id: "srv-name",
        class: "octodns.record.srv.SrvNameValidator",
        sets: &["legacy"],
        check: check_name,
        accepts: Some(|record| is_name_of_service(record.name)),
    },
    RecordCheck {
        id: "srv-name-rfc",
        class: "octodns.record.srv.SrvNameRfcValidator",
        sets: &["strict"],
        check: check_name_rfc,
        accepts: None,
    },
];

/// The fields of a value, for editors.
pub(in crate::record) const SHAPE: Shape = Shape::Fields(
    &[
        Field::new(
            "priority",
            "Rank among the hosts, the lowest is tried first.",
            Shape::AnyInt(0, 65_535),
        ),
        Field::new("weight", "Share among hosts of one rank.", Shape::AnyInt(0, 65_535)),
        Field::new("port", "The port.", Shape::AnyInt(0, 65_535)),
        Field::new("target", "The host; `.` is none.", Shape::NameOrRoot),
    ],
    Required::All(&["priority", "weight", "port", "target"]),
);

pub(in crate::record) const CHECKS: &[ValueCheck] = &[
    ValueCheck {
        id: "srv-value",
        class: "octodns.record.srv.SrvValueValidator",
        sets: &["legacy"],
        check,
        accepts: Some(has_usual_targets),
    },
    ValueCheck {
        id: "srv-value-rfc",
        class: "octodns.record.srv.SrvValueRfcValidator",
        sets: &["strict"],
        check: check_rfc,
        accepts: None,
    },
    ValueCheck {
        id: "srv-value-not-ip",
        class: "octodns.record.srv.SrvValueNotIpValidator",
        sets: &["strict", "best-practice"],
        check: check_target_not_ip,
        accepts: Some(has_usual_targets),
    },
    ValueCheck {
        id: "srv-value-best-practice",
        class: "octodns.record.srv.SrvValueBestPracticeValidator",
        sets: &["best-practice"],
        check: check_target_absolute,
        accepts: Some(has_usual_targets),
    },
];

/// Whether a name starts with `_service.protocol`, or `*.protocol`.
pub(super) fn check_name(record: &RawRecord<'_>, findings: &mut Findings) {
    if !is_name_of_service(record.name) {
        let message = format!("invalid name for {} record \"{}\"", record.record_type, record.name);
        findings.error(record.name_position, message).help("names start like _service._protocol");
    }
}

fn is_name_of_service(name: &str) -> bool {
    let is_service = |label: &str| label == "*" || (label.len() > 1 && label.starts_with('_'));
    let mut labels = name.split('.');
    let service = labels.next().is_some_and(is_service);
    let protocol = labels.next().is_some_and(|label| !label.is_empty());
    service && protocol
}

fn has_usual_targets(record: &TypedRecord<'_>) -> bool {
    record.all(|srv: &Srv| srv.target.is_usual())
}

/// Service names of RFC 6335, section 5.1, in the first two labels.
pub(super) fn check_name_rfc(record: &RawRecord<'_>, findings: &mut Findings) {
    let is_service = |label: &str| label.strip_prefix('_').is_some_and(is_service_name);
    let mut labels = record.name.split('.');
    let (Some(service), Some(protocol)) = (labels.next(), labels.next()) else {
        let message = format!("invalid name for {} record \"{}\"", record.record_type, record.name);
        findings.error(record.name_position, message).help("names start like _service._protocol");
        return;
    };
    for (what, label, valid) in [
        ("service", service, service == "*" || is_service(service)),
        ("protocol", protocol, is_service(protocol)),
    ] {
        if !valid {
            let of = record.record_type;
            let message = format!("invalid {what} label \"{label}\" in the name of a {of} record");
            findings.error(record.name_position, message).help(
                "write _ and 1 to 15 letters, digits and single hyphens, a letter first, no \
                 hyphen last",
            );
        }
    }
}

fn is_service_name(name: &str) -> bool {
    name.chars().count() <= 15
        && name.starts_with(char::is_alphabetic)
        && name.ends_with(char::is_alphanumeric)
        && !name.contains("--")
        && name.chars().all(|c| c.is_alphanumeric() || c == '-')
}

/// Ranges of RFC 2782, which are all 0 where there is no service.
fn check_rfc(values: &[Value<'_>], _: RecordType, findings: &mut Findings) {
    check_each(values, findings, |srv, findings| {
        let target = srv.get("target").filter(|target| target.is_truthy());
        let nowhere = target.is_some_and(|target| target.as_str() == Some("."));
        for key in ["priority", "weight", "port"] {
            let Some(value) = srv.get(key) else { continue };
            // What is not a number at all is refused when the record is made.
            if !matches!(number::int(value), Ok(_) | Err(NumberFault::TooBig)) {
                continue;
            }
            let number = check_int(key, value, U16, findings);
            if nowhere && number.is_some_and(|number| number != 0) {
                let message = format!("{key} must be 0 where the target is \".\"");
                findings
                    .error(value.position, message)
                    .help("write 0, or the name of the host that has the service");
            } else if !nowhere && target.is_some() && key == "port" && number == Some(0) {
                findings
                    .error(value.position, "port 0 is reserved")
                    .help("write the port of the service, or the target \".\" if there is none");
            }
        }
    });
}

fn check_target_not_ip(values: &[Value<'_>], record_type: RecordType, findings: &mut Findings) {
    check_each_mapping(values, findings, |srv, findings| {
        if let Some(target) = srv.get("target") {
            check_not_ip(target, record_type, "target", findings);
        }
    });
}

fn check_target_absolute(values: &[Value<'_>], record_type: RecordType, findings: &mut Findings) {
    check_each_mapping(values, findings, |srv, findings| {
        if let Some(target) = srv.get("target") {
            check_absolute(target, record_type, "target", findings);
        }
    });
}

fn check(values: &[Value<'_>], record_type: RecordType, findings: &mut Findings) {
    check_each(values, findings, |srv, findings| {
        for key in ["priority", "weight", "port"] {
            srv.check_int(key, ANY, findings);
        }
        match srv.get("target") {
            Some(target) => check_target(target, record_type, "target", findings),
            None => srv.say_missing("target", findings),
        }
    });
}

/// RFC 2782.
impl FieldList for Srv {
    const FIELDS: &'static [(&'static str, FieldFormat)] = &[
        ("priority", FieldFormat::Number),
        ("weight", FieldFormat::Number),
        ("port", FieldFormat::Number),
        ("target", FieldFormat::Text),
    ];

    const POINTS_BY: &'static [&'static str] = &["target"];

    fn of_fields(srv: Fields<'_, '_>) -> Result<Self, ValueError> {
        Ok(Self {
            priority: srv.int("priority")?,
            weight: srv.int("weight")?,
            port: srv.int("port")?,
            target: HostName::read(srv.need("target")?)?,
        })
    }

    fn values(&self) -> impl IntoIterator<Item = OwnedValue> {
        [self.priority.into(), self.weight.into(), self.port.into(), self.target.to_value()]
    }
}

impl fmt::Display for Srv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.priority, self.weight, self.port, self.target)
    }
}
