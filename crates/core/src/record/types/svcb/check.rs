//! The checks of service bindings, parameter by parameter.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::KEYS;
use crate::rdata::number::{self, NumberFault};
use crate::record::RecordType;
use crate::record::fields::{Fields, check_each, check_each_mapping, check_int};
use crate::record::general::shown;
use crate::record::types::target::{check_absolute, check_target};
use crate::record::types::txt::check_texts;
use crate::validate::{Findings, ValueCheck};
use crate::value::{Kind, Value};

pub(crate) const SVCB: &[ValueCheck] = &[
    ValueCheck {
        id: "svcb-value-rfc",
        class: "octodns.record.svcb.SvcbValueValidator",
        sets: &["legacy", "strict"],
        check,
        accepts: None,
    },
    ValueCheck {
        id: "svcb-value-best-practice",
        class: "octodns.record.svcb.SvcbValueBestPracticeValidator",
        sets: &["best-practice"],
        check: check_targetname_absolute,
        accepts: None,
    },
];

/// octoDNS imports the classes of SVCB into the module of HTTPS, so that they have two paths.
pub(crate) const HTTPS: &[ValueCheck] = &[
    ValueCheck {
        id: "https-value-rfc",
        class: "octodns.record.https.SvcbValueValidator",
        sets: &["legacy", "strict"],
        check,
        accepts: None,
    },
    ValueCheck {
        id: "https-value-best-practice",
        class: "octodns.record.https.SvcbValueBestPracticeValidator",
        sets: &["best-practice"],
        check: check_targetname_absolute,
        accepts: None,
    },
];

fn check(values: &[Value<'_>], record_type: RecordType, findings: &mut Findings) {
    check_each(values, findings, |svcb, findings| {
        let priority = svcb.check_int("svcpriority", 0..=65_535, findings);
        let target = svcb.get("targetname").unwrap_or(&Value::NULL);
        check_target(target, record_type, "targetname", findings);
        check_params(svcb, priority, findings);
    });
}

fn check_targetname_absolute(
    values: &[Value<'_>],
    record_type: RecordType,
    findings: &mut Findings,
) {
    check_each_mapping(values, findings, |svcb, findings| {
        if let Some(target) = svcb.get("targetname") {
            check_absolute(target, record_type, "targetname", findings);
        }
    });
}

fn check_params(svcb: Fields<'_, '_>, priority: Option<i64>, findings: &mut Findings) {
    let Some(given) = svcb.get("svcparams") else { return };
    let Some(params) = given.as_map() else {
        findings.wrong_kind("svcparams", given, "a mapping of parameters");
        return;
    };
    if priority == Some(0) && !params.is_empty() {
        findings
            .error(given.position, "an alias (svcpriority 0) takes no svcparams")
            .help("remove them, or give a svcpriority of 1 or more");
    }
    for (key, value) in params {
        match key.as_str() {
            Some(name) => check_param(name, key, value, findings),
            None => {
                findings.wrong_kind("the key of a parameter", key, "text");
            }
        }
    }
}

fn check_param(name: &str, key: &Value<'_>, value: &Value<'_>, findings: &mut Findings) {
    match name {
        _ if name.starts_with("key") => check_key_number(name, key, findings),
        "no-default-alpn" | "ohttp" if value.is_null() => {}
        "no-default-alpn" | "ohttp" => {
            let message = format!("{name} takes no value");
            findings.error(value.position, message).help("remove the value");
        }
        "port" => check_port(value, findings),
        "alpn" => {
            if let Some(texts) = list(name, value, findings) {
                check_texts(texts, RecordType::SVCB, findings);
            }
        }
        "ipv4hint" => check_hints::<Ipv4Addr>(name, value, findings),
        "ipv6hint" => check_hints::<Ipv6Addr>(name, value, findings),
        "mandatory" => check_mandatory(name, value, findings),
        "ech" => check_ech(value, findings),
        "dohpath" if value.as_str().is_some() => {}
        "dohpath" => {
            findings.wrong_kind("dohpath", value, "text");
        }
        _ => {
            let found = findings.error(key.position, format!("unknown parameter \"{name}\""));
            found.help(match crate::nearest(name, KEYS) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!("write one of {}, or key and a number", KEYS.join(", ")),
            });
        }
    }
}

/// `key7` and so on stand for the parameters without a name (RFC 9460, section 2.1).
fn check_key_number(name: &str, key: &Value<'_>, findings: &mut Findings) {
    match number::int_of_text(name.get(3..).unwrap_or_default()) {
        Ok(..=65_535) => {}
        Ok(_) | Err(NumberFault::TooBig) => {
            let message = format!("the number of \"{name}\" is beyond 65535");
            findings.error(key.position, message).help("write key0 to key65535");
        }
        Err(_) => {
            let message = format!("\"{name}\" is not \"key\" and a number");
            findings.error(key.position, message).help("write key0 to key65535");
        }
    }
}

/// The reference has no lower bound.
fn check_port(value: &Value<'_>, findings: &mut Findings) {
    check_int("port", value, i64::MIN..=65_535, findings);
}

fn list<'v, 'a>(
    name: &str,
    value: &'v Value<'a>,
    findings: &mut Findings,
) -> Option<&'v [Value<'a>]> {
    let list = value.as_list();
    if list.is_none() {
        let message = format!("{name} must be a list, not {}", value.kind_name());
        findings.error(value.position, message).help("write it in brackets: [one, two]");
    }
    list
}

fn check_hints<A: std::str::FromStr>(name: &str, value: &Value<'_>, findings: &mut Findings) {
    for address in list(name, value, findings).unwrap_or_default() {
        if address.as_str().is_none_or(|text| text.parse::<A>().is_err()) {
            let message = format!("{name} {} is not an address of that family", shown(address));
            let example = if name == "ipv4hint" { "192.0.2.1" } else { "2001:db8::1" };
            findings
                .error(address.position, message)
                .help(format!("write an address such as {example}"));
        }
    }
}

fn check_mandatory(name: &str, value: &Value<'_>, findings: &mut Findings) {
    for key in list(name, value, findings).unwrap_or_default() {
        match key.as_str() {
            None => {
                findings.wrong_kind("a mandatory parameter", key, "its key");
            }
            Some(text) if text.starts_with("key") => check_key_number(text, key, findings),
            Some(text) if KEYS.contains(&text) => {}
            Some(text) => {
                let message = format!("unknown parameter \"{text}\" in mandatory");
                findings
                    .error(key.position, message)
                    .help(format!("write one of {}, or key and a number", KEYS.join(", ")));
            }
        }
    }
}

fn check_ech(value: &Value<'_>, findings: &mut Findings) {
    let Kind::Str(text) = &value.kind else {
        findings.wrong_kind("ech", value, "text in base64");
        return;
    };
    if !is_base64(text) {
        findings.error(value.position, "ech is not base64").help("copy it whole, with its padding");
    }
}

/// RFC 4648, section 4, with its padding.
fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - digits.len() <= 2
        && digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}
