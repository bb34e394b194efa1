//! A health check for a value of a dynamic record: its settings, and how to recognize it.
//!
//! <https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html>

use std::fmt::Write as _;
use std::net::IpAddr;

use octodns_core::record::Record;
use octodns_core::record::dynamic::{PoolValue, Status};
use octodns_core::value::{OwnedValue, Value};
use octodns_core::{RecordType, ZoneName};
use sha2::{Digest, Sha512};

/// Increased when the settings of checks change, so that older checks are replaced.
const VERSION: &str = "0001";

/// The maximum length of a reference, without the part that makes it unique.
const REFERENCE: usize = 64 - 13;

/// A health check at the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HealthCheck {
    pub(crate) id: String,
    /// `VERSION:TYPE:NAME:RANDOM` for those of octoDNS.
    pub(crate) reference: String,
    pub(crate) settings: CheckSettings,
}

/// The settings of a health check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CheckSettings {
    pub(crate) protocol: String,
    pub(crate) address: Option<IpAddr>,
    pub(crate) host: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) port: Option<i64>,
    pub(crate) measure_latency: bool,
    /// Seconds.
    pub(crate) request_interval: i64,
    pub(crate) failure_threshold: i64,
    pub(crate) is_disabled: bool,
    pub(crate) is_inverted: bool,
}

/// The keys of the `octodns.route53.healthcheck` section of a record.
pub(crate) const SECTION_KEYS: &[&str] =
    &["failure_threshold", "measure_latency", "request_interval"];

/// The `octodns.route53.healthcheck` options of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tuning {
    measure_latency: bool,
    request_interval: i64,
    failure_threshold: i64,
}

impl Tuning {
    /// # Errors
    ///
    /// Says which option has a value that Route 53 does not accept, and which ones it does.
    pub(crate) fn of(record: &Record) -> Result<Self, String> {
        let section = record.options().section("route53").and_then(|own| own.get("healthcheck"));
        let get = |key: &str| section.and_then(|section| section.get(key));
        let number =
            |key: &str, default: i64, allowed: &dyn Fn(i64) -> bool, what: &str| match get(key)
                .map(OwnedValue::as_int)
            {
                None => Ok(default),
                Some(Some(number)) if allowed(number) => Ok(number),
                Some(_) => Err(format!("octodns.route53.healthcheck.{key} must be {what}")),
            };
        Ok(Self {
            measure_latency: get("measure_latency").is_none_or(Value::is_truthy),
            request_interval: number(
                "request_interval",
                10,
                &|seconds| matches!(seconds, 10 | 30),
                "10 or 30 (seconds)",
            )?,
            failure_threshold: number(
                "failure_threshold",
                6,
                &|failures| (1..=10).contains(&failures),
                "a whole number from 1 to 10",
            )?,
        })
    }
}

impl CheckSettings {
    /// The check for a pool value; `None` if the value is always served.
    pub(crate) fn wanted(
        record: &Record,
        zone: &ZoneName,
        value: &PoolValue,
        tuning: Tuning,
    ) -> Option<Self> {
        if value.status() == Status::Up {
            return None;
        }
        let options = record.options();
        let address = value.value().parse::<IpAddr>().ok();
        let has_host = matches!(options.healthcheck_protocol(), "HTTP" | "HTTPS");
        let host = match address {
            // The meaning of an empty host in the options.
            Some(_) if has_host => Some(
                options
                    .healthcheck_host(&record.fqdn(zone))
                    .unwrap_or_else(|| value.value().to_owned()),
            ),
            Some(_) => None,
            None => Some(value.value().to_owned()),
        };
        let is_down = value.status() == Status::Down;
        Some(Self {
            protocol: options.healthcheck_protocol().to_owned(),
            address,
            host,
            path: options.healthcheck_path().map(str::to_owned),
            port: options.healthcheck_port(),
            measure_latency: tuning.measure_latency,
            request_interval: tuning.request_interval,
            failure_threshold: tuning.failure_threshold,
            is_disabled: is_down,
            is_inverted: is_down,
        })
    }
}

