//! Findings about what a target cannot hold.

use crate::diagnostic::{Diagnostic, Severity};
use crate::name::{RecordName, ZoneName};
use crate::record::{Record, RecordType};
use crate::zone::Zone;

/// The code of findings about what a target cannot hold.
const SUPPORTS: &str = "supports";

/// How a target wants to be told of what it cannot hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strictness {
    /// Errors instead of warnings and a way around.
    pub(super) strict_supports: bool,
    /// Whether the way root NS records are treated deserves a warning.
    pub(super) root_ns_warnings: bool,
}

/// A finding of a provider about what its service cannot hold: an error with a way around it, as strict
/// targets want it.
pub fn unsupported(
    zone: &Zone,
    record: &Record,
    message: impl Into<String>,
    fallback: &str,
) -> Diagnostic {
    let subject = format!("{} {}", record.decoded_fqdn(zone.name()), record.record_type());
    Diagnostic::error(SUPPORTS, message)
        .about(subject)
        .at(record.origin().clone())
        .help(fallback.to_owned())
}

/// A finding of a read about what the service has at a name and a record cannot express: an error, as strict targets
/// want it.
pub fn unexpressed(
    zone: &ZoneName,
    name: &RecordName,
    record_type: RecordType,
    message: impl Into<String>,
) -> Diagnostic {
    Diagnostic::error(SUPPORTS, message)
        .about(format!("{} {record_type}", name.decoded_fqdn(zone)))
        .help("it is ignored")
}

/// The same finding, as bad as the target takes it.
pub(super) fn at_configured_severity(finding: Diagnostic, strictness: Strictness) -> Diagnostic {
    if finding.code != SUPPORTS || finding.severity != Severity::Error {
        return finding;
    }
    if !strictness.strict_supports {
        return Diagnostic { severity: Severity::Warning, ..finding };
    }
    let fallback = finding.help.as_deref().unwrap_or_default();
    let help = format!("with `strict_supports: false` {fallback}");
    finding.help(help)
}

pub(super) fn unsupported_finding(
    zone: &Zone,
    record: &Record,
    message: String,
    fallback: &str,
    strictness: Strictness,
) -> Diagnostic {
    at_configured_severity(unsupported(zone, record, message, fallback), strictness)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::RecordData;

    /// What a provider says it cannot hold is as bad as what capabilities rule out.
    #[test]
    fn a_lenient_target_is_warned_of_what_a_strict_one_refuses() {
        let zone = Zone::new(ZoneName::new("example.com.").unwrap());
        let data = RecordData::A(vec!["192.0.2.1".parse().unwrap()]);
        let record = Record::new(RecordName::new("www").unwrap(), 300, data);
        for (strict_supports, severity, help) in [
            (true, Severity::Error, "with `strict_supports: false` it is left out"),
            (false, Severity::Warning, "it is left out"),
        ] {
            let strictness = Strictness { strict_supports, root_ns_warnings: true };
            let finding = unsupported(&zone, &record, "too long", "it is left out");
            let found = at_configured_severity(finding, strictness);
            assert_eq!((found.severity, found.help.as_deref()), (severity, Some(help)));
            assert_eq!((&*found.subject, &*found.message), ("www.example.com. A", "too long"));
        }
        let other = Diagnostic::error("other", "broken");
        let lenient = Strictness { strict_supports: false, root_ns_warnings: true };
        assert_eq!(at_configured_severity(other.clone(), lenient), other);
    }
}
