//! The metadata server of machines in Google Cloud: <https://cloud.google.com/compute/docs/metadata/overview>.

use std::time::Duration;

use octodns_core::registry::BuildError;
use octodns_core::{Secret, async_trait};
use octodns_http::{Client, Error, HeaderAuth, Host, Request, Token, TokenSource};
use octodns_kit::Connector;
use serde::Deserialize;

use crate::clients::DNS;
use crate::options::Options;

/// Where to look if there is no such server.
const ADVICE: &str = "there are no other credentials, and only machines of Google Cloud have this server: set \
                      credentials_file, credentials or GOOGLE_APPLICATION_CREDENTIALS, or run gcloud auth \
                      application-default login";

/// The server answers at once or not at all.
const TIMEOUT: f64 = 5.0;

#[derive(Clone, Debug)]
pub(crate) struct Metadata(Client);

impl Metadata {
    pub(crate) fn new(options: &Options, connector: &Connector<'_>) -> Result<Self, BuildError> {
        let host = connector.variable("GCE_METADATA_HOST");
        let host = host.as_deref().unwrap_or("metadata.google.internal");
        let (given, default) = (options.metadata_endpoint.as_deref(), format!("http://{host}"));
        let connector = connector.other_host("metadata_endpoint", given, &default);
        let client =
            connector.client_with(HeaderAuth::default(), |builder| builder.timeout(TIMEOUT))?;
        Ok(Self(client))
    }

    fn get(&self, path: &[&str]) -> Request<'_> {
        let path = [&["computeMetadata", "v1"][..], path].concat();
        self.0.get(&path).header("metadata-flavor", "Google")
    }

    /// The project of the machine.
    pub(crate) async fn project(&self) -> Result<String, Error> {
        let response = self.get(&["project", "project-id"]).send().await.map_err(advised)?;
        let project = response.text()?.trim();
        if project.is_empty() || project.contains(|symbol: char| !is_of_project(symbol)) {
            return Err(response.malformed("its beginning", "it is not the id of a project"));
        }
        Ok(project.to_owned())
    }
}

/// Ids of projects may have a domain: `example.com:dns`.
fn is_of_project(symbol: char) -> bool {
    symbol.is_ascii_alphanumeric() || matches!(symbol, '-' | '.' | ':')
}

#[async_trait]
impl TokenSource for Metadata {
    async fn fetch(&self, _: &Host) -> Result<Token, Error> {
        #[derive(Deserialize)]
        struct Granted {
            access_token: Secret,
            expires_in: u64,
        }

        let path = ["instance", "service-accounts", "default", "token"];
        let request = self.get(&path).query("scopes", DNS);
        let Granted { access_token, expires_in } = request.read().await.map_err(advised)?;
        Ok(Token::new(access_token.reveal()).lifetime(Duration::from_secs(expires_in)))
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
