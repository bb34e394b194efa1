//! The options, and what they mean for the client.

use octodns_core::Secret;
use octodns_core::registry::BuildError;
use octodns_core::value::Position;
use octodns_http::{Builder, HeaderAuth, Quota, Response, Retry, WaitFormat, WaitHeader};
use octodns_kit::{Connector, Json};
use schemars::JsonSchema;
use serde::Deserialize;

/// The host of the API.
const HOST: &str = "api.nsone.net";

/// The seconds in which the tokens of a method are refilled.
const PERIOD: WaitHeader =
    WaitHeader { name: "x-ratelimit-period", format: WaitFormat::RetryAfter };

/// A bucket of tokens for each method: <https://www.ibm.com/docs/en/ns1-connect?topic=api-rate-limits>.
const QUOTA: Quota =
    Quota::refilled_over("x-ratelimit-remaining", PERIOD, "x-ratelimit-limit").each_method();

/// The versions of HTTP that a TCP monitor can ask in.
pub(crate) const HTTP_VERSIONS: [&str; 2] = ["HTTP/1.0", "HTTP/1.1"];

/// Options of one `ns1` provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// The API key.
    pub api_key: Secret,
    /// How often a request is tried, the first time included; `http.attempts` takes precedence. Default: 6.
    #[serde(default)]
    pub retry_count: Option<u32>,
    /// The regions that monitors run from, such as `lga`. Dynamic records whose values obey their health checks need
    /// some. Default: none.
    #[serde(default)]
    pub monitor_regions: Vec<String>,
    /// Requests at the same time at most; `http.concurrency` takes precedence. The limits that the service states in
    /// its headers are kept with any. Default: 8.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub parallelism: Option<u32>,
    /// Settings of octoDNS' client for this service: the host of a dedicated installation, a timeout. Default: none.
    #[serde(default)]
    pub client_config: Option<ClientConfig>,
    /// Whether all monitors share one notify list; otherwise each has its own. Default: false.
    #[serde(default)]
    pub shared_notifylist: bool,
    /// Whether checks by HTTP and HTTPS are monitors of the type HTTP; otherwise they are TCP monitors that send a
    /// request and look for `200 OK`. Default: false.
    #[serde(default)]
    pub use_http_monitors: bool,
    /// The version in the request of a TCP monitor: `HTTP/1.0` or `HTTP/1.1`. Default: `HTTP/1.0`.
    #[serde(default = "first_version")]
    pub default_healthcheck_http_version: String,
}

fn first_version() -> String {
    HTTP_VERSIONS[0].to_owned()
}

/// Settings of octoDNS' client for this service. Those that only concern its insides are accepted and have no effect.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct ClientConfig {
    /// The host of the API, without `https://`. Default: `api.nsone.net`.
    pub endpoint: Option<String>,
    /// Its port. Default: 443.
    pub port: Option<u16>,
    /// The version in the path. Default: `v1`.
    pub api_version: Option<String>,
    /// Only true is supported: the version comes before the resource. Default: true.
    pub api_version_before_resource: Option<bool>,
    /// Seconds for a request, or those to connect and those to read; `http.timeout` takes precedence. Default: 60.
    pub timeout: Option<Timeout>,
    /// Only false is supported: certificates are checked. Default: false.
    #[serde(rename = "ignore-ssl-errors")]
    pub ignore_ssl_errors: Option<bool>,
    /// Only true is supported: certificates are checked. Default: true.
    pub verify: Option<bool>,
    /// Only true is supported: lists are read as a whole. Default: true.
    pub follow_pagination: Option<bool>,
    /// The same as the option `parallelism`, which takes precedence. Default: none.
    #[schemars(range(min = 1))]
    pub parallelism: Option<u32>,
    /// No effect: the headers with the limits are always followed.
    pub rate_limit_strategy: Option<String>,
    /// No effect.
    pub transport: Option<String>,
    /// No effect.
    pub verbosity: Option<i64>,
}

/// A timeout, in seconds.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Timeout {
    /// For a whole request.
    Whole(f64),
    /// To connect, and to read.
    ConnectAndRead([f64; 2]),
}

