//! The options of both providers.

use std::path::PathBuf;
use std::time::Duration;

use octodns_core::Secret;
use octodns_core::registry::BuildError;
use octodns_core::value::Position;
use octodns_http::Retry;
use octodns_kit::seconds;
use schemars::JsonSchema;
use serde::Deserialize;

/// Options of one provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// The id of the subscription.
    pub sub_id: String,
    /// The resource group with the zones, and with the Traffic Manager profiles of dynamic records.
    pub resource_group: String,
    /// How to sign in. Default: `client_secret`.
    #[serde(default)]
    pub client_credential_method: Method,
    /// The id of the directory (tenant). Default for `workload_identity`: that of `AZURE_TENANT_ID`.
    #[serde(default)]
    pub directory_id: Option<String>,
    /// The id of the application, or of a user-assigned managed identity. Default for `workload_identity`: that of
    /// `AZURE_CLIENT_ID`.
    #[serde(default)]
    pub client_id: Option<String>,
    /// The secret of the application: its value, not its id.
    #[serde(default)]
    pub key: Option<Secret>,
    /// The file with the token of another service, for `workload_identity`. Default: that of
    /// `AZURE_FEDERATED_TOKEN_FILE`.
    #[serde(default)]
    pub federated_token_file: Option<PathBuf>,
    /// The program of the Azure CLI, for `cli`. Default: `az` of the `PATH`.
    #[serde(default)]
    pub cli_path: Option<PathBuf>,
    /// The cloud: it decides the hosts. Default: `public`.
    #[serde(default)]
    pub environment: Environment,
    /// The URL of the login host. Default: that of the environment; for `workload_identity` that of
    /// `AZURE_AUTHORITY_HOST` first.
    #[serde(default)]
    pub authority: Option<String>,
    /// The URL of the resource manager, for which tokens are; `endpoint` takes precedence as the place of the calls.
    /// Default: that of the environment.
    #[serde(default)]
    pub base_url: Option<String>,
    /// The URL of the metadata server of the machine, for `managed_identity`. Default: `http://169.254.169.254`.
    #[serde(default)]
    pub metadata_endpoint: Option<String>,
    /// Record sets of a page. Default: 100.
    #[serde(default = "default_top")]
    #[schemars(range(min = 1))]
    pub top: u32,
    /// How often a call is tried again at most; `http.attempts` takes precedence. Default: 5.
    #[serde(default)]
    pub client_total_retries: Option<u32>,
    /// The same; the lower of the two counts. Default: 5.
    #[serde(default)]
    pub client_status_retries: Option<u32>,
    /// Retry settings of octoDNS, in place of the two: the lowest of its retries counts, and `backoff_factor` and
    /// `backoff_max` are the first and the longest wait in seconds. Default: none.
    #[serde(default)]
    pub client_retry_policy: Option<RetryPolicy>,
}

/// How a provider signs in.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Method {
    /// As an application with a secret: `client_id`, `key` and `directory_id`.
    #[default]
    ClientSecret,
    /// As the Azure CLI is: `az login`.
    Cli,
    /// As the managed identity of the machine or app that this runs on.
    ManagedIdentity,
    /// As an application that trusts the token of another service, such as Kubernetes or GitHub.
    WorkloadIdentity,
}

impl Method {
    /// Whose the credentials are, for messages.
    pub(crate) fn who(self) -> &'static str {
        match self {
            Self::ClientSecret | Self::WorkloadIdentity => "the application of client_id",
            Self::Cli => "the account of the Azure CLI",
            Self::ManagedIdentity => "the managed identity",
        }
    }
}

/// A cloud of Azure.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Environment {
    /// The one of everybody.
    #[default]
    Public,
    /// China, run by 21Vianet.
    China,
    /// That of the government of the United States.
    UsGovernment,
}

impl Environment {
    /// The URL of its login host.
    pub(crate) fn authority(self) -> &'static str {
        match self {
            Self::Public => "https://login.microsoftonline.com",
            Self::China => "https://login.chinacloudapi.cn",
            Self::UsGovernment => "https://login.microsoftonline.us",
        }
    }

    /// The URL of its resource manager.
    pub(crate) fn management(self) -> &'static str {
        match self {
            Self::Public => PUBLIC,
            Self::China => "https://management.chinacloudapi.cn",
            Self::UsGovernment => "https://management.usgovcloudapi.net",
        }
    }
}

/// The resource manager of the cloud of everybody.
pub(crate) const PUBLIC: &str = "https://management.azure.com";

/// Retry settings, by the names that octoDNS has from Azure's own client.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Retries of a call.
    pub total_retries: Option<u32>,
    /// Retries after errors of connecting.
    pub connect_retries: Option<u32>,
    /// Retries after errors of reading.
    pub read_retries: Option<u32>,
    /// Retries after bad statuses.
    pub status_retries: Option<u32>,
    /// Seconds to wait before the second attempt; it doubles with each.
    pub backoff_factor: Option<f64>,
    /// The longest wait in seconds.
    pub backoff_max: Option<f64>,
}

const fn default_top() -> u32 {
    100
}

impl Options {
    /// For the zones of a resource group in a subscription; the fields for signing in are to be set.
    pub fn new(sub_id: impl Into<String>, resource_group: impl Into<String>) -> Self {
        Self {
            sub_id: sub_id.into(),
            resource_group: resource_group.into(),
            client_credential_method: Method::default(),
            directory_id: None,
            client_id: None,
            key: None,
            federated_token_file: None,
            cli_path: None,
            environment: Environment::default(),
            authority: None,
            base_url: None,
            metadata_endpoint: None,
            top: default_top(),
            client_total_retries: None,
            client_status_retries: None,
            client_retry_policy: None,
        }
    }

    /// The URL of the resource manager, which a token is for.
    pub(crate) fn management(&self) -> &str {
        let given = self.base_url.as_deref();
        given.unwrap_or(self.environment.management()).trim_end_matches('/')
    }

    /// How calls are retried, as far as these options say so.
    pub(crate) fn retry(&self) -> Result<Retry, BuildError> {
        let mut retry = Retry::default();
        let policy = self.client_retry_policy.unwrap_or(RetryPolicy {
            total_retries: self.client_total_retries,
            status_retries: self.client_status_retries,
            ..RetryPolicy::default()
        });
        let retries = [
            policy.total_retries,
            policy.connect_retries,
            policy.read_retries,
            policy.status_retries,
        ];
        if let Some(least) = retries.into_iter().flatten().min() {
            retry.attempts = least.saturating_add(1);
        }
        let wait = |name: &str, given: Option<f64>| -> Result<Option<Duration>, BuildError> {
            given.map(|given| seconds(&format!("client_retry_policy.{name}"), given)).transpose()
        };
        if let Some(first) = wait("backoff_factor", policy.backoff_factor)? {
            retry.initial_backoff = first;
        }
        if let Some(longest) = wait("backoff_max", policy.backoff_max)? {
            retry.max_backoff = longest;
        }
        Ok(retry)
    }

    /// Refuses what no call can be made with.
    pub(crate) fn check(&self) -> Result<(), BuildError> {
        let wrong = |why: String| Err(BuildError::new(why, Position::NONE));
        for (option, given) in [("sub_id", &self.sub_id), ("resource_group", &self.resource_group)]
        {
            if given.is_empty() {
                return wrong(format!("{option} is empty"));
            }
        }
        if self.top == 0 {
            return wrong("top has to be at least 1".to_owned());
        }
        Ok(())
    }
}
