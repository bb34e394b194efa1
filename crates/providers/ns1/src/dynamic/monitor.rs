//! Monitors: what a record asks for, and the settings of the jobs that check its values.

use std::net::IpAddr;

use octodns_core::value::from_value;
use octodns_core::{Record, RecordType, ZoneName};
use octodns_kit::{Json, json};
use serde::Deserialize;

use crate::items::text;
use crate::options::{HTTP_VERSIONS, Options};
use crate::routing::notes;

/// The policies of the service: how many regions must agree.
const POLICIES: [&str; 3] = ["all", "one", "quorum"];

/// What all monitors of an account have.
#[derive(Clone, Debug)]
pub(super) struct Defaults {
    pub(super) regions: Vec<String>,
    by_http: bool,
    version: String,
}

impl Defaults {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            regions: options.monitor_regions.clone(),
            by_http: options.use_http_monitors,
            version: options.default_healthcheck_http_version.clone(),
        }
    }
}

/// The options of a record: `octodns.ns1.healthcheck`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    policy: String,
    frequency: i64,
    rapid_recheck: bool,
    connect_timeout: f64,
    response_timeout: f64,
    http_version: Option<String>,
}

impl Default for Asked {
    fn default() -> Self {
        Self {
            policy: "quorum".to_owned(),
            frequency: 60,
            rapid_recheck: false,
            connect_timeout: 2.0,
            response_timeout: 10.0,
            http_version: None,
        }
    }
}

impl Asked {
    /// What a record asks for.
    ///
    /// # Errors
    ///
    /// Says which option is not valid.
    pub(super) fn of(record: &Record) -> Result<Self, String> {
        let section = record.options().section("ns1");
        let given = section.and_then(|section| section.get("healthcheck"));
        let Some(given) = given.filter(|given| !given.is_null()) else {
            return Ok(Self::default());
        };
        let asked: Self = from_value(given).map_err(|error| error.to_string())?;
        let Self { policy, frequency, connect_timeout, response_timeout, http_version, .. } =
            &asked;
        if !POLICIES.contains(&&**policy) {
            return Err(format!("policy {policy} is none of all, one and quorum"));
        }
        if *frequency < 1 {
            return Err("frequency is no number of seconds".to_owned());
        }
        for (key, seconds) in
            [("connect_timeout", connect_timeout), ("response_timeout", response_timeout)]
        {
            if !(0.001..=86_400.0).contains(seconds) {
                return Err(format!("{key} is no number of seconds"));
            }
        }
        match http_version {
            Some(version) if !HTTP_VERSIONS.contains(&&**version) => {
                Err(format!("http_version {version} is neither HTTP/1.0 nor HTTP/1.1"))
            }
            _ => Ok(asked),
        }
    }
}

/// The record that a monitor is for, by its notes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Owner {
    host: String,
    of: String,
}

impl Owner {
    pub(super) fn new(record: &Record, zone: &ZoneName) -> Self {
        let host = record.fqdn(zone).trim_end_matches('.').to_owned();
        Self { host, of: record.record_type().as_str().to_owned() }
    }

    /// The record of a monitor; `None` if octoDNS has not made it.
    pub(super) fn of(monitor: &Json) -> Option<Self> {
        let notes = notes(text(monitor, "notes"));
        let [host, of] = ["host", "type"].map(|key| notes.get(key).map(|of| (*of).to_owned()));
        Some(Self { host: host?, of: of? })
    }

    /// Whether a monitor was made for this record.
    pub(super) fn has(&self, monitor: &Json) -> bool {
        Self::of(monitor).as_ref() == Some(self)
    }
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}. {}", self.host, self.of)
    }
}

/// Whether a monitor is for the same value of its record as another.
pub(super) fn is_for(monitor: &Json, wanted: &Json) -> bool {
    canonical(value_of(monitor)) == canonical(value_of(wanted))
}

/// The value that a monitor checks.
fn value_of(monitor: &Json) -> &str {
    let noted = notes(text(monitor, "notes")).get("value").copied();
    noted.filter(|value| !value.is_empty()).unwrap_or_else(|| text(&monitor["config"], "host"))
}

