//! Options of the providers.

use std::time::Duration;

use octodns_core::Secret;
use octodns_core::registry::BuildError;
use octodns_core::value::{Position, truth};
use octodns_http::Accounts;
use schemars::JsonSchema;
use serde::Deserialize;

/// Where the API is.
const API: &str = "https://api.cloudflare.com/client/v4";

/// Options of one `cloudflare` provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// An API token; with `email`, the global API key of the account.
    pub token: Secret,
    /// The address of the account, for the global API key. Default: none, `token` is an API token.
    #[serde(default)]
    pub email: Option<String>,
    /// The account whose zones are meant, and that new zones belong to. Default: every account the token can
    /// see.
    #[serde(default)]
    pub account_id: Option<String>,
    /// Whether proxied records are read as aliases to `<name>.cdn.cloudflare.net.`; none is written then.
    /// Default: false.
    #[serde(default, deserialize_with = "truth")]
    pub cdn: bool,
    /// Whether forwarding page rules are managed, as `URLFWD` records. Default: true.
    #[serde(default = "yes", deserialize_with = "truth")]
    pub pagerules: bool,
    /// The plan zones are to have: free, pro, business or enterprise. Default: plans are left alone.
    #[serde(default)]
    pub plan_type: Option<String>,
    /// Attempts of a call that is told to come back later (429); repetitions of one that fails otherwise.
    /// Default: 4.
    #[serde(default = "four")]
    pub retry_count: u32,
    /// The pause, in seconds, before a call is repeated that was told to come back later and not when, or
    /// whose credentials were refused; the longest before others. Default: 300.
    #[serde(default = "five_minutes")]
    pub retry_period: u64,
    /// Repetitions of a call whose credentials are refused (403). Default: 0.
    #[serde(default)]
    pub auth_error_retry_count: u32,
    /// Zones of one page, 1 to 50. Default: 50.
    #[serde(default = "fifty")]
    pub zones_per_page: u32,
    /// Records of one page, 1 to 5000000. Default: 100.
    #[serde(default = "hundred")]
    pub records_per_page: u32,
    /// The least TTL, in seconds: lower ones are raised to it. Default: 120.
    #[serde(default = "two_minutes")]
    pub min_ttl: i64,
    /// How long to wait for an answer, in seconds. Default: 15.
    #[serde(default = "fifteen")]
    pub timeout: u64,
    /// Where the API is. Default: `https://api.cloudflare.com/client/v4`.
    #[serde(default = "api", alias = "endpoint")]
    pub api_url: String,
    /// How requests are made.
    #[serde(default)]
    pub http: octodns_http::Options,
}

/// Options of one `cloudflare-internal` provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InternalOptions {
    /// An API token; with `email`, the global API key of the account.
    pub token: Secret,
    /// The address of the account, for the global API key. Default: none, `token` is an API token.
    #[serde(default)]
    pub email: Option<String>,
    /// The account that the zones and views belong to.
    pub account_id: String,
    /// The view whose zones are meant. Default: the zones of every view of the account.
    #[serde(default)]
    pub view_id: Option<String>,
    /// Attempts of a call that is told to come back later (429); repetitions of one that fails otherwise.
    /// Default: 4.
    #[serde(default = "four")]
    pub retry_count: u32,
    /// The pause, in seconds, before a call is repeated that was told to come back later and not when, or
    /// whose credentials were refused; the longest before others. Default: 300.
    #[serde(default = "five_minutes")]
    pub retry_period: u64,
    /// Repetitions of a call whose credentials are refused (403). Default: 0.
    #[serde(default)]
    pub auth_error_retry_count: u32,
    /// Zones of one page, 1 to 50. Default: 50.
    #[serde(default = "fifty")]
    pub zones_per_page: u32,
    /// Records of one page, 1 to 5000000. Default: 100.
    #[serde(default = "hundred")]
    pub records_per_page: u32,
    /// The least TTL, in seconds: lower ones are raised to it. Default: 120.
    #[serde(default = "two_minutes")]
    pub min_ttl: i64,
    /// How long to wait for an answer, in seconds. Default: 15.
    #[serde(default = "fifteen")]
    pub timeout: u64,
    /// Where the API is. Default: `https://api.cloudflare.com/client/v4`.
    #[serde(default = "api", alias = "endpoint")]
    pub api_url: String,
    /// How requests are made.
    #[serde(default)]
    pub http: octodns_http::Options,
}

/// How to reach an account, whatever the kind of zones.
#[derive(Clone, Debug)]
pub(crate) struct Connection<'o> {
    pub(crate) token: &'o Secret,
    pub(crate) email: Option<&'o str>,
    pub(crate) account_id: Option<&'o str>,
    pub(crate) retry_count: u32,
    pub(crate) retry_period: Duration,
    pub(crate) auth_error_retry_count: u32,
    pub(crate) zones_per_page: u32,
    pub(crate) records_per_page: u32,
    pub(crate) api_url: &'o str,
    pub(crate) http: octodns_http::Options,
    pub(crate) accounts: &'o Accounts,
}

impl Options {
    pub(crate) fn connection<'o>(&'o self, accounts: &'o Accounts) -> Connection<'o> {
        Connection {
            token: &self.token,
            email: self.email.as_deref().filter(|email| !email.is_empty()),
            account_id: self.account_id.as_deref(),
            retry_count: self.retry_count,
            retry_period: Duration::from_secs(self.retry_period),
            auth_error_retry_count: self.auth_error_retry_count,
            zones_per_page: self.zones_per_page,
            records_per_page: self.records_per_page,
            api_url: &self.api_url,
            http: with_timeout(&self.http, self.timeout),
            accounts,
        }
    }
}

impl InternalOptions {
    pub(crate) fn connection<'o>(&'o self, accounts: &'o Accounts) -> Connection<'o> {
        Connection {
            token: &self.token,
            email: self.email.as_deref().filter(|email| !email.is_empty()),
            account_id: Some(&self.account_id),
            retry_count: self.retry_count,
            retry_period: Duration::from_secs(self.retry_period),
            auth_error_retry_count: self.auth_error_retry_count,
            zones_per_page: self.zones_per_page,
            records_per_page: self.records_per_page,
            api_url: &self.api_url,
            http: with_timeout(&self.http, self.timeout),
            accounts,
        }
    }
}

impl Connection<'_> {
    /// Refuses sizes of pages that cannot be.
    pub(crate) fn check(&self) -> Result<(), BuildError> {
        for (key, size) in
            [("zones_per_page", self.zones_per_page), ("records_per_page", self.records_per_page)]
        {
            if size == 0 {
                let message = format!("{key} must be at least 1");
                return Err(BuildError { message, help: None, position: Position::NONE });
            }
        }
        Ok(())
    }
}

/// The `timeout` of octoDNS counts unless `http` says otherwise.
#[expect(clippy::cast_precision_loss, reason = "seconds, far below 2^52")]
fn with_timeout(http: &octodns_http::Options, seconds: u64) -> octodns_http::Options {
    octodns_http::Options { timeout: http.timeout.or(Some(seconds as f64)), ..http.clone() }
}

fn yes() -> bool {
    true
}

fn four() -> u32 {
    4
}

fn fifteen() -> u64 {
    15
}

fn fifty() -> u32 {
    50
}

fn hundred() -> u32 {
    100
}

fn two_minutes() -> i64 {
    120
}

fn five_minutes() -> u64 {
    300
}

fn api() -> String {
    API.to_owned()
}
