//! The class: its options, one of which chooses the API, and what both APIs have in common.

use octodns_core::{Capabilities, Secret};
use octodns_kit::Pages;
use octodns_kit::dialect::{Dialect, Dot, Names, Targets};
use octodns_kit::record_type::{A, AAAA, CAA, CNAME, DS, MX, NS, PTR, SRV, TLSA, TXT};
use schemars::JsonSchema;
use serde::Deserialize;

/// The class path of octoDNS' provider.
pub(crate) const CLASS: &str = "octodns_hetzner.HetznerProvider";

/// The types of both APIs.
pub(crate) const CAPABILITIES: Capabilities =
    Capabilities::of(&[A, AAAA, CAA, CNAME, DS, MX, NS, PTR, SRV, TLSA, TXT]).root_ns();

/// The spelling of names in both APIs.
pub(crate) const DIALECT: Dialect = Dialect {
    names: Names::Relative { apex: "@" },
    targets: Targets { read: Dot::Omitted, write: Dot::Required, own: Some("@") },
    ..Dialect::RAW
};

/// The lists of both APIs. The next page may be null, 0 or the page itself on the last one.
pub(crate) const PAGES: Pages = Pages::numbered("page")
    .entries(&["zones", "rrsets"])
    .next("meta.pagination.next_page")
    .total_if_given("meta.pagination.total_entries");

/// Which API is used: each has tokens of its own.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// The old DNS API, which has been switched off.
    #[default]
    Dnsapi,
    /// The Hetzner Cloud API.
    Hcloud,
}

/// Options of one `hetzner` provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// An API token that may read and write: of the project that has the zones, for `backend: hcloud`.
    pub token: Secret,
    /// The API: `hcloud` or `dnsapi`. Default: dnsapi, as in octoDNS; it has been switched off, so set `hcloud`.
    #[serde(default)]
    pub backend: Backend,
}

impl Options {
    /// With this token, for the Hetzner Cloud API.
    pub fn new(token: Secret) -> Self {
        Self { token, backend: Backend::Hcloud }
    }
}
