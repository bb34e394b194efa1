//! The options of a source.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::policy::Policy;

/// Options of one `spf` source.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// Hosts whose addresses may send mail: `a:`. Default: none.
    #[serde(default)]
    pub a_records: Vec<String>,
    /// Domains whose mail exchanges may send mail: `mx:`. Default: none.
    #[serde(default)]
    pub mx_records: Vec<String>,
    /// IPv4 addresses and networks that may send mail: `ip4:`. Default: none.
    #[serde(default)]
    pub ip4_addresses: Vec<String>,
    /// IPv6 addresses and networks that may send mail: `ip6:`. Default: none.
    #[serde(default)]
    pub ip6_addresses: Vec<String>,
    /// Domains whose policies count as well: `include:`. Default: none.
    #[serde(default)]
    pub includes: Vec<String>,
    /// Names that exist for those who may send mail: `exists:`. Default: none.
    #[serde(default)]
    pub exists: Vec<String>,
    /// How the policy ends: `~all` (true), `-all` (false), or without `all` (null). Default: false.
    #[serde(default = "hard")]
    pub soft_fail: Option<bool>,
    /// Whether a policy of another source is merged with this one. Default: false, it is an error.
    #[serde(default)]
    pub merging_enabled: bool,
    /// The TTL of the record, in seconds, if no other source has one. Default: 3600.
    #[serde(default = "hour")]
    pub ttl: i64,
    /// Whether a zone whose policy needs more than ten DNS lookups fails. Default: false.
    #[serde(default)]
    pub verify_dns_lookups: bool,
    /// The DNS servers to query for that, one after the other: addresses or names, with a port if it is
    /// not 53. Default: those of the system.
    #[serde(default)]
    pub resolvers: Vec<String>,
    /// How long to wait for the answer of a server, in seconds. Default: 5.
    #[serde(default = "five")]
    pub timeout: f64,
}

#[expect(clippy::unnecessary_wraps, reason = "the default of an option that can be null")]
fn hard() -> Option<bool> {
    Some(false)
}

fn hour() -> i64 {
    3600
}

fn five() -> f64 {
    5.0
}

impl Default for Options {
    fn default() -> Self {
        Self {
            a_records: Vec::new(),
            mx_records: Vec::new(),
            ip4_addresses: Vec::new(),
            ip6_addresses: Vec::new(),
            includes: Vec::new(),
            exists: Vec::new(),
            soft_fail: hard(),
            merging_enabled: false,
            ttl: hour(),
            verify_dns_lookups: false,
            resolvers: Vec::new(),
            timeout: five(),
        }
    }
}

impl Options {
    /// The policy of these options; entries are used as they are.
    pub(crate) fn policy(&self) -> Policy {
        let terms = [
            ("a", &self.a_records),
            ("mx", &self.mx_records),
            ("ip4", &self.ip4_addresses),
            ("ip6", &self.ip6_addresses),
            ("include", &self.includes),
            ("exists", &self.exists),
        ];
        let written = |(name, values): (&str, &Vec<String>)| {
            values.iter().map(|value| format!("{name}:{value}")).collect()
        };
        let all = self.soft_fail.map(|soft| if soft { '~' } else { '-' });
        Policy { terms: terms.map(written), modifiers: Vec::new(), all }
    }
}
