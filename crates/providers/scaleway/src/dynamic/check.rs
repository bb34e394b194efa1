//! What a health check asks for.

use octodns_core::value::{Kind, Map};
use octodns_core::{OwnedValue, Record, Value};

/// A URL, in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Site {
    /// In capitals, as octoDNS has it.
    protocol: String,
    host: String,
    /// `None` if the URL has none.
    port: Option<i64>,
    path: String,
}

impl Site {
    /// What a record asks for; its host is `fqdn` if it names none.
    pub(super) fn of(record: &Record, fqdn: &str) -> Self {
        let options = record.options();
        let host = options.healthcheck_host(fqdn).filter(|host| !host.is_empty());
        Self {
            protocol: options.healthcheck_protocol().to_owned(),
            host: host.unwrap_or_else(|| fqdn.trim_end_matches('.').to_owned()),
            port: options.healthcheck_port(),
            path: options.healthcheck_path().unwrap_or_default().to_owned(),
        }
    }

    /// Takes a URL apart.
    pub(super) fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port.parse::<u16>().ok()?)),
            _ => (authority, None),
        };
        (!host.is_empty()).then(|| Self {
            protocol: scheme.to_ascii_uppercase(),
            host: host.to_ascii_lowercase(),
            port: port.map(i64::from),
            path: path.to_owned(),
        })
    }

    /// Its URL, as octoDNS' own provider spells it.
    pub(super) fn url(&self) -> String {
        let Self { protocol, host, path, .. } = self;
        format!("{protocol}://{host}:{}{path}", self.port())
    }

    /// Whether another URL asks for the same.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        let host = |site: &Self| site.host.to_ascii_lowercase();
        (&self.protocol, &self.path, self.port(), host(self))
            == (&other.protocol, &other.path, other.port(), host(other))
    }

    fn port(&self) -> i64 {
        self.port.unwrap_or(if self.protocol == "HTTP" { 80 } else { 443 })
    }

    /// The options of a record; the default port of octoDNS is that of HTTPS.
    pub(super) fn options(&self) -> OwnedValue {
        let port = self.port.or((self.protocol == "HTTP").then_some(80));
        Map::from_unique([
            ("host", Value::from(self.host.clone())),
            ("path", self.path.clone().into()),
            ("port", port.map_or(Value::NULL, Value::from)),
            ("protocol", self.protocol.clone().into()),
        ])
        .into()
    }
}

/// Options of a check that only this service has: their names, the same as in a row, and their defaults.
pub(super) const OWN: [(&str, Option<&str>); 2] =
    [("must_contain", None), ("strategy", Some("all"))];

/// How values that pass are chosen: all of them, one at random, or one by the address of who asks.
const STRATEGIES: [&str; 3] = ["all", "hashed", "random"];

/// An option of [`OWN`] of a record, `octodns.scaleway.healthcheck`, empty for the default; `None` if it says nothing.
pub(super) fn own<'r>(record: &'r Record, key: &str) -> Option<&'r str> {
    let value = record.options().section("scaleway")?.get("healthcheck")?.get(key)?;
    match value.as_str() {
        Some(text) => (key != "strategy" || STRATEGIES.contains(&text)).then_some(text),
        None => (value.kind == Kind::Null).then_some(""),
    }
}

/// Why the options of [`OWN`] of a record are not valid.
pub(super) fn own_fault(record: &Record) -> Option<String> {
    let given = record.options().section("scaleway")?.get("healthcheck")?;
    if given.kind == Kind::Null {
        return None;
    }
    let Some(map) = given.as_map() else { return Some("it is no mapping".to_owned()) };
    let mut keys = map.iter().filter_map(|(key, _)| key.as_str());
    if let Some(key) = keys.find(|key| !OWN.iter().any(|(known, _)| known == key)) {
        return Some(format!("{key} is neither must_contain nor strategy"));
    }
    let mut keys = OWN.iter().map(|(key, _)| *key).filter(|key| map.get(key).is_some());
    keys.find(|key| own(record, key).is_none()).map(|key| match key {
        "strategy" => format!("strategy is none of {}", STRATEGIES.join(", ")),
        key => format!("{key} is no text"),
    })
}
