//! The options of zone files.

use std::path::PathBuf;

use octodns_core::value::truth;
use schemars::JsonSchema;
use serde::Deserialize;

/// Options of one `zone-file` provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ZoneFileOptions {
    /// The folder with the zone files.
    pub directory: PathBuf,
    /// What follows a zone's name, without its final dot, in the name of its file. Default: `.`, so that
    /// the file of `example.com.` is `example.com.`; `.zone` is usual.
    #[serde(default = "dot")]
    pub file_extension: String,
    /// Whether a zone that is read must have a SOA and an NS record. Default: true.
    #[serde(default = "yes", deserialize_with = "truth")]
    #[schemars(with = "bool")]
    pub check_origin: bool,
    /// The mailbox in SOA records: an address such as `dns@example.com`, or only the part before the `@`,
    /// to which the zone's name is added. Default: `webmaster`.
    #[serde(default = "webmaster")]
    pub hostmaster_email: String,
    /// The TTL of SOA records, in seconds. Default: 3600.
    #[serde(default = "an_hour")]
    pub default_ttl: u32,
    /// How often secondaries check for a new version, in seconds. Default: 3600.
    #[serde(default = "an_hour")]
    pub refresh: u32,
    /// How long they wait before they try again, in seconds. Default: 600.
    #[serde(default = "ten_minutes")]
    pub retry: u32,
    /// How long they answer without a successful check, in seconds. Default: 604800, a week.
    #[serde(default = "a_week")]
    pub expire: u32,
    /// How long resolvers cache that a name does not exist, in seconds. Default: 3600.
    #[serde(default = "an_hour")]
    pub nxdomain: u32,
}

impl ZoneFileOptions {
    /// The folder, and the default of everything else.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            file_extension: dot(),
            check_origin: true,
            hostmaster_email: webmaster(),
            default_ttl: an_hour(),
            refresh: an_hour(),
            retry: ten_minutes(),
            expire: a_week(),
            nxdomain: an_hour(),
        }
    }
}

fn dot() -> String {
    ".".to_owned()
}

fn yes() -> bool {
    true
}

fn webmaster() -> String {
    "webmaster".to_owned()
}

fn an_hour() -> u32 {
    3600
}

fn ten_minutes() -> u32 {
    600
}

fn a_week() -> u32 {
    604_800
}
