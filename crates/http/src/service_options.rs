//! The options that every provider with an API takes, in addition to its own.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::Options;

/// Where a service is, and how it is spoken to.
///
/// A provider takes them beside its own options:
///
/// ```
/// use octodns_core::Secret;
/// use octodns_core::registry::WithShared;
/// use octodns_http::ServiceOptions;
/// use schemars::JsonSchema;
/// use serde::Deserialize;
///
/// /// What only this provider has.
/// #[derive(Debug, Deserialize, JsonSchema)]
/// #[serde(deny_unknown_fields)]
/// struct Own {
///     /// The API token.
///     token: Secret,
/// }
///
/// /// `token`, `endpoint` and `http`.
/// type Options = WithShared<ServiceOptions, Own>;
/// ```
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(default)]
#[non_exhaustive]
pub struct ServiceOptions {
    /// The URL of the API. Default: that of the service.
    pub endpoint: Option<String>,
    /// How requests are made: timeouts, retries, limits, proxy.
    pub http: Options,
}
