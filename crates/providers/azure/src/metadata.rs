//! Managed identities: the metadata server of virtual machines
//! (<https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>), and the one of apps
//! (<https://learn.microsoft.com/azure/app-service/overview-managed-identity>).

use std::time::Duration;

use octodns_core::registry::BuildError;
use octodns_core::{Secret, async_trait};
use octodns_http::{Client, Error, HeaderAuth, Host, Token, TokenSource};
use octodns_kit::{Connector, Json};

use crate::errors::refused_login;
use crate::options::Options;

/// What to do if there is no such server.
const ADVICE: &str = "only machines and apps in Azure have this server: set client_credential_method to client_secret, \
                      cli or workload_identity elsewhere";

/// What to check if the server refuses.
const CHECK: &str = "assign a managed identity to this machine, and check client_id if it is set";

/// The server answers at once or not at all.
const TIMEOUT: f64 = 10.0;

/// Where machines have their server.
const MACHINE: &str = "http://169.254.169.254";

/// A server that gives tokens to whoever runs where it is.
pub(crate) struct Metadata {
    client: Client,
    /// The version of its API.
    version: &'static str,
    resource: String,
    identity: Option<String>,
}

impl Metadata {
    pub(crate) fn new(options: &Options, connector: &Connector<'_>) -> Result<Self, BuildError> {
        let given = options.metadata_endpoint.as_deref();
        let of_app = connector.variable("IDENTITY_ENDPOINT").filter(|_| given.is_none());
        let of_app = of_app.zip(connector.variable("IDENTITY_HEADER"));
        let host = given.unwrap_or(MACHINE).trim_end_matches('/');
        let of_machine = format!("{host}/metadata/identity/oauth2/token");
        let none = HeaderAuth::default();
        let (url, version, auth) = match of_app {
            Some((url, header)) => {
                let auth = none.with("x-identity-header", &Secret::new(header))?;
                (url, "2019-08-01", auth)
            }
            None => (of_machine, "2018-02-01", none),
        };
        let url_of_option = given.map(|_| &*url);
        let connector = connector.other_host("metadata_endpoint", url_of_option, &url);
        let client = connector.client_with(auth, |builder| {
            builder.timeout(TIMEOUT).error_message(|response| refused_login(response, CHECK))
        })?;
        let (resource, identity) = (options.management().to_owned(), options.client_id.clone());
        Ok(Self { client, version, resource, identity })
    }
}

#[async_trait]
impl TokenSource for Metadata {
    async fn fetch(&self, _: &Host) -> Result<Token, Error> {
        let mut request = self.client.get(&[]).header("metadata", "true");
        request = request.query("api-version", self.version).query("resource", &self.resource);
        if let Some(id) = &self.identity {
            request = request.query("client_id", id);
        }
        let response = request.send().await.map_err(advised)?;
        // Read without types: an error about those would show the token.
        let said: Json = response.json()?;
        let Some(token) = said["access_token"].as_str().filter(|token| !token.is_empty()) else {
            return Err(response.malformed("access_token", "it is missing"));
        };
        let seconds = &said["expires_in"];
        let seconds = seconds.as_u64().or_else(|| seconds.as_str()?.parse().ok());
        let token = Token::new(token);
        Ok(match seconds {
            Some(seconds) => token.lifetime(Duration::from_secs(seconds)),
            None => token,
        })
    }
}

fn advised(error: Error) -> Error {
    match error {
        Error::NoConnection { call, peer, source }
        | Error::Unreachable { call, peer, source, .. } => {
            Error::NoConnection { call, peer, source: format!("{source}; {ADVICE}").into() }
        }
        other => other,
    }
}
