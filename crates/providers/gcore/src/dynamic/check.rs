//! Health checks: what a record asks for, and what a set has.

use octodns_core::value::from_value;
use octodns_core::{Record, Value, ZoneName};
use octodns_kit::{Json, json};

use crate::brand::Facts;
use crate::sets::Object;

/// The settings of a check by HTTP alone.
const OF_HTTP: [&str; 6] = ["host", "url", "method", "tls", "verify", "http_status_code"];

/// All settings. What else the service shows is its own.
pub(super) const KEYS: [&str; 12] = [
    "host",
    "url",
    "method",
    "tls",
    "verify",
    "http_status_code",
    "protocol",
    "port",
    "timeout",
    "frequency",
    "regexp",
    "command",
];

/// Whether the values of a record are checked.
pub(super) fn is_asked(record: &Record) -> bool {
    record.options().section("healthcheck").is_some_and(Value::is_truthy)
}

/// The check that a record asks for, if any.
///
/// # Errors
///
/// Says which option is not valid.
pub(super) fn asked(
    record: &Record,
    zone: &ZoneName,
    facts: &Facts,
) -> Result<Option<Object>, String> {
    if !is_asked(record) {
        return Ok(None);
    }
    let options = record.options();
    let protocol = options.healthcheck_protocol().to_ascii_uppercase();
    let is_http = matches!(&*protocol, "HTTP" | "HTTPS");
    if !is_http && !matches!(&*protocol, "TCP" | "UDP" | "ICMP") {
        return Err(format!("the protocol {protocol} is none of HTTP, HTTPS, TCP, UDP and ICMP"));
    }
    let own = options.section(facts.section).and_then(|section| section.get(facts.checks));
    let mut check: Object = match own.filter(|own| !own.is_null()) {
        None => Object::new(),
        Some(own) => from_value(own).map_err(|_| format!("{} is no mapping", facts.checks))?,
    };
    let means_something = |key: &str| match key {
        _ if OF_HTTP.contains(&key) => is_http,
        "command" => !is_http && protocol != "ICMP",
        "regexp" => protocol != "ICMP",
        _ => true,
    };
    check.retain(|key, value| means_something(key) && !value.is_null());
    let port = options.healthcheck_port().or(facts.icmp_has_port.then_some(1));
    check.extend(port.map(|port| ("port".to_owned(), port.into())));
    let mut default = |key: &str, value: Json| {
        check.entry(key).or_insert(value);
    };
    if is_http {
        default("method", "GET".into());
        default("tls", (protocol == "HTTPS").into());
        if let Some(host) = options.healthcheck_host(&record.fqdn(zone)) {
            default("host", host.into());
        }
        default("url", options.healthcheck_path().into());
    }
    default("timeout", 10.into());
    default("frequency", 10.into());
    if facts.verifies && check.get("tls").is_some_and(|tls| *tls == true) {
        check.entry("verify").or_insert(false.into());
    }
    check.insert("protocol".to_owned(), if is_http { "HTTP".into() } else { protocol.into() });
    for (key, least, most) in [("port", 1, 65_535), ("timeout", 1, 10), ("frequency", 10, 3600)] {
        let given = check.get(key);
        let is_right =
            |given: &Json| given.as_i64().is_some_and(|given| (least..=most).contains(&given));
        if given.is_some_and(|given| !is_right(given)) {
            return Err(format!("{key} is no number from {least} to {most}"));
        }
    }
    Ok(Some(check))
}

/// The check of a set.
pub(super) fn held(set: &Json) -> Option<&Object> {
    set["meta"]["failover"].as_object().filter(|check| !check.is_empty())
}

/// Whether a check is not as a record asks for.
pub(super) fn differs(asked: Option<&Object>, held: Option<&Object>) -> bool {
    let (Some(asked), Some(held)) = (asked, held) else { return asked.is_some() != held.is_some() };
    let is_off = |value: &Json| matches!(value, Json::Null | Json::Bool(false));
    KEYS.iter().any(|key| match (asked.get(*key), held.get(*key)) {
        (Some(asked), Some(held)) => asked != held,
        // What is not said is off.
        (Some(value), None) | (None, Some(value)) => !is_off(value),
        (None, None) => false,
    })
}

/// The options of a record that a check stands for: those of octoDNS, and those of the service.
pub(super) fn options(check: &Object, facts: &Facts) -> (Json, Object) {
    let of = |key: &str| check.get(key).filter(|value| !value.is_null()).cloned();
    let is_http = of("protocol").is_some_and(|protocol| protocol == "HTTP");
    let mut general = json!({"protocol": of("protocol")});
    let names: &[(&str, &str)] = if is_http {
        &[("port", "port"), ("host", "host"), ("url", "path")]
    } else {
        &[("port", "port")]
    };
    for (key, name) in names {
        if let Some(value) = of(key) {
            general[*name] = value;
        }
    }
    let mut own = Object::new();
    let mut put = |key: &str, default: Option<Json>| {
        own.extend(of(key).or(default).map(|value| (key.to_owned(), value)));
    };
    if is_http {
        put("method", Some("GET".into()));
        put("tls", Some(false.into()));
        put("http_status_code", None);
        let is_verified = facts.verifies && of("tls").is_some_and(|tls| tls == true);
        put("verify", is_verified.then(|| false.into()));
    }
    put("regexp", None);
    put("command", None);
    put("timeout", Some(10.into()));
    put("frequency", Some(10.into()));
    (general, own)
}
