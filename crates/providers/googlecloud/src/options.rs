//! The options of a provider.

use std::path::PathBuf;

use octodns_core::Secret;
use schemars::JsonSchema;
use serde::Deserialize;

/// Options of one `googlecloud` provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// The id of the project. Default: that of `GOOGLE_CLOUD_PROJECT`, or else of the credentials, gcloud or the
    /// machine.
    pub project: Option<String>,
    /// A file with credentials in JSON: the key of a service account, a login of gcloud, or workload identity
    /// federation. It takes precedence over `credentials`. Default: what Google's own tools find.
    pub credentials_file: Option<PathBuf>,
    /// The content of such a file.
    pub credentials: Option<Secret>,
    /// Changes in one call at most. Default: 1000.
    pub batch_size: usize,
    /// `true`: only private zones; `false`: only public ones. Default: both.
    pub private: Option<bool>,
    /// The networks that see new private zones: names of networks in the project, or their URLs. Default: none, private
    /// zones are not created.
    pub networks: Vec<String>,
    /// The URL that gives tokens for keys, logins and federated identities. Default: the one in the credentials.
    pub token_endpoint: Option<String>,
    /// The URL of the service that lets an identity act as a service account. Default: the one in the credentials.
    pub impersonation_endpoint: Option<String>,
    /// The URL of the metadata server of the machine. Default: that of `GCE_METADATA_HOST`, or else
    /// `http://metadata.google.internal`.
    pub metadata_endpoint: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            project: None,
            credentials_file: None,
            credentials: None,
            batch_size: 1000,
            private: None,
            networks: Vec::new(),
            token_endpoint: None,
            impersonation_endpoint: None,
            metadata_endpoint: None,
        }
    }
}
