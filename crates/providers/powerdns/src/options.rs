//! The options.

use octodns_core::Secret;
use octodns_core::registry::{BuildError, Sourced};
use octodns_core::value::truth;
use octodns_http::ServiceOptions;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Options of one `powerdns` provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// The host of the API.
    pub host: String,
    /// The key of the API: `api-key` in `pdns.conf`.
    pub api_key: Secret,
    /// The port of the API. Default: 8081.
    #[serde(default = "port")]
    pub port: u16,
    /// `http` or `https`. Default: `http`.
    #[serde(default = "scheme")]
    pub scheme: String,
    /// Certificates are always verified, so this can only be true. Default: true.
    #[serde(default = "yes", deserialize_with = "truth")]
    #[schemars(with = "bool")]
    pub ssl_verify: bool,
    /// Seconds for a request, until the last byte of its answer. Default: 5.
    #[serde(default)]
    pub timeout: Option<f64>,
    /// How the serial of a new zone increases with changes by the API. Default: `default`.
    #[serde(default)]
    pub soa_edit_api: SoaEdit,
    /// The kind of new zones. Default: `master`.
    #[serde(default)]
    pub mode_of_operation: Kind,
    /// Whether secondaries are notified after each apply. Default: false.
    #[serde(default, deserialize_with = "truth")]
    #[schemars(with = "bool")]
    pub notify: bool,
    /// The server's id within the API. Default: `localhost`.
    #[serde(default = "localhost")]
    pub server_id: String,
    /// Whether the server supports dynamic records. Default: the server is asked.
    #[serde(default)]
    pub enable_dynamic: Option<bool>,
    /// The URL of the API, instead of `scheme`, `host` and `port`.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// How requests are made.
    #[serde(default)]
    pub http: octodns_http::Options,
}

/// How the serial of a zone goes up (`SOA-EDIT-API` in the manual of PowerDNS).
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SoaEdit {
    /// To the date and a counter.
    #[default]
    Default,
    /// By one.
    Increase,
    /// To the seconds since 1970.
    Epoch,
    /// As `SOA-EDIT` says.
    SoaEdit,
    /// As `SOA-EDIT` says, else by one.
    SoaEditIncrease,
}

/// What a server is to a zone.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Kind {
    /// Its database is replicated; there are no transfers.
    Native,
    /// Secondaries get it from here (PowerDNS 4.5 and later).
    Primary,
    /// It comes from elsewhere (PowerDNS 4.5 and later).
    Secondary,
    /// The older word for `primary`.
    #[default]
    Master,
    /// The older word for `secondary`.
    Slave,
}

impl Kind {
    /// Whether servers before 4.5 do not support this kind.
    pub(crate) fn is_new(self) -> bool {
        matches!(self, Self::Primary | Self::Secondary)
    }
}

fn port() -> u16 {
    8081
}

fn scheme() -> String {
    "http".to_owned()
}

fn yes() -> bool {
    true
}

fn localhost() -> String {
    "localhost".to_owned()
}

impl Options {
    /// The host and the key of the API, and the default of everything else.
    pub fn new(host: impl Into<String>, api_key: Secret) -> Self {
        Self {
            host: host.into(),
            api_key,
            port: port(),
            scheme: scheme(),
            ssl_verify: true,
            timeout: None,
            soa_edit_api: SoaEdit::default(),
            mode_of_operation: Kind::default(),
            notify: false,
            server_id: localhost(),
            enable_dynamic: None,
            endpoint: None,
            http: octodns_http::Options::default(),
        }
    }

    /// The options that the endpoint comes from, for errors.
    pub(crate) fn endpoint_from(&self) -> &'static str {
        if self.endpoint.is_some() { "endpoint" } else { "host, port" }
    }

    /// The endpoint, without the server's id, and the HTTP options: a nearby server needs a shorter timeout
    /// than a service on the Internet.
    pub(crate) fn service(&self) -> ServiceOptions {
        let Self { scheme, host, port, .. } = self;
        let origin = self.endpoint.clone().unwrap_or_else(|| format!("{scheme}://{host}:{port}"));
        let mut service = ServiceOptions::default();
        service.endpoint = Some(format!("{}/api/v1/servers", origin.trim_end_matches('/')));
        service.http = self.http.clone();
        service.http.timeout = self.http.timeout.or(self.timeout).or(Some(5.0));
        service
    }
}

/// Checks that the types of the options cannot express.
pub(crate) fn check(given: &Sourced<Options>) -> Result<(), BuildError> {
    if !given.options.ssl_verify {
        let mut error = given.error("ssl_verify", "certificates are always verified");
        error.help = Some(
            "leave ssl_verify out, and give the file of your certificate authority: \
             `http: {ca_file: ...}`"
                .to_owned(),
        );
        return Err(error);
    }
    if !matches!(&*given.options.scheme, "http" | "https") {
        let fault = given.error("scheme", "must be http or https");
        return Err(fault.help("write `scheme: https`, or leave it out for http"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endpoint_follows_from_the_options() {
        let read = |json: serde_json::Value| {
            serde_json::from_value::<Options>(json).unwrap().service().endpoint.unwrap()
        };
        let given = serde_json::json!({"host": "pdns.test", "api_key": "k"});
        assert_eq!(read(given.clone()), "http://pdns.test:8081/api/v1/servers");
        let mut other = given.clone();
        other["port"] = 8443.into();
        other["scheme"] = "https".into();
        assert_eq!(read(other.clone()), "https://pdns.test:8443/api/v1/servers");
        other["endpoint"] = "http://127.0.0.1:1/".into();
        assert_eq!(read(other), "http://127.0.0.1:1/api/v1/servers");
    }
}
