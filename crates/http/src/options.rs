//! The options that every REST provider takes, under its key `http`.

use std::path::PathBuf;
use std::time::Duration;

use octodns_core::Secret;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{Error, Retry};

/// How a provider speaks HTTP.
///
/// A provider's options have them under the key `http`:
///
/// ```
/// use octodns_core::Secret;
/// use schemars::JsonSchema;
/// use serde::Deserialize;
///
/// #[derive(Debug, Deserialize, JsonSchema)]
/// #[serde(deny_unknown_fields)]
/// struct Options {
///     /// The API token.
///     token: Secret,
///     /// How requests are made.
///     #[serde(default)]
///     http: octodns_http::Options,
/// }
/// ```
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "HttpOptions")]
#[non_exhaustive]
pub struct Options {
    /// Seconds for a whole request, until the last byte of its answer. Default: 60.
    #[schemars(range(min = 0.001, max = 86400.0))]
    pub timeout: Option<f64>,
    /// How often a request is tried, the first time included. Default: 6.
    #[schemars(range(min = 1, max = 100))]
    pub attempts: Option<u32>,
    /// Seconds to wait before the second attempt; it doubles with each. A wait that the
    /// service asks for takes precedence. Default: 0.5.
    #[schemars(range(min = 0.0, max = 86400.0))]
    pub retry_wait: Option<f64>,
    /// Seconds that a service may ask to wait; for more, the request fails. Default: 300.
    #[serde(alias = "patience")]
    #[schemars(range(min = 0.0, max = 86400.0))]
    pub max_retry_after: Option<f64>,
    /// Requests a second at most. Default: what the service is known to allow.
    #[schemars(range(min = 1))]
    pub requests_per_second: Option<u32>,
    /// Requests at the same time at most. Default: what suits the service.
    #[schemars(range(min = 1))]
    pub concurrency: Option<u32>,
    /// URL of the proxy for all requests, with user and password if it needs them; `none` for no
    /// proxy at all. Default: what `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say.
    pub proxy: Option<Secret>,
    /// A file with further certificate authorities to trust, in PEM. Default: those of the system.
    pub ca_file: Option<PathBuf>,
    /// Whether only the authorities in `ca_file` are trusted. Default: false.
    pub ca_file_only: bool,
}

impl Options {
    /// The retry policy of these options, with defaults from `retry`.
    pub(crate) fn retry(&self, retry: Retry) -> Result<Retry, Error> {
        Ok(Retry {
            attempts: self.attempts.unwrap_or(retry.attempts).max(1),
            initial_backoff: seconds("http.retry_wait", self.retry_wait)?
                .unwrap_or(retry.initial_backoff),
            max_backoff: retry.max_backoff,
            max_retry_after: seconds("http.max_retry_after", self.max_retry_after)?
                .unwrap_or(retry.max_retry_after),
        })
    }

    /// The timeout of a request.
    pub(crate) fn timeout(&self) -> Result<Duration, Error> {
        Ok(seconds("http.timeout", self.timeout)?.unwrap_or(Duration::from_secs(60)))
    }
}

fn seconds(key: &str, value: Option<f64>) -> Result<Option<Duration>, Error> {
    let Some(value) = value else { return Ok(None) };
    match Duration::try_from_secs_f64(value) {
        Ok(duration) if duration <= Duration::from_secs(86_400) => Ok(Some(duration)),
        _ => Err(Error::option(format!("{key} must be seconds, 0 to 86400"), None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_keeps_its_old_name() {
        for name in ["max_retry_after", "patience"] {
            let options: Options = serde_json::from_str(&format!("{{\"{name}\": 7}}")).unwrap();
            let retry = options.retry(Retry::default()).unwrap();
            assert_eq!(retry.max_retry_after.as_secs(), 7, "{name}");
        }
    }

    #[test]
    fn times_are_seconds_within_limits() {
        for (value, fine) in [
            (0.0, true),
            (0.25, true),
            (86_400.0, true),
            (-1.0, false),
            (1e9, false),
            (f64::NAN, false),
        ] {
            let options = Options { retry_wait: Some(value), ..Options::default() };
            assert_eq!(options.retry(Retry::default()).is_ok(), fine, "{value}");
        }
        assert_eq!(Options::default().timeout().unwrap().as_secs(), 60);
    }
}