/// An address or a name in one spelling.
pub(super) fn canonical(value: &str) -> String {
    match value.parse::<IpAddr>() {
        Ok(address) => address.to_string(),
        Err(_) => value.trim_end_matches('.').to_ascii_lowercase(),
    }
}

/// The monitor of a value, as it is sent, without its notify list.
pub(super) fn wanted(
    record: &Record,
    value: &str,
    (owner, asked, defaults): (&Owner, &Asked, &Defaults),
) -> Json {
    let value = value.trim_end_matches('.');
    let Owner { host, of } = owner;
    let options = record.options();
    let protocol = options.healthcheck_protocol();
    let is_v6 = of == RecordType::AAAA.as_str();
    let (connect, response) = (asked.connect_timeout, asked.response_timeout);
    let mut monitor = json!({
        "active": true,
        "name": format!("{host} - {of} - {value}"),
        "notes": format!("host:{host} type:{of}"),
        "policy": asked.policy,
        "frequency": asked.frequency,
        "rapid_recheck": asked.rapid_recheck,
        "region_scope": "fixed",
        "regions": defaults.regions,
    });
    if defaults.by_http {
        monitor["notes"] = format!("host:{host} type:{of} value:{value}").into();
    }
    let path = options.healthcheck_path().unwrap_or_default();
    let asked_host = options.healthcheck_host(host);
    let asked_host = asked_host.unwrap_or_else(|| value.to_owned());
    let port = options.healthcheck_port();
    if protocol == "ICMP" {
        monitor["job_type"] = "ping".into();
        monitor["config"] = json!({
            "count": 4,
            "host": value,
            // A quarter of the time that all four may take.
            "interval": number(response * 250.0),
            "ipv6": is_v6,
            "timeout": number(response * 1000.0),
        });
    } else if protocol == "TCP" || !defaults.by_http {
        monitor["job_type"] = "tcp".into();
        monitor["config"] = json!({
            "host": value,
            "port": port,
            "connect_timeout": number(connect * 1000.0),
            "response_timeout": number(response * 1000.0),
            "ssl": protocol == "HTTPS",
        });
        if protocol != "TCP" {
            let version = asked.http_version.as_deref().unwrap_or(&defaults.version);
            // The service takes the escapes for what they stand for.
            let request =
                format!(r"GET {path} {version}\r\nHost: {asked_host}\r\nUser-agent: NS1\r\n\r\n");
            monitor["config"]["send"] = request.into();
            monitor["rules"] =
                json!([{"comparison": "contains", "key": "output", "value": "200 OK"}]);
        }
    } else {
        let scheme = protocol.to_ascii_lowercase();
        let address = if is_v6 { format!("[{value}]") } else { value.to_owned() };
        let port = port.unwrap_or(443);
        monitor["job_type"] = "http".into();
        monitor["config"] = json!({
            "url": format!("{scheme}://{address}:{port}{path}"),
            "virtual_host": asked_host,
            "user_agent": "NS1",
            "tls_add_verify": false,
            "follow_redirect": false,
            "connect_timeout": number(connect),
            "idle_timeout": number(response),
        });
        monitor["rules"] = json!([{"comparison": "==", "key": "status_code", "value": "200"}]);
    }
    if is_v6 {
        monitor["config"]["ipv6"] = true.into();
    }
    monitor
}

/// Whether a monitor has the settings of a request; others that it has are its own.
pub(super) fn is_same(monitor: &Json, wanted: &Json) -> bool {
    let regions = |monitor: &Json| {
        let mut regions: Vec<_> =
            crate::items::entries(&monitor["regions"]).iter().map(ToString::to_string).collect();
        regions.sort();
        regions.dedup();
        regions
    };
    let config = wanted["config"].as_object().into_iter().flatten();
    let mut config = config.map(|(key, value)| monitor["config"].get(key) == Some(value));
    let others = wanted.as_object().into_iter().flatten();
    let mut others = others.filter(|(key, _)| !matches!(&***key, "config" | "regions"));
    config.all(|is_same| is_same)
        && others.all(|(key, value)| monitor.get(key) == Some(value))
        && regions(monitor) == regions(wanted)
}

/// A number, as an integer if it is one.
#[expect(clippy::cast_possible_truncation, reason = "it is whole, and small")]
fn number(number: f64) -> Json {
    if number.fract() == 0.0 { (number as i64).into() } else { number.into() }
}
