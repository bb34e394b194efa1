//! The `octodns` section of a record: instructions to octoDNS and to providers, kept as written.

use serde_json::{Value as Json, json};

use super::ValueError;
use crate::shape::Dialect;
use crate::value::{Map, OwnedValue, Value, python_str};

/// The `octodns` section of a record; most records have none, which costs no allocation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options(Option<Box<Map<'static>>>);

impl Options {
    /// No section.
    pub const NONE: Self = Self(None);

    /// The options in a map; an empty one is as good as none.
    pub fn new(map: Map<'static>) -> Self {
        Self((!map.is_empty()).then(|| Box::new(map)))
    }

    /// Reads an `octodns` section.
    ///
    /// # Errors
    ///
    /// Refuses anything but a mapping.
    pub fn read(section: &Value<'_>) -> Result<Self, ValueError> {
        match section.as_map() {
            Some(map) if map.is_empty() => Ok(Self::NONE),
            Some(map) => Ok(Self::new(map.clone().into_owned())),
            None => {
                let fault = ValueError::wrong_kind("octodns", section, "a mapping");
                Err(fault.help("write options such as `lenient: true`, indented below it"))
            }
        }
    }

    /// Whether there is no option.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The section as it was written, if there is one.
    pub fn raw(&self) -> Option<&Map<'static>> {
        self.0.as_deref()
    }

    /// The section as a value, if there is one.
    pub fn to_value(&self) -> Option<OwnedValue> {
        self.raw().map(|map| Value::from(map.clone()))
    }

    /// What the section says to one provider, by the name of its kind: `route53`, `cloudflare`.
    pub fn section(&self, name: &str) -> Option<&OwnedValue> {
        self.raw()?.get(name)
    }

    /// Whether the record is left out of every plan (`ignored`).
    pub fn ignored(&self) -> bool {
        self.is_true("ignored")
    }

    /// Whether faults of the record are warnings (`lenient`).
    pub fn lenient(&self) -> bool {
        self.is_true("lenient")
    }

    /// The only targets the record is meant for (`included`); empty: all.
    pub fn included(&self) -> impl Iterator<Item = &str> {
        self.ids("included")
    }

    /// The targets the record is not meant for (`excluded`).
    pub fn excluded(&self) -> impl Iterator<Item = &str> {
        self.ids("excluded")
    }

    /// Whether the record is meant for a target, by `included` and `excluded`.
    pub fn wants(&self, target: &str) -> bool {
        if self.is_empty() {
            return true;
        }
        (!self.is_true("included") || self.included().any(|id| id == target))
            && !self.excluded().any(|id| id == target)
    }

    /// The protocol of the record's health check: `HTTPS` unless the section says otherwise.
    pub fn healthcheck_protocol(&self) -> &str {
        self.healthcheck("protocol").and_then(Value::as_str).unwrap_or("HTTPS")
    }

    /// The host a health check asks for, if it is of HTTP or HTTPS: `fqdn` without its final dot
    /// unless the section says otherwise. An empty or null host is none.
    pub fn healthcheck_host(&self, fqdn: &str) -> Option<String> {
        if !self.has_http_healthcheck() {
            return None;
        }
        match self.healthcheck("host") {
            None => Some(fqdn.strip_suffix('.').unwrap_or(fqdn).to_owned()),
            Some(host) => host.is_truthy().then(|| python_str(host)),
        }
    }

    /// The path a health check asks for, if it is of HTTP or HTTPS: `/_dns` unless the section says
    /// otherwise.
    pub fn healthcheck_path(&self) -> Option<&str> {
        self.has_http_healthcheck()
            .then(|| self.healthcheck("path").and_then(Value::as_str).unwrap_or("/_dns"))
    }

    /// The port of a health check, unless it is of ICMP: 443 unless the section says otherwise.
    pub fn healthcheck_port(&self) -> Option<i64> {
        if self.healthcheck_protocol() == "ICMP" {
            return None;
        }
        let given = self.healthcheck("port").and_then(super::dynamic::whole_number);
        Some(given.unwrap_or(443))
    }

    fn has_http_healthcheck(&self) -> bool {
        matches!(self.healthcheck_protocol(), "HTTP" | "HTTPS")
    }

    fn healthcheck(&self, key: &str) -> Option<&OwnedValue> {
        self.section("healthcheck")?.get(key)
    }

    fn is_true(&self, key: &str) -> bool {
        self.section(key).is_some_and(Value::is_truthy)
    }

    /// The ids of a list.
    ///
    // Differs from octoDNS: a text instead of a list is one id, not any id that is a part of it.
    fn ids(&self, key: &str) -> impl Iterator<Item = &str> {
        let value = self.section(key);
        let list = value.and_then(Value::as_list).unwrap_or_default();
        value.and_then(Value::as_str).into_iter().chain(list.iter().filter_map(Value::as_str))
    }
}

