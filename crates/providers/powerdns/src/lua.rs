//! `PowerDnsProvider/LUA`: records with a script that answers queries
//! (<https://doc.powerdns.com/authoritative/lua-records/>).

use std::sync::Arc;

use octodns_core::record::{CustomType, ValueError};
use octodns_core::validate::{Findings, Validator, ValueCheck};
use octodns_core::value::{Map, python_str};
use octodns_core::{OwnedValue, RecordType, Value};

/// The name of the type.
pub(crate) const LUA: RecordType = RecordType::custom("PowerDnsProvider/LUA");

/// The type; a value has the type of the answers, and the script.
#[derive(Debug)]
pub(crate) struct Lua;

/// A value of the type, from its two parts.
pub(crate) fn value(responses: &str, script: &str) -> OwnedValue {
    Map::from_unique([
        ("type", Value::from(responses.to_owned())),
        ("script", script.to_owned().into()),
    ])
    .into()
}

fn part(value: &Value<'_>, key: &str) -> String {
    value.get(key).map(python_str).unwrap_or_default()
}

impl CustomType for Lua {
    fn record_type(&self) -> RecordType {
        LUA
    }

    fn is_single(&self) -> bool {
        false
    }

    fn class_name(&self) -> &'static str {
        "PowerDnsLuaRecord"
    }

    fn read(&self, given: &Value<'_>) -> Result<OwnedValue, ValueError> {
        for key in ["type", "script"] {
            if given.get(key).is_none() {
                let fault = ValueError::new(format!("missing {key}"), given.position);
                return Err(fault.help("write the `type` of the answers, and the `script`"));
            }
        }
        Ok(value(&part(given, "type"), &part(given, "script")))
    }

    fn rdata(&self, value: &OwnedValue) -> String {
        format!("{} \"{}\"", part(value, "type"), part(value, "script"))
    }

    fn text(&self, value: &OwnedValue) -> String {
        format!("{} (script)", part(value, "type"))
    }

    fn order_key(&self, value: &OwnedValue) -> String {
        self.rdata(value)
    }

    fn schema(&self) -> octodns_core::schema::Schema {
        let text = serde_json::json!({"type": "string"});
        schemars::json_schema!({
            "type": "object",
            "properties": {"type": text, "script": text},
            "required": ["type", "script"],
        })
    }

    fn validators(&self) -> Vec<Validator> {
        let check = ValueCheck::new(
            "powerdns-lua-value",
            "octodns_powerdns.record._PowerDnsLuaValueValidator",
            &["legacy", "strict"],
            check,
        );
        vec![Validator::Value(Arc::new(check))]
    }
}

fn check(values: &[Value<'_>], _: RecordType, findings: &mut Findings) {
    if values.is_empty() {
        findings
            .error(octodns_core::value::Position::NONE, "at least one value required")
            .help("add a value with `type` and `script`");
    }
    for value in values {
        for (key, help) in [
            ("type", "write the type of the answers: `type: A`"),
            ("script", "write the script: `script: \"ifportup(443, {'192.0.2.1'})\"`"),
        ] {
            if value.get(key).is_none() {
                findings.error(value.position, format!("missing {key}")).help(help);
            }
        }
    }
}
