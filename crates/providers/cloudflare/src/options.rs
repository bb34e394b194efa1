//! Options of the providers.

use std::time::Duration;

use octodns_core::Secret;
use octodns_core::registry::{BuildError, WithShared};
use octodns_core::value::{Position, truth};
use octodns_http::ServiceOptions;
use schemars::JsonSchema;
use serde::Deserialize;

/// Options of one `cloudflare` provider.
pub type Options = WithShared<ServiceOptions, WithShared<AccountOptions, PublicZones>>;

/// Options of one `cloudflare-internal` provider.
pub type InternalOptions = WithShared<ServiceOptions, WithShared<AccountOptions, InternalZones>>;

/// How to reach an account, whatever the kind of zones.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct AccountOptions {
    /// An API token; with `email`, the global API key of the account.
    pub token: Secret,
    /// The address of the account, for the global API key. Default: none, `token` is an API token.
    #[serde(default)]
    pub email: Option<String>,
    /// Attempts of a call that is throttled (429); retries of one that fails otherwise.
    /// Default: 4.
    #[serde(default = "four")]
    pub retry_count: u32,
    /// The pause, in seconds, before the retry of a call that was throttled without a time, or whose
    /// credentials were refused; the longest pause before other retries. Default: 300.
    #[serde(default = "five_minutes")]
    pub retry_period: u64,
    /// Retries of a call whose credentials are refused (403). Default: 0.
    #[serde(default)]
    pub auth_error_retry_count: u32,
    /// Zones per page, 1 to 50. Default: 50.
    #[serde(default = "fifty")]
    pub zones_per_page: u32,
    /// Records per page, 1 to 5000000. Default: 100.
    #[serde(default = "hundred")]
    pub records_per_page: u32,
    /// The minimum TTL, in seconds: lower TTLs are raised to it. Default: 120.
    #[serde(default = "two_minutes")]
    pub min_ttl: i64,
    /// How long to wait for an answer, in seconds; `http.timeout` takes precedence. Default: 15.
    #[serde(default = "fifteen")]
    pub timeout: u64,
    /// octoDNS's name for `endpoint`. Default: `https://api.cloudflare.com/client/v4`.
    #[serde(default)]
    pub api_url: Option<String>,
}

impl AccountOptions {
    /// An API token, and the default of everything else.
    pub fn new(token: Secret) -> Self {
        Self {
            token,
            email: None,
            retry_count: four(),
            retry_period: five_minutes(),
            auth_error_retry_count: 0,
            zones_per_page: fifty(),
            records_per_page: hundred(),
            min_ttl: two_minutes(),
            timeout: fifteen(),
            api_url: None,
        }
    }
}

/// What is done with public zones.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PublicZones {
    /// The account whose zones are managed, and that new zones belong to. Default: every account the token can
    /// see.
    #[serde(default)]
    pub account_id: Option<String>,
    /// Whether proxied records are read as aliases to `<name>.cdn.cloudflare.net.`; these are then not written.
    /// Default: false.
    #[serde(default, deserialize_with = "truth")]
    pub cdn: bool,
    /// Whether forwarding page rules are managed, as `URLFWD` records. Default: true.
    #[serde(default = "yes", deserialize_with = "truth")]
    pub pagerules: bool,
    /// The plan that zones should have: free, pro, business or enterprise. Default: plans are left alone.
    #[serde(default)]
    pub plan_type: Option<String>,
}

impl Default for PublicZones {
    fn default() -> Self {
        Self { account_id: None, cdn: false, pagerules: true, plan_type: None }
    }
}

/// Which internal zones are meant.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct InternalZones {
    /// The account that the zones and views belong to.
    pub account_id: String,
    /// The view whose zones are managed. Default: the zones of every view of the account.
    #[serde(default)]
    pub view_id: Option<String>,
}

impl InternalZones {
    /// The zones of every view of an account.
    pub fn new(account_id: impl Into<String>) -> Self {
        Self { account_id: account_id.into(), view_id: None }
    }
}

/// The settings of an API client.
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
    /// The endpoint and the HTTP options.
    pub(crate) service: ServiceOptions,
    /// The option that the endpoint comes from, for errors.
    pub(crate) endpoint_from: Option<&'static str>,
}

impl<'o> Connection<'o> {
    /// The settings from options.
    ///
    /// # Errors
    ///
    /// Refuses invalid page sizes, and two endpoints.
    pub(crate) fn new(
        service: &ServiceOptions,
        account: &'o AccountOptions,
        account_id: Option<&'o str>,
    ) -> Result<Self, BuildError> {
        let endpoint = match (service.endpoint.as_deref(), account.api_url.as_deref()) {
            (Some(_), Some(_)) => {
                let message = "endpoint and api_url are two names of one option";
                return Err(fault(message, "remove one of them"));
            }
            (Some(url), None) => Some((url, "endpoint")),
            (None, url) => url.map(|url| (url, "api_url")),
        };
        let mut service = service.clone();
        service.endpoint = endpoint.map(|(url, _)| url.trim_end_matches('/').to_owned());
        // The `timeout` of octoDNS counts unless `http` says otherwise.
        #[expect(clippy::cast_precision_loss, reason = "seconds, far below 2^52")]
        service.http.timeout.get_or_insert(account.timeout as f64);
        let connection = Self {
            token: &account.token,
            email: account.email.as_deref().filter(|email| !email.is_empty()),
            account_id,
            retry_count: account.retry_count,
            retry_period: Duration::from_secs(account.retry_period),
            auth_error_retry_count: account.auth_error_retry_count,
            zones_per_page: account.zones_per_page,
            records_per_page: account.records_per_page,
            service,
            endpoint_from: endpoint.map(|(_, option)| option),
        };
        connection.check()?;
        Ok(connection)
    }

    /// Refuses invalid page sizes.
    fn check(&self) -> Result<(), BuildError> {
        for (key, size) in
            [("zones_per_page", self.zones_per_page), ("records_per_page", self.records_per_page)]
        {
            if size == 0 {
                return Err(fault(
                    format!("{key} must be at least 1"),
                    "remove it for the default",
                ));
            }
        }
        Ok(())
    }
}

fn fault(message: impl Into<String>, help: &str) -> BuildError {
    BuildError::new(message, Position::NONE).help(help)
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