impl Options {
    /// With this key.
    pub fn new(api_key: Secret) -> Self {
        Self {
            api_key,
            retry_count: None,
            monitor_regions: Vec::new(),
            parallelism: None,
            client_config: None,
            shared_notifylist: false,
            use_http_monitors: false,
            default_healthcheck_http_version: first_version(),
        }
    }

    /// Refuses what no request can be made with.
    pub(crate) fn check(&self) -> Result<(), BuildError> {
        let refused = |message: String| Err(BuildError::new(message, Position::NONE));
        let version = &self.default_healthcheck_http_version;
        if !HTTP_VERSIONS.contains(&&**version) {
            return refused(format!(
                "default_healthcheck_http_version \"{version}\" is neither HTTP/1.0 nor HTTP/1.1"
            ));
        }
        if self.at_once() == Some(0) {
            return refused("parallelism must be at least 1".to_owned());
        }
        let Some(config) = &self.client_config else { return Ok(()) };
        let skips_checks = config.ignore_ssl_errors == Some(true) || config.verify == Some(false);
        if skips_checks {
            return refused(
                "client_config: the certificate of the service is always checked; name the authority of a \
                 dedicated installation in http.ca_file"
                    .to_owned(),
            );
        }
        for (key, given) in [
            ("follow_pagination", config.follow_pagination),
            ("api_version_before_resource", config.api_version_before_resource),
        ] {
            if given == Some(false) {
                return refused(format!("client_config.{key} can only be true; remove it"));
            }
        }
        Ok(())
    }

    /// The base URL of `client_config`, if it differs from the usual one.
    pub(crate) fn base(&self) -> Option<String> {
        let config = self.client_config.as_ref()?;
        let ClientConfig { endpoint, port, api_version, .. } = config;
        if endpoint.is_none() && port.is_none() && api_version.is_none() {
            return None;
        }
        let host = endpoint.as_deref().unwrap_or(HOST).trim_end_matches('/');
        let scheme = if host.contains("://") { "" } else { "https://" };
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let version = api_version.as_deref().unwrap_or("v1");
        Some(format!("{scheme}{host}{port}/{version}"))
    }

    /// How many requests there are at the same time.
    pub(crate) fn at_once(&self) -> Option<usize> {
        let of_config = self.client_config.as_ref().and_then(|config| config.parallelism);
        self.parallelism.or(of_config).map(|many| many as usize)
    }

    /// A client for the account.
    pub(crate) fn client(
        &self,
        connector: &Connector<'_>,
    ) -> Result<octodns_http::Client, BuildError> {
        let auth = HeaderAuth::default().with("x-nsone-key", &self.api_key)?;
        let base = self.base();
        let connector = match &base {
            Some(base) => connector.default_endpoint(base),
            None => *connector,
        };
        connector.client_with(auth, |builder| self.settings(builder))
    }

    fn settings(&self, builder: Builder) -> Builder {
        let mut builder =
            builder.quotas(&[QUOTA]).wait_headers(&[PERIOD]).error_message(error_message);
        if let Some(attempts) = self.retry_count {
            let mut retry = Retry::default();
            retry.attempts = attempts.max(1);
            builder = builder.retry(retry);
        }
        if let Some(many) = self.at_once() {
            builder = builder.concurrency(many);
        }
        match self.client_config.as_ref().and_then(|config| config.timeout) {
            None => builder,
            Some(Timeout::Whole(seconds)) => builder.timeout(seconds),
            Some(Timeout::ConnectAndRead(both)) => builder.timeout(both.iter().sum()),
        }
    }
}

/// What to check if the key is not accepted, after the words of the service.
fn error_message(response: &Response) -> Option<String> {
    let check = match response.status().as_u16() {
        401 => {
            "the service does not accept api_key; check that the key is complete and was not deleted, and that it may \
             be used from this address"
        }
        403 => {
            "api_key has no permission for this; check the permissions of the key: zones and records, and for \
             dynamic records monitors, notify lists and data sources"
        }
        _ => return None,
    };
    let body: Option<Json> = response.json().ok();
    let said = body.as_ref().and_then(|body| body["message"].as_str()).unwrap_or_default();
    Some(if said.is_empty() { check.to_owned() } else { format!("{said}: {check}") })
}
