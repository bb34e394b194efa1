//! Health checks: what a record asks for, and the settings of the checks at Sonar.

use octodns_core::record::dynamic::{Pool, PoolValue};
use octodns_core::value::Kind as ValueKind;
use octodns_core::{OwnedValue, Record, RecordType, Value};
use octodns_kit::things::{Kind, Thing, Wanted};
use octodns_kit::{Json, json};
use serde::Deserialize;

use super::names::Names;
use super::things::Named;
use crate::records::text;

/// A place that checks are made from.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Site {
    id: u64,
    region: String,
}

/// The options of a record: `octodns.constellix.healthcheck`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct HealthCheck {
    port: i64,
    /// The path of its checks: `tcp` or `http`.
    pub(crate) kind: &'static str,
    regions: Vec<String>,
    interval: String,
}

impl HealthCheck {
    /// What a record asks for; `None` if its values are not checked.
    ///
    /// # Errors
    ///
    /// Says which option is not valid.
    pub(crate) fn of(record: &Record) -> Result<Option<Self>, String> {
        let section = record.options().section("constellix");
        let given = section.and_then(|section| section.get("healthcheck"));
        let Some(given) = given.filter(|given| given.kind != ValueKind::Null) else {
            return Ok(None);
        };
        if given.as_map().is_none() {
            return Err("healthcheck is no mapping".to_owned());
        }
        let option = |key: &str| given.get(key).filter(|value| value.kind != ValueKind::Null);
        let word = |key: &str, default: &str| match option(key) {
            None => Ok(default.to_owned()),
            Some(value) => value.as_str().map(str::to_owned).ok_or(format!("{key} is no text")),
        };
        let port = match option("sonar_port").map(|port| &port.kind) {
            None => 80,
            Some(ValueKind::Int(port)) if (1..=65_535).contains(port) => *port,
            Some(_) => return Err("sonar_port is no number from 1 to 65535".to_owned()),
        };
        let kind = match &*word("sonar_type", "TCP")?.to_ascii_uppercase() {
            "TCP" => "tcp",
            "HTTP" => "http",
            other => return Err(format!("sonar_type {other} is neither TCP nor HTTP")),
        };
        let regions = match option("sonar_regions").map(Value::as_list) {
            None => vec![WORLD.to_owned()],
            Some(Some(list)) if !list.is_empty() => words(list)?,
            Some(_) => return Err("sonar_regions is no list of regions".to_owned()),
        };
        Ok(Some(Self { port, kind, regions, interval: word("sonar_interval", "ONEMINUTE")? }))
    }

    /// The ids of the sites in its regions.
    ///
    /// # Errors
    ///
    /// There is none.
    pub(crate) fn sites(&self, all: &[Site]) -> Result<Vec<u64>, String> {
        let is_in = |site: &&Site| {
            self.regions.iter().any(|region| *region == WORLD || *region == site.region)
        };
        let sites: Vec<_> = all.iter().filter(is_in).map(|site| site.id).collect();
        if sites.is_empty() {
            return Err(format!("Sonar has no site in {}", self.regions.join(", ")));
        }
        Ok(sites)
    }

    /// The check of a value of a pool.
    pub(crate) fn wanted(
        &self,
        (names, of): (&Names, RecordType),
        (pool, value): (&Pool, &PoolValue),
        sites: &[u64],
    ) -> Wanted {
        let mut change = json!({
            "name": names.check(pool.id(), value.value()),
            "port": self.port,
            "checkSites": sites,
            "interval": self.interval,
        });
        if self.kind == "http" {
            change["protocolType"] = "HTTPS".into();
        }
        let mut body = change.clone();
        body["host"] = value.value().into();
        body["ipVersion"] = if of == RecordType::AAAA { "IPV6" } else { "IPV4" }.into();
        Wanted::new(&*names.owner, body).changed_by(change)
    }
}

/// All sites.
const WORLD: &str = "WORLD";

fn words(list: &[OwnedValue]) -> Result<Vec<String>, String> {
    let words: Option<_> = list.iter().map(|word| word.as_str().map(str::to_owned)).collect();
    words.ok_or_else(|| "sonar_regions is no list of regions".to_owned())
}

/// The checks at Sonar.
#[derive(Debug)]
pub(crate) struct Check;

impl Kind for Check {
    type Calls = Named;
    const WHAT: &'static str = "health check";

    fn is_as_wanted(thing: &Json, wanted: &Json) -> bool {
        let sites = |check: &Json| {
            let sites = check["checkSites"].as_array().into_iter().flatten();
            let mut sites: Vec<_> = sites.filter_map(Json::as_u64).collect();
            sites.sort_unstable();
            sites
        };
        let keys = ["port", "interval", "protocolType"].iter();
        let mut keys = keys.filter(|key| wanted.get(key).is_some());
        sites(thing) == sites(wanted) && keys.all(|key| thing[key] == wanted[key])
    }
}

impl Check {
    /// The check of a value of a pool, if it has one.
    pub(crate) fn id_of(value: &Json) -> Option<u64> {
        value["checkId"].as_u64().filter(|id| *id != 0)
    }

    /// Whether a check was made for a record.
    pub(crate) fn is_of(check: &Thing, names: &Names) -> bool {
        names.is_check(check.name(), text(&check.body, "host"))
    }
}
