//! `SRV`: hosts and ports of a service.

use std::cmp::Ordering;
use std::fmt;

use super::target::{Target, check_target};
use super::{RecordCheck, ValueCheck};
use crate::record::fields::{ANY, Fields, check_each};
use crate::record::rdata::{fields, int_or_text, unquote, words};
use crate::record::{Fault, Rdata, RdataError, RecordType};
use crate::validate::{Findings, RawRecord};
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
    pub target: Target,
}

pub(super) const NAME: RecordCheck =
    RecordCheck { id: "srv-name", sets: &["legacy"], check: check_name };

pub(super) const CHECKS: &[ValueCheck] =
    &[ValueCheck { id: "srv-value", sets: &["legacy"], check }];

/// Whether a name starts with `_service.protocol`, or `*.protocol`.
pub(super) fn check_name(record: &RawRecord<'_>, findings: &mut Findings) {
    let is_service = |label: &str| label == "*" || (label.len() > 1 && label.starts_with('_'));
    let mut labels = record.name.split('.');
    let service = labels.next().is_some_and(is_service);
    let protocol = labels.next().is_some_and(|label| !label.is_empty());
    if !(service && protocol) {
        let message = format!("invalid name for {} record \"{}\"", record.record_type, record.name);
        findings.fault(record.position, message).help("names start like _service._protocol");
    }
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
impl Rdata for Srv {
    fn read(value: &Value<'_>) -> Result<Self, Fault> {
        let srv = Fields::of(value)?;
        Ok(Self {
            priority: srv.int("priority")?,
            weight: srv.int("weight")?,
            port: srv.int("port")?,
            target: Target::read(srv.need("target")?)?,
        })
    }

    fn parse(rdata: &str) -> Result<OwnedValue, RdataError> {
        let [priority, weight, port, target] = words(rdata, "priority weight port target")?;
        Ok(fields([
            ("priority", int_or_text(priority)),
            ("weight", int_or_text(weight)),
            ("port", int_or_text(port)),
            ("target", unquote(target).to_owned().into()),
        ]))
    }

    fn to_value(&self) -> OwnedValue {
        fields([
            ("priority", self.priority.into()),
            ("weight", self.weight.into()),
            ("port", self.port.into()),
            ("target", self.target.to_value()),
        ])
    }

    fn text(&self) -> String {
        format!("'{self}'")
    }

    fn order(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }
}

impl fmt::Display for Srv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.priority, self.weight, self.port, self.target)
    }
}