impl HealthCheck {
    /// The status of a value with this check: a check that is disabled and inverted always fails.
    pub(crate) fn status(&self) -> Status {
        if self.settings.is_disabled && self.settings.is_inverted {
            Status::Down
        } else {
            Status::Obey
        }
    }

    /// Whether octoDNS created it, with any version and for any record.
    pub(crate) fn is_ours(&self) -> bool {
        self.reference.len() <= 4 || self.reference.as_bytes().get(4) == Some(&b':')
    }

    /// Whether it was created for a record by this version.
    pub(crate) fn is_current(&self, record: &Record, zone: &ZoneName) -> bool {
        let (record_type, fqdn) = (record.record_type(), record.fqdn(zone));
        self.reference.starts_with(&reference_prefix(record_type, &fqdn))
    }

    /// Whether it was created for a record, by this version or an earlier one.
    pub(crate) fn is_of(&self, record: &Record, zone: &ZoneName) -> bool {
        let (record_type, fqdn) = (record.record_type(), record.fqdn(zone));
        let Some((version, rest)) = self.reference.split_once(':') else { return false };
        let ident = reference_prefix(record_type, &fqdn);
        let ident = ident.split_once(':').map_or("", |(_, ident)| ident);
        let is_version = version.len() == 4 && version.bytes().all(|byte| byte.is_ascii_digit());
        let is_named = rest.strip_prefix(ident).is_some_and(|rest| rest.starts_with(':'));
        // Before version 1 the name was only in the settings.
        let is_legacy = version == "0000"
            && rest.split(':').next() == Some(record_type.as_str())
            && self.settings.host.as_deref() == fqdn.strip_suffix('.');
        is_version && (is_named || is_legacy)
    }
}

/// The start of the references of a record's checks.
pub(crate) fn reference_prefix(record_type: RecordType, fqdn: &str) -> String {
    let plain = format!("{VERSION}:{record_type}:{fqdn}");
    if plain.len() <= REFERENCE {
        return plain;
    }
    let mut hex = String::new();
    for byte in Sha512::digest(fqdn).iter().take(10) {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    format!("{VERSION}:{record_type}:{hex}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use octodns_core::{RecordData, RecordName};

    #[test]
    fn references_fit_and_differ_by_name() {
        for (fqdn, prefix) in [
            ("unit.tests.", "0001:CNAME:unit.tests."),
            (
                "just.enough.to.leave.fqdn.there.test.com",
                "0001:CNAME:just.enough.to.leave.fqdn.there.test.com",
            ),
            ("just.enough.not.leave.fqdn.there.test.com", "0001:CNAME:1195893dcaf4af70915e"),
        ] {
            assert_eq!(reference_prefix(RecordType::CNAME, fqdn), prefix);
        }
    }

    #[test]
    fn checks_belong_to_one_record() {
        let zone = ZoneName::new("unit.tests.").unwrap();
        let data = RecordData::A(vec!["192.0.2.1".parse().unwrap()]);
        let record = Record::new(RecordName::new("*.a").unwrap(), 60, data);
        let check = |reference: &str, host: &str| HealthCheck {
            id: "1".into(),
            reference: reference.into(),
            settings: CheckSettings {
                protocol: "HTTPS".into(),
                address: None,
                host: Some(host.into()),
                path: None,
                port: None,
                measure_latency: true,
                request_interval: 10,
                failure_threshold: 6,
                is_disabled: false,
                is_inverted: false,
            },
        };
        for (reference, host, is_of) in [
            ("0001:A:*.a.unit.tests.:123", "", true),
            ("9999:A:*.a.unit.tests.:123", "", true),
            ("0001:AAAA:*.a.unit.tests.:123", "", false),
            ("0001:A:x.a.unit.tests.:123", "", false),
            ("0001:A:*.a.unit.tests.x:123", "", false),
            ("mine:A:*.a.unit.tests.:123", "", false),
            ("0000:A:123", "*.a.unit.tests", true),
            ("0000:A:123", "a.unit.tests", false),
            ("0001:A:123", "*.a.unit.tests", false),
        ] {
            assert_eq!(check(reference, host).is_of(&record, &zone), is_of, "{reference}");
        }
    }
}
