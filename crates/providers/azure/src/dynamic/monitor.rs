//! How a profile checks its endpoints:
//! <https://learn.microsoft.com/azure/traffic-manager/traffic-manager-monitoring>.

use octodns_core::value::from_value;
use octodns_core::{Record, ZoneName};
use octodns_kit::{Json, json};
use serde::Deserialize;

/// The section of a record's options that is about this service.
const SECTION: &str = "azuredns";

/// What a record says of its checks, besides what all services have.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Own {
    interval: Option<i64>,
    timeout: Option<i64>,
    num_failures: Option<i64>,
}

/// The checks of a record.
///
/// # Errors
///
/// Says which option is not valid.
pub(super) fn monitor(record: &Record, zone: &ZoneName) -> Result<Json, String> {
    let options = record.options();
    let own = options.section(SECTION).and_then(|section| section.get("healthcheck"));
    let Own { interval, timeout, num_failures } = match own.filter(|own| !own.is_null()) {
        None => Own::default(),
        Some(own) => {
            from_value(own).map_err(|error| format!("octodns.{SECTION}.healthcheck: {error}"))?
        }
    };
    let wrong = |key: &str, why: &str| Err(format!("octodns.{SECTION}.healthcheck.{key} {why}"));
    let interval = interval.unwrap_or(30);
    if !matches!(interval, 10 | 30) {
        return wrong("interval", "is neither 10 nor 30");
    }
    let longest = if interval > 10 { 10 } else { 9 };
    let timeout = timeout.unwrap_or(longest);
    if !(5..=longest).contains(&timeout) {
        return wrong("timeout", &format!("is not from 5 to {longest}"));
    }
    let failures = num_failures.unwrap_or(3);
    if !(0..=9).contains(&failures) {
        return wrong("num_failures", "is not from 0 to 9");
    }
    let mut monitor = json!({
        "protocol": options.healthcheck_protocol(),
        "port": options.healthcheck_port(),
        "intervalInSeconds": interval,
        "timeoutInSeconds": timeout,
        "toleratedNumberOfFailures": failures,
    });
    if let Some(path) = options.healthcheck_path() {
        monitor["path"] = path.into();
    }
    let host = options.healthcheck_host(&record.fqdn(zone)).filter(|host| !host.is_empty());
    if let Some(host) = host {
        monitor["customHeaders"] = json!([{"name": "Host", "value": host}]);
    }
    Ok(monitor)
}

/// The settings of a monitor, in one spelling.
pub(super) fn said(monitor: &Json) -> Json {
    let protocol = monitor["protocol"].as_str().unwrap_or("HTTP").to_ascii_uppercase();
    let headers = monitor["customHeaders"].as_array().filter(|headers| !headers.is_empty());
    json!([
        protocol,
        monitor["port"],
        monitor["path"],
        monitor["intervalInSeconds"],
        monitor["timeoutInSeconds"],
        monitor["toleratedNumberOfFailures"],
        headers,
    ])
}