/// What the section may be, in JSON Schema; providers have fields of their own in it.
pub(crate) fn schema(dialect: Dialect) -> Json {
    match dialect {
        Dialect::Octodns => plain(),
        Dialect::Complete => complete(),
    }
}

const PROTOCOLS: [&str; 5] = ["HTTP", "HTTPS", "ICMP", "TCP", "UDP"];

fn plain() -> Json {
    let ids = json!({"type": "array", "items": {"type": "string"}});
    json!({
        "type": "object",
        "additionalProperties": true,
        "properties": {
            "ignored": {"type": "boolean"},
            "lenient": {"type": "boolean"},
            "excluded": ids,
            "included": ids,
            "healthcheck": {
                "type": "object",
                "additionalProperties": true,
                "properties": {
                    "protocol": {"type": "string", "enum": PROTOCOLS},
                    "host": {"type": ["string", "null"]},
                    "path": {"type": "string"},
                    "port": {"type": "integer", "minimum": 0, "maximum": 65_535},
                },
            },
        },
    })
}

fn complete() -> Json {
    let ids = |about| {
        json!({
            "description": about,
            "if": {"type": "array"},
            "then": {"items": {"type": "string"}},
            "else": {"type": ["string", "null"]},
        })
    };
    json!({
        "type": "object",
        "description": "Instructions to octoDNS and to providers.",
        "properties": {
            "ignored": {"type": "boolean", "description": "The record is left out of every plan. Default: false."},
            "lenient": {
                "type": ["boolean", "integer"],
                "description": "Faults of the record are warnings. Default: false.",
            },
            "excluded": ids("The targets the record is not meant for."),
            "included": ids("The only targets the record is meant for. Default: all."),
            "healthcheck": {
                "type": "object",
                "description": "How the values of pools are checked.",
                "properties": {
                    "protocol": {"enum": PROTOCOLS, "description": "Default: HTTPS."},
                    "host": {"description": "The host of HTTP and HTTPS. Default: the name of the record."},
                    "path": {"description": "The path of HTTP and HTTPS. Default: /_dns."},
                    "port": {"description": "The port, unless of ICMP. Default: 443."},
                },
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::json;

    fn options(text: &str) -> Options {
        Options::read(&json(text)).unwrap()
    }

    #[test]
    fn no_section_costs_one_word() {
        assert_eq!(size_of::<Options>(), size_of::<usize>());
        assert_eq!(options("{}"), Options::NONE);
        assert!(Options::NONE.wants("any"));
    }

    #[test]
    fn targets_are_chosen_by_both_lists() {
        let both = options(r#"{"included": ["a", "b"], "excluded": "b"}"#);
        assert!(both.wants("a") && !both.wants("b") && !both.wants("c"));
        let empty = options(r#"{"included": [], "excluded": ["a"]}"#);
        assert!(!empty.wants("a") && empty.wants("b"));
    }

    #[test]
    fn health_checks_have_the_defaults_of_the_reference() {
        let none = Options::NONE;
        assert_eq!(none.healthcheck_protocol(), "HTTPS");
        assert_eq!(none.healthcheck_host("a.unit.tests.").as_deref(), Some("a.unit.tests"));
        assert_eq!((none.healthcheck_path(), none.healthcheck_port()), (Some("/_dns"), Some(443)));
        let tcp = options(r#"{"healthcheck": {"protocol": "TCP", "port": "53"}}"#);
        assert_eq!((tcp.healthcheck_path(), tcp.healthcheck_port()), (None, Some(53)));
        let icmp = options(r#"{"healthcheck": {"protocol": "ICMP"}}"#);
        assert_eq!(icmp.healthcheck_port(), None);
        let host = options(r#"{"healthcheck": {"host": null, "path": "/x", "protocol": "HTTP"}}"#);
        assert_eq!((host.healthcheck_host("a."), host.healthcheck_path()), (None, Some("/x")));
    }

    #[test]
    fn truth_is_that_of_python() {
        assert!(options(r#"{"lenient": "no", "ignored": 1}"#).lenient());
        assert!(!options(r#"{"lenient": 0, "ignored": ""}"#).ignored());
    }
}
